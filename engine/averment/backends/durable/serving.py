"""What a worker process does: it holds programs and decides cases, as it is told.

It is told tuples: ``("program", key, program)``, ``("forget", key)``, and ``("case", key, firings, facts, mentioned)``.
The last alone has an answer: ``("evaluation", firings, undecided)``, ``("error", code, message, rule)``,
``("spent",)`` or ``("failure", why)``.
"""

from __future__ import annotations

from collections.abc import Mapping

from averment.backends.durable.engine import Engine
from averment.backends.durable.frames import Closed, Told, receive, send
from averment.backends.durable.native import EngineFailure
from averment.core.program import Fact, Program
from averment.dataclass import dataclass
from averment.law.budget import BudgetSpent
from averment.law.evaluation import Firing
from averment.law.truth import CaseError


@dataclass(frozen=True, slots=True)
class _Case:
    facts: tuple[Fact, ...]
    mentioned: frozenset[str]


class _Ready:
    """A program on its engine, and its rules by their places."""

    def __init__(self, program: Program) -> None:
        self._engine = Engine(program)
        self._places = {id(rule): place for place, rule in enumerate(program.rules)}

    def answer(self, case: _Case, firings: int) -> tuple[object, ...]:
        try:
            found = self._engine.evaluate(case, firings)
        except BudgetSpent:
            return ("spent",)
        except CaseError as error:
            return "error", error.code, error.message, error.rule
        return "evaluation", self._told(found.firings), self._told(found.undecided)

    def _told(self, firings: list[Firing]) -> list[Told]:
        return [(self._places[id(rule)], premises, conclusions) for rule, premises, conclusions in firings]

    def close(self) -> None:
        self._engine.close()


def serve(source: int, sink: int, programs: Mapping[int, Program] | None = None) -> None:
    """Do what ``source`` tells, answering on ``sink``, until the parent is gone. ``programs`` are there already."""
    held = dict(programs or {})
    ready: dict[int, _Ready] = {}
    try:
        while True:
            kind, key, *told = receive(source)
            if kind == "program":
                (held[key],) = told
            elif kind == "forget":
                del held[key]
                if key in ready:
                    ready.pop(key).close()
            else:
                firings, *case = told
                send(sink, _answer(held, ready, key, _Case(*case), firings))
    except Closed:
        pass


def _answer(
    held: Mapping[int, Program], ready: dict[int, _Ready], key: int, case: _Case, firings: int
) -> tuple[object, ...]:
    try:
        if key not in ready:
            ready[key] = _Ready(held[key])
        return ready[key].answer(case, firings)
    except EngineFailure as failure:
        return "failure", str(failure)
