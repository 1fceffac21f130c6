"""What cells and expressions are once parsed: trees with the offsets (``at``, ``end``) of the text they stand for.

``wording`` writes a tree in its canonical form; two trees have one wording exactly when they are equal but for offsets.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from averment.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    at: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in double quotes."""

    value: str
    at: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A date, as its proleptic Gregorian ordinal."""

    ordinal: int
    at: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool
    at: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A bare name: one of a field's own values, or a parameter."""

    name: str
    at: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Dollar:
    """A variable, without its ``$``."""

    name: str
    at: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class SizeOf:
    """``count($set)``: the number of elements of a set."""

    name: str
    at: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    operator: str  # + - *
    left: Expression
    right: Expression
    at: int = 0
    end: int = 0


Atom = Number | Quoted | Day | Truth | Name | Dollar
Expression = Atom | SizeOf | Operation


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str  # = != < <= > >=
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Equal:
    atom: Atom


@dataclass(frozen=True, slots=True)
class Bound:
    operator: str  # < <= > >=
    atom: Atom


@dataclass(frozen=True, slots=True)
class Between:
    low: Atom
    high: Atom
    low_open: bool
    high_open: bool


Test = Equal | Bound | Between


@dataclass(frozen=True, slots=True)
class Cell:
    """Any of ``tests``; ``negated``: none of them; no tests: ``-``, anything, even unknown."""

    tests: tuple[Test, ...]
    negated: bool = False


def wording(tree: Cell | Test | Comparison | Expression) -> str:
    """The canonical wording of a parsed cell, comparison or expression."""
    match tree:
        case Cell(tests=()):
            return "-"
        case Cell():
            listed = ", ".join(wording(test) for test in tree.tests)
            return f"not({listed})" if tree.negated else listed
        case Equal():
            return wording(tree.atom)
        case Bound():
            return f"{tree.operator} {wording(tree.atom)}"
        case Between():
            opening, closing = "(" if tree.low_open else "[", ")" if tree.high_open else "]"
            return f"{opening}{wording(tree.low)}..{wording(tree.high)}{closing}"
        case Comparison():
            return f"{wording(tree.left)} {tree.operator} {wording(tree.right)}"
        case Operation():
            left, right = wording(tree.left), wording(tree.right)
            if tree.operator == "*" and _is_sum(tree.left):
                left = f"({left})"
            if _is_sum(tree.right) or (tree.operator == "*" and isinstance(tree.right, Operation)):
                right = f"({right})"
            return f"{left} {tree.operator} {right}"
        case Number():
            return number_wording(tree.value)
        case Quoted():
            return json.dumps(tree.value, ensure_ascii=False)
        case Day():
            return date.fromordinal(tree.ordinal).isoformat()
        case Truth():
            return "true" if tree.value else "false"
        case Name():
            return tree.name
        case Dollar():
            return f"${tree.name}"
        case SizeOf():
            return f"count(${tree.name})"


def number_wording(value: Decimal) -> str:
    """A number in plain digits, without needless zeros: ``1.50`` is ``1.5``, ``-0`` is ``0``."""
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def _is_sum(tree: Expression) -> bool:
    return isinstance(tree, Operation) and tree.operator in "+-"
