"""The nodes of a network as functions of the quantities before them. Truths are 0 (false), 1 (unknown) and 2 (true)."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from averment.core.operators import SIGNS
from averment.core.program import Cell, Field, Ranges
from averment.core.values import limits
from averment.law import network as net
from averment.law.aggregates import Numbers, aggregated, counted
from averment.law.cells import passes
from averment.law.expressions import calculate, compare
from averment.law.truth import INT64_MAX, INT64_MIN, CaseError, Interval, Quantity, bounded, bounds, interval, unbounded

Quantities = list[Quantity]
Gate = Callable[[Quantities], Quantity]
Judging = Callable[[Quantity], int]
Comparing = Callable[[Quantity, Quantity], int]
Bounds = tuple[int | None, int | None]


class Unsure(Exception):
    """The circuit does not have the law's answer here: the case has to be decided by itself."""


def gate_of(node: net.Node) -> Gate | None:
    """The function of a node; none for a leaf, which is set from outside."""
    match node:
        case net.FieldOf() | net.Held():
            return None
        case net.Constant(value):
            return lambda _: value
        case net.Fixed(fixed):
            return lambda _: int(fixed)
        case net.Coalesce(first, second):
            return lambda held: held[second] if held[first] is None else held[first]
        case net.SizeOf(column):
            return lambda held: size(held[column])
        case net.Calculated(operator, left, right):
            return lambda held: calculated(operator, held[left], held[right])
        case net.Counted(truths):
            return lambda held: _counted([held[truth] for truth in truths])
        case net.Summed(members, field):
            spread = limits(field)
            return lambda held: _aggregated("sum", [(held[truth], held[value]) for truth, value in members], spread)
        case net.Extreme(function, members, field):
            spread = limits(field)
            return lambda held: _aggregated(function, [(held[truth], held[value]) for truth, value in members], spread)
        case net.Stored(column, _):
            return lambda held: stored(held[column])
        case _:
            return _truth(node)


def _truth(node: net.Node) -> Gate:
    match node:
        case net.Passes(column, cell):
            return lambda held: passing(cell, held[column])
        case net.Same(left, right):
            return lambda held: same(held[left], held[right])
        case net.Given(column):
            return lambda held: given(held[column])
        case net.IsKnown(column):
            return lambda held: is_known(held[column])
        case net.Definite(column):
            return lambda held: definite(held[column])
        case net.Compared(operator, left, right):
            return lambda held: int(compare(operator, held[left], held[right]))
        case net.All(parts):
            return lambda held: min([held[part] for part in parts])  # type: ignore[type-var]
        case net.AnyOf(parts):
            return lambda held: max([held[part] for part in parts])  # type: ignore[type-var]
        case net.Negated(part):
            return lambda held: 2 - held[part]  # type: ignore[operator]
        case _:
            raise AssertionError(node)


# --- of one value or two ------------------------------------------------------------------------------------------


def passing(cell: Cell, value: Quantity) -> int:
    """The truth that a quantity passes a cell."""
    if not isinstance(value, Interval):
        return int(passes(cell, value))
    assert isinstance(cell, Ranges)
    met = False
    for low, high in cell.ranges:
        above = low is None or (value.low is not None and low <= value.low)
        below = high is None or (value.high is not None and value.high <= high)
        if above and below:
            return 2
        apart = (high is not None and value.low is not None and high < value.low) or (
            low is not None and value.high is not None and value.high < low
        )
        met = met or not apart
    return 1 if met else 0


def same(left: Quantity, right: Quantity) -> int:
    """The truth that two joined quantities are equal."""
    if left is None or right is None:
        return 1
    return int(compare("=", left, right))


def given(value: Quantity) -> int:
    """The truth that a pattern binds a quantity."""
    return 1 if value is None else 2


def is_known(value: Quantity) -> int:
    """The truth that a quantity is known."""
    return 0 if value is None else 2


def definite(value: Quantity) -> int:
    """The truth that a quantity is one value."""
    return 1 if value is None or isinstance(value, Interval) else 2


def calculated(operator: str, left: Quantity, right: Quantity) -> Quantity:
    """What an operator comes to. Raises: Unsure where that leaves 64 bits, or has no lawful value."""
    sign = SIGNS.get(operator)
    if sign is not None and type(left) is int and type(right) is int:  # as the law has it, in half the time
        value: int = sign(left, right)
        if INT64_MIN <= value <= INT64_MAX:
            return value
        raise Unsure
    try:
        return calculate(operator, left, right)
    except CaseError:
        raise Unsure from None


def size(value: Quantity) -> Quantity:
    """The number of elements of a set."""
    return len(value) if isinstance(value, frozenset) else None


def stored(value: Quantity) -> Quantity:
    """What a derived fact holds of a quantity."""
    return None if isinstance(value, Interval) else value


def ends(value: Quantity, spread: Bounds) -> tuple[float, float]:
    """The least and the greatest that a member of an aggregate may be: where it is unknown, those of its field."""
    if type(value) is int:
        return value, value
    assert value is None or isinstance(value, int | Interval)
    return unbounded(*(spread if value is None else bounds(value)))


def width(value: Quantity) -> int:
    """How wide an interval is; of what is a single value, or without bounds, 0."""
    if isinstance(value, Interval) and value.low is not None and value.high is not None:
        return value.high - value.low
    return 0


def leaves(field: Field, value: Quantity) -> bool:
    """Whether a quantity may lie outside the range of a field."""
    if value is None:
        return False
    assert isinstance(value, int | Interval)
    low, high = bounds(value)
    least, greatest = field.minimum, field.maximum
    return (least is not None and (low is None or low < least)) or (
        greatest is not None and (high is None or high > greatest)
    )


def may_equal(one: Quantity, other: Quantity) -> int:
    """The truth that two values of facts are equal; unlike that of a join also where both are nothing known."""
    return 1 if one is None or other is None else 2 * (one == other)


# --- of many ------------------------------------------------------------------------------------------------------


def _counted(truths: list[Quantity]) -> Quantity:
    return interval(*bounded(*counted(truths.count(2), truths.count(1))))


def _aggregated(function: str, members: list[tuple[Quantity, Quantity]], spread: Bounds) -> Quantity:
    """An aggregate of what matches. Raises: Unsure where it may leave 64 bits."""
    certain = [ends(value, spread) for truth, value in members if truth == 2]
    maybe = [(*ends(value, spread), False) for truth, value in members if truth == 1]
    low, high = aggregated(function, Numbers(certain, maybe))
    if -inf < low < INT64_MIN or INT64_MAX < high < inf:
        raise Unsure
    return interval(*bounded(low, high))
