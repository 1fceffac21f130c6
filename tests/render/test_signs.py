"""What speaks for a claim and what against it is read from the rules' formulas, whatever things are called, and told
alike by text, page, pictures and documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.recording import loaded_files
from averment.render.diagram import diagram
from averment.render.display import Style
from averment.render.dot import dot
from averment.render.explanation import explanation_document
from averment.render.html import page
from averment.render.mermaid import mermaid
from averment.render.svg import svg
from averment.render.text import explanation

_FACTS = """facts:
  firm:
    cardinality: one
    fields:
      complex: {type: boolean}
      alone: {type: boolean}
      rush: {type: boolean}
      size: {type: integer, min: -9, max: 9}
  part: {cardinality: many, key: name, fields: {name: {type: text}, days: {type: integer, min: 0, max: 90}}}
  evidence:
    derived: true
    fields:
      favours: {type: choice, of: [tpm, pm]}
      weight: {type: decimal, places: 1, min: 0.0, max: 9.0}
      drift: {type: integer}
  advice: {derived: true, fields: {role: {type: choice, of: [technical, product, discuss]}}}
"""
_EVIDENCE = """
  - {rule: hard, says: The product is hard., backing: judgement, when: [{firm: {complex: true}}],
     then: [{evidence: {favours: tpm, weight: 3.0, drift: 1}}]}
  - {rule: nobody, says: Nobody is there yet., backing: judgement, when: [{firm: {alone: true}}],
     then: [{evidence: {favours: pm, weight: 2.0, drift: -4}}]}
  - {rule: hurry, says: There is a rush., backing: judgement, when: [{firm: {rush: true}}],
     then: [{evidence: {favours: pm, weight: 0.5, drift: 0}}]}
"""
_SUMS = """      - sum: {of: {evidence: {favours: tpm}}, field: weight, as: $t}
      - sum: {of: {evidence: {favours: pm}}, field: weight, as: $p}
