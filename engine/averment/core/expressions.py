"""Expressions over the variables of a rule: their scales are aligned, so that plain integer arithmetic is exact."""

from __future__ import annotations

from averment.dataclass import dataclass

Value = bool | int | str | frozenset[str]


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value


@dataclass(frozen=True, slots=True)
class Variable:
    name: str


@dataclass(frozen=True, slots=True)
class Size:
    """The number of elements of the set bound to a variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: str  # of ``core.operators``
    left: Expression
    right: Expression


Expression = Literal | Variable | Size | Arithmetic


@dataclass(frozen=True, slots=True)
class Ratio:
    """A number as a reader has it: ``numerator / denominator``, which is positive, with so many decimal places."""

    numerator: Expression
    denominator: Expression
    places: int


def size(expression: Expression) -> int:
    """How many variables and literals an expression has, each as often as it stands there."""
    return size(expression.left) + size(expression.right) if isinstance(expression, Arithmetic) else 1
