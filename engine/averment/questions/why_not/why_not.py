"""Why something does not hold: for each rule that could have derived it, the conditions that failed and what they
needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from time import monotonic
from typing import Any

from averment.core.naming import record_path
from averment.core.program import Fact, Rule
from averment.core.values import fact_order
from averment.dataclass import dataclass
from averment.law.evaluation import Evaluation
from averment.outcome.outcome import Outcome
from averment.questions.judging.budget import SECONDS, Budget, Clock, Spent
from averment.questions.why_not.attempts import Attempt, attempt_document
from averment.questions.why_not.partial_match import Going
from averment.questions.why_not.wanted import wanted


@dataclass(frozen=True)
class WhyNot:
    """Why what was asked for does not hold. ``holds``: it does, after all; ``attempts`` are by rule, the furthest
    first. ``complete``: all of them, as far as they go; else there was no time for more.
    """

    case: str
    evaluation: Evaluation
    asked: str
    holds: tuple[Fact, ...]
    attempts: tuple[Attempt, ...]
    complete: bool = True

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        types = self.evaluation.program.types
        return {
            "question": "why_not",
            "case": self.case,
            "asked": self.asked,
            "holds": [record_path(types[fact.type], fact) for fact in self.holds],
            "attempts": [attempt_document(attempt, self.evaluation.program) for attempt in self.attempts],
            "complete": self.complete,
        }


def why_not(outcome: Outcome, asked: str, seconds: float = SECONDS, clock: Clock = monotonic) -> WhyNot:
    """Why a claim, a rule (by its id) or a fact does not hold, as far as it is found in so many ``seconds``.

    A fact is ``TYPE`` or ``TYPE(field: value, …)``. Raises: Refused (AV584) where there is no such thing to ask about.
    """
    evaluation = outcome.evaluation
    found = wanted(evaluation.program, asked)
    going = Going(evaluation, tick=Budget(seconds, clock).check)
    holds: list[Fact] = []
    attempts: list[Attempt] = []
    complete = True
    with suppress(Spent):
        complete = False
        for each in found:
            if isinstance(each, Rule):
                fired = [firing for firing in evaluation.firings if firing.rule is each]
                holds += sorted({fact for firing in fired for fact in firing.conclusions}, key=fact_order)
                attempts += [] if fired else going.attempts(each, {})
            else:
                holds += [fact for fact in evaluation.told.true(each.type) if each.covers(fact)]
                for attempt in going.derivers(each):
                    attempts.append(attempt)
        complete = True
    told = () if holds else tuple(attempts)
    return WhyNot(outcome.case.name, evaluation, asked, tuple(dict.fromkeys(holds)), told, bool(holds) or complete)


def unfired(evaluation: Evaluation, rules: Iterable[Rule]) -> tuple[Attempt, ...]:
    """Those of these rules that did not fire (each alternative), with their conditions that were false or unknown, by
    id. A rule may have come as far on several ways.
    """
    fired = {firing.rule for firing in evaluation.firings}
    found: list[Attempt] = []
    for rule in sorted(rules, key=lambda rule: (rule.id, rule.alternative)):
        if rule not in fired:
            found += Going(evaluation, deep=False).attempts(rule, {})
    return tuple(found)
