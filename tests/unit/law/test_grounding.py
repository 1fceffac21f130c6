"""The work of grounding grows as the rules do, and no faster. Work is the number of calls made, not time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.counting import calls

from averment.core.program import Program
from averment.diagnostics.diagnostic import Report
from averment.law.grounding import ground
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

_PACK = b"pack: grown\nversion: 1.0.0\ntitle: A pack of many rules\nclaim: {fact: decision, field: answer}\n"
_FACTS = """facts:
  plan: {cardinality: one, fields: {size: {type: integer, min: 0, max: 100}, known: {type: boolean}}}
  part: {cardinality: many, fields: {name: {type: text}, weight: {type: integer, min: 0, max: 9}}}
  sign: {derived: true, fields: {number: {type: integer, min: 0, max: 100000}}}
  mark: {derived: true, fields: {number: {type: integer, min: 0, max: 100000}, size: {type: integer}}}
  evidence: {derived: true, fields: {number: {type: integer, min: 0, max: 100000}, side: {type: choice, of: [a, b]}}}
  decision: {derived: true, fields: {answer: {type: choice, of: [yes, no]}}}
"""
_CLAIM = """  - rule: decide
    backing: judgement
    when:
      - count: {of: {evidence: {side: a}}, as: $a}
      - count: {of: {evidence: {side: b}}, as: $b}
      - test: $a > $b
    then:
      - decision: {answer: "yes"}
"""


def _rule(name: str, when: str, then: str) -> str:
    return f"  - {{rule: {name}, backing: judgement, when: [{when}], then: [{then}]}}\n"


def _signs(count: int) -> list[str]:
    return [_rule(f"s{n}", f"plan: {{size: '>= {n % 90}'}}", f"sign: {{number: {n}}}") for n in range(count)]


def _layered(count: int) -> list[str]:
    """Evidence from two signs, and sometimes the want of a third."""
    rules = _signs(count)
    for n in range(count // 2):
        absent = f", not: {{sign: {{number: {n * 5 % count}}}}}" if n % 3 == 0 else ""
        when = f"sign: {{number: {n * 7 % count}}}, sign: {{number: {n * 3 % count}}}{absent}"
        when = ", ".join(f"{{{condition}}}" for condition in when.split(", ") if condition)
        rules.append(_rule(f"e{n}", when, f"evidence: {{number: {n}, side: {'ab'[n % 2]}}}"))
    return rules


def _valued(count: int) -> list[str]:
    """Facts with a value that differs from case to case beside one that tells them apart."""
    rules = [_rule(f"m{n}", "plan: {size: $s, known: true}", f"mark: {{number: {n}, size: $s}}") for n in range(count)]
    return rules + [_rule(f"e{n}", f"mark: {{number: {n}, size: '> 3'}}", _side(n)) for n in range(count)]


def _side(n: int) -> str:
    return f"evidence: {{number: {n}, side: {'ab'[n % 2]}}}"


def _joined(count: int) -> list[str]:
    """Among others, rules of too many instances: each is found to be one to join."""
    rules = _layered(count)
    rules += [_rule(f"m{n}", f"plan: {{size: '<= {n}'}}", f"mark: {{number: {n}, size: 0}}") for n in range(23)]
    when = "{mark: {number: $x}}, {mark: {number: $y}}, {test: $x < $y}"
    return rules + [_rule(f"j{n}", when, _side(count + n)) for n in range(count // 10)]


def _chained(count: int) -> list[str]:
    """Signs that rest on signs."""
    rules = _signs(count // 5)
    for n in range(count // 5, count):
        when = f"{{sign: {{number: {n - 1}}}}}, {{sign: {{number: {n * 7 % n}}}}}"
        rules.append(_rule(f"s{n:04}", when, f"sign: {{number: {n}}}"))
    return rules


def _program(rules: list[str]) -> Program:
    text = "author: a\nrules:\n" + "".join(rules) + _CLAIM
    report = Report()
    files = {"pack.yaml": _PACK, "facts.yaml": _FACTS.encode(), "rules/all.yaml": text.encode()}
    pack = compile_files(read_pack_files(files, report), "grown", report)
    assert pack is not None, report.diagnostics[:3]
    return pack.program()


@pytest.mark.parametrize("rules", [_layered, _valued, _joined, _chained])
def test_four_times_the_rules_are_four_times_the_work(rules: Callable[[int], list[str]]) -> None:
    few, many = (_program(rules(count)) for count in (30, 120))
    assert calls(lambda: ground(many)) < 4.6 * calls(lambda: ground(few))
