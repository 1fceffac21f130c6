"""What an author wrote, as trees: cells, expressions, conditions, conclusions, sentences, read once and carried along.

Whatever is made of a condition later, in the model or the program, holds the tree that it came from, so that nothing
is told by reading a text again. An atom or an expression has its offsets (``at``, ``end``) in the scalar that it stands
in; where that scalar stands, the model knows: so a tree is of no file, and equal texts may share one.

The ``text`` of a tree is its canonical wording, the same however it was laid out. Two trees have one wording exactly
when they are equal, and offsets do not count.
"""

from __future__ import annotations

import json
import re
from dataclasses import field
from decimal import Decimal
from functools import cached_property

from averment.core.rows import NoRow as NoRow
from averment.core.sentences import SILENT as SILENT
from averment.core.sentences import Mention as Mention
from averment.core.sentences import Sentence as Sentence
from averment.core.times import SCALES
from averment.core.tree import Tree
from averment.dataclass import dataclass

_PLAIN = re.compile(r"[$a-z0-9_.-]+")

# --- atoms and expressions ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number(Tree):
    value: Decimal
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Quoted(Tree):
    """A text in double quotes."""

    value: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Moment(Tree):
    """A date, a time, a datetime or a duration, held as ``core.times`` has it."""

    kind: str
    value: int
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Truth(Tree):
    value: bool
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Name(Tree):
    """A bare name: one of a field's own values, or a parameter."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Dollar(Tree):
    """A variable, without its ``$``."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class SizeOf(Tree):
    """``count($set)``: the number of elements of a set."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Call(Tree):
    """``min($a, $b)``, ``years($a, $b)``: a function of values."""

    name: str  # abs min max days months years date time
    arguments: tuple[Expression, ...]
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Period(Tree):
    """``3 months``, ``$n days``: so many of a unit of time."""

    amount: Expression
    unit: str  # year month week day hour minute second
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Operation(Tree):
    operator: str  # + - * /
    left: Expression
    right: Expression
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Atom = Number | Quoted | Moment | Truth | Name | Dollar
Expression = Atom | SizeOf | Call | Period | Operation


# --- cells ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Equal(Tree):
    atom: Atom


@dataclass(frozen=True)
class Bound(Tree):
    operator: str  # < <= > >=
    atom: Atom


@dataclass(frozen=True)
class Between(Tree):
    low: Atom
    high: Atom
    low_open: bool
    high_open: bool


@dataclass(frozen=True)
class Made(Tree):
    """``starts with "E11"``: a test of what a text is made of, by its name (``core.text_tests``)."""

    test: str
    atom: Atom


Test = Equal | Bound | Between | Made


@dataclass(frozen=True)
class Cell(Tree):
    """Any of ``tests``; ``negated``: none of them; no tests: ``-``, anything, even unknown.

    ``because``: what it is so for, where that says more than the cell, as ``when this is in force``.
    """

    tests: tuple[Test, ...]
    negated: bool = False
    because: str = field(default="", compare=False)

    @cached_property
    def text(self) -> str:
        if not self.tests:
            return "-"
        listed = ", ".join(wording(test) for test in self.tests)
        return f"not({listed})" if self.negated else listed


ANYTHING = Cell(())

# --- conditions and conclusions -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pattern(Tree):
    """A fact of a type with ``cells`` on some of its fields, in the order of their names, none of them ``-``."""

    type: str
    cells: tuple[tuple[str, Cell], ...] = ()

    @cached_property
    def text(self) -> str:
        return _record(self.type, [(name, cell.text) for name, cell in self.cells])


@dataclass(frozen=True)
class Absent(Tree):
    """``not: PATTERN``"""

    pattern: Pattern

    @cached_property
    def text(self) -> str:
        return f"not: {{{self.pattern.text}}}"


@dataclass(frozen=True)
class Aggregate(Tree):
    """``sum: {of: PATTERN, field: FIELD, as: $VARIABLE}``; a count has no field."""

    function: str  # count sum min max
    pattern: Pattern
    field: str
    variable: str

    @cached_property
    def text(self) -> str:
        of = f", field: {self.field}" if self.field else ""
        return f"{self.function}: {{of: {{{self.pattern.text}}}{of}, as: ${self.variable}}}"


@dataclass(frozen=True)
class Comparison(Tree):
    """``test: LEFT OPERATOR RIGHT``"""

    operator: str  # = != < <= > >=
    left: Expression
    right: Expression

    @cached_property
    def text(self) -> str:
        return f"{wording(self.left)} {self.operator} {wording(self.right)}"


@dataclass(frozen=True)
class FieldComparison(Tree):
    """A cell that compares its field with a variable, as ``>= $n`` or ``not(>= $n)``: what it asks, by itself."""

    type: str
    field: str
    operator: str  # != < <= > >=
    variable: str

    @cached_property
    def text(self) -> str:
        return f"{self.type}.{self.field} {self.operator} ${self.variable}"


@dataclass(frozen=True)
class Known(Tree):
    """``known: {of: PATTERN, field: FIELD}``, or ``unknown``; ``alone``: written ``known: TYPE.FIELD``."""

    given: bool
    pattern: Pattern
    field: str
    alone: bool = False

    @cached_property
    def text(self) -> str:
        word = "known" if self.given else "unknown"
        if self.alone:
            return f"{word}: {self.pattern.type}.{self.field}"
        return f"{word}: {{of: {{{self.pattern.text}}}, field: {self.field}}}"


@dataclass(frozen=True)
class AnyOf(Tree):
    """``any``: one of the alternatives, each a list of conditions."""

    alternatives: tuple[tuple[Written, ...], ...]

    @cached_property
    def text(self) -> str:
        return f"any: [{', '.join(map(_list, self.alternatives))}]"


@dataclass(frozen=True)
class NotAll(Tree):
    """``not: [CONDITION, …]``; ``unless``: what stands under this word of a rule."""

    conditions: tuple[Written, ...]
    unless: bool = False

    @cached_property
    def text(self) -> str:
        return f"{'unless' if self.unless else 'not'}: {_list(self.conditions)}"


Written = Pattern | Absent | NoRow | Aggregate | Comparison | FieldComparison | Known | AnyOf | NotAll
"""A condition, or what it asks by itself of a variable."""


def _list(conditions: tuple[Written, ...]) -> str:
    told = (f"test: {each.text}" if isinstance(each, Comparison) else each.text for each in conditions)
    return f"[{', '.join(f'{{{text}}}' for text in told)}]"


@dataclass(frozen=True)
class Listed(Tree):
    """The elements of a set, as a conclusion lists them."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Rounded(Tree):
    """``round half_up EXPRESSION``: to the places of the field that it enters."""

    rounding: str  # half_up half_even floor ceiling
    value: Expression


