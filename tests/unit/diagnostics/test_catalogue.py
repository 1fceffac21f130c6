"""Every code has a page of one form, and the page tells the truth: its examples are run."""

from __future__ import annotations

import re

import pytest

from averment.diagnostics.catalogue import codes, page, title
from averment.diagnostics.diagnostic import Report
from averment.source.json_reader import read_json
from averment.source.yaml_reader import read_yaml
from averment.surface.shape import check_shape

_FORM = re.compile(
    r"# (AV[1-6]\d\d) [^\n]+\n\n\*\*Says\*\*\n\n.+?\n\n\*\*Why it matters\*\*\n\n.+?\n\n"
    r"\*\*Avoid\*\*\n\n```.+?\n```\n\n\*\*Prefer\*\*\n\n```.+?\n```\n",
    re.DOTALL,
)
_EXAMPLE = re.compile(r"\*\*(Avoid|Prefer)\*\*\n\n```(yaml|json) (pack|facts|rules|table|case)\n(.*?)\n```", re.DOTALL)


@pytest.mark.parametrize("code", codes())
def test_a_page_has_its_form(code: str) -> None:
    found = _FORM.fullmatch(page(code))
    assert found is not None
    assert found.group(1) == code
    assert title(code) == page(code).split("\n")[0].removeprefix(f"# {code} ")


@pytest.mark.parametrize("code", [code for code in codes() if code < "AV3"])
def test_the_examples_of_a_page_are_what_they_say(code: str) -> None:
    for part, language, schema, text in _EXAMPLE.findall(page(code)):
        report = Report()
        if language == "yaml":
            documents = read_yaml(text.encode(), "f", report)
        else:
            document = read_json(text.encode(), "f", report)
            documents = [document] if document else []
        if not report.failed:
            for document in documents:
                check_shape(document, schema, report)
        found = {finding.code for finding in report.diagnostics}
        assert (code in found) if part == "Avoid" else not found, (part, found)


def test_an_unknown_code() -> None:
    with pytest.raises(KeyError):
        page("AV999")
    with pytest.raises(KeyError):
        page("../catalogue")
