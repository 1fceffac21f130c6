"""Deciding many cases in a process of its own, so that a crash of the engine costs one case and nothing else.

The worker is a fresh interpreter, not a fork, since a fork of a process with threads may hang. A case on which it dies,
hangs or fails is given to a fallback; the worker is started anew, and the order of the cases is kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import NamedTuple

from averment.backends.durable.frames import Closed, TooLong, receive, send
from averment.ir.program import Fact, Program
from averment.law.evaluation import Evaluation, Firing, Given
from averment.law.memory import Memory
from averment.law.truth import TRUE, UNKNOWN, CaseError

Fallback = Callable[[Program, Given], Evaluation]
Told = tuple[int, tuple[Fact, ...], tuple[Fact, ...]]
"""A firing on the wire: the place of its rule in ``program.rules``, its premises and its conclusions."""

COMMAND = (sys.executable, "-P", "-m", "averment.backends.durable.worker_process")


class Evaluated(NamedTuple):
    """A case's evaluation or its error. ``lost`` says what became of the worker, where the fallback decided instead."""

    result: Evaluation | CaseError
    lost: str = ""


class Worker:
    """A process that runs one program. To be closed, or used in a ``with`` statement; not for several threads at once.

    ``seconds`` bound how long it may take over one case. ``command`` starts the process.
    """

    def __init__(
        self, program: Program, fallback: Fallback, seconds: float = 60.0, command: Sequence[str] = COMMAND
    ) -> None:
        self._program, self._fallback, self._seconds, self._command = program, fallback, seconds, tuple(command)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._process.pid if self._process else None

    def decide(self, cases: Iterable[Given]) -> Iterator[Evaluated]:
        """Each case's outcome, in the order of the cases."""
        for case in cases:
            yield self.decide_one(case)

    def decide_one(self, case: Given) -> Evaluated:
        """The outcome of one case."""
        try:
            pipe = self._running()
            send(pipe[0], (case.facts, case.mentioned))
            answer = receive(pipe[1], self._seconds)
        except Closed:
            return self._instead(case, f"the engine's process ended with {self._end()}")
        except TooLong:
            self._end(kill=True)
            return self._instead(case, f"the engine took more than {self._seconds:g} s")
        match answer:
            case ("evaluation", firings, undecided):
                return Evaluated(self._evaluation(case, firings, undecided))
            case ("error", code, message, rule):
                return Evaluated(CaseError(code, message, rule))
            case _:
                return self._instead(case, f"the engine failed: {answer[1]}")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._end(kill=True)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _running(self) -> tuple[int, int]:
        """The pipes to the process and from it, after starting it where there is none."""
        if self._process is None:
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment
            )
            plain = replace(self._program, types=dict(self._program.types), parameters=dict(self._program.parameters))
            send(self._pipes(self._process)[0], plain)
        return self._pipes(self._process)

    @staticmethod
    def _pipes(process: subprocess.Popen[bytes]) -> tuple[int, int]:
        assert process.stdin is not None and process.stdout is not None
        return process.stdin.fileno(), process.stdout.fileno()

    def _end(self, kill: bool = False) -> str:
        """See the process off; how it ended, in words."""
        process, self._process = self._process, None
        assert process is not None
        if kill:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        code = process.wait()
        return f"signal {-code}" if code < 0 else f"status {code}"

    def _instead(self, case: Given, lost: str) -> Evaluated:
        try:
            return Evaluated(self._fallback(self._program, case), lost)
        except CaseError as error:
            return Evaluated(error, lost)

    def _evaluation(self, case: Given, firings: list[Told], undecided: list[Told]) -> Evaluation:
        memory = Memory(self._program, case.facts, case.mentioned)
        for told, truth in ((firings, TRUE), (undecided, UNKNOWN)):
            for _, _, conclusions in told:
                for fact in conclusions:
                    memory.add(fact, truth)
        return Evaluation(self._program, memory, self._read(firings), self._read(undecided))

    def _read(self, told: list[Told]) -> list[Firing]:
        rules = self._program.rules
        return [Firing(rules[number], premises, conclusions) for number, premises, conclusions in told]
