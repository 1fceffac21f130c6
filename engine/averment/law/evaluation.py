"""What a backend hands back: every firing of a program on one case, and the working memory they leave."""

from __future__ import annotations

from functools import cached_property
from operator import itemgetter
from typing import NamedTuple, Protocol

from averment.core.program import Fact, Program, Rule
from averment.core.values import fact_order
from averment.dataclass import dataclass
from averment.law.memory import Memory
from averment.law.tick import Tick, on_and_on, paced
from averment.law.truth import TRUE, UNKNOWN


class Given(Protocol):
    """What a backend needs of a case: its records, and the fact types it speaks of, if only with an empty list."""

    @property
    def facts(self) -> tuple[Fact, ...]: ...
    @property
    def mentioned(self) -> frozenset[str]: ...


class Firing(NamedTuple):
    """One application of a rule: the facts its patterns matched, and those it concludes."""

    rule: Rule
    premises: tuple[Fact, ...]
    conclusions: tuple[Fact, ...]


@dataclass
class Evaluation:
    """``firings`` are all that are true; ``undecided`` all that are unknown and conclude something not otherwise true.

    Neither is in any particular order, and each firing stands in it once. ``engine`` is the backend that found them;
    ``loss`` says why it had to, where it did so in place of another.
    """

    program: Program
    memory: Memory
    firings: list[Firing]
    undecided: list[Firing]
    engine: str = "reference"
    loss: str = ""

    @cached_property
    def told(self) -> Memory:
        """The working memory with its facts in their canonical order: whatever is told of a case is read off it, so
        that it is the same whichever engine found the facts, in whatever order.
        """
        return self.ordered(on_and_on)

    def ordered(self, tick: Tick) -> Memory:
        """The same, anew. ``tick`` is called again and again, then too whenever a pattern is matched against it."""
        ordered = Memory(self.program, (), None, tick)
        ordered.silent = self.memory.silent
        keyed = [(fact_order(fact), fact) for fact in paced(self.memory.truths, tick)]
        for _, fact in paced(sorted(keyed, key=itemgetter(0)), tick):
            ordered.add(fact, self.memory.truths[fact])
        return ordered

    @cached_property
    def support(self) -> dict[Fact, list[Firing]]:
        """The firings that conclude each derived fact: true ones of a true fact, undecided ones of a possible fact."""
        found: dict[Fact, list[Firing]] = {}
        for firings, truth in ((self.firings, TRUE), (self.undecided, UNKNOWN)):
            for firing in firings:
                for fact in firing.conclusions:
                    if self.memory.truths[fact] is truth:
                        found.setdefault(fact, []).append(firing)
        return found
