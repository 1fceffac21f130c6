"""Rules that join records, as straight-line code: small packs with a trap each, and what the law says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from averment import Outcome, Pack, load
from averment.backends import reference
from averment.backends.scalar import compile_scalar
from averment.core.program import Program
from averment.diagnostics.diagnostic import Report
from averment.law.truth import CaseError
from averment.pack import compile_files
from averment.quick import QuickOutcome
from averment.surface.pack_files import read_pack_files

W2 = Path(__file__).parents[3] / "benchmarks" / "packs" / "w2"
FACTS = """
  part: {cardinality: many, key: id, fields: {
    id: {type: text}, team: {type: text}, lead: {type: text}, size: {type: integer}}}
  link: {cardinality: many, fields: {from: {type: text}, to: {type: text}}}
  tool: {cardinality: many, key: name, fields: {
    name: {type: text}, does: {type: set, of: [cut, join]}, made: {type: date}, cost: {type: decimal, places: 2}}}
  need: {cardinality: many, fields: {does: {type: set, of: [join, cut, lift]}}}
  reach: {derived: true, fields: {from: {type: text}, to: {type: text}}}
  found: {derived: true, fields: {text: {type: text}}}
  number: {derived: true, fields: {n: {type: integer}}}
  small: {derived: true, fields: {n: {type: integer, max: 9}}}
  verdict: {derived: true, fields: {role: {type: choice, of: ["yes", "no"]}}}
"""
CASE: dict[str, Any] = {
    "part": [
        {"id": "a", "lead": "a", "team": "x", "size": 3},
        {"id": "b", "lead": "a", "team": "x", "size": 5},
        {"id": "c", "lead": "y", "team": "y", "size": 5},
        {"id": "y", "lead": "b", "team": "y", "size": -2},
    ],
    "link": [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}, {"from": "c", "to": "a"}, {"from": "c", "to": "c"}],
    "tool": [
        {"name": "saw", "does": ["cut"], "made": "2024-02-29", "cost": "10.50"},
        {"name": "glue", "does": ["join"], "made": "2025-01-01", "cost": 3},
        {"name": "ü", "does": [], "made": "2025-01-01", "cost": "0.01"},
    ],
    "need": [{"does": ["cut"]}, {"does": ["lift", "cut"]}],
}
REACH = """
  - {rule: one, when: [link: {from: $a, to: $b}], then: [reach: {from: $a, to: $b}]}
  - {rule: more, when: [reach: {from: $a, to: $b}, reach: {from: $b, to: $c}], then: [reach: {from: $a, to: $c}]}
"""
RULES: dict[str, tuple[str, str]] = {  # the rules, and those of them that fire in the case
    "nobody reads the records": ("- {rule: r, when: [not: {number: {n: 1}}], then: [verdict: {role: 'yes'}]}", "r"),
    "by key": ("- {rule: r, when: [link: {from: $a}, part: {id: $a, team: $t}], then: [found: {text: $t}]}", "r"),
    "by key, with fields that are equal": (
        """
  - {rule: r, when: [link: {from: $a}, part: {id: $a, team: $a}], then: [found: {text: $a}]}
  - {rule: s, when: [part: {team: $t}, part: {id: $t, team: $t}], then: [found: {text: $t}]}
  - {rule: t, when: [part: {id: $i}, tool: {name: $i}], then: [found: {text: $i}]}
""",
        "s",
    ),
    "equal fields of a fact that is there by key": (
        """
  - {rule: r, when: [link: {from: $a, to: $a}], then: [found: {text: $a}]}
  - {rule: s, when: [found: {text: $a}, link: {from: $b, to: $b}, part: {id: $a}], then: [number: {n: 1}]}
  - {rule: t, when: [number: {n: $n}, not: {part: {id: $q, team: $q}}], then: [number: {n: 2}]}
