"""What is concluded beside the claim: advice, told in every explanation, and never what the claim rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from averment.outcome.beside import beside, types_beside
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.recording import loaded_files
from averment.render.display import Style
from averment.render.html import page
from averment.render.text import explanation

_FILES = {
    "pack.yaml": "pack: trip\nversion: 1.0.0\ntitle: Go?\nclaim: {fact: advice, field: what}\n",
    "facts.yaml": """facts:
  day: {cardinality: one, fields: {rain: {type: boolean, label: rain}, wind: {type: boolean}}}
  bag: {cardinality: many, key: name, fields: {name: {type: text}, heavy: {type: boolean}}}
  wet: {derived: true, fields: {how: {type: choice, of: [very]}}}
  load: {derived: true, fields: {name: {type: text}}}
  hint: {derived: true, fields: {text: {type: text}}}
  advice: {derived: true, fields: {what: {type: choice, of: [go, stay]}}}
""",
    "rules/all.yaml": """author: The authors
rules:
  - {rule: wet, says: It is wet., backing: judgement, when: [{day: {rain: true}}], then: [{wet: {how: very}}]}
  - {rule: stay, says: Stay., backing: judgement, when: [{wet: {}}], then: [{advice: {what: stay}}]}
  - {rule: go, says: Go., backing: judgement, when: [{not: {wet: {}}}], then: [{advice: {what: go}}]}
  - {rule: ask, says: Somebody should ask about the wind., backing: judgement, when: [{unknown: day.wind}],
     then: [{hint: {text: '"wind"'}}]}
  - {rule: load, says: $n is a load., backing: judgement, when: [{bag: {name: $n, heavy: true}}],
     then: [{load: {name: $n}}]}
  - {rule: carry, says: Leave $n at home., backing: judgement, when: [{load: {name: $n}}], then: [{hint: {text: $n}}]}
""",
}


@pytest.fixture(scope="module")
def trip() -> Pack:
    return loaded_files({path: text.encode() for path, text in _FILES.items()})


def _decided(pack: Pack, bags: int) -> Outcome:
    heavy = [{"name": f"bag {number:02}", "heavy": True} for number in range(bags)]
    return pack.decide({"day": {"rain": True}, "bag": [*heavy, {"name": "tent"}]}, engine="reference")


def _asides(text: str) -> Iterator[str]:
    for line in text.partition("Also concluded\n")[2].splitlines():
        if not line.startswith(("├", "└")):
            return
        yield re.sub(r"^[├└]─ |  +rules/.*$", "", line)


def test_advice_is_told_and_what_it_rests_on_is_not(trip: Pack) -> None:
    assert types_beside(trip.program()) == ("hint",)
    outcome = _decided(trip, 1)
    assert {fact.type for fact in beside(outcome.evaluation)} == {"hint"}
    assert [*_asides(explanation(outcome, trip.model, Style()))] == [
        "✔ Leave bag 00 at home.",
        "· Leave tent at home.",
        "✔ Somebody should ask about the wind.",
    ]


def test_the_page_tells_it_with_its_reasons(trip: Pack) -> None:
    text = page(explain(_decided(trip, 1)), trip.model)
    part = text.partition("Also concluded")[2].partition("</section>")[0]
    assert "Leave bag 00 at home." in part and "bag 00 is a load." in part and "the wind is not known" in part
    assert '<span class="unseen">undecided: </span> Leave tent at home.' in part
    ids = re.findall(r'id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_much_advice_stays_short(trip: Pack) -> None:
    lines = [*_asides(explanation(_decided(trip, 40), trip.model, Style()))]
    assert len(lines) == 13
    assert lines[-1] == "and 30 more: averment explain --fact tells all of hint"


def test_without_advice_nothing_is_told(trip: Pack) -> None:
    outcome = trip.decide({"day": {"rain": False, "wind": False}, "bag": []}, engine="reference")
    assert "Also concluded" not in explanation(outcome, trip.model, Style())
    assert "Also concluded" not in page(explain(outcome), trip.model)


def test_a_record_of_which_nothing_is_given_is_absent(trip: Pack) -> None:
    outcome = trip.decide({"bag": []}, engine="reference")
    origins = {node["id"]: node["origin"] for node in outcome.warrant["nodes"] if node["kind"] == "fact"}
    assert origins["day"] == "absent"
    given = trip.decide({"day": {"rain": True}}, engine="reference")
    assert {node["origin"] for node in given.warrant["nodes"] if node.get("type") == "day"} == {"given"}
