"""Which answers turn between two decisions of the same cases, and by which rules.

An **answer** is a claim, or for a presumed one what the case presumably is. A case turns where its two answers differ;
the rules responsible are those that fire in one decision only, and those that fire in both but are written otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from averment.core.program import Program
from averment.core.written import SILENT
from averment.outcome.outcome import Outcome
from averment.outcome.result import ResultOutcome

NAMED = 10  # turned cases that are told by name


class Answer(NamedTuple):
    """``presumed``: what an open claim presumably is; else empty."""

    claim: str
    presumed: str = ""

    @classmethod
    def of(cls, outcome: Outcome) -> Answer:
        return cls(outcome.claimed, outcome.presumed.claim if outcome.presumed else "")

    @classmethod
    def told(cls, document: Mapping[str, str]) -> Answer:
        return cls(document["claim"], document.get("presumed", ""))

    @property
    def document(self) -> dict[str, str | None]:
        return {"claim": self.claim or None, **({"presumed": self.presumed} if self.presumed else {})}


class Turned(NamedTuple):
    """A case whose answer turns; ``row``: its number, in a table."""

    case: str
    before: Answer
    after: Answer
    row: int = 0

    @property
    def document(self) -> dict[str, Any]:
        place = {"row": self.row} if self.row else {}
        return {"case": self.case, **place, "before": self.before.document, "after": self.after.document}


@dataclass
class Turn:
    """How many cases turn from one answer to another, and in how many of them each rule is responsible.

    A rule is ``no_longer`` in the second decision, or ``now`` in it, or in both and ``otherwise`` in the second.
    """

    cases: int = 0
    no_longer: Counter[str] = field(default_factory=Counter[str])
    now: Counter[str] = field(default_factory=Counter[str])
    otherwise: Counter[str] = field(default_factory=Counter[str])

    @property
    def rules(self) -> dict[str, Counter[str]]:
        return {"no_longer": self.no_longer, "now": self.now, "otherwise": self.otherwise}


@dataclass
class Turns:
    """What turns among cases that were decided twice. ``apart``: how many have an outcome in one decision only.

    ``first`` are the first turned cases, in their order. ``results``: in how many cases each result that both packs
    have is otherwise, if any.
    """

    cases: int = 0
    apart: int = 0
    kinds: dict[tuple[Answer, Answer], Turn] = field(default_factory=dict[tuple[Answer, Answer], Turn])
    first: list[Turned] = field(default_factory=list[Turned])
    results: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def turned(self) -> int:
        """How many cases turn."""
        return sum(turn.cases for turn in self.kinds.values())

    @property
    def ordered(self) -> list[tuple[Answer, Answer, Turn]]:
        """Every way to turn, the most frequent first."""
        kinds = sorted(self.kinds.items(), key=lambda kind: (-kind[1].cases, kind[0]))
        return [(before, after, turn) for (before, after), turn in kinds]

    def of(self, before: Answer, after: Answer) -> Turn:
        """The cases that turn from one answer to the other."""
        return self.kinds.setdefault((before, after), Turn())

    def name(self, turned: Iterable[Turned]) -> None:
        """Tell the next turned cases by name, as long as there are few."""
        self.first += [*turned][: NAMED - len(self.first)]

    def add(self, before: Outcome, after: Outcome, rewritten: frozenset[str] = frozenset(), row: int = 0) -> None:
        """Count a case that was decided twice; ``rewritten`` as ``rewritten_rules`` finds them."""
        self.cases += 1
        for name in before.results.keys() & after.results.keys():
            otherwise = _stands(before.results[name]) != _stands(after.results[name])
            self.results[name] = self.results.get(name, 0) + otherwise
        old, new = Answer.of(before), Answer.of(after)
        if old == new:
            return
        turn = self.of(old, new)
        turn.cases += 1
        fired, then = set(fired_of(before)), set(fired_of(after))
        turn.no_longer.update(fired - then)
        turn.now.update(then - fired)
        turn.otherwise.update(fired & then & rewritten)
        self.name([Turned(before.case.name, old, new, row)])

    def merge(self, document: Mapping[str, Any]) -> None:
        """Count what a document of turns has."""
        self.cases += document["cases"]
        self.apart += document["apart"]
        for name, number in document.get("results", {}).items():
            self.results[name] = self.results.get(name, 0) + number
        for kind in document["turns"]:
            turn = self.of(Answer.told(kind["before"]), Answer.told(kind["after"]))
            turn.cases += kind["cases"]
            for name, counts in turn.rules.items():
                counts.update(kind[name])
        self.name(
            Turned(told["case"], Answer.told(told["before"]), Answer.told(told["after"]), told.get("row", 0))
            for told in document["first"]
        )

    @property
    def document(self) -> dict[str, Any]:
        """As plain data, which ``merge`` counts."""
        return {
            "cases": self.cases,
            "apart": self.apart,
            "turned": self.turned,
            "turns": [
                {
                    "before": before.document,
                    "after": after.document,
                    "cases": turn.cases,
                    **{name: ordered(counts) for name, counts in turn.rules.items()},
                }
                for before, after, turn in self.ordered
            ],
            "first": [turned.document for turned in self.first],
            **({"results": dict(sorted(self.results.items()))} if self.results else {}),
        }


def _stands(result: ResultOutcome) -> tuple[Any, ...]:
    """What is told of a result, but for what it hangs on."""
    presumed = result.presumed
    return result.status, result.value, result.possible_document, presumed.value if presumed else None


def ordered(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts, the greatest first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def fired_of(outcome: Outcome) -> tuple[str, ...]:
    """The rules that fired for an answer: those of the case as it is presumed, where it is."""
    return outcome.presumed.outcome.fired if outcome.presumed else outcome.fired


def rewritten_rules(before: Program, after: Program) -> frozenset[str]:
    """The ids of the rules that both programs have, and that are not the same in both, whatever they say."""
    old, new = _rules(before), _rules(after)
    return frozenset(rule for rule in old.keys() & new.keys() if old[rule] != new[rule])


def _rules(program: Program) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    for rule in program.rules:
        found.setdefault(rule.id, set()).add(replace(rule, says=SILENT, backing=(), shown=()))
    return found
