"""What example cases expect: that it exists, and that it comes true."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from averment.diagnostics.diagnostic import Diagnostic

_PACK = """
pack: demo
version: 1.0.0
title: Which manager?
claim: {fact: recommendation, field: role, strength: {fact: used, field: price}}
"""
_FACTS = """
facts:
  engineering:
    cardinality: one
    fields: {stage: {type: choice, of: [idea, growth, mature], presume: growth}, size: {type: integer}}
  used: {derived: true, fields: {price: {type: decimal, places: 2}}}
  pressure: {derived: true, fields: {points: {type: integer, min: 0, max: 5}}}
  recommendation: {derived: true, fields: {role: {type: choice, of: [manager, technical_manager]}}}
"""
_RULES = """
author: The authors
rules:
  - rule: growing
    backing: judgement
    when: [engineering: {stage: growth}]
    then: [{recommendation: {role: manager}}, {used: {price: 1.5}}]
  - rule: idea
    backing: judgement
    when: [engineering: {stage: idea}]
    then: [{recommendation: {role: manager}}, {recommendation: {role: technical_manager}}]
  - rule: sized
    backing: judgement
    when: [engineering: {size: $n}]
    then: [pressure: {points: $n}]
"""

Found = Callable[..., list[Diagnostic]]


def _checked(found: Found, code: str, facts: str, expect: str) -> list[Diagnostic]:
    case = f"case: c\nfacts: {{engineering: {facts}}}\nexpect: {expect}\n"
    return found(code, {"pack.yaml": _PACK, "facts.yaml": _FACTS, "rules/base.yaml": _RULES, "cases/c.yaml": case})


_MET = [
    ("{stage: growth}", "{claim: manager, status: settled, strength: 1.5}"),
    ("{stage: growth}", '{strength: "1.50"}'),
    ("{stage: growth}", "{}"),
    ("{stage: idea}", "{claim: conflict, status: conflict, strength: null}"),
    ("{stage: mature}", "{claim: gap, status: gap}"),
    ("{}", "{claim: open, status: presumed, presumed: manager}"),
]


@pytest.mark.parametrize(("facts", "expect"), _MET)
def test_what_comes_true_is_not_told(facts: str, expect: str, found: Found) -> None:
    assert _checked(found, "AV408", facts, expect) == []
    assert _checked(found, "AV409", facts, expect) == []


_UNMET = [
    ("{stage: growth}", "{claim: technical_manager}", ["the claim is `manager`"]),
    ("{stage: growth}", "{claim: manager, status: open}", ["the status is `settled`"]),
    ("{stage: growth}", "{strength: 1.25}", ["the strength is `1.50`"]),
    ("{stage: growth}", "{strength: null}", ["the strength is `1.50`"]),
    ("{stage: growth}", "{presumed: manager}", ["the presumed claim is none"]),
    ("{stage: idea}", "{claim: manager, status: settled, strength: 1}",
     ["the claim is `conflict`", "the status is `conflict`", "the strength is none"]),
    ("{stage: mature}", "{claim: manager}", ["the claim is `gap`"]),
    ("{}", "{claim: manager, status: settled}", ["the claim is `open`", "the status is `presumed`"]),
    ("{}", "{presumed: technical_manager}", ["the presumed claim is `manager`"]),
    ("{stage: growth, size: 6}", "{claim: manager}", ["there is none"]),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "expect", "labels"), _UNMET)
def test_what_does_not_come_true_is_told_once_a_case(facts: str, expect: str, labels: list[str], found: Found) -> None:
    (finding,) = _checked(found, "AV409", facts, expect)
    assert [label.text for label in finding.labels] == labels
    assert finding.labels[0].span.line == 3
    assert finding.severity == "error"


_STRANGE = [
    ("{claim: manger}", "`manger` is not a claim of this pack", "did you mean `manager`?"),
    ("{presumed: open}", "`open` is not a claim of this pack", "there are `manager`, `technical_manager`"),
    ("{strength: strong}", "the text `strong` is not a value of `used.price`", "write a number, as `12` or `1.5`"),
]


@pytest.mark.parametrize(("expect", "message", "help"), _STRANGE)
def test_what_no_case_can_have_is_told(expect: str, message: str, help: str, found: Found) -> None:
    (finding,) = _checked(found, "AV408", "{stage: growth}", expect)
    assert (finding.message, finding.help) == (message, (help,))
    assert _checked(found, "AV409", "{stage: growth}", expect) == []


def test_the_claims_of_a_pack_may_have_no_strength(found: Found) -> None:
    case = "case: c\nfacts: {engineering: {stage: growth}}\nexpect: {strength: strong}\n"
    (finding,) = found("AV408", {"cases/c.yaml": case})
    assert finding.message == "the claims of this pack have no strength"