"""


def _pack(*claims: tuple[str, str]) -> Pack:
    """A pack that makes these claims, each under these conditions."""
    rules = "".join(
        f"  - rule: r{number}\n    backing: judgement\n    when:\n{when}    then: [{{advice: {{role: {role}}}}}]\n"
        for number, (role, when) in enumerate(claims)
    )
    pack = "pack: s\nversion: 1.0.0\ntitle: S\nclaim: {fact: advice, field: role}\nparameters:\n"
    pack += "  margin: {type: integer, value: 0, min: -9, max: 9, says: How much more there must be.}\n"
    texts = {"pack.yaml": pack, "facts.yaml": _FACTS, "rules/a.yaml": f"author: A\nrules:{_EVIDENCE}{rules}"}
    return loaded_files({path: text.encode() for path, text in texts.items()})


def _decided(*claims: tuple[str, str], **given: Any) -> tuple[Outcome, Pack]:
    pack = _pack(*claims)
    facts = {"firm": {"complex": True, "alone": True, "rush": True, "size": 2, **given}, "part": []}
    return pack.decide(facts, engine="reference"), pack


def _tests(*tests: str) -> str:
    return _SUMS + "".join(f"      - test: {test}\n" for test in tests)


def _signs(outcome: Outcome) -> dict[str, Any]:
    """What each piece of evidence is said to do to the first rule that claims, by the rule that derived it."""
    derivation = outcome.derivation
    (first, *_) = [one for one in derivation.applications if one.firing.rule.id == "r0"]
    return {
        derivation.support[fact][0].firing.rule.id: (bears.word, None if bears.weight is None else f"{bears.weight:f}")
        for step in first.steps
        for fact, bears in zip(step.facts, step.bears, strict=False)
    }


_FOR, _AGAINST, _NEITHER = ("for", "3.0"), ("against", "2.0"), ("", None)


@pytest.mark.parametrize(
    ("tests", "hard", "nobody"),
    [
        (["$t - $p >= margin"], _FOR, _AGAINST),
        (["$t > $p"], _FOR, _AGAINST),
        (["$p <= $t"], _FOR, _AGAINST),
        (["margin + $t >= $p - 1.5"], _FOR, _AGAINST),
        (["2 * $t - 3 * $p > -9"], ("for", "6.0"), ("against", "6.0")),
        (["1.5 * $t - 1.5 * $p > -9"], _FOR, _AGAINST),
        (["$t + $p >= 1"], _FOR, ("for", "2.0")),
        (["$t * $t - $p > 0"], ("for", None), ("against", None)),
        (["$t > 0", "$t - $p >= margin"], _FOR, _AGAINST),
        (["$t > 0", "3 * $t - $p >= margin"], ("for", "9.0"), _AGAINST),
        (["$t - $p >= margin", "$p > 0"], _FOR, _NEITHER),
        (["$t - $p > -5", "$t - $p < 5"], _NEITHER, _NEITHER),
        (["$t - $t >= $p - 9"], _NEITHER, _AGAINST),
        (["$p != 0"], _NEITHER, ("for", "2.0")),
        (["$t = 3"], _NEITHER, _NEITHER),
        (["$t != 4"], _NEITHER, _NEITHER),
    ],
)
def test_the_sign_is_that_of_the_formula(tests: list[str], hard: Any, nobody: Any) -> None:
    outcome, _ = _decided(("technical", _tests(*tests)))
    found = _signs(outcome)
    assert (found["hard"], found["nobody"]) == (hard, nobody)


@pytest.mark.parametrize("size", [-2, 2])
def test_a_factor_from_the_case_has_the_sign_it_has_there(size: int) -> None:
    when = f"      - firm: {{size: $n}}\n{_tests('$n * $t + $p > -90')}"
    outcome, _ = _decided(("technical", when), size=size)
    assert _signs(outcome)["hard"] == ("for" if size > 0 else "against", "6.0")
    assert _signs(outcome)["nobody"] == ("for", "2.0")


def test_what_weighs_less_than_nothing_speaks_the_other_way() -> None:
    when = "      - sum: {of: {evidence: {}}, field: drift, as: $n}\n      - test: $n > -9\n"
    outcome, _ = _decided(("technical", when))
    assert _signs(outcome) == {"hard": ("for", "1"), "nobody": ("against", "4"), "hurry": _NEITHER}


@pytest.mark.parametrize(
    ("function", "test", "sign"),
    [("max", ">= 1", "for"), ("max", "<= 9", ""), ("min", "<= 9", "for"), ("min", ">= 0", "")],
)
def test_a_least_or_greatest_is_moved_one_way_only(function: str, test: str, sign: str) -> None:
    when = f"      - {function}: {{of: {{evidence: {{}}}}, field: weight, as: $n}}\n      - test: $n {test}\n"
    outcome, _ = _decided(("technical", when))
    assert set(_signs(outcome).values()) == {(sign, None)}


_MARGIN = ("technical", _tests("$t - $p >= margin"))
_OTHER = ("product", _tests("$p - $t >= 1"))
_EVEN = ("discuss", _tests("$t - $p < 1", "$p - $t < 1"))


def test_every_form_tells_what_speaks_against_a_claim() -> None:
    """The names of the claims and of what favours them have nothing in common."""
    outcome, pack = _decided(_MARGIN, _OTHER, _EVEN)
    explained, drawn = explain(outcome), diagram(explain(outcome), pack.model)
    text = explanation(outcome, pack.model, Style())
    assert "✔ 3.0  The product is hard." in text
    assert "✘ 2.0  against: Nobody is there yet." in text
    assert '<span class="bad">against:</span> Nobody is there yet.' in page(explained, pack.model)
    boxes = {box.text: id for id, box in drawn.boxes.items()}
    claim = next(id for id, box in drawn.boxes.items() if box.details and box.details[0].startswith("r0 "))
    assert drawn.arrows[boxes["Nobody is there yet."], claim].told == "against 2.0"
    assert drawn.arrows[boxes["The product is hard."], claim].told == "for 3.0"
    assert 'class="arrow against"' in svg(drawn) and ">against 2.0</text>" in svg(drawn)
    assert 'label="against 2.0" color="#a3302b"' in dot(drawn)
    assert f"-->|against 2.0| {claim}" in mermaid(drawn) and "linkStyle" in mermaid(drawn)
    document = explanation_document(explained, pack.model)
    signs = {edge["from"]: (edge["sign"], edge["weight"]) for edge in document["warrant"]["edges"] if "sign" in edge}
    assert sorted(signs.values()) == [("against", "0.5"), ("against", "2.0"), ("for", "3.0")]
    assert document["evidence"] == [
        {"claim": "technical", "sign": "for", "certain": "3.0", "undecided": "0"},
        {"claim": "product", "sign": "for", "certain": "2.5", "undecided": "0"},
        {"claim": "discuss", "sign": "for", "certain": "0", "undecided": "0"},
    ]


def test_what_speaks_for_no_claim_is_against_one() -> None:
    outcome, pack = _decided(_MARGIN)
    evidence = explanation_document(explain(outcome), pack.model)["evidence"]
    assert [(side["claim"], side["sign"], side["certain"]) for side in evidence if side["certain"] != "0"] == [
        ("technical", "for", "3.0"),
        ("technical", "against", "2.5"),
    ]
    assert "against technical" in page(explain(outcome), pack.model)


def test_where_there_is_no_sign_none_is_shown() -> None:
    outcome, pack = _decided(("discuss", _tests("$t - $p < 9", "$p - $t < 9")))
    text, drawn = explanation(outcome, pack.model, Style()), diagram(explain(outcome), pack.model)
    counted = [line for line in text.splitlines() if "Nobody is" in line or "is hard" in line]
    assert len(counted) == 2 and all("•" in line and "✔" not in line and "against" not in line for line in counted)
    assert not any(arrow.told for arrow in drawn.arrows.values())
    assert explanation_document(explain(outcome), pack.model)["evidence"] == []


@pytest.mark.parametrize("claims", [[_MARGIN, _OTHER, _EVEN], [_EVEN, _OTHER]])
def test_what_is_undecided_is_on_the_side_it_would_be_on(claims: Sequence[tuple[str, str]]) -> None:
    pack = _pack(*claims)
    outcome = pack.decide({"firm": {"alone": True, "rush": True, "size": 2}, "part": []}, engine="reference")
    text = explanation(outcome, pack.model, Style())
    assert ("undecided reasons for it" in text) is (claims[0] is _MARGIN)
    assert "undecided reasons against it" in text
