"""Deciding in a process of its own, so that a crash of the engine costs one case a second try and nothing else.

A case on which the process dies, hangs or fails is given to a fallback, and the process is started anew for the next.
One process runs any number of programs, the latest of them ready.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from threading import Lock
from typing import Any, Protocol
from weakref import finalize

from averment.backends.durable.frames import Closed, Told, TooLong, receive, send
from averment.backends.durable.process import Process, fork, spawn
from averment.backends.durable.serving import serve
from averment.core.program import Program
from averment.dataclass import dataclass
from averment.law.budget import FIRINGS
from averment.law.evaluation import Evaluation, Firing, Given
from averment.law.memory import Memory
from averment.law.truth import TRUE, UNKNOWN, CaseError
from averment.threads import single_threaded

PROGRAMS = 8  # that a process holds ready


class Fallback(Protocol):
    """Decides a case in the place of the engine."""

    def __call__(self, program: Program, case: Given, /, *, firings: int) -> Evaluation: ...


@dataclass
class _Side:
    """What one process has of a worker: the process that works for it, and the programs that this holds."""

    lock: Lock = field(default_factory=Lock)
    process: Process | None = None
    held: dict[int, Program] = field(default_factory=dict[int, Program])


class Worker:
    """A process that runs programs, started when it is first needed and ended with this object.

    Safe in threads, which take turns, and across a fork, after which each side has a process of its own. A copy, or one
    that was pickled, starts anew.

    ``fallback`` decides what the process does not. ``seconds`` bound how long it may take over one case. ``command``
    starts the process, which is else forked where that is safe.
    """

    def __init__(self, fallback: Fallback, seconds: float = 60.0, command: Sequence[str] = ()) -> None:
        self._fallback, self._seconds, self._command = fallback, seconds, tuple(command)
        self._sides: dict[int, _Side] = {}
        finalize(self, _end, self._sides)

    def __reduce__(self) -> tuple[Any, ...]:
        return Worker, (self._fallback, self._seconds, self._command)

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        process = self._side().process
        return process.pid if process else None

    def evaluate(self, program: Program, case: Given, firings: int = FIRINGS) -> Evaluation:
        """Every firing of ``program`` on ``case``; its ``loss`` says why the fallback found them, if it did. What may
        be past its budget is the fallback's, without a loss.

        Raises: CaseError where the case has no lawful outcome, with the ``loss`` too.
        """
        side = self._side()
        with side.lock:
            answer = self._ask(side, program, case, firings)
        match answer:
            case "evaluation", found, undecided:
                return _evaluation(program, case, found, undecided)
            case "error", code, message, rule:
                raise CaseError(code, message, rule)
            case ("spent",):
                return self._fallback(program, case, firings=firings)
            case _:
                return self._instead(program, case, firings, f"the engine {answer[1]}")

    def close(self) -> None:
        """End the process; another is started where it is needed again."""
        side = self._side()
        with side.lock:
            _stop(side)

    def _ask(self, side: _Side, program: Program, case: Given, firings: int) -> tuple[Any, ...]:
        """The answer to a case; ``("failure", why)`` where there is none."""
        try:
            process = self._running(side, program)
            send(process.sink, ("case", id(program), firings, case.facts, case.mentioned))
            answer = receive(process.source, self._seconds)
        except Closed:
            return "failure", f"ended its process with {_stop(side, kill=False)}"
        except TooLong:
            _stop(side)
            return "failure", f"took more than {self._seconds:g} s"
        except OSError as problem:
            return "failure", f"could not be started: {problem.strerror}"
        except BaseException:  # an interrupt: what is still to come would be taken for the answer to the next case
            _stop(side)
            raise
        return ("failure", f"failed: {answer[1]}") if answer[0] == "failure" else answer

    def _running(self, side: _Side, program: Program) -> Process:
        """The process, after starting it where there is none, with the program in it. Raises: OSError, Closed."""
        key = id(program)
        if side.process is None:
            side.held.clear()
            if not self._command and single_threaded():
                side.process = fork(partial(serve, programs={key: program}))
                side.held[key] = program
            else:
                side.process = spawn(self._command) if self._command else spawn()
        if key in side.held:
            side.held[key] = side.held.pop(key)
            return side.process
        if len(side.held) == PROGRAMS:
            oldest = next(iter(side.held))
            del side.held[oldest]
            send(side.process.sink, ("forget", oldest))
        side.held[key] = program
        plain = replace(program, types=dict(program.types), parameters=dict(program.parameters))
        send(side.process.sink, ("program", key, plain))
        return side.process

    def _side(self) -> _Side:
        """What this process has of the worker: none of another's, since a fork copies pipes that are not its own."""
        own = os.getpid()
        side = self._sides.get(own)
        if side is None:
            for other in [pid for pid in self._sides if pid != own]:
                left = self._sides.pop(other).process
                if left is not None:
                    left.let_go()
            side = self._sides.setdefault(own, _Side())
        return side

    def _instead(self, program: Program, case: Given, firings: int, loss: str) -> Evaluation:
        try:
            found = self._fallback(program, case, firings=firings)
        except CaseError as error:
            error.loss = loss
            raise
        found.loss = loss
        return found


def _end(sides: Mapping[int, _Side]) -> None:
    side = sides.get(os.getpid())
    if side is not None:
        _stop(side)


def _stop(side: _Side, *, kill: bool = True) -> str:
    """End the process, if there is one; how it ended, in words."""
    process, side.process = side.process, None
    return process.end(kill=kill) if process is not None else ""


def _evaluation(program: Program, case: Given, firings: list[Told], undecided: list[Told]) -> Evaluation:
    memory = Memory(program, case.facts, case.mentioned)
    for told, truth in ((firings, TRUE), (undecided, UNKNOWN)):
        for _, _, conclusions in told:
            for fact in conclusions:
                memory.add(fact, truth)
    return Evaluation(program, memory, _read(program, firings), _read(program, undecided), "durable")


def _read(program: Program, told: list[Told]) -> list[Firing]:
    rules = program.rules
    return [Firing(rules[place], premises, conclusions) for place, premises, conclusions in told]
