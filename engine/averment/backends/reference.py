"""The law of meaning in the plainest Python there is: the oracle that every other backend is held to.

The perfect model of a stratified program (Apt, Blair and Walker 1988), stratum by stratum: first what is true, to a
fixpoint, then what is only possible, to a fixpoint. After the first round only facts that are new are matched anew
(semi-naive evaluation, Bancilhon 1986).
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.ir.program import Fact, Program, Rule
from averment.law.conclusions import conclude
from averment.law.evaluation import Evaluation, Firing, Given
from averment.law.matching import Solution, solutions
from averment.law.memory import Memory
from averment.law.truth import TRUE, UNKNOWN, Truth


def evaluate(program: Program, case: Given) -> Evaluation:
    """Every firing of ``program`` on ``case``.

    Raises: CaseError where the case has no lawful outcome.
    """
    evaluation = Evaluation(program, Memory(program, case.facts, case.mentioned), [], [])
    for stratum in program.strata:
        evaluation.firings += saturate(program, stratum, evaluation.memory, TRUE)
        if evaluation.memory.uncertain:
            evaluation.undecided += saturate(program, stratum, evaluation.memory, UNKNOWN)
    return evaluation


def saturate(program: Program, stratum: tuple[Rule, ...], memory: Memory, truth: Truth) -> list[Firing]:
    """Every firing of ``stratum`` of just this truth; their conclusions are added to ``memory``."""
    firings: dict[tuple[int, tuple[Fact, ...]], Firing] = {}
    news: dict[str, list[Fact]] | None = None
    while news is None or news:
        found: list[Fact] = []
        for number, rule in enumerate(stratum):
            for solution in _round(rule, memory, truth, news):
                key = number, solution.premises
                if key in firings:
                    continue
                conclusions, concluded = conclude(program, rule, solution.bindings, solution.truth)
                if concluded is truth and (truth is TRUE or not memory.holds(conclusions)):
                    firings[key] = Firing(rule, solution.premises, conclusions)
                    found += conclusions
        news = {}
        for fact in found:
            if memory.add(fact, truth):
                news.setdefault(fact.type, []).append(fact)
    return list(firings.values())


def _round(rule: Rule, memory: Memory, truth: Truth, news: dict[str, list[Fact]] | None) -> Iterator[Solution]:
    """All solutions in the first round; in a later one, those that use a new fact (maybe more than once)."""
    if news is None:
        yield from solutions(rule, memory, truth)
        return
    for place, pattern in enumerate(rule.matches):
        if pattern.type in news:
            yield from solutions(rule, memory, truth, (place, news[pattern.type]))
