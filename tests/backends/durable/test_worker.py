"""A process that may be lost: each case is decided, in order, whatever becomes of the engine."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from averment.backends import reference
from averment.backends.durable import Worker
from averment.backends.durable.worker import PROGRAMS
from averment.law.truth import CaseError

# A worker process whose engine does something else on the cases that speak of "trouble".
_TROUBLED = """
import os, signal, sys, time
from averment.backends.durable import engine, worker_process
from averment.backends.durable.native import EngineFailure

evaluate = engine.Engine.evaluate

def troubled(self, case, *budget):
    if "trouble" in case.mentioned:
        {trouble}
    print("noise on standard output")
    return evaluate(self, case, *budget)

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


@pytest.fixture(params=["forked", "spawned"])
def started(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both ways of starting the process; the tests themselves have more threads than one now and then."""
    monkeypatch.setattr("averment.backends.durable.worker.single_threaded", lambda: request.param == "forked")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        yield


def test_the_same_in_another_process(kit: Any, started: None) -> None:
    worker = Worker(_never)
    for seed in range(PROGRAMS + 2):  # more than it holds
        chance = kit.chance(seed)
        cases = [chance.case() for _ in range(10)]
        expected = [kit.outcome(reference.evaluate, chance.program, case) for case in cases]
        assert [kit.outcome(worker.evaluate, chance.program, case) for case in cases] == expected
        if not seed:
            first, asked, wanted = chance.program, cases, expected
    assert [kit.outcome(worker.evaluate, first, case) for case in asked] == wanted


@pytest.mark.parametrize("trouble", _TROUBLES)
def test_one_case_is_lost_and_no_other(trouble: str, kit: Any, sample: Any, tmp_path: Path) -> None:
    program, cases, outcomes = sample
    action, words = _TROUBLES[trouble]
    script = tmp_path / "troubled.py"
    script.write_text(_TROUBLED.format(trouble=action), "utf-8")
    seconds = 8.0 if trouble == "a hang" else 300.0
    worker = Worker(reference.evaluate, seconds, command=(sys.executable, str(script)))
    losses = {}
    for number, case in enumerate(cases):
        assert kit.outcome(_noting(worker, losses, number), program, case) == outcomes[number]
    assert {number for number, loss in losses.items() if loss} == {2, 5}
    assert words in losses[2]


def test_a_case_without_an_outcome_tells_the_loss_too(kit: Any) -> None:
    def refuse(_program: Any, _case: Any, *, firings: int) -> Any:
        raise CaseError("AV501", "too large", "r")

    chance = kit.joining()
    with pytest.raises(CaseError) as error:
        Worker(refuse, command=("/bin/false",)).evaluate(chance.program, chance.case())
    assert error.value.loss == "the engine ended its process with status 1"


def test_a_process_that_cannot_be_started(kit: Any) -> None:
    chance = kit.joining()
    found = Worker(reference.evaluate, command=("/no/such/program",)).evaluate(chance.program, chance.case())
    assert found.loss == "the engine could not be started: No such file or directory" and found.engine == "reference"


def test_a_process_that_somebody_kills(kit: Any, sample: Any, started: None) -> None:
    program, cases, outcomes = sample
    worker = Worker(reference.evaluate)
    losses: dict[int, str] = {}
    for number in (0, 1, 3):
        assert kit.outcome(_noting(worker, losses, number), program, cases[number]) == outcomes[number]
        if number == 0:
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
    assert losses == {0: "", 1: "the engine ended its process with signal 9", 3: ""}


def test_an_interrupt_leaves_no_answer_for_the_next_case(kit: Any, sample: Any, monkeypatch: Any) -> None:
    program, cases, outcomes = sample
    worker = Worker(_never)

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("averment.backends.durable.worker.receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            worker.evaluate(program, cases[0])
    assert kit.outcome(worker.evaluate, program, cases[1]) == outcomes[1]


def test_the_process_ends_with_the_worker_and_with_the_parent(kit: Any, started: None) -> None:
    chance = kit.joining()
    worker, other = Worker(_never), Worker(_never)
    for each in (worker, other):  # the second is forked with the pipes of the first open
        each.evaluate(chance.program, chance.case())
    pids = worker.pid, other.pid
    assert all(_alive(pid) for pid in pids)
    del worker, each
    assert not _alive(pids[0]) and _alive(pids[1])
    other.close()
    assert not _alive(pids[1])
    other.evaluate(chance.program, chance.case())
    assert other.pid not in (None, *pids)


def test_each_side_of_a_fork_has_a_process_of_its_own(kit: Any, sample: Any) -> None:
    program, cases, outcomes = sample
    worker = Worker(_never)
    worker.evaluate(program, cases[0])
    before = worker.pid

    def elsewhere(pipe: Any) -> None:
        pipe.send([kit.outcome(worker.evaluate, program, case) for case in cases])
        pipe.send(worker.pid)

    ours, theirs = get_context("fork").Pipe()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        child = get_context("fork").Process(target=elsewhere, args=(theirs,))
        child.start()
    assert ours.recv() == outcomes and ours.recv() not in (None, before)
    child.join()
    assert worker.pid == before and kit.outcome(worker.evaluate, program, cases[1]) == outcomes[1]


def _noting(worker: Worker, losses: dict[int, str], number: int) -> Any:
    """``evaluate``, with the loss of each case noted."""

    def evaluate(program: Any, case: Any) -> Any:
        try:
            found = worker.evaluate(program, case)
        except CaseError as error:
            losses[number] = error.loss
            raise
        losses[number] = found.loss
        assert found.engine == ("reference" if found.loss else "durable")
        return found

    return evaluate


def _alive(pid: int | None) -> bool:
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _never(_program: Any, _case: Any, *, firings: int) -> Any:
    raise AssertionError("the worker was lost")