""",
        "r s",
    ),
    "a fact by its key whose other fields are to be equal": (
        """
  - {rule: r, when: [tool: {cost: '> 9'}, part: {id: $i, size: 3}, part: {id: $i, team: $q, lead: $q}],
     then: [found: {text: $i}]}
  - {rule: s, when: [part: {id: $i, size: '> 3'}, part: {id: $i, team: $q, lead: $q}], then: [found: {text: $i}]}
""",
        "s",
    ),
    "an equality as a test": (
        "- {rule: r, when: [part: {id: $a, size: $s}, part: {id: $b, size: $z}, test: $s = $z, test: $a != $b],"
        " then: [found: {text: $b}]}",
        "r",
    ),
    "a pair that is not there": (
        "- {rule: r, when: [part: {id: $a}, part: {id: $b}, test: $a != $b, link: {from: $a, to: $b},"
        " link: {from: $b, to: $a}], then: [verdict: {role: 'yes'}]}",
        "",
    ),
    "loops within loops, of which the first solution will do": (
        "- {rule: r, when: [part: {id: $a, size: $s}, part: {id: $b, size: $z}, link: {from: $c, to: $d},"
        " test: $s < $z, test: $a != $c, test: $d != $b], then: [verdict: {role: 'yes'}]}",
        "r",
    ),
    "recursion, met by itself": (
        REACH + """  - {rule: r, when: [not: {reach: {from: '"b"', to: '"y"'}}], then: [number: {n: 1}]}""",
        "more one r",
    ),
    "recursion that ends in a count": (
        REACH + "  - {rule: r, when: [count: {of: reach, as: $n}, test: $n = 9], then: [number: {n: $n}]}", "more one r"
    ),
    "a recursive rule that concludes elsewhere": (
        REACH.replace("then: [reach: {from: $a, to: $c}]", "then: [reach: {from: $a, to: $c}, found: {text: $b}]")
        + "  - {rule: r, when: [count: {of: found, as: $n}, test: $n = 3], then: [verdict: {role: 'no'}]}",
        "more one r",
    ),
    "recursion of two types, by turns, that looks back": (
        """
  - {rule: a, when: [tool: {cost: '> 9'}], then: [found: {text: '"a"'}]}
  - {rule: b, when: [found: {text: $a}, link: {from: $a, to: $b}], then: [reach: {from: $a, to: $b}]}
  - {rule: c, when: [found: {text: $a}, reach: {from: $a, to: $b}], then: [found: {text: $b}]}
  - {rule: d, when: [found: {text: $a}, link: {from: $a, to: $b}, reach: {from: $b}], then: [reach: {from: $b, to: $a}]}
  - {rule: e, when: [reach: {from: '"a"', to: '"c"'}], then: [verdict: {role: 'yes'}]}
""",
        "a b c d e",
    ),
    "aggregates by key": (
        """
  - {rule: c, when: [part: {team: $t}, count: {of: {part: {team: $t}}, as: $n}, test: $n = 2], then: [number: {n: $n}]}
  - {rule: s, when: [part: {team: $t}, sum: {of: {part: {team: $t}}, field: size, as: $n}, test: $n = 8],
     then: [number: {n: $n}]}
  - {rule: l, when: [part: {team: $t}, min: {of: {part: {team: $t}}, field: size, as: $n}, test: $n = -2],
     then: [number: {n: $n}]}
  - {rule: g, when: [link: {to: $t}, max: {of: {part: {team: $t}}, field: size, as: $n}], then: [number: {n: $n}]}
  - {rule: e, when: [count: {of: number, as: $n}, test: $n = 3], then: [verdict: {role: 'yes'}]}
""",
        "c e l s",
    ),
    "aggregates of all": (
        """
  - {rule: r, when: [sum: {of: {part: {size: '> 3'}}, field: size, as: $n}, max: {of: part, field: size, as: $m},
     test: $n = 2 * $m], then: [number: {n: $n}]}
  - {rule: s, when: [min: {of: {part: {size: '> 9'}}, field: size, as: $n}], then: [number: {n: $n}]}
  - {rule: t, when: [count: {of: {tool: {cost: '> 5'}}, as: $n}, part: {size: $z}, test: $z > $n],
     then: [number: {n: $z}]}
