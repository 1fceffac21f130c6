"""The conditions of a firing as documents show them: of each its truth, and of each test in it the value, what that had
to be, and the truth.

A need is ``one_of`` or ``none_of`` some values (of a set: any of its elements), ``within`` ranges whose ends are
inclusive (``null``: no end), or an ``operator`` with a ``value``. ``assumed`` is the type of which there is taken to be
no record, since the case does not speak of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from averment.core.naming import record_path
from averment.core.numbers import fraction_wording
from averment.core.program import (
    NUMBER,
    Absent,
    Aggregate,
    Among,
    Cell,
    Compare,
    Condition,
    Expression,
    Fact,
    FactType,
    Field,
    Kind,
    Match,
    Ratio,
)
from averment.core.values import decode, encoding_ends, told_ends
from averment.law.cells import passes
from averment.law.expressions import evaluate
from averment.law.memory import Memory
from averment.law.patterns import Bindings
from averment.law.quotients import quotient
from averment.law.truth import CaseError, Interval, Quantity, interval
from averment.warrant.derivation import Application, Step

Document = dict[str, Any]


def conditions_document(application: Application, memory: Memory) -> list[Document]:
    """The conditions of a firing, in the rule's order: patterns, then guards."""
    rule, seen = application.firing.rule, dict[str, tuple[Any, Field]]()
    conditions: tuple[Condition, ...] = (*rule.matches, *rule.guards)
    return [
        {
            "text": step.text,
            "truth": step.truth.word,
            "tests": [*_tests(condition, step, application, memory, seen)],
            **_assumed(condition, memory),
        }
        for condition, step in zip(conditions, application.steps, strict=True)
    ]


def _assumed(condition: Condition, memory: Memory) -> Document:
    """The type of which a condition takes it that there is no record, since the case does not speak of it."""
    if isinstance(condition, (Match, Compare)) or condition.match.type not in memory.silent:
        return {}
    return {"assumed": condition.match.type}


def _tests(
    condition: Condition, step: Step, application: Application, memory: Memory, seen: dict[str, tuple[Any, Field]]
) -> Iterator[Document]:
    match condition:
        case Match():
            yield from _of_pattern(condition, step.facts[0], memory.types, seen)
        case Compare():
            yield _of_comparison(condition, application, step)
        case Aggregate(variable=variable):
            shown = {entry.variable: entry.field for entry in application.firing.rule.shown}
            value = quantity_document(application.bindings.get(variable), shown.get(variable, NUMBER))
            yield {"value": value, "truth": step.truth.word}
        case Absent():
            many = quantity_document(interval(0, step.met), NUMBER)  # none of them certainly, or it were false
            yield {"value": many, "need": {"operator": "=", "value": 0}, "truth": step.truth.word}
        case _:
            field = memory.types[condition.match.type].fields[condition.field]
            yield {
                "field": f"{condition.match.type}.{field.name}",
                "need": {"known": condition.given},
                "truth": step.truth.word,
            }


def _of_pattern(
    pattern: Match, fact: Fact, types: Mapping[str, FactType], seen: dict[str, tuple[Any, Field]]
) -> Iterator[Document]:
    """Each cell and each variable; one that stands for something already must be met."""
    type = types[fact.type]
    path = record_path(type, fact)
    for index, cell in pattern.cells:
        field, value = type.fields[index], fact.values[index]
        yield _test(f"{path}.{field.name}", decode(value, field), need_document(cell, field), passes(cell, value).word)
    for index, name in pattern.binds:
        field, value = type.fields[index], fact.values[index]
        if name in seen:
            other, of = seen[name]
            truth = "unknown" if value is None or other is None else "true" if value == other else "false"
            need = {"operator": "=", "value": decode(other, of)}
            yield _test(f"{path}.{field.name}", decode(value, field), need, truth)
        else:
            known = "unknown" if value is None else "true"
            yield {"field": f"{path}.{field.name}", "value": decode(value, field), "truth": known}
        if value is not None or name not in seen:
            seen[name] = value, field


def _test(field: str, value: Any, need: Document, truth: str) -> Document:
    return {"field": field, "value": value, "need": need, "truth": truth}


def need_document(cell: Cell, field: Field) -> Document:
    """What a cell asks of a field."""
    if isinstance(cell, Among):
        place = {value: number for number, value in enumerate(field.values)}
        names = sorted(cell.values, key=lambda value: (place.get(str(value), len(place)), str(value)))
        made = [{"test": name, "text": part} for name, part in sorted(cell.parts)]
        kept = {("none_of" if cell.negated else "one_of"): names} if names or not made else {}
        return kept | ({"none_made" if cell.negated else "one_made": made} if made else {})
    within = [ends for ends in (_lawful(low, high, field) for low, high in cell.ranges) if ends is not None]
    return {"within": [{"from": decode(low, field), "to": decode(high, field)} for low, high in within]}


def _lawful(low: int | None, high: int | None, field: Field) -> tuple[int | None, int | None] | None:
    """The part of a range that values of a level, or of the calendar, may have; nothing where none has."""
    if field.kind is not Kind.LEVEL and not field.kind.of_calendar:
        return low, high
    least, greatest = (0, len(field.values) - 1) if field.kind is Kind.LEVEL else encoding_ends(field.kind)
    if (low is not None and low > greatest) or (high is not None and high < least):
        return None
    return None if low is None else max(low, least), None if high is None else min(high, greatest)


def _of_comparison(guard: Compare, application: Application, step: Step) -> Document:
    if guard.ratios:
        value, other = (ratio_document(side, application.bindings) for side in guard.ratios)
    else:
        quantities = (_side(side, application.bindings) for side in (guard.left, guard.right))
        value, other = (quantity_document(quantity, guard.told) for quantity in quantities)
    return {"value": value, "need": {"operator": guard.operator, "value": other}, "truth": step.truth.word}


def ratio_document(ratio: Ratio, bindings: Bindings) -> Any:
    """As ``quantity_document``: a quotient as it is, ``12.5`` or ``10/3``."""
    found = quotient(ratio, bindings)
    if isinstance(found, tuple):
        low, high = (None if end is None else fraction_wording(end) for end in found)
        return {"from": low, "to": high}
    return None if found is None else fraction_wording(found)


def _side(side: Expression, bindings: Bindings) -> Quantity:
    try:
        return evaluate(side, bindings)
    except CaseError:
        return None


def quantity_document(quantity: Quantity, field: Field) -> Any:
    """A value, ``null`` where it is unknown, or ``{from, to}`` of an interval."""
    if isinstance(quantity, Interval):
        low, high = (None if bound is None else decode(bound, field) for bound in told_ends(*quantity, field))
        return {"from": low, "to": high}
    return quantity if quantity is None or isinstance(quantity, str | bool) else decode(quantity, field)
