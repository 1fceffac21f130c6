"""The nodes of a network as functions of the quantities before them. Truths are 0 (false), 1 (unknown) and 2 (true)."""

from __future__ import annotations

from collections.abc import Callable

from averment.core.program import Arithmetic, Cell, Field, Ranges, Variable
from averment.core.values import limits
from averment.law import network as net
from averment.law.cells import passes
from averment.law.expressions import compare, evaluate
from averment.law.truth import INT64_MAX, INT64_MIN, CaseError, Interval, Quantity, bounds, interval

Quantities = list[Quantity]
Gate = Callable[[Quantities], Quantity]
Judging = Callable[[Quantity], int]
Comparing = Callable[[Quantity, Quantity], int]


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
            return lambda held: _summed([(held[truth], held[value]) for truth, value in members], spread)
        case net.Extreme(function, members, field):
            spread = limits(field)
            return lambda held: _extreme(function, [(held[truth], held[value]) for truth, value in members], spread)
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
    """The sum, difference or product. Raises: Unsure where it leaves 64 bits."""
    if left is None or right is None:
        return None
    if isinstance(left, int) and isinstance(right, int):
        value = left + right if operator == "+" else left - right if operator == "-" else left * right
        if INT64_MIN <= value <= INT64_MAX:
            return value
        raise Unsure
    try:
        return evaluate(Arithmetic(operator, Variable("l"), Variable("r")), {"l": left, "r": right})
    except CaseError:
        raise Unsure from None


def size(value: Quantity) -> Quantity:
    """The number of elements of a set."""
    return len(value) if isinstance(value, frozenset) else None


def stored(value: Quantity) -> Quantity:
    """What a derived fact holds of a quantity."""
    return None if isinstance(value, Interval) else value


def span(value: Quantity, spread: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    """The bounds of a member of an aggregate: of an unknown one those of its field."""
    if value is None:
        return spread
    assert isinstance(value, int | Interval)
    return bounds(value)


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
    low, high = truths.count(2), len(truths) - truths.count(0)
    return low if low == high else Interval(low, high)


def _summed(members: list[tuple[Quantity, Quantity]], spread: tuple[int | None, int | None]) -> Quantity:
    low: int | None = 0
    high: int | None = 0
    for truth, value in members:
        if not truth:
            continue
        least, greatest = span(value, spread)
        if truth != 2:
            least = None if least is None else min(0, least)
            greatest = None if greatest is None else max(0, greatest)
        low = None if low is None or least is None else low + least
        high = None if high is None or greatest is None else high + greatest
    if (low is not None and low < INT64_MIN) or (high is not None and high > INT64_MAX):
        raise Unsure
    return interval(low, high)


def _extreme(
    function: str, members: list[tuple[Quantity, Quantity]], spread: tuple[int | None, int | None]
) -> Quantity:
    """Minimum or maximum of what matches, as ``law.guards`` bounds it."""
    ends = [(truth, *span(value, spread)) for truth, value in members if truth]
    if not ends:
        return Interval(None, None)
    certain = [entry for entry in ends if entry[0] == 2]
    if function == "min":
        lows, highs = [low for _, low, _ in ends], [high for _, _, high in certain or ends]
        low = None if None in lows else min(lows)  # type: ignore[type-var]
        known = [high for high in highs if high is not None]
        high = (min(known, default=None) if certain else max(known)) if certain or len(known) == len(highs) else None
        return interval(low, high)  # pyright: ignore[reportUnknownArgumentType]
    lows, highs = [low for _, low, _ in certain or ends], [high for _, _, high in ends]
    high = None if None in highs else max(highs)  # type: ignore[type-var]
    known = [low for low in lows if low is not None]
    low = (max(known, default=None) if certain else min(known)) if certain or len(known) == len(lows) else None
    return interval(low, high)  # pyright: ignore[reportUnknownArgumentType]
