"""A pack that has decided goes wherever a fresh one does: through pickle and copy, to other threads and processes."""

from __future__ import annotations

import asyncio
import copy
import pickle
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context

import pytest

import averment
from averment.engines import EngineLost
from averment.pack import SETS

FACTS = {"product": {"technical_complexity": "high"}, "engineering": {"team_size": 45}}
durable = pytest.mark.skipif(find_spec("durable_rules_engine") is None, reason="durable-rules is not installed")


@pytest.fixture(scope="module")
def pack() -> averment.Pack:
    """A pack that has decided: twice, so that code was written for it, under two sets of parameters, and a table."""
    pack = averment.load()
    for parameters in ({}, {"large_team_size": 60}):
        for _ in range(2):
            pack.decide(FACTS, parameters)
    if find_spec("pyarrow"):
        import pyarrow

        pack.decide_table(pyarrow.table({"team_size": [45]}))
    return pack


def decided(pack: averment.Pack, size: int) -> bytes:
    return pack.decide({**FACTS, "engineering": {"team_size": size}}).canonical


@pytest.mark.parametrize("again", [lambda pack: pickle.loads(pickle.dumps(pack)), copy.deepcopy, copy.copy])
def test_a_copy_decides_alike_and_is_as_small_as_a_fresh_one(
    pack: averment.Pack, again: Callable[[averment.Pack], averment.Pack]
) -> None:
    other = again(pack)
    assert decided(other, 45) == decided(pack, 45)
    assert len(pickle.dumps(pack)) <= len(pickle.dumps(averment.load())) * 1.5


@pytest.mark.parametrize("start", ["threads", "fork", "spawn"])
def test_a_pack_goes_to_threads_processes_and_asyncio(pack: averment.Pack, start: str) -> None:
    sizes = [1, 45, 60, 80]
    expected = [decided(pack, size) for size in sizes]

    async def gathered(pool: Executor) -> list[bytes]:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(pool, decided, pack, size) for size in sizes))

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        pool = ThreadPoolExecutor(4) if start == "threads" else ProcessPoolExecutor(2, get_context(start))
        with pool:
            assert list(pool.map(decided, [pack] * 4, sizes)) == expected
            assert asyncio.run(gathered(pool)) == expected


def test_what_is_made_ready_is_bounded(pack: averment.Pack) -> None:
    for size in range(SETS * 3):
        parameters = {"large_team_size": 20 + size}
        assert pack.decide(FACTS, parameters, "reference").claim
        pack.decide(FACTS, parameters)
        pack.decide(FACTS, parameters)
    kept = (pack._engines, pack._scalars, pack._deciders)
    assert [len(each) for each in kept][:2] == [2 * SETS, SETS] and len(kept[2]) <= SETS
    assert (
        pack.decide(FACTS, {"large_team_size": 60}).canonical
        == averment.load().decide(FACTS, {"large_team_size": 60}).canonical
    )


def test_a_notebook_shows_one_short_line(pack: averment.Pack) -> None:
    named = pack.case(FACTS, "case " * 100)
    for shown in (repr(pack), repr(pack.decide(FACTS)), repr(pack.decide(named))):
        assert len(shown) < 300 and "\n" not in shown
    assert pack.name in repr(pack) and pack.version in repr(pack)
    assert "open" in repr(pack.decide(FACTS))


@durable
def test_a_loss_is_told_of_its_own_case(pack: averment.Pack, dying_engine: None) -> None:
    cases = [pack.case({"engineering": {"team_size": size}}, f"case {size}") for size in range(40)]
    pack = averment.load()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda case: next(iter(pack.decide_all([case]))), cases))
    for case, outcome, report in found:
        assert [f"`{case.name}`" in told.message for told in report.diagnostics] == [True]
        assert outcome is not None and outcome.engine == "reference" and outcome.evaluation.loss


@durable
def test_whoever_calls_the_library_is_warned_of_a_loss(dying_engine: None) -> None:
    pack = averment.load()
    with pytest.warns(EngineLost, match="signal 11") as told:
        outcome = pack.decide(FACTS)
    assert told[0].filename == __file__ and outcome.engine == "reference"
