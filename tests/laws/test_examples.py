"""The law by example: small packs whose outcome a reader can work out, each for one sentence of it, on every engine."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from averment import Pack
from averment.diagnostics.diagnostic import Report
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

durable = pytest.mark.skipif(find_spec("durable_rules_engine") is None, reason="durable-rules is not installed")

MANIFEST = """
pack: example
version: 1.0.0
title: An example
claim: {fact: verdict, field: role}
parameters: {two: {type: integer, value: 2, says: Two.}}
"""

VOCABULARY = """
facts:
  firm:
    cardinality: one
    fields:
      size: {type: integer, min: 0, max: 9}
      rich: {type: boolean}
      grade: {type: level, of: [low, mid, high]}
  part:
    cardinality: many
    key: id
    fields: {id: {type: text}, team: {type: text}, weight: {type: integer, min: 1, max: 5}}
  rumour: {cardinality: many, absent: unknown, fields: {about: {type: text}}}
  link: {cardinality: many, fields: {from: {type: text}, to: {type: text}}}
  team: {derived: true, fields: {name: {type: text}}}
  reach: {derived: true, fields: {from: {type: text}, to: {type: text}}}
  sign: {derived: true, fields: {name: {type: choice, of: [good, bad]}, points: {type: integer}}}
  verdict: {derived: true, fields: {role: {type: choice, of: [yes, no]}}}
