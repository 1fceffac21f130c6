"""A variable that stands in one place only: it joins with nothing and is told nowhere, as a misspelt one does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject, every, pattern_in
from averment.core.node import Span
from averment.core.suggest import did_you_mean
from averment.model.model import AggregateOf, Computed, ModelRule, Operand, Rounding, SizeUse, Term, Test, Use


def find(subject: Subject) -> Iterator[Finding]:
    most: dict[tuple[Span, str], tuple[int, Counter[str]]] = {}  # a pattern may be shared by rules, and used by some
    for rule in subject.model.own_rules:
        times = Counter(_used(rule))
        for condition in every(rule.when):
            pattern = pattern_in(condition)
            for bind in pattern.binds if pattern else ():
                key = pattern.span if pattern else rule.span, bind.variable
                most[key] = max(most.get(key, (0, times)), (times[bind.variable], times), key=lambda each: each[0])
    for (place, variable), (many, times) in most.items():
        if many == 1:
            near = did_you_mean(variable, times)
            help = f"did you mean `${near}`?" if near else "leave it out, or name it in `says`"
            yield Finding(place, {"variable": variable, "help": help})


def _used(rule: ModelRule) -> Iterator[str]:
    """The variables of a rule, each as often as it stands there."""
    yield from rule.says.mentions
    for condition in every(rule.when):
        pattern = pattern_in(condition)
        if pattern:
            yield from (part.variable for parts in (pattern.binds, pattern.compares) for part in parts)
        if isinstance(condition, AggregateOf):
            yield condition.variable
        if isinstance(condition, Test):
            yield from _in(condition.left)
            yield from _in(condition.right)
    for conclusion in rule.then:
        for term in conclusion.values:
            yield from _in(term)


def _in(term: Term | Operand | Rounding) -> Iterator[str]:
    match term:
        case Use() | SizeUse():
            yield term.name
        case Rounding():
            yield from _in(term.term)
        case Computed():
            yield from _in(term.left)
            yield from _in(term.right)
        case _:
            return


CHECK = Check("AV420", find, says="`${variable}` is used once", label="joins with nothing", help="{help}")
