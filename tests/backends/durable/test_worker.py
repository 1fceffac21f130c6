"""A process that may be lost: each case is decided, in order, whatever becomes of the engine."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from averment.backends import reference
from averment.backends.durable import Worker

# A worker process whose engine does something else on the cases that speak of "trouble".
_TROUBLED = """
import os, signal, sys, time
from averment.backends.durable import engine, worker_process
from averment.backends.durable.native import EngineFailure

evaluate = engine.Engine.evaluate

def troubled(self, case):
    if "trouble" in case.mentioned:
        {trouble}
    print("noise on standard output")
    return evaluate(self, case)

engine.Engine.evaluate = troubled
worker_process.main()
"""
_TROUBLES = {
    "a segmentation fault": ("os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
    "an abort": ("os.abort()", "signal 6"),
    "an end": ("os._exit(3)", "status 3"),
    "a hang": ("time.sleep(600)", "more than 8 s"),
    "a failure": ("raise EngineFailure('on purpose')", "on purpose"),
}


@pytest.fixture
def sample(kit: Any) -> tuple[Any, list[Any], list[Any]]:
    """A program, cases for it of which two are trouble, and their outcomes by the reference."""
    chance = kit.joining()
    cases = [chance.case() for _ in range(8)]
    for number in (2, 5):
        cases[number] = cases[number]._replace(mentioned=cases[number].mentioned | {"trouble"})
    return chance.program, cases, [kit.outcome(reference.evaluate, chance.program, case) for case in cases]


def test_the_same_in_another_process(kit: Any) -> None:
    for seed in range(5):
        chance = kit.chance(seed)
        cases = [chance.case() for _ in range(20)]
        expected = [kit.outcome(reference.evaluate, chance.program, case) for case in cases]
        with Worker(chance.program, _never) as worker:
            assert [_outcome(kit, decided, chance.program, case) for decided, case in _run(worker, cases)] == expected


@pytest.mark.parametrize("trouble", _TROUBLES)
def test_one_case_is_lost_and_no_other(trouble: str, kit: Any, sample: Any, tmp_path: Path) -> None:
    program, cases, outcomes = sample
    action, words = _TROUBLES[trouble]
    script = tmp_path / "troubled.py"
    script.write_text(_TROUBLED.format(trouble=action), "utf-8")
    seconds = 8.0 if trouble == "a hang" else 300.0
    with Worker(program, reference.evaluate, seconds, command=(sys.executable, str(script))) as worker:
        found = list(_run(worker, cases))
    assert [_outcome(kit, decided, program, case) for decided, case in found] == outcomes
    assert [number for number, (decided, _) in enumerate(found) if decided.lost] == [2, 5]
    assert words in found[2][0].lost


def test_a_process_that_somebody_kills(kit: Any, sample: Any) -> None:
    program, cases, outcomes = sample
    with Worker(program, reference.evaluate) as worker:
        first = worker.decide_one(cases[0])
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        second = worker.decide_one(cases[1])
        third = worker.decide_one(cases[3])
    assert (first.lost, third.lost) == ("", "") and second.lost
    found = zip((first, second, third), (cases[n] for n in (0, 1, 3)), strict=True)
    assert [_outcome(kit, decided, program, case) for decided, case in found] == [outcomes[n] for n in (0, 1, 3)]


def _run(worker: Worker, cases: list[Any]) -> Any:
    return zip(worker.decide(cases), cases, strict=True)


def _outcome(kit: Any, decided: Any, program: Any, case: Any) -> Any:
    def told(_program: Any, _case: Any) -> Any:
        if isinstance(decided.result, Exception):
            raise decided.result
        return decided.result

    return kit.outcome(told, program, case)


def _never(_program: Any, _case: Any) -> Any:
    raise AssertionError("the worker was lost")
