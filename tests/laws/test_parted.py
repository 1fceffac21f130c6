"""Layers by the values of a choice: deny unless allowed, enumerated, and only where types alone make a cycle."""

from __future__ import annotations

import json
from importlib.util import find_spec
from itertools import product
from typing import Any

import pytest
from tests.laws.differential import verdict

import averment
from averment import Pack
from averment.diagnostics.diagnostic import Report
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

FACTS = {
    "visit": {"cardinality": "one", "fields": {"staff": {"type": "boolean"}, "late": {"type": "boolean"}}},
    "door": {"cardinality": "many", "key": "id", "fields": {"id": {"type": "text"}, "open": {"type": "boolean"}}},
    "access": {
        "derived": True,
        "fields": {"how": {"type": "choice", "of": ["allow", "deny", "except"]}, "door": {"type": "text"}},
    },
    "verdict": {"derived": True, "fields": {"role": {"type": "choice", "of": ["enter", "stay"]}}},
}


def a_rule(name: str, when: list[Any], then: Any) -> dict[str, Any]:
    return {"rule": name, "backing": "judgement", "when": when, "then": [then]}


def access(how: str) -> dict[str, Any]:
    return {"access": {"how": how, "door": "$d"}}


RULES = [
    a_rule("except", [{"door": {"id": "$d"}}, {"visit": {"staff": True, "late": True}}], access("except")),
    a_rule("allow", [{"door": {"id": "$d", "open": True}}, {"not": access("except")}], access("allow")),
    a_rule("deny", [{"door": {"id": "$d"}}, {"not": access("allow")}], access("deny")),
    a_rule("enter", [access("allow")], {"verdict": {"role": "enter"}}),
    a_rule("stay", [{"not": {"verdict": {"role": "enter"}}}], {"verdict": {"role": "stay"}}),
]


def compiled(rules: list[dict[str, Any]]) -> tuple[Pack | None, Report]:
    files: dict[str, Any] = {
        "pack.yaml": {"pack": "p", "version": "1.0.0", "title": "P", "claim": {"fact": "verdict", "field": "role"}},
        "facts.yaml": {"facts": FACTS},
        "rules/r.yaml": {"author": "A", "rules": rules},
    }
    report = Report()
    read = read_pack_files({name: json.dumps(content).encode() for name, content in files.items()}, report)
    return compile_files(read, "p", report), report


def test_a_settled_claim_holds_in_every_completion() -> None:
    pack, report = compiled(RULES)
    assert pack is not None, report.diagnostics
    assert pack.program().parts == {"access": 1, "verdict": 0}

    def claim(values: tuple[bool | None, ...]) -> Any:
        staff, late, *opens = values
        visit = {name: value for name, value in (("staff", staff), ("late", late)) if value is not None}
        doors = [{"id": f"d{n}", **({} if held is None else {"open": held})} for n, held in enumerate(opens)]
        return pack.decide({"visit": visit, "door": doors}, engine="reference")

    whole = {values: claim(values).claim for values in product((True, False), repeat=4)}
    assert {*whole.values()} == {"enter", "stay"}
    for staff, late, *opens in whole:
        assert whole[staff, late, *opens] == ("enter" if any(opens) and not (staff and late) else "stay")
    for values in product((True, False, None), repeat=4):
        each = [(True, False) if value is None else (value,) for value in values]
        outcome, on_each = claim(values), {whole[completed] for completed in product(*each)}
        assert on_each <= {*outcome.possible} and (not outcome.settled or on_each == {outcome.claim})
        assert outcome.settled or outcome.hangs_on


@pytest.mark.skipif(not find_spec("durable_rules_engine"), reason="durable is not installed")
def test_what_is_possible_of_one_part_is_not_counted_since_another_was_certain() -> None:
    count = [{"count": {"of": {"access": {"how": "allow"}}, "as": "$n"}}, {"test": "$n > 1"}]
    counted = a_rule("enter", count, {"verdict": {"role": "enter"}})
    pack, report = compiled([counted if rule["rule"] == "enter" else rule for rule in RULES])
    assert pack is not None, report.diagnostics
    for staff, late, held in product((True, False, None), repeat=3):
        visit = {name: value for name, value in (("staff", staff), ("late", late)) if value is not None}
        doors = [{"id": "a", "open": True}, {"id": "b", **({} if held is None else {"open": held})}]
        case = pack.case({"visit": visit, "door": doors})
        assert verdict(pack, case, "durable") == verdict(pack, case, "reference")
    outcome = pack.decide(
        {"visit": {"staff": False}, "door": [{"id": "a", "open": True}, {"id": "b"}]}, engine="durable"
    )
    assert outcome.status.value == "open"


def test_a_cycle_through_values_is_one_still() -> None:
    loop = a_rule("loop", [{"door": {"id": "$d"}}, access("deny")], access("allow"))
    pack, report = compiled([*RULES, loop])
    assert pack is None and [found.code for found in report.diagnostics] == ["AV401"]
    computed = a_rule("any", [{"door": {"id": "$d"}}, {"access": {"door": "$d"}}], access("except"))
    pack, report = compiled([*RULES, computed])
    assert pack is None and [found.code for found in report.diagnostics] == ["AV401"]


def test_layers_go_by_type_where_that_is_no_cycle() -> None:
    assert averment.load("pm_tpm").program().parts == {}
