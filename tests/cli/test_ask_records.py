"""Records told of in a consultation: added, removed and taken back, and asked for where nothing is said of them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OPEN_TYPE = """facts:
  thing: {cardinality: one, fields: {sure: {type: boolean}}}
  part:
    cardinality: many
    key: name
    absent: unknown
    fields:
      name: {type: text, ask: What is the part called?}
      weight: {type: integer, min: 0, max: 9, unit: kilograms, ask: What does the part weigh?}
  pick: {derived: true, fields: {what: {type: choice, of: [left, right]}}}
"""
RULES = """author: us
rules:
  - rule: heavy
    says: The parts weigh $n.
    backing: judgement
    when:
      - sum: {of: part, field: weight, as: $n}
      - test: $n >= 5
    then: [{pick: {what: left}}]
  - rule: light
    says: The parts weigh only $n.
    backing: judgement
    when:
      - sum: {of: part, field: weight, as: $n}
      - test: $n < 5
    then: [{pick: {what: right}}]
"""


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Type this at the questions."""

    def put(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))

    return put


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack that weighs parts, of which a case need not say whether there are any."""
    folder = tmp_path / "weighing"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: weighing\nversion: 1.0.0\ntitle: Weighing\nclaim: {fact: pick, field: what}\n", "utf-8"
    )
    (folder / "facts.yaml").write_text(OPEN_TYPE, "utf-8")
    (folder / "rules" / "weighing.yaml").write_text(RULES, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("typing", "claim", "parts"),
    [
        ("no\n", "right", []),
        ("why\nmaybe\nyes\nleg\n7\nno\n", "left", [{"name": "leg", "weight": 7}]),
        ("yes\nleg\n99\n2\ny\ntop\n3\n\n", "left", [{"name": "leg", "weight": 2}, {"name": "top", "weight": 3}]),
        ("add part leg\n4\n", "right", [{"name": "leg", "weight": 4}]),
        ("add parts: leg\nback\nno\n", "right", []),
    ],
)
def test_whether_there_is_any_record_is_asked_first(
    averment: Any, typed: Callable[[str], None], pack: Path, tmp_path: Path, typing: str, claim: str, parts: list[Any]
) -> None:
    typed(typing)
    file = tmp_path / "told.yaml"
    ran = averment("ask", "--pack", pack, "-o", file)
    assert (ran.code, ran.err) == (0, "")
    assert "1. Is there any part?" in ran.out and f"The claim is settled: {claim}." in ran.out, ran.out
    document = json.loads(averment("decide", file, "--pack", pack, "--format", "json").out)
    assert document["claim"] == claim
    assert sorted(document["facts"].get("part", []), key=lambda each: each["name"]) == parts


def test_what_is_said_of_records(averment: Any, typed: Callable[[str], None]) -> None:
    typed(
        "add\nadd tema\nadd team: fares, 9\nadd team fares, 2\nadd team a, b, c\nadd team\nseats\ncancel\n"
        "add product owner: fares, yes\nrecords\nremove team 4\nremove team 1\nback\nremove team fares\nback\nremove\n"
    )
    out = " ".join(averment("ask").out.split())
    for said in (
        "Name what there is one more of: add component,",
        "did you mean `team`?",
        "Added: team fares (9 engineers).",
        "There is such a team already",
        "This is 3 answers, and a team has 2 fields.",
        "How many engineers are in the team?",
        "Nothing was added.",
        "product owner 1: fares (technical background of the product owner: yes)",
        "There is no team 4.",
        "Removed: team fares (9 engineers).",
        'Taken back: that there is no team "fares".',
        'team: - engineers: 9 name: "fares"',
    ):
        assert said in out, said


@pytest.mark.parametrize("typing", ["add part\ndeclined\nleg\ndecline\nno\n", "add part leg, declined\n"])
def test_somebody_may_decline_what_is_asked_of_a_record(
    averment: Any, typed: Callable[[str], None], pack: Path, typing: str
) -> None:
    typed(typing)
    ran = averment("ask", "--pack", pack, "--format", "json")
    out = " ".join(ran.err.split())
    assert ("Added: part leg" in out and "Declined: what the part weighs" in out) or "Declined:" in out, out
    assert ("it has to be known" in out) is typing.startswith("add part\n")
    replies = json.loads(ran.out)["replies"]
    assert [(each["said"], each["field"]) for each in replies] == [
        ("added", 'part["leg"]'), ("declined", 'part["leg"].weight'),
    ]  # fmt: skip


def test_what_counts_as_none_is_said_in_the_end(averment: Any, typed: Callable[[str], None]) -> None:
    case = "knowledge/averment_knowledge/pm_tpm/cases/sensor-maker.yaml"
    typed("")
    out = " ".join(averment("ask", Path(__file__).parents[2] / case).out.split())
    assert "No further answer can change it. Nothing was said of any component" in out
    assert "they count as none." in out


@pytest.mark.parametrize("typing", ["add part\nquit\n", "add part leg\nquit\n", "yes\nleg\n4\nquit\n"])
def test_quit_ends_the_talk_wherever_it_is_typed(
    averment: Any, typed: Callable[[str], None], pack: Path, typing: str
) -> None:
    typed(f"{typing}why\n")
    ran = averment("ask", "--pack", pack)
    assert ran.code == 0 and "> quit" in ran.out and "> why" not in ran.out


def test_how_leaves_the_questions_to_the_consultation(
    averment: Any, typed: Callable[[str], None], tmp_path: Path
) -> None:
    case = "knowledge/averment_knowledge/pm_tpm/cases/museum-audio-tours.yaml"
    text = (Path(__file__).parents[2] / case).read_text("utf-8")
    leaning = tmp_path / "leaning.yaml"  # towards the technology, so that no presumption settles it
    leaning.write_text(text.replace("  company: {", "  company: {role_emphasis: technical, "), "utf-8")
    typed("how\n")
    out = averment("ask", leaning).out
    assert "product manager is possible" in out and "It hangs on" not in out and "listed at the end" not in out
