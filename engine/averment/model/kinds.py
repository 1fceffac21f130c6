"""Which kinds of values go together: joined, compared, derived, filled in."""

from __future__ import annotations

from averment.core.program import Field, Kind

NUMERIC = (Kind.INTEGER, Kind.DECIMAL)


def is_number(field: Field) -> bool:
    return field.kind in NUMERIC


def _own(field: Field) -> tuple[str, ...]:
    """The values that a variable may stand for: it is bound to no field that is ``none``."""
    return field.values[:-1] if field.optional else field.values


def joins(left: Field, right: Field) -> bool:
    """Whether one variable can stand for both: equal values are encoded equally, and some value is of both."""
    if left.kind is not right.kind or left.places != right.places or left.quotient or right.quotient:
        return False
    if left.kind is Kind.LEVEL:
        return _own(left) == _own(right)
    return not left.values or left.values is right.values or not {*_own(left)}.isdisjoint(_own(right))


def compares(left: Field, right: Field) -> bool:
    """Whether the two may stand on the sides of a comparison."""
    return (is_number(left) and is_number(right)) or joins(left, right)


def becomes(source: Field, target: Field) -> bool:
    """Whether every value of ``source`` is, perhaps scaled up, one of ``target``'s kind."""
    if is_number(source) and is_number(target):
        return source.places <= target.places and not source.quotient
    if target.kind is Kind.TEXT:
        return source.kind in (Kind.TEXT, Kind.CHOICE)
    if source.kind is not target.kind:
        return False
    if target.kind is Kind.LEVEL:
        return _own(source) == _own(target)
    return source.values is target.values or {*_own(source)} <= target.ranks.keys()


def fills(parameter: Field, field: Field) -> bool:
    """Whether the parameter may stand for a value of ``field`` in a cell; one that is a set for any of its elements."""
    if field.kind is Kind.SET or (parameter.kind is Kind.SET and field.kind in (Kind.CHOICE, Kind.LEVEL)):
        return parameter.kind in (Kind.CHOICE, Kind.SET) and set(parameter.values) <= set(field.values)
    return (parameter.kind is Kind.SET and field.kind is Kind.TEXT) or becomes(parameter, field)


def described(field: Field) -> str:
    """The kind in a message: ``decimal of 2 places``, ``level (low, medium, high)``."""
    if field.quotient:
        return "a quotient"
    if field.kind is Kind.DECIMAL:
        return f"decimal of {field.places} place{'' if field.places == 1 else 's'}"
    if field.values:
        shown = ", ".join(field.values[:6])
        return f"{field.kind} ({shown}{', …' if len(field.values) > 6 else ''})"
    return str(field.kind)
