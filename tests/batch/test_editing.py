"""A mapping file is edited in one place, and all else in it stays as it was written."""

from __future__ import annotations

import pytest

from averment.batch.adapter import read_mapping
from averment.diagnostics.diagnostic import Refused, Report
from averment.drafting.draft import Choice
from averment.drafting.editing import said_of, with_column

AGE = Choice("person.age")
READ = Choice("person.kind", {"values": {"A": "adult", "?": None}})
WRITTEN = """\
# by hand
delimiter: ";"   # as the bank has it
columns:
  # ? name: doubtful
  name: case
  "a: b": {to: person.age, missing: [x, 'y']}  # odd
  long:
    to: person.kind
    values:
      A: adult   # of age
      B: child
  # nothing here
rest: ignore
# the end"""


@pytest.mark.parametrize(
    ("heading", "choice", "before", "after"),
    [
        ("name", AGE, "  name: case\n", "  name: person.age\n"),
        ("name", READ, "  name: case\n", '  name: {to: person.kind, values: {A: adult, "?": null}}\n'),
        ("a: b", Choice("ignore"), "{to: person.age, missing", "{to: ignore, missing"),
        ("a: b", AGE, "{to: person.age, missing: [x, 'y']}  # odd", "person.age  # odd"),
        ("long", Choice("ignore"), "    to: person.kind\n", "    to: ignore\n"),
        ("long", AGE, "to: person.kind\n    values:\n      A: adult   # of age\n      B: child\n", "person.age\n"),
        ("new: one", AGE, "      B: child\n", '      B: child\n  "new: one": person.age\n'),
    ],
)
def test_only_what_is_edited_changes(heading: str, choice: Choice, before: str, after: str) -> None:
    found = with_column(WRITTEN, heading, choice)
    assert found == WRITTEN.replace(before, after)
    assert (said_of(found, heading) or {})["to"] == choice.to


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a note\n",
        "rest: ignore",
        "{rest: ignore}",
        "columns: {}\n",
        "columns: {b: case}",
        "{columns: {b: case}}",
        '{"columns": {"b": {"to": "case"}}}',
        "columns:\r\n    b: case\r\nrest: ignore\r\n",
        "columns: {\n  b: case,\n  c: x }\n",
    ],
)
@pytest.mark.parametrize("heading", ["a", "yes", "1", "x: y", "# q", "ü\t\"'"])
def test_a_column_comes_into_any_mapping(text: str, heading: str) -> None:
    once = with_column(text, heading, READ)
    again = with_column(once, heading, AGE)
    for found, choice in ((once, READ), (again, AGE)):
        report = Report()
        adapter = read_mapping(found.encode(), "mapping.yaml", report)
        assert not report.failed, (found, report.diagnostics)
        assert adapter.columns.get(heading) == choice.to
        if "b: case" in text or '"b"' in text:
            assert adapter.columns["b"] == "case"
        if "rest" in text:
            assert adapter.rest


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(Refused):
        with_column("a: [", "x", AGE)
