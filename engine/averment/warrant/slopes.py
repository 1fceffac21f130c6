"""Whether a rule is the likelier or the less likely the more one of its aggregates comes to, read from its comparisons.

A comparison is brought to the form ``D >= 0``, ``D`` being a polynomial in the rule's variables. It rises in an
aggregate where each coefficient of that is at least zero, as far as the other variables are known, and falls where each
is at most zero. An equality is a comparison too where ``D`` cannot be on one side of zero: of a count, ``$n = 0`` is
``$n <= 0``. Where the comparisons of a rule disagree, or an aggregate is used otherwise, it has no slope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import reduce
from math import gcd, inf
from typing import NamedTuple

from averment.core.aggregates import AGGREGATES
from averment.core.mentions import variables
from averment.core.program import Aggregate, Arithmetic, Compare, Expression, FactType, Literal, Rule, Size, Variable
from averment.core.values import limits
from averment.law.patterns import Bindings
from averment.law.truth import Interval, Quantity, bounded, interval, unbounded

Types = Mapping[str, FactType]

_Polynomial = Mapping[tuple[str, ...], int]  # by monomial: its variables, sorted, each as often as it is a factor
_Ranges = Mapping[str, Quantity]
_EITHER = "?"  # a factor of which nothing is known
_End = int | float  # a float only where there is no end: ``inf``


class Slope(NamedTuple):
    """``sign``: 1 the likelier, -1 the less likely, 0 neither. ``factor``: what a unit of the aggregate counts beside a
    unit of the others that it is compared with; 0 where that is not told.
    """

    sign: int
    factor: int = 0


def slopes(rule: Rule, types: Types, bindings: Bindings) -> dict[str, Slope]:
    """The slope of each aggregate of a rule, by its variable; ``bindings`` are what is known of the other variables."""
    aggregates = {guard.variable: guard for guard in rule.guards if isinstance(guard, Aggregate)}
    if not aggregates:
        return {}
    ranges = _ranges(rule, types, aggregates.values())
    known = {**ranges, **_known(bindings, ranges)}
    told: dict[str, list[tuple[int, Slope]]] = {name: [] for name in aggregates}
    for guard in rule.guards:
        if isinstance(guard, Compare):
            difference = _sum(_polynomial(guard.left), _polynomial(guard.right), -1)
            met = [name for name in aggregates if any(name in monomial for monomial in difference)]
            rising = _oriented(guard.operator, difference, ranges)
            factors = _factors(rising, [aggregates[name] for name in met], types, known)
            for name in met:
                told[name].append((len(met), Slope(_direction(rising, name, known), factors.get(name, 0))))
    joined = {name for guard in rule.guards if not isinstance(guard, Compare) for _, name in guard.match.binds}
    return {name: _slope(guard, told[name], name in joined) for name, guard in aggregates.items()}


def _slope(guard: Aggregate, told: list[tuple[int, Slope]], joined: bool) -> Slope:
    """What all comparisons tell: where none disagrees, that which weighs an aggregate against the most others."""
    if joined or len({slope.sign for _, slope in told}) > 1:
        return Slope(0)
    if told:
        return max(told, key=lambda each: each[0])[1]
    aggregation = AGGREGATES[guard.function]
    return Slope(0 if aggregation.adds else aggregation.rises)  # that there is one is all that is asked


def _polynomial(expression: Expression) -> _Polynomial:
    match expression:
        case Literal(value):
            return {(): value} if isinstance(value, int) else {}
        case Variable(name):
            return {(name,): 1}
        case Size(name):
            return {(_size(name),): 1}
        case Arithmetic("*", left, right):
            product: Counter[tuple[str, ...]] = Counter()
            for one, a in _polynomial(left).items():
                for other, b in _polynomial(right).items():
                    product[tuple(sorted(one + other))] += a * b
            return product
        case Arithmetic("+" | "-" as operator, left, right):
            return _sum(_polynomial(left), _polynomial(right), 1 if operator == "+" else -1)
        case Arithmetic():  # no polynomial: all that it has may go either way
            return {tuple(sorted((_EITHER, *variables(expression)))): 1}


def _size(name: str) -> str:
    """The number of elements of a set, as a variable of its own."""
    return f"size of {name}"


def _sum(left: _Polynomial, right: _Polynomial, sign: int) -> _Polynomial:
    return {
        monomial: coefficient
        for monomial in {**left, **right}
        if (coefficient := left.get(monomial, 0) + sign * right.get(monomial, 0))
    }


def _value(polynomial: _Polynomial, ranges: _Ranges) -> tuple[_End, _End]:
    """The least and the greatest that a polynomial may come to."""
    low: _End = 0
    high: _End = 0
    for monomial, coefficient in polynomial.items():
        ends: tuple[_End, _End] = (coefficient, coefficient)
        for name in monomial:
            corners = [_times(end, other) for end in ends for other in _ends(ranges[name])]
            ends = min(corners), max(corners)
        low, high = low + ends[0], high + ends[1]
    return low, high


def _times(left: _End, right: _End) -> _End:
    return left * right if left and right else 0  # nothing is nothing, however often


def _ends(quantity: Quantity) -> tuple[_End, _End]:
    if isinstance(quantity, int):
        return quantity, quantity
    low, high = quantity if isinstance(quantity, Interval) else (None, None)
    return -inf if low is None else low, inf if high is None else high


def _sign(low: _End, high: _End) -> int:
    """The sign of what lies between two ends, zero aside; 0 where it may have either."""
    return (high > 0) - (low < 0) if low >= 0 or high <= 0 else 0


def _oriented(operator: str, difference: _Polynomial, ranges: _Ranges) -> _Polynomial:
    """What is at least, or above, zero where the comparison is true; nothing where that is not one side of zero."""
    low, high = _value(difference, ranges)
    up = {"<": -1, "<=": -1, ">": 1, ">=": 1}.get(operator, 0)
    if not up:
        up = _sign(low, high) * (1 if operator == "!=" else -1)
    return {monomial: up * coefficient for monomial, coefficient in difference.items() if up}


def _by_power(polynomial: _Polynomial, name: str) -> dict[int, dict[tuple[str, ...], int]]:
    """The coefficients of each power of a variable but the zeroth."""
    found: dict[int, dict[tuple[str, ...], int]] = {}
    for monomial, coefficient in polynomial.items():
        if name in monomial:
            rest = tuple(other for other in monomial if other != name)
            found.setdefault(monomial.count(name), {})[rest] = coefficient
    return found


def _direction(rising: _Polynomial, name: str, known: _Ranges) -> int:
    powers = _by_power(rising, name)
    if max(powers, default=1) > 1 and _ends(known[name])[0] < 0:
        return 0
    signs = {_sign(*_value(coefficient, known)) for coefficient in powers.values()}
    return signs.pop() if len(signs) == 1 else 0


def _factors(rising: _Polynomial, aggregates: Iterable[Aggregate], types: Types, known: _Ranges) -> dict[str, int]:
    """What a unit of each aggregate counts in a comparison, without a common factor; nothing where one is not told."""
    found: dict[str, int] = {}
    for guard in aggregates:
        powers = _by_power(rising, guard.variable)
        low, high = _value(powers.get(1, {}), known)
        if set(powers) != {1} or low != high:
            return {}
        places = 0 if guard.field is None else types[guard.match.type].fields[guard.field].places
        found[guard.variable] = abs(int(low)) * 10**places
    common = reduce(gcd, found.values(), 0)
    return {name: factor // common for name, factor in found.items()} if common else {}


def _ranges(rule: Rule, types: Types, aggregates: Iterable[Aggregate]) -> dict[str, Quantity]:
    """What each variable may come to in any case."""
    found: dict[str, Quantity] = {_EITHER: None}
    for pattern in rule.matches:
        for index, name in pattern.binds:
            found[name] = interval(*limits(types[pattern.type].fields[index]))
            found[_size(name)] = Interval(0, None)
    for guard in aggregates:
        field = None if guard.field is None else types[guard.match.type].fields[guard.field]
        low, high = (1, 1) if field is None else unbounded(*limits(field))
        found[guard.variable] = interval(*bounded(*AGGREGATES[guard.function].ends(low, high, inf)))
    return found


def _known(bindings: Bindings, ranges: _Ranges) -> dict[str, Quantity]:
    """What is known of variables beyond their ranges."""
    sizes = {_size(name): len(held) for name, held in bindings.items() if isinstance(held, frozenset)}
    return {
        **{name: held for name, held in bindings.items() if name in ranges and isinstance(held, int | Interval)},
        **sizes,
    }
