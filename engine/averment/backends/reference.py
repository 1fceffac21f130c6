"""The law of meaning in the plainest Python there is: the oracle that every other backend is held to.

The perfect model of a stratified program (Apt, Blair and Walker 1988), stratum by stratum: first what is true, to a
fixpoint, then what is only possible, to a fixpoint.
"""

from __future__ import annotations

from averment.core.program import Program
from averment.law.budget import FIRINGS, Budget
from averment.law.evaluation import Evaluation, Given
from averment.law.memory import Memory
from averment.law.saturation import saturate
from averment.law.tick import Tick, on_and_on
from averment.law.truth import TRUE, UNKNOWN


def evaluate(program: Program, case: Given, tick: Tick = on_and_on, firings: int = FIRINGS) -> Evaluation:
    """Every firing of ``program`` on ``case``, which may have so many. ``tick`` is called again and again.

    Raises: CaseError where the case has no lawful outcome; what ``tick`` raises.
    """
    budget = Budget(firings)
    evaluation = Evaluation(program, Memory(program, case.facts, case.mentioned, tick), [], [])
    for stratum in program.strata:
        evaluation.firings += saturate(program, stratum, evaluation.memory, TRUE, budget)
        if evaluation.memory.uncertain:
            evaluation.undecided += saturate(program, stratum, evaluation.memory, UNKNOWN, budget)
    evaluation.memory.tick = on_and_on
    return evaluation
