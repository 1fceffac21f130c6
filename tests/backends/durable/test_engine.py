"""An engine is as good on its thousandth case as on its first, in every thread and process, and holds on to nothing."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from averment.backends import durable, reference
from averment.backends.durable import native


@pytest.fixture
def sample(kit: Any) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """A random program that joins, cases for it and their outcomes by the reference."""
    chance = kit.chance(33)
    cases = [chance.case() for _ in range(60)]
    outcomes = [kit.outcome(reference.evaluate, chance.program, case) for case in cases]
    assert sum(bool(outcome[0]) and outcome[0] != "error" for outcome in outcomes) > 20
    yield chance.program, cases, outcomes


def test_a_used_engine_is_as_good_as_new(kit: Any, sample: Any) -> None:
    program, cases, outcomes = sample
    with durable.Engine(program) as engine:
        for _ in range(3):
            assert [kit.outcome(lambda _, case: engine.evaluate(case), program, case) for case in cases] == outcomes


def test_threads_take_turns(kit: Any, sample: Any) -> None:
    program, cases, outcomes = sample
    with durable.Engine(program) as engine, ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda case: kit.outcome(lambda _, case: engine.evaluate(case), program, case), cases * 5)
        assert list(found) == outcomes * 5


def test_many_facts_are_let_go_with_their_session(kit: Any) -> None:
    chance = kit.chance(33)
    cases = [chance.case() for _ in range(200)]
    ones = [fact for fact in cases[0].facts if chance.program.types[fact.type].one]
    many = [fact for case in cases for fact in case.facts if not chance.program.types[fact.type].one]
    large = kit.case(*[(fact.type, *fact.values) for fact in dict.fromkeys([*ones, *many])])
    assert len(large.facts) > 80
    small = chance.case()
    with durable.Engine(chance.program) as engine:
        for case in (small, large, small, large, small):
            expected = kit.outcome(reference.evaluate, chance.program, case)
            assert kit.outcome(lambda _, case: engine.evaluate(case), chance.program, case) == expected


def test_ids_whose_hashes_collide(kit: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    program, cases, outcomes = sample
    add = native.Network.add

    def crowded(self: native.Network, id: str, fact: str) -> bool:
        return not id.endswith(("1", "3")) and add(self, id, fact)

    monkeypatch.setattr(native.Network, "add", crowded)
    for case, outcome in zip(cases, outcomes, strict=True):
        assert kit.outcome(durable.evaluate, program, case) == outcome


def test_a_failure_leaves_nothing_behind(kit: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    program, cases, outcomes = sample
    with durable.Engine(program) as engine:
        with monkeypatch.context() as patch:
            patch.setattr(native.Network, "drain", _fail)
            with pytest.raises(durable.EngineFailure):
                engine.evaluate(cases[0])
        assert [kit.outcome(lambda _, case: engine.evaluate(case), program, case) for case in cases] == outcomes


def _fail(self: native.Network) -> list[str]:
    raise durable.EngineFailure("on purpose")


def test_memory_is_flat(kit: Any) -> None:
    _flat(kit, 3000)


@pytest.mark.slow
def test_memory_is_flat_over_many_cases(kit: Any) -> None:
    _flat(kit, 100_000)


def _flat(kit: Any, count: int) -> None:
    chance = kit.chance(33)
    cases = [chance.case() for _ in range(50)]
    with durable.Engine(chance.program) as engine:
        for warm in range(1000):
            kit.outcome(lambda _, case: engine.evaluate(case), chance.program, cases[warm % 50])
        before = _resident()
        for number in range(count):
            kit.outcome(lambda _, case: engine.evaluate(case), chance.program, cases[number % 50])
        grown = _resident() - before
    print(f"{count} cases: {grown / 1024:.0f} KiB more")
    assert grown < 2 * 2**20


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
