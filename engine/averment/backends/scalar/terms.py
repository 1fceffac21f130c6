"""Values as source text: what they may be, what is calculated of them, and whether they pass a cell.

A set is an integer with a bit for each word that sets of the pack may hold; all else is encoded as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from averment.backends.scalar.source import Block, Names
from averment.core.operators import OPERATORS
from averment.core.program import (
    Among,
    Arithmetic,
    Cell,
    Expression,
    Field,
    Kind,
    Literal,
    Program,
    Size,
    Value,
    Variable,
)
from averment.ir import ranges
from averment.ir.ranges import BEYOND, MOST, Range, admitted
from averment.law.cells import admitting
from averment.law.expressions import FUNCTIONS
from averment.law.truth import INT64_MAX, INT64_MIN, CaseError

COMPARISONS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TOGETHER = 64  # terms of one sum


class Term(NamedTuple):
    """An expression that gives a value; a number lies between ``low`` and ``high``."""

    text: str
    low: int = INT64_MIN
    high: int = INT64_MAX

    @property
    def fits(self) -> bool:
        """Whether it is a 64-bit integer in every case."""
        return Range(self.low, self.high).fits


class Terms:
    """The values of one program as terms."""

    def __init__(self, program: Program, names: Names) -> None:
        self._names = names
        self.bits = {word: 1 << place for place, word in enumerate(set_words(program))}

    def constant(self, value: Value) -> Term:
        if isinstance(value, bool):
            return Term(str(value))
        if isinstance(value, int):
            return Term(f"({value})", value, value)
        return Term(self._names.constant(self.mask(value) if isinstance(value, frozenset) else value))

    def mask(self, words: frozenset[Any]) -> int:
        return sum(self.bits[word] for word in words)

    def expression(self, expression: Expression, variables: Mapping[str, Term], keep: Callable[[Term], Term]) -> Term:
        """An expression; ``keep`` is given each calculation that may leave 64 bits, for one that surely does not."""
        match expression:
            case Literal(value):
                return self.constant(value)
            case Variable(name):
                return variables[name]
            case Size(name):
                return size(variables[name])
            case Arithmetic(operator, left, right):
                sides = (self.expression(side, variables, keep) for side in (left, right))
                found = calculated(operator, *sides)
                return found if found.fits else keep(found)

    def passes(self, value: str, cell: Cell, declared: Field | None) -> str:
        """The condition that a value, which may be written twice, passes a cell; ``declared``: of a set, its field."""
        if isinstance(cell, Among) and cell.parts:
            return f"{self._names.constant(admitting(cell))}({value})"
        if isinstance(cell, Among):
            if declared is not None and declared.kind is Kind.SET:
                found = f"({value} & {self.mask(cell.values)})"
                return f"(not {found})" if cell.negated else f"({found} != 0)"
            if len(cell.values) == 1:
                (only,) = cell.values
                if isinstance(only, bool):
                    return f"({value})" if only is not cell.negated else f"(not {value})"
                return f"({value} {'!=' if cell.negated else '=='} {self._names.constant(only)})"
            return f"({value} {'not in' if cell.negated else 'in'} {self._names.constant(cell.values)})"
        tests: list[str] = []
        for low, high in cell.ranges:
            if low is not None and low == high:
                tests.append(f"{value} == {low}")
            elif low is None:
                tests.append("True" if high is None else f"{value} <= {high}")
            else:
                tests.append(f"{value} >= {low}" if high is None else f"{low} <= {value} <= {high}")
        return "(" + " or ".join(tests) + ")" if tests else "False"


def set_words(program: Program) -> tuple[str, ...]:
    """The words that sets may hold, each in the place of its bit."""
    fields = (field for kind in program.types.values() for field in kind.fields)
    return tuple(dict.fromkeys(word for field in fields if field.kind is Kind.SET for word in field.values))


def of_field(text: str, declared: Field) -> Term:
    """What holds a value of a field."""
    return Term(text, *admitted(declared))


def size(held: Term) -> Term:
    """The number of elements of a set."""
    return Term(f"{held.text}.bit_count()", 0, MOST)


def calculated(operator: str, left: Term, right: Term) -> Term:
    """Two numbers calculated; the bounds are those of the result, wherever they are."""
    (one, a, b), (other, c, d) = left, right
    return Term(OPERATORS[operator].code(one, other), *ranges.calculated(operator, Range(a, b), Range(c, d)))


def lawfully(operator: str) -> Callable[[int, int], int]:
    """An operator as a function, which gives ``BEYOND`` where there is no lawful value."""
    function = FUNCTIONS[operator]

    def found(left: int, right: int) -> int:
        try:
            return function(left, right)
        except CaseError:
            return BEYOND

    return found


CALLED = {name: lawfully(name) for name, operator in OPERATORS.items() if not operator.sign}
"""What code calls by its name."""


def total(terms: list[str]) -> str:
    """Terms added up; in groups, for Python reads a sum as deeply nested as it has terms."""
    while len(terms) > _TOGETHER:
        terms = [total(terms[start : start + _TOGETHER]) for start in range(0, len(terms), _TOGETHER)]
    return f"({' + '.join(terms)})"


def kept(term: Term, name: str, block: Block, least: int = INT64_MIN, greatest: int = INT64_MAX) -> Term:
    """The term under a name, given up where it is not within these ends."""
    block.line(f"{name} = {term.text}")
    block.leave(f"{name} < {least} or {name} > {greatest}")
    return Term(name, max(term.low, least), min(term.high, greatest))