"""


def pack(rules: str) -> Pack:
    """A pack of these rules, written ``WHEN => THEN`` one a line."""
    written = "author: nobody\nrules:\n"
    for number, line in enumerate(filter(None, map(str.strip, rules.splitlines()))):
        when, then = line.split("=>")
        written += f"  - {{rule: r{number}, backing: judgement, when: [{when}], then: [{then}]}}\n"
    files = {"pack.yaml": MANIFEST.encode(), "facts.yaml": VOCABULARY.encode(), "rules/all.yaml": written.encode()}
    report = Report()
    made = compile_files(read_pack_files(files, report), "example", report)
    assert made is not None, report.diagnostics
    return made


YES = "{verdict: {role: yes}}"
NO = "{verdict: {role: no}}"
TEAMS = "{part: {team: $t}} => {team: {name: $t}}\n"
COUNTED = TEAMS + "{count: {of: team, as: $n}}, {test: $n >= two} => " + YES
SUM = "{sum: {of: part, field: weight, as: $n}}, {test: $n >= 4} => " + YES
SIGNS = f"""
{{firm: {{rich: true}}}} => {{sign: {{name: good, points: 3}}}}
{{firm: {{size: ">= 5"}}}} => {{sign: {{name: good, points: 2}}}}
{{sum: {{of: {{sign: {{name: good}}}}, field: points, as: $n}}}}, {{test: $n >= 3}} => {YES}
"""
REACH = """
{link: {from: $a, to: $b}} => {reach: {from: $a, to: $b}}
{reach: {from: $a, to: $b}}, {link: {from: $b, to: $c}} => {reach: {from: $a, to: $c}}
"""


@pytest.mark.parametrize("engine", ["reference", pytest.param("durable", marks=durable)])
@pytest.mark.parametrize(
    ("sentence", "rules", "facts", "claim", "hangs_on"),
    [
        ("A missing field is unknown, not false.", f"{{firm: {{rich: true}}}} => {YES}", {}, "open", ["firm.rich"]),
        ("A false condition decides.", f"{{firm: {{rich: true}}}} => {YES}", {"firm": {"rich": False}}, "gap", []),
        ("A dash passes even the unknown.", f'{{firm: {{rich: "-"}}}} => {YES}', {}, "yes", []),
        ("False outweighs unknown.", f"{{firm: {{rich: true, size: 3}}}} => {YES}", {"firm": {"size": 4}}, "gap", []),
        ("No records given are none.", f"{{part: {{}}}} => {YES}", {"firm": {}}, "gap", []),
        ("Unless absence is unknown.", f"{{rumour: {{}}}} => {YES}", {"firm": {}}, "open", ["rumour"]),
        ("An empty list is not absence.", f"{{rumour: {{}}}} => {YES}", {"rumour": []}, "gap", []),
        ("Not is false of what is true.", f"{{not: {{part: {{}}}}}} => {YES}", {"part": [{"id": "a"}]}, "gap", []),
        (
            "Not is unknown of what is possible.",
            f"{{not: {{part: {{team: x}}}}}} => {YES}".replace("x", "'\"x\"'"),
            {"part": [{"id": "a"}]},
            "open",
            ['part["a"].team'],
        ),
        ("A fact derived twice is one.", COUNTED, {"part": [{"id": i, "team": "x"} for i in "ab"]}, "gap", []),
        ("Two facts are two.", COUNTED, {"part": [{"id": i, "team": i} for i in "ab"]}, "yes", []),
        (
            "A possible fact with an unknown field may be many.",
            COUNTED,
            {"part": [{"id": "a"}, {"id": "b"}]},
            "open",
            ['part["a"].team', 'part["b"].team'],
        ),
        (
            "A sum uses the range of what is unknown: too little.",
            SUM,
            {"part": [{"id": "a"}]},
            "open",
            ['part["a"].weight'],
        ),
        (
            "A sum uses the range of what is unknown: enough.",
            SUM,
            {"part": [{"id": "a", "weight": 3}, {"id": "b"}]},
            "yes",
            [],
        ),
        (
            "The sum of nothing is 0.",
            f"{{sum: {{of: part, field: weight, as: $n}}}}, {{test: $n = 0}} => {YES}",
            {},
            "yes",
            [],
        ),
        (
            "The minimum of nothing does not match.",
            f"{{min: {{of: part, field: weight, as: $n}}}} => {YES}",
            {},
            "gap",
            [],
        ),
        ("What only may count makes an interval: decided.", SIGNS, {"firm": {"rich": True}}, "yes", []),
        ("What only may count makes an interval: open.", SIGNS, {"firm": {"size": 9}}, "open", ["firm.rich"]),
        ("What only may count makes an interval: never.", SIGNS, {"firm": {"rich": False}}, "gap", []),
        ("Rules that disagree are a conflict.", f"{{firm: {{}}}} => {YES}\n{{firm: {{}}}} => {NO}", {}, "conflict", []),
        (
            "What may yet disagree is open.",
            f"{{firm: {{}}}} => {YES}\n{{firm: {{rich: true}}}} => {NO}",
            {},
            "open",
            ["firm.rich"],
        ),
        (
            "Recursion ends, circles and all.",
            REACH + f"{{reach: {{from: $a, to: $a}}}} => {YES}",
            {"link": [{"from": "a", "to": "b"}, {"from": "b", "to": "a"}]},
            "yes",
            [],
        ),
        (
            "A level is ordered.",
            f'{{firm: {{grade: "[mid..high)"}}}} => {YES}',
            {"firm": {"grade": "mid"}},
            "yes",
            [],
        ),
        (
            "An alternative is enough.",
            f"{{any: [{{firm: {{rich: true}}}}, {{firm: {{size: 1}}}}]}} => {YES}",
            {"firm": {"size": 1}},
            "yes",
            [],
        ),
        (
            "A count that is an interval may equal any value in it.",
            TEAMS + f"{{count: {{of: team, as: $n}}}}, {{not: {{firm: {{size: $n}}}}}} => {YES}",
            {"firm": {"size": 1}, "part": [{"id": "a"}]},
            "open",
            ['part["a"].team'],
        ),
    ],
)
def test_the_law_says(
    sentence: str, rules: str, facts: dict[str, Any], claim: str, hangs_on: list[str], engine: str
) -> None:
    outcome = pack(rules).decide(facts or {"firm": {}}, engine=engine)
    assert (outcome.claim, list(outcome.hangs_on)) == (claim, hangs_on), sentence
