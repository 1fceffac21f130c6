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
from collections.abc import Callable
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from typing import Any

from averment.core.times import SCALES
from averment.dataclass import dataclass

_PLAIN = re.compile(r"[$a-z0-9_.-]+")

_STAYS = {"text", "at", "end"}


class _Tree:
    """A node. What can be found again, and where it stood in a text, is not copied and does not travel."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _STAYS}


# --- atoms and expressions ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number(_Tree):
    value: Decimal
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Quoted(_Tree):
    """A text in double quotes."""

    value: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Moment(_Tree):
    """A date, a time, a datetime or a duration, held as ``core.times`` has it."""

    kind: str
    value: int
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Truth(_Tree):
    value: bool
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Name(_Tree):
    """A bare name: one of a field's own values, or a parameter."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Dollar(_Tree):
    """A variable, without its ``$``."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class SizeOf(_Tree):
    """``count($set)``: the number of elements of a set."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Operation(_Tree):
    operator: str  # + - *
    left: Expression
    right: Expression
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Atom = Number | Quoted | Moment | Truth | Name | Dollar
Expression = Atom | SizeOf | Operation


# --- cells ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Equal(_Tree):
    atom: Atom


@dataclass(frozen=True)
class Bound(_Tree):
    operator: str  # < <= > >=
    atom: Atom


@dataclass(frozen=True)
class Between(_Tree):
    low: Atom
    high: Atom
    low_open: bool
    high_open: bool


Test = Equal | Bound | Between


@dataclass(frozen=True)
class Cell(_Tree):
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
class Pattern(_Tree):
    """A fact of a type with ``cells`` on some of its fields, in the order of their names, none of them ``-``."""

    type: str
    cells: tuple[tuple[str, Cell], ...] = ()

    @cached_property
    def text(self) -> str:
        return _record(self.type, [(name, cell.text) for name, cell in self.cells])


@dataclass(frozen=True)
class Absent(_Tree):
    """``not: PATTERN``"""

    pattern: Pattern

    @cached_property
    def text(self) -> str:
        return f"not: {{{self.pattern.text}}}"


@dataclass(frozen=True)
class Aggregate(_Tree):
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
class Comparison(_Tree):
    """``test: LEFT OPERATOR RIGHT``"""

    operator: str  # = != < <= > >=
    left: Expression
    right: Expression

    @cached_property
    def text(self) -> str:
        return f"{wording(self.left)} {self.operator} {wording(self.right)}"


@dataclass(frozen=True)
class FieldComparison(_Tree):
    """A cell that compares its field with a variable, as ``>= $n`` or ``not(>= $n)``: what it asks, by itself."""

    type: str
    field: str
    operator: str  # != < <= > >=
    variable: str

    @cached_property
    def text(self) -> str:
        return f"{self.type}.{self.field} {self.operator} ${self.variable}"


@dataclass(frozen=True)
class Known(_Tree):
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
class AnyOf(_Tree):
    """``any``: one of the alternatives, each a list of conditions."""

    alternatives: tuple[tuple[Written, ...], ...]

    @cached_property
    def text(self) -> str:
        return f"any: [{', '.join(map(_list, self.alternatives))}]"


@dataclass(frozen=True)
class NotAll(_Tree):
    """``not: [CONDITION, …]``; ``unless``: what stands under this word of a rule."""

    conditions: tuple[Written, ...]
    unless: bool = False

    @cached_property
    def text(self) -> str:
        return f"{'unless' if self.unless else 'not'}: {_list(self.conditions)}"


Written = Pattern | Absent | Aggregate | Comparison | FieldComparison | Known | AnyOf | NotAll
"""A condition, or what it asks by itself of a variable."""


def _list(conditions: tuple[Written, ...]) -> str:
    told = (f"test: {each.text}" if isinstance(each, Comparison) else each.text for each in conditions)
    return f"[{', '.join(f'{{{text}}}' for text in told)}]"


@dataclass(frozen=True)
class Listed(_Tree):
    """The elements of a set, as a conclusion lists them."""

    values: tuple[str, ...]


Result = Expression | Listed


@dataclass(frozen=True)
class Conclusion(_Tree):
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


# --- sentences ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mention(_Tree):
    """``$name`` in a sentence."""

    name: str


@dataclass(frozen=True)
class Sentence(_Tree):
    """What a rule ``says``: words as they are, and mentions of what they are about. Without parts it says nothing."""

    parts: tuple[str | Mention, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    @cached_property
    def text(self) -> str:
        return "".join(f"${part.name}" if isinstance(part, Mention) else part for part in self.parts)

    @property
    def mentions(self) -> list[str]:
        """The names mentioned, without their ``$``, in their order; one mentioned twice is there twice."""
        return [part.name for part in self.parts if isinstance(part, Mention)]

    def filled(self, value: Callable[[str], str | None]) -> Sentence:
        """The sentence with the ``value`` of each name in its place; a name whose value is ``None`` stays mentioned."""
        return Sentence(tuple(_put_in(part, value) for part in self.parts))


SILENT = Sentence()


def _put_in(part: str | Mention, value: Callable[[str], str | None]) -> str | Mention:
    told = value(part.name) if isinstance(part, Mention) else part
    return part if told is None else told


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
        case Between():
            opening, closing = "(" if tree.low_open else "[", ")" if tree.high_open else "]"
            return f"{opening}{wording(tree.low)}..{wording(tree.high)}{closing}"
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
        case Listed():
            return f"[{', '.join(tree.values)}]"


def number_wording(value: Decimal) -> str:
    """A number in plain digits, without needless zeros: ``1.50`` is ``1.5``, ``-0`` is ``0``."""
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def _is_sum(tree: Expression) -> bool:
    return isinstance(tree, Operation) and tree.operator in "+-"
