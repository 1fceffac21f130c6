"""Sentences from a rule's ``says``: variables are put in as a reader would write them, never by name."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from averment.core.numbers import fraction_wording
from averment.core.program import Field, Ratio, Rule
from averment.core.values import show, told_ends
from averment.law.patterns import Bindings
from averment.law.quotients import quotient
from averment.law.truth import Interval, Quantity


def sentence(rule: Rule, bindings: Bindings) -> str:
    """What ``rule`` says of this firing; its id, in words, where it says nothing."""
    constant = constant_sentence(rule)
    if constant is not None:
        return constant
    shown = {entry.variable: entry for entry in rule.shown}

    def value(name: str) -> str:
        entry = shown[name]
        return ratio_phrase(entry.ratio, bindings, entry.field) if entry.ratio else phrase(bindings[name], entry.field)

    return rule.says.filled(value).text


def constant_sentence(rule: Rule) -> str | None:
    """What ``rule`` says of each of its firings alike, if it does."""
    if not rule.says:
        return rule.id.replace("-", " ")
    return None if rule.says.mentions else rule.says.text


def phrase(quantity: Quantity, field: Field) -> str:
    """A quantity as it stands in a sentence: ``12 people``, ``2 to 6``, ``at least 3``, ``not known``."""
    if isinstance(quantity, Interval):
        quantity = Interval(*told_ends(*quantity, field))
    match quantity:
        case None:
            return f"an unknown {field.label or field.name.replace('_', ' ')}"
        case Interval(None, None):
            return f"an unknown {field.kind if field.kind.timed else 'number'}"
        case Interval(low, None):
            return f"at least {show(_known(low), field)}"
        case Interval(None, high):
            return f"at most {show(_known(high), field)}"
        case Interval(low, high):
            return f"{show(_known(low), replace(field, unit=''))} to {show(_known(high), field)}"
        case _:
            return show(quantity, field)


def ratio_phrase(ratio: Ratio, bindings: Bindings, field: Field) -> str:
    """A quotient likewise: ``10/3 km``, ``2.5 to 4 km``."""
    unit, found = f" {field.unit}" if field.unit else "", quotient(ratio, bindings)
    if isinstance(found, Fraction):
        return f"{fraction_wording(found)}{unit}"
    low, high = (None if end is None else f"{fraction_wording(end)}{unit}" for end in found or (None, None))
    if low is None or high is None:
        return f"at least {low}" if low else f"at most {high}" if high else "not known"
    return f"{low.removesuffix(unit)} to {high}"


def _known(bound: int | None) -> int:
    assert bound is not None
    return bound
