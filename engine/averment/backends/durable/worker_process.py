"""The process of a worker: reads a program, then case after case, and answers each on its standard output."""

from __future__ import annotations

import os
import sys

from averment.backends.durable.engine import Engine
from averment.backends.durable.frames import Closed, receive, send
from averment.backends.durable.native import EngineFailure
from averment.backends.durable.worker import Told
from averment.ir.program import Fact, Program
from averment.law.evaluation import Firing
from averment.law.truth import CaseError


class _Case:
    def __init__(self, facts: tuple[Fact, ...], mentioned: frozenset[str]) -> None:
        self.facts, self.mentioned = facts, mentioned


def serve(engine: Engine, source: int, sink: int) -> None:
    """Answer every case from ``source`` on ``sink``, until the parent is gone."""
    numbers = {id(rule): number for number, rule in enumerate(engine.program.rules)}

    def tell(firings: list[Firing]) -> list[Told]:
        return [(numbers[id(rule)], premises, conclusions) for rule, premises, conclusions in firings]

    while True:
        case = _Case(*receive(source))
        try:
            found = engine.evaluate(case)
            answer: tuple[object, ...] = ("evaluation", tell(found.firings), tell(found.undecided))
        except CaseError as error:
            answer = ("error", error.code, error.message, error.rule)
        except EngineFailure as failure:
            answer = ("failure", str(failure))
        send(sink, answer)


def main() -> None:
    """Serve the parent process. What anything prints goes to standard error, not in between the answers."""
    sink = os.dup(1)
    os.dup2(2, 1)
    try:
        program: Program = receive(sys.stdin.fileno())
        with Engine(program) as engine:
            serve(engine, sys.stdin.fileno(), sink)
    except Closed:
        pass


if __name__ == "__main__":
    main()
