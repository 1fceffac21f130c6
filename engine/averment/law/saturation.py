"""The least fixpoint of one stratum over a working memory, first of what is true, then of what is only possible.

After the first round only facts that are new are matched anew (semi-naive evaluation, Bancilhon 1986). What has no
lawful value derives nothing; of all such errors in a stratum the least is raised, so that it depends on no order.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.ir.program import Fact, Program, Rule
from averment.law.conclusions import conclude
from averment.law.evaluation import Firing
from averment.law.matching import Solution, guarded, matches
from averment.law.memory import Memory
from averment.law.truth import TRUE, CaseError, Truth


def saturate(program: Program, stratum: tuple[Rule, ...], memory: Memory, truth: Truth) -> list[Firing]:
    """Every firing of ``stratum`` of just this truth; their conclusions are added to ``memory``.

    Raises: CaseError, the least of the stratum, where the case has no lawful outcome.
    """
    firings: dict[tuple[int, tuple[Fact, ...]], Firing] = {}
    news: dict[str, list[Fact]] | None = None
    failure: CaseError | None = None
    while news is None or news:
        found: list[Fact] = []
        for number, rule in enumerate(stratum):
            for matched in _round(rule, memory, truth, news):
                key = number, matched.premises
                if key in firings:
                    continue
                try:
                    final = guarded(rule, memory, truth, matched.bindings, matched.truth)
                    if final is None:
                        continue
                    conclusions, concluded = conclude(program, rule, *final)
                except CaseError as error:
                    failure = least(failure, error)
                    continue
                if concluded is truth and (truth is TRUE or not memory.holds(conclusions)):
                    firings[key] = Firing(rule, matched.premises, conclusions)
                    found += conclusions
        news = {}
        for fact in found:
            if memory.add(fact, truth):
                news.setdefault(fact.type, []).append(fact)
    if failure is not None:
        raise failure
    return list(firings.values())


def least(held: CaseError | None, error: CaseError) -> CaseError:
    """Of two errors the one to report: by rule, code and message."""
    if held is None or (error.rule, error.code, error.message) < (held.rule, held.code, held.message):
        return error
    return held


def _round(rule: Rule, memory: Memory, truth: Truth, news: dict[str, list[Fact]] | None) -> Iterator[Solution]:
    """All matches in the first round; in a later one, those that use a new fact (maybe more than once)."""
    if news is None:
        yield from matches(rule, memory, truth)
        return
    for place, pattern in enumerate(rule.matches):
        if pattern.type in news:
            yield from matches(rule, memory, truth, (place, news[pattern.type]))
