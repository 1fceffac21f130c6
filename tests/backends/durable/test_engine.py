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
    chance = kit.joining()
    cases = [chance.case() for _ in range(60)]
    outcomes = [kit.outcome(reference.evaluate, chance.program, case) for case in cases]
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


def test_a_large_case_between_small_ones(kit: Any) -> None:
    chance = kit.joining()
    cases = [chance.case() for _ in range(200)]
    ones = [fact for fact in cases[0].facts if chance.program.types[fact.type].one]
    many = [fact for case in cases for fact in case.facts if not chance.program.types[fact.type].one]
    large = kit.case(*[(fact.type, *fact.values) for fact in dict.fromkeys([*ones, *many])])
    assert len(large.facts) > 20
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


def test_facts_that_may_have_met_are_not_taken_out_one_by_one(kit: Any, sample: Any) -> None:
    program, cases, _ = sample
    with durable.Engine(program) as engine:
        spies = [_Spy(network) for network in engine._networks]
        for case in cases:
            kit.outcome(lambda _, case: engine.evaluate(case), program, case)
    single = [spy for spy in spies if spy.network._single]
    joining = [spy for spy in spies if not spy.network._single]
    assert single and all(spy.most <= 1 and spy.retracted > 10 for spy in single)
    assert joining and all(spy.most > 1 and spy.retracted == 0 for spy in joining)


class _Spy:
    """The engine of a network, watched: how many facts it held at most, and how many were retracted."""

    def __init__(self, network: native.Network) -> None:
        self.network, self._engine = network, network._engine
        self.held = self.most = self.retracted = 0
        network._engine = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def assert_fact(self, handle: int, fact: str) -> Any:
        self.held += '"p":1' not in fact
        self.most = max(self.most, self.held)
        return self._engine.assert_fact(handle, fact)

    def retract_fact(self, handle: int, fact: str) -> Any:
        self.held -= 1
        self.retracted += 1
        return self._engine.retract_fact(handle, fact)

    def delete_state(self, handle: int, session: str) -> Any:
        self.held = 0
        return self._engine.delete_state(handle, session)


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


def test_a_session_in_which_nothing_fired_is_left_alone(kit: Any, sample: Any) -> None:
    program, cases, _ = sample
    with durable.Engine(program) as engine:
        spies = [_Stuck(network) for network in engine._networks]
        for _ in range(2):
            with pytest.raises(durable.EngineFailure):
                engine.evaluate(next(case for case in cases if case.facts))
    assert any(spy.stuck for spy in spies) and not any(spy.deleted for spy in spies)


class _Stuck:
    """The engine of a network, in which nothing ever fires."""

    def __init__(self, network: native.Network) -> None:
        self._engine = network._engine
        self.stuck = self.deleted = 0
        network._engine = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def start_action_for_state(self, handle: int, state: int) -> Any:
        self.stuck += 1
        raise self._engine.error("on purpose")

    def delete_state(self, handle: int, session: str) -> Any:
        self.deleted += 1


def test_memory_is_flat(kit: Any) -> None:
    _flat(kit, 3000)


@pytest.mark.slow
def test_memory_is_flat_over_many_cases(kit: Any) -> None:
    _flat(kit, 30_000)


def _flat(kit: Any, count: int) -> None:
    chance = kit.joining()
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
