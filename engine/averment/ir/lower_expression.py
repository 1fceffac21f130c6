"""Expressions in one scale: where numbers of different places meet, the coarser is scaled up, so that all are exact.

A quotient is kept as a numerator over a positive denominator for as long as it is one: sums come over a common
denominator, comparisons and choices are multiplied out, and a rounding ends it. So a program calculates with integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import gcd

from averment.core.aggregates import AGGREGATES, part_names
from averment.core.operators import INTEGERS, OPERATORS
from averment.core.program import NUMBER, Arithmetic, Expression, Field, Kind, Literal, Ratio, Size, Variable
from averment.core.values import INT64_MAX, INT64_MIN
from averment.dataclass import dataclass
from averment.ir.parameters import Parameters
from averment.ir.ranges import Ranges, range_of
from averment.model.model import (
    AggregateOf,
    AnyOf,
    Computed,
    Condition,
    Constant,
    ModelRule,
    NotAll,
    Reference,
    Rounding,
    SizeUse,
    Term,
    Test,
    Use,
)

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
ONE, _ZERO = Literal(1), Literal(0)


class DividedByZero(Exception):
    """A denominator is zero, whatever the case."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the terms of a rule are made of: the fields of its variables, and the parameters.

    ``ranges`` are where the variables lie, ``within`` where they do so far as the rule asks for more than zero: where
    it asks in vain that condition is false, and what is divided by zero elsewhere in the rule is nobody's error.
    ``ratios`` are the variables that stand for quotients.
    """

    variables: Mapping[str, Field]
    parameters: Parameters
    ranges: Ranges
    within: Ranges
    ratios: Mapping[str, Ratio]

    def lowered(self, term: Term) -> Ratio:
        """The number, or what else it is over 1. What is known now is computed now.

        Raises: DividedByZero.
        """
        match term:
            case Constant():
                return Ratio(Literal(term.value), ONE, term.places)
            case Reference():
                parameters = self.parameters
                return Ratio(Literal(parameters.value(term.name)), ONE, parameters.field(term.name).places)
            case Use():
                return self.ratios.get(term.name) or Ratio(Variable(term.name), ONE, self.variables[term.name].places)
            case SizeUse():
                return Ratio(Size(term.name), ONE, 0)
            case Computed():
                left, right = self.lowered(term.left), self.lowered(term.right)
                if term.operator == "/":
                    return self._quotient(left, right)
                if term.operator == "*":
                    over = _times(left.denominator, right.denominator)
                    return _cancelled(_computed("*", left.numerator, right.numerator), over, left.places + right.places)
                one, other, denominator, places = _together(left, right)
                return _cancelled(_computed(term.operator, one, other), denominator, places)

    def comparison(self, test: Test) -> tuple[Expression, Expression, Field, tuple[Ratio, Ratio] | None]:
        """Both sides of a test in one scale, how they are told in it, and as ratios where one is a quotient.

        Raises: DividedByZero.
        """
        fields = [test.told, *(self._field_of(side) for side in (test.left, test.right))]
        told = next((field for field in fields if field and field.kind not in _NUMBERS), NUMBER)
        return multiplied_out(self.lowered(test.left), self.lowered(test.right), told)

    def plain(self, test: Test) -> tuple[str, Expression, Expression] | None:
        """The operator of a test without a quotient and both sides of it; nothing of one with."""
        try:
            left, right, _, ratios = self.comparison(test)
        except DividedByZero:
            return None
        return None if ratios else (test.operator, left, right)

    def valued(self, term: Term | Rounding, field: Field) -> Expression:
        """What enters a field, rounded where that is said.

        Raises: DividedByZero.
        """
        if not isinstance(term, Rounding):
            found = self.lowered(term)
            return aligned(found.numerator, found.places, field.places)
        found = self.lowered(term.term)
        up, down = max(field.places - found.places, 0), max(found.places - field.places, 0)
        numerator, denominator = _times(found.numerator, _ten(up)), _times(found.denominator, _ten(down))
        if denominator == ONE:
            return numerator
        if range_of(denominator, self.ranges).low < 1:  # where it is, the rule derives nothing
            denominator = _computed("max", denominator, ONE)
        return _computed(term.rounding, numerator, denominator)

    def _quotient(self, left: Ratio, right: Ratio) -> Ratio:
        """The one over the other, whose sign goes to the numerator where it may be negative."""
        over = right.numerator
        numerator = _times(left.numerator, right.denominator)
        low, high = range_of(over, self.within)
        if isinstance(over, Literal) and over.value == 0:
            raise DividedByZero
        if high < 0:
            numerator, over = _computed("-", _ZERO, numerator), _computed("-", _ZERO, over)
        elif low <= 0:
            if low < 0:
                numerator = _computed("signed", numerator, over)
            over = _computed("apart", over, _ZERO)
        numerator = _times(numerator, _ten(max(right.places - left.places, 0)))
        return _cancelled(numerator, _times(left.denominator, over), max(left.places - right.places, 0))

    def _field_of(self, term: Term) -> Field:
        """The field that a side is of, or is as if it were of."""
        match term:
            case Use():
                return self.variables[term.name]
            case Reference():
                return self.parameters.field(term.name)
            case Constant(value=bool()):
                return Field("", Kind.BOOLEAN)
            case Constant(value=str()):
                return Field("", Kind.TEXT)
            case _:
                return NUMBER


def multiplied_out(
    left: Ratio, right: Ratio, told: Field
) -> tuple[Expression, Expression, Field, tuple[Ratio, Ratio] | None]:
    """Both sides of a comparison as ``Terms.comparison`` has them; ``told``: how they are told but for their scale."""
    one, other, _, places = _together(left, right)
    return one, other, told_as(told, places), None if left.denominator == right.denominator == ONE else (left, right)


def averages(conditions: tuple[Condition, ...]) -> dict[str, Ratio]:
    """The variables that stand for a quotient of aggregates, and that quotient."""
    found: dict[str, Ratio] = {}
    for each in conditions:
        if isinstance(each, AggregateOf) and each.field is not None and AGGREGATES[each.function].parts:
            over, under = map(Variable, part_names(each.variable))
            found[each.variable] = Ratio(over, under, each.pattern.type.fields[each.field].places)
    return found


def divides(rule: ModelRule) -> bool:
    """Whether a rule has a quotient."""
    tests = [test for condition in rule.when for test in _tests(condition)]
    terms = [term for conclusion in rule.then for term in conclusion.values]
    if any(isinstance(condition, AggregateOf) and AGGREGATES[condition.function].parts for condition in rule.when):
        return True
    return any(map(_divides, (*terms, *(side for test in tests for side in (test.left, test.right)))))


def _tests(condition: Condition) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, AnyOf):
        yield from (test for inner in condition.alternatives for each in inner for test in _tests(each))
    elif isinstance(condition, NotAll):
        yield from (test for each in condition.conditions for test in _tests(each))


def _divides(term: Term | Rounding) -> bool:
    match term:
        case Computed():
            return term.operator == "/" or _divides(term.left) or _divides(term.right)
        case Rounding():
            return _divides(term.term)
        case _:
            return False


def told_as(field: Field, places: int) -> Field:
    """How values of a field are told, numbers in a scale of so many decimal places."""
    if field.kind not in _NUMBERS:
        return field
    return Field("", Kind.DECIMAL, places=places) if places else NUMBER


def aligned(expression: Expression, places: int, wanted: int) -> Expression:
    """The expression, scaled up from ``places`` to ``wanted`` decimal places."""
    return expression if places >= wanted else _computed("*", expression, _ten(wanted - places))


def beyond(expression: Expression) -> bool:
    """Whether a number in the expression, once in scale, is not a 64-bit integer."""
    match expression:
        case Literal(value=int() as value):
            return not INT64_MIN <= value <= INT64_MAX
        case Arithmetic():
            return beyond(expression.left) or beyond(expression.right)
        case _:
            return False


def _together(left: Ratio, right: Ratio) -> tuple[Expression, Expression, Expression, int]:
    """Two numbers as numerators over one positive denominator, in one scale."""
    places = max(left.places, right.places)
    one, other = aligned(left.numerator, left.places, places), aligned(right.numerator, right.places, places)
    if left.denominator == right.denominator:
        return one, other, left.denominator, places
    denominator = _times(left.denominator, right.denominator)
    return _times(one, right.denominator), _times(other, left.denominator), denominator, places


def _cancelled(numerator: Expression, denominator: Expression, places: int) -> Ratio:
    """The ratio; of two numbers that are known now, in lowest terms."""
    if isinstance(numerator, Literal) and isinstance(denominator, Literal):
        over, under = numerator.value, denominator.value
        assert isinstance(over, int) and isinstance(under, int)
        common = gcd(over, under)
        numerator, denominator = Literal(over // common), Literal(under // common)
    return Ratio(numerator, denominator, places)


def _times(left: Expression, right: Expression) -> Expression:
    """A product, of which a factor 1 is left out."""
    if left == ONE:
        return right
    return left if right == ONE else _computed("*", left, right)


def _ten(power: int) -> Literal:
    return Literal(10**power)


def _computed(operator: str, left: Expression, right: Expression) -> Expression:
    if isinstance(left, Literal) and isinstance(right, Literal):
        a, b = left.value, right.value
        assert isinstance(a, int) and isinstance(b, int)
        if OPERATORS[operator].lawful(a, a, b, b):
            return Literal(OPERATORS[operator].comes_to(INTEGERS, a, b))
    return Arithmetic(operator, left, right)
