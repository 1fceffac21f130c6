"""The firings a warrant may use: all justifications of every fact, without circles.

Recursion lets a fact take part in a derivation of itself, which justifies nothing. Within a strongly connected
component of facts only those firings stay whose premises were derivable in fewer rounds than their conclusion; every
other firing stays. What stays is a DAG, contains a shortest derivation of every fact, and depends on nothing but the
set of firings.
"""

from __future__ import annotations

from averment.core.program import Fact
from averment.graph import components
from averment.law.evaluation import Evaluation, Firing

Support = dict[Fact, list[Firing]]


class Grounds:
    """The firings that justify each derived fact; those of recursive types are found once one of these is asked for."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._support, self._recursive = evaluation.support, evaluation.program.recursive
        self._circular: Support | None = None

    def of(self, fact: Fact) -> list[Firing]:
        """The firings that justify a fact; none where it is given."""
        if fact.type not in self._recursive:
            return self._support.get(fact, [])
        if self._circular is None:
            self._circular = _grounded(
                {fact: firings for fact, firings in self._support.items() if fact.type in self._recursive}
            )
        return self._circular.get(fact, [])


def _grounded(circular: Support) -> Support:
    """What justifies these facts, which may rest on each other."""
    ranks = _ranks(circular)
    graph = {
        fact: {premise for firing in firings for premise in firing.premises if premise in circular}
        for fact, firings in circular.items()
    }
    component = {fact: number for number, facts in enumerate(components(graph)) for fact in facts}

    def grounded(fact: Fact, firing: Firing) -> bool:
        return all(
            premise not in circular or component[premise] != component[fact] or ranks[premise] < ranks[fact]
            for premise in firing.premises
        )

    return {fact: [firing for firing in firings if grounded(fact, firing)] for fact, firings in circular.items()}


def _ranks(circular: Support) -> dict[Fact, int]:
    """In which round of naive evaluation each fact first appears, counting only facts of recursive types."""
    ranks: dict[Fact, int] = {}
    users: dict[Fact, list[tuple[Fact, int]]] = {}
    missing: list[int] = []
    ready: list[Fact] = []
    for fact, firings in circular.items():
        for firing in firings:
            needed = {premise for premise in firing.premises if premise in circular}
            if not needed:
                ready.append(fact)
            for premise in needed:
                users.setdefault(premise, []).append((fact, len(missing)))
            missing.append(len(needed))
    round = 0
    while ready:
        arrived = [fact for fact in dict.fromkeys(ready) if fact not in ranks]
        ranks.update(dict.fromkeys(arrived, round))
        ready = []
        for premise in arrived:
            for fact, number in users.get(premise, ()):
                missing[number] -= 1
                if missing[number] == 0:
                    ready.append(fact)
        round += 1
    return ranks
