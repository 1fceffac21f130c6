"""The scalar backend says of complete cases what the law says, and nothing of any other."""

from __future__ import annotations

from typing import Any

import pytest

from averment.audit.given import given_facts
from averment.backends import reference
from averment.backends.scalar import compile_scalar, given_writer
from averment.core.program import Kind
from averment.core.values import decode
from averment.engines import open_engine
from averment.ir.digest import canonical
from averment.outcome.outcome import Outcome
from averment.quick import QuickOutcome


@pytest.mark.parametrize("joined", [False, True], ids=["one record of each type", "joined records"])
def test_random_complete_cases_agree(kit: Any, joined: bool) -> None:
    decided = left = 0
    for seed in range(300):
        chance = kit.chance(seed, joined)
        decide = compile_scalar(chance.program)
        assert decide is not None
        for case in [chance.case() for _ in range(8)]:
            found = decide(_plain(chance.program, case))
            expected = kit.referee(chance.program, case)
            if found is None:
                left += 1
            else:
                write = given_writer(chance.program)
                quick = QuickOutcome(found, open_engine("reference", chance.program), "case", write)
                assert canonical(write(found.values)) == canonical(given_facts(quick.case, chance.program.types))
                assert found[:4] == (expected.claim, expected.status, expected.strength, expected.fired), (seed, case)
                assert set(quick.case.facts) == set(case.facts) and quick.case.mentioned == case.mentioned
                assert quick.canonical == Outcome(quick.case, reference.evaluate(chance.program, quick.case)).canonical
                decided += 1
    assert decided > 600 and 20 < left < 2 * decided


def test_what_is_not_complete_and_valid_is_left_to_an_engine(kit: Any) -> None:
    chance = next(
        chance for chance in (kit.chance(seed, False) for seed in range(99)) if compile_scalar(chance.program)
    )
    decide = compile_scalar(chance.program)
    case = next(case for case in iter(chance.case, None) if not any(None in fact.values for fact in case.facts))
    good = _plain(chance.program, case)
    assert decide is not None and decide(good) is not None
    type = next(iter(good))
    for name in good[type]:
        for wrong in (None, "nonsense", 2.5, object(), {}, ["u", "u"], 10**30):
            bad = {**good, type: {**good[type], name: wrong}}
            if wrong == "nonsense" and chance.program.types[type].fields[0].kind is Kind.TEXT:
                continue
            assert decide(bad) is None or isinstance(wrong, str)
    assert decide({**good, "more": {}}) is None
    assert decide({**good, type: {**good[type], "more": 1}}) is None
    assert decide({}) is None


def _plain(program: Any, case: Any) -> dict[str, Any]:
    def plain(value: Any, field: Any) -> Any:
        return value if field.kind is Kind.INTEGER else decode(value, field)

    found: dict[str, Any] = {name: [] for name in case.mentioned if not program.types[name].one}
    for fact in case.facts:
        kind = program.types[fact.type]
        record = {
            field.name: plain(value, field)
            for field, value in zip(kind.fields, fact.values, strict=True)
            if value is not None
        }
        if kind.one:
            found[fact.type] = record
        else:
            found[fact.type].append(record)
    return found