""",
        "r t",
    ),
    "equal facts count once": (
        """
  - {rule: r, when: [part: {size: $s}], then: [number: {n: $s}]}
  - {rule: s, when: [sum: {of: number, field: n, as: $n}, test: $n = 6], then: [verdict: {role: 'yes'}]}
""",
        "r s",
    ),
    "sets of other words": (
        """
  - {rule: r, when: [need: {does: $s}, tool: {does: $s, name: $n}], then: [found: {text: $n}]}
  - {rule: s, when: [need: {does: $s}, tool: {does: $z}, test: $s = $z, need: {does: lift}], then: [number: {n: 1}]}
  - {rule: t, when: [need: {does: not(cut)}], then: [number: {n: 2}]}
""",
        "r s",
    ),
    "dates and decimals": (
        "- {rule: r, when: [tool: {made: $d, name: $a}, tool: {made: $d, cost: $c, name: $b}, test: $a != $b,"
        " test: $c > 2], then: [found: {text: $b}]}",
        "r",
    ),
    "a conclusion out of range": ("- {rule: r, when: [part: {size: $s}], then: [small: {n: $s + 5}]}", "?"),
    "a conclusion just within range": ("- {rule: r, when: [part: {size: $s}], then: [small: {n: $s + 4}]}", "r"),
    "a calculation that leaves 64 bits": (
        "- {rule: r, when: [part: {size: $s}, test: $s * 4611686018427387904 < 0], then: [verdict: {role: 'no'}]}",
        "?",
    ),
    "one that a condition after it keeps from being made": (
        "- {rule: r, when: [tool: {name: $n, made: $d, cost: $c}, part: {size: $s}, test: $s * 4611686018427387904 < 0,"
        " test: $c < 0], then: [number: {n: $s}, found: {text: $n}]}",
        "",
    ),
    "one that a condition before it keeps from being made": (
        "- {rule: r, when: [part: {size: $s}, test: $s < 0, test: $s * 4611686018427387904 < 0],"
        " then: [verdict: {role: 'no'}]}",
        "r",
    ),
}  # fmt: skip


def pack_of(rules: str, facts: str = FACTS) -> Pack:
    manifest = {"pack": "p", "version": "1.0.0", "title": "T", "claim": {"fact": "verdict", "field": "role"}}
    written: list[dict[str, Any]] = yaml.safe_load(rules)
    contents = {
        "pack.yaml": manifest,
        "facts.yaml": {"facts": yaml.safe_load(facts)},
        "rules/all.yaml": {"author": "Tests", "rules": [{"backing": "judgement", **rule} for rule in written]},
    }
    report = Report()
    files = {name: yaml.safe_dump(content, sort_keys=False).encode() for name, content in contents.items()}
    pack = compile_files(read_pack_files(files, report), "p", report)
    assert pack is not None, report.diagnostics
    return pack


def by_law(pack: Pack, facts: dict[str, Any]) -> tuple[Any, ...] | None:
    """Claim, status, strength and what fired; nothing of a case without a lawful outcome."""
    case = pack.case(facts)
    try:
        found = Outcome(case, reference.evaluate(pack.program(), case))
    except CaseError:
        return None
    return found.claim, found.status, found.strength, found.fired


def by_code(program: Program, facts: dict[str, Any]) -> tuple[Any, ...] | None:
    decide = compile_scalar(program)
    assert decide is not None
    found = decide(facts)
    return None if found is None else found[:4]


@pytest.mark.parametrize(("rules", "fired"), RULES.values(), ids=RULES.keys())
def test_the_code_says_what_the_law_says(rules: str, fired: str) -> None:
    pack = pack_of(rules)
    said = by_code(pack.program(), CASE)
    assert said == by_law(pack, CASE)
    assert (said[3] if said else ("?",)) == tuple(fired.split())
    for type in CASE:
        for less in ({**CASE, type: []}, {**CASE, type: CASE[type][:1]}, {k: v for k, v in CASE.items() if k != type}):
            assert by_code(pack.program(), less) == by_law(pack, less)


def test_what_it_read_is_the_case() -> None:
    pack = pack_of(RULES["by key"][0])
    pack.decide(CASE)
    for facts in (CASE, {"part": [], "tool": CASE["tool"]}):
        outcome = pack.decide(facts)
        assert isinstance(outcome, QuickOutcome)
        assert outcome.case.facts == pack.case(facts).facts
        assert outcome.case.mentioned == pack.case(facts).mentioned
        assert outcome.canonical == pack.decide(pack.case(facts)).canonical


def test_it_leaves_what_is_not_complete_and_right() -> None:
    decide = compile_scalar(pack_of(RULES["by key"][0]).program())
    assert decide is not None and decide(CASE) is not None
    part = CASE["part"][0]
    for records in (
        None, {}, "abc", (part,), [None], [[]], [part, part], [part, {**part, "team": "z"}], [{**part, "size": True}],
        [{**part, "size": None}], [{**part, "size": 2**63}], [{**part, "team": 1}], [{**part, "team": "\ud800"}],
        [{**part, "more": 1}], [{"id": "a", "team": "x", "size": 3}],
        [{"id": "a", "lead": "a", "team": "x", "siez": 1}],
    ):  # fmt: skip
        assert decide({**CASE, "part": records}) is None
    assert decide({}) is None
    assert decide({**CASE, "found": []}) is None


def test_firings_are_bounded() -> None:
    pairs = pack_of(
        "- {rule: r, when: [part: {size: $s}, link: {from: $t}], then: [number: {n: $s}, found: {text: $t}]}"
    )
    hit = pack_of("- {rule: r, when: [part: {size: $s}, link: {from: $t}], then: [verdict: {role: 'yes'}]}")
    round = pack_of(REACH.replace("reach: {from: $b", "link: {from: $b"))
    for number, decided in ((400, True), (500, False)):
        many = {
            "part": [{"id": f"p{n}", "team": "x", "lead": "y", "size": n} for n in range(number)],
            "link": [{"from": f"p{n}", "to": f"p{(n + 1) % number}"} for n in range(number)],
        }
        for pack in (pairs, hit, round):
            found = compile_scalar(pack.program())
            assert found is not None and (found(many) is not None) is decided


def test_tries_are_bounded() -> None:
    when = "[part: {id: $i, size: $s}, part: {size: $z}, test: $s + 9999 < $z]"
    rules = f"- {{rule: r, when: {when}, then: [found: {{text: $i}}]}}"
    decide = compile_scalar(pack_of(rules).program())
    assert decide is not None
    for number, decided in ((400, True), (500, False)):
        parts = [{"id": f"p{n}", "team": "x", "lead": "y", "size": n} for n in range(number)]
        assert (decide({"part": parts}) is not None) is decided


def test_a_rule_too_deep_for_python_is_left_to_an_engine() -> None:
    many = ", ".join(f"link: {{from: $a{n}, to: $b{n}}}" for n in range(30))
    assert (
        compile_scalar(pack_of(f"- {{rule: r, when: [{many}], then: [found: {{text: $a29}}]}}").program()) is not None
    )
    tests = ", ".join(f"test: $a{n} != $b{n + 1}" for n in range(29))
    rules = f"- {{rule: r, when: [{many}, {tests}], then: [found: {{text: $a29}}]}}"
    assert compile_scalar(pack_of(rules).program()) is None


def test_the_second_workload_is_for_it() -> None:
    pack = load(W2)
    facts: dict[str, Any] = {
        "team": [{"id": n, "has_lead": True, "size": 3} for n in range(4)],
        "component": [{"id": n, "owner": n * n % 5, "critical": n % 3 > 0, "has_po": n % 4 == 1} for n in range(12)],
        "dependency": [{"src": n, "dst": n * k % 13} for n in range(12) for k in range(1, 4)],
    }
    facts["dependency"] = [dict(pair) for pair in dict.fromkeys(tuple(each.items()) for each in facts["dependency"])]
    assert by_code(pack.program(), facts) == by_law(pack, facts)
