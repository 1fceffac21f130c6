"""Why the conditions of a rule contradict each other, where they do: no case could satisfy them all.

A cell that lets nothing pass by itself is told for itself (AV404) and counts here as one that says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from averment.checks.reach import Reach, reach
from averment.core.program import (
    Absent,
    Aggregate,
    Among,
    Arithmetic,
    Cell,
    Compare,
    Expression,
    FactType,
    Field,
    Kind,
    Literal,
    Match,
    Ranges,
    Rule,
    Size,
    Variable,
    text_of,
)
from averment.core.values import domain, limits
from averment.law.cells import passes
from averment.law.expressions import calculate
from averment.law.truth import TRUE, CaseError, bounds, interval
from averment.law.truth import Interval as Between

Interval = tuple[int | None, int | None]
_ANY: Interval = (None, None)


def contradiction(rule: Rule, types: Mapping[str, FactType]) -> str:
    """In words, what contradicts what; nothing where nothing does."""
    return next((why for find in (_cells, _denied, _compared) for why in find(rule, types)), "")


def _cells(rule: Rule, types: Mapping[str, FactType]) -> Iterator[str]:
    """Cells on one field of one record that share no value."""
    for (name, index), cells in _on_one_record(rule, types).items():
        field = types[name].fields[index]
        if field.kind is Kind.SET or any(reach(cell, field) is Reach.NONE for cell in cells):
            continue
        if len(cells) > 1 and _disjoint(cells, field):
            shown = " and ".join(f"`{cell.origin.text}`" for cell in cells)
            yield f"no value of `{name}.{field.name}` passes {shown}"


def _on_one_record(rule: Rule, types: Mapping[str, FactType]) -> dict[tuple[str, int], list[Cell]]:
    """The cells of a rule on each field of each type that has one record."""
    found: dict[tuple[str, int], list[Cell]] = {}
    for match in rule.matches:
        if types[match.type].one:
            for index, cell in match.cells:
                found.setdefault((match.type, index), []).append(cell)
    return found


def _disjoint(cells: list[Cell], field: Field) -> bool:
    ranges: list[Interval] = [domain(field)] if field.kind.ordered else []
    among = set[str | bool](field.values or ((True, False) if field.kind is Kind.BOOLEAN else ()))
    bounded = bool(among)
    for cell in cells:
        if isinstance(cell, Ranges):
            both = (_intersection(mine, other) for mine in ranges for other in cell.ranges)
            ranges = [each for each in both if not _is_empty(each)]
        elif bounded:
            among = {value for value in among if passes(cell, value) is TRUE}
        elif not cell.negated and not cell.parts:
            among, bounded = set(cell.values), True
    return not ranges if field.kind.ordered else bounded and not among


def _denied(rule: Rule, types: Mapping[str, FactType]) -> Iterator[str]:
    """A ``not`` of every fact that a pattern may match."""
    bound = {variable for match in rule.matches for _, variable in match.binds}
    for guard in rule.guards:
        if isinstance(guard, Absent):
            for match in rule.matches:
                if match.type == guard.match.type and _within(guard.match, match, bound):
                    yield f"`{text_of(guard)}` denies `{text_of(match)}`"


def _within(denied: Match, match: Match, bound: set[str]) -> bool:
    """Whether whatever ``match`` matches is denied: its cells are among those, and its variables join no other way."""
    cells = {(index, _meaning(cell)) for index, cell in match.cells}
    own = [variable for _, variable in denied.binds]
    joined = all(bind in match.binds or bind[1] not in bound for bind in denied.binds)
    return (
        joined and len(own) == len(set(own)) and all((index, _meaning(cell)) in cells for index, cell in denied.cells)
    )


def _meaning(cell: Cell) -> object:
    return (cell.values, cell.negated, cell.parts) if isinstance(cell, Among) else cell.ranges


def _compared(rule: Rule, types: Mapping[str, FactType]) -> Iterator[str]:
    """A comparison that no values of the fields make true."""
    ranges = ranges_of(rule, types)
    for guard in rule.guards:
        if isinstance(guard, Compare) and never(guard, ranges):
            yield f"`{text_of(guard)}` is true of no values that its fields may have"


def ranges_of(rule: Rule, types: Mapping[str, FactType]) -> dict[str, Interval]:
    """From where to where the variables of a rule may lie."""
    found: dict[str, Interval] = {}
    cells = _on_one_record(rule, types)
    for match in rule.matches:
        fields, own = types[match.type].fields, dict(match.cells)
        for index, variable in match.binds:
            if fields[index].kind.ordered:
                here = limits(fields[index])
                for cell in cells.get((match.type, index), [own[index]] if index in own else []):
                    here = _intersection(here, _hull(cell))
                found[variable] = _intersection(found.get(variable, _ANY), here)
    for guard in rule.guards:
        if isinstance(guard, Aggregate):
            found[guard.variable] = _of_aggregate(guard, types)
    return {name: here for name, here in found.items() if not _is_empty(here)}


def _of_aggregate(guard: Aggregate, types: Mapping[str, FactType]) -> Interval:
    if guard.field is None:
        return 0, None
    low, high = limits(types[guard.match.type].fields[guard.field])
    if guard.function == "sum":
        return (0 if low is not None and low >= 0 else None), (0 if high is not None and high <= 0 else None)
    return low, high


def _hull(cell: Cell) -> Interval:
    return (cell.ranges[0][0], cell.ranges[-1][1]) if isinstance(cell, Ranges) and cell.ranges else _ANY


def _intersection(a: Interval, b: Interval) -> Interval:
    lows, highs = [end for end in (a[0], b[0]) if end is not None], [end for end in (a[1], b[1]) if end is not None]
    return max(lows, default=None), min(highs, default=None)


def _is_empty(interval: Interval) -> bool:
    low, high = interval
    return low is not None and high is not None and low > high


def never(compare: Compare, ranges: Mapping[str, Interval]) -> bool:
    """Whether a comparison is true of no values within these ranges."""
    if compare.left == compare.right:
        return compare.operator in ("!=", "<", ">")
    (low, high), (least, most) = _interval(compare.left, ranges), _interval(compare.right, ranges)
    match compare.operator:
        case "=":
            return _below(high, least) or _below(most, low)
        case "<":
            return low is not None and most is not None and low >= most
        case "<=":
            return _below(most, low)
        case ">":
            return high is not None and least is not None and high <= least
        case ">=":
            return _below(high, least)
        case _:
            return low is not None and low == high == least == most


def _below(a: int | None, b: int | None) -> bool:
    return a is not None and b is not None and a < b


def _interval(expression: Expression, ranges: Mapping[str, Interval]) -> Interval:
    """From where to where an expression may lie."""
    match expression:
        case Literal(value=bool()):
            return _ANY
        case Literal(value=int() as value):
            return value, value
        case Variable(name):
            return ranges.get(name, _ANY)
        case Size():
            return 0, None
        case Arithmetic(operator, left, right):
            return _computed(operator, _interval(left, ranges), _interval(right, ranges))
        case _:
            return _ANY


def _computed(operator: str, left: Interval, right: Interval) -> Interval:
    try:
        found = calculate(operator, interval(*left), interval(*right))
    except CaseError:  # for all values within these
        return _ANY
    assert found is None or isinstance(found, int | Between)
    return _ANY if found is None else bounds(found)