Result = Expression | Listed | Rounded


@dataclass(frozen=True)
class Conclusion(Tree):
    """A fact of a type to derive, with the value of each field, in the order of their names."""

    type: str
    values: tuple[tuple[str, Result], ...]

    @cached_property
    def text(self) -> str:
        return _record(self.type, [(name, wording(value)) for name, value in self.values])


def _record(type: str, cells: list[tuple[str, str]]) -> str:
    shown = (
        f"{name}: {text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)}" for name, text in cells
    )
    return f"{type}: {{{', '.join(shown)}}}"


# --- wording --------------------------------------------------------------------------------------------------------


def wording(tree: Cell | Comparison | Test | Result) -> str:
    """The canonical wording of a part of a rule."""
    match tree:
        case Cell() | Comparison():
            return tree.text
        case Equal():
            return wording(tree.atom)
        case Bound():
            return f"{tree.operator} {wording(tree.atom)}"
        case Made():
            return f"{tree.test} {wording(tree.atom)}"
        case Between():
            opening, closing = "(" if tree.low_open else "[", ")" if tree.high_open else "]"
            return f"{opening}{wording(tree.low)}..{wording(tree.high)}{closing}"
        case Operation():
            left, right = wording(tree.left), wording(tree.right)
            if tree.operator in "*/" and is_sum(tree.left):
                left = f"({left})"
            if is_sum(tree.right) or (tree.operator in "*/" and isinstance(tree.right, Operation)):
                right = f"({right})"
            return f"{left} {tree.operator} {right}"
        case Number():
            return number_wording(tree.value)
        case Quoted():
            return json.dumps(tree.value, ensure_ascii=False)
        case Moment():
            return SCALES[tree.kind].written(tree.value)
        case Truth():
            return "true" if tree.value else "false"
        case Name():
            return tree.name
        case Dollar():
            return f"${tree.name}"
        case SizeOf():
            return f"count(${tree.name})"
        case Call():
            return f"{tree.name}({', '.join(map(wording, tree.arguments))})"
        case Period():
            amount = f"({wording(tree.amount)})" if isinstance(tree.amount, Operation) else wording(tree.amount)
            return f"{amount} {tree.unit}{'' if amount == '1' else 's'}"
        case Rounded():
            return f"round {tree.rounding} {wording(tree.value)}"
        case Listed():
            return f"[{', '.join(tree.values)}]"


def number_wording(value: Decimal) -> str:
    """A number in plain digits, without needless zeros: ``1.50`` is ``1.5``, ``-0`` is ``0``."""
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def is_sum(tree: Expression) -> bool:
    """Whether a tree is a sum or a difference."""
    return isinstance(tree, Operation) and tree.operator in "+-"
