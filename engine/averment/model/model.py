"""A pack with every name resolved and typed, and the author's wording and places kept.

Parameters stand in it by name; ``ir.lower`` fills in their values. Of a cell, a condition and a conclusion ``origin``
is the tree that it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from averment.core import written
from averment.core.data import Data
from averment.core.node import Span
from averment.core.program import Backing, Claim, FactType, Field, Result, Value
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Edit

# --- what a cell or an expression is made of ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """An encoded value; ``places`` is the scale of a number."""

    value: Value
    places: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """A parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class Use:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class SizeUse:
    """The number of elements of the set that a variable is bound to."""

    name: str


@dataclass(frozen=True, slots=True)
class Computed:
    operator: str  # / or one of ``core.operators``
    left: Term
    right: Term


Operand = Constant | Reference
Term = Operand | Use | SizeUse | Computed


@dataclass(frozen=True, slots=True)
class Rounding:
    """The term, rounded so to the places of the field that it enters."""

    rounding: str
    term: Term


# --- conditions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CellTest:
    """One test of a cell: the value lies from ``low`` to ``high`` (``None``: no end), which may be one value; or it is
    ``made`` so of that one, by the name of a test of texts.
    """

    low: Operand | None
    high: Operand | None
    low_open: bool = False
    high_open: bool = False
    made: str = ""


@dataclass(frozen=True, slots=True)
class CellOn:
    """A cell on the field at index ``field``: any of the tests, or none of them where ``negated``."""

    field: int
    tests: tuple[CellTest, ...]
    negated: bool
    origin: written.Cell
    span: Span


@dataclass(frozen=True, slots=True)
class Bind:
    """The field at index ``field`` is, or joins with, a variable."""

    field: int
    variable: str


@dataclass(frozen=True, slots=True)
class CompareOn:
    """The field at index ``field`` compares so with a variable: ``>= $x`` in a cell."""

    field: int
    operator: str
    variable: str


@dataclass(frozen=True, slots=True)
class Pattern:
    type: FactType
    cells: tuple[CellOn, ...]
    binds: tuple[Bind, ...]
    compares: tuple[CompareOn, ...]
    origin: written.Pattern
    span: Span


@dataclass(frozen=True, slots=True)
class NoneOf:
    pattern: Pattern
    origin: written.Absent | written.NoRow


@dataclass(frozen=True, slots=True)
class AggregateOf:
    function: str  # count sum min max
    pattern: Pattern
    field: int | None
    variable: str
    origin: written.Aggregate
    span: Span


@dataclass(frozen=True, slots=True)
class Test:
    """``told``: how both sides are told, where they are times or durations."""

    operator: str
    left: Term
    right: Term
    origin: written.Comparison
    told: Field | None = None


@dataclass(frozen=True, slots=True)
class KnownOf:
    pattern: Pattern
    field: int
    given: bool
    origin: written.Known


@dataclass(frozen=True, slots=True)
class NotAll:
    """The conditions do not hold together, whatever those of their variables stand for that are bound nowhere else.

    ``variables`` has the field of each variable that stands in them.
    """

    conditions: tuple[Condition, ...]
    variables: Mapping[str, Field]
    origin: written.NotAll


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the alternatives, each a conjunction, holds."""

    alternatives: tuple[tuple[Condition, ...], ...]
    span: Span


Condition = Pattern | NoneOf | AggregateOf | Test | KnownOf | AnyOf | NotAll


def tree_of(condition: Condition) -> written.Written:
    """A condition as it was written."""
    if isinstance(condition, AnyOf):
        return written.AnyOf(tuple(tuple(map(tree_of, alternative)) for alternative in condition.alternatives))
    return condition.origin


# --- rules and the whole ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A fact to derive: a term for each field of the type, in the type's order."""

    type: FactType
    values: tuple[Term | Rounding, ...]
    origin: written.Conclusion
    span: Span


class Validity(NamedTuple):
    """From which day until which something is in force, both among them; ``None`` is no end."""

    low: int | None = None
    high: int | None = None

    @property
    def empty(self) -> bool:
        return self.low is not None and self.high is not None and self.low > self.high

    def within(self, other: Validity) -> bool:
        """Whether each of its days is one of another's."""
        low = other.low is None or (self.low is not None and self.low >= other.low)
        return low and (other.high is None or (self.high is not None and self.high <= other.high))


ALWAYS = Validity()


class Period(NamedTuple):
    """The encoded value that a parameter has while it is valid."""

    value: Value
    valid: Validity


@dataclass(frozen=True, slots=True)
class Day:
    """The field of a `one` type that is the day to decide for."""

    type: FactType
    field: int


@dataclass(frozen=True, slots=True)
class ModelRule:
    """A rule, or a row of a table. ``variables`` maps each variable to the field it takes its values from, and
    ``parameters`` what else ``says`` mentions to the parameter whose value is to stand there.
    """

    id: str
    says: written.Sentence
    backing: tuple[Backing, ...]
    when: tuple[Condition, ...]
    then: tuple[Conclusion, ...]
    variables: Mapping[str, Field]
    span: Span
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    valid: Validity = ALWAYS
    between: bool = False  # it only tells what rows of a table ask of each other


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named threshold or weight: its type and range are ``field``'s, its value is encoded. Where it has several, one
    after the other, ``value`` is the last of them.
    """

    field: Field
    value: Value
    says: str
    span: Span
    periods: tuple[Period, ...] = ()

    @property
    def name(self) -> str:
        return self.field.name


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a source: the digests of its paragraphs, empty where their text is not held; ``omitted`` says why no
    rule rests on it.
    """

    name: str
    paragraphs: tuple[str, ...]
    omitted: str
    span: Span


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    title: str
    about: Mapping[str, str]  # publisher, author, date, url … as the pack has them
    sections: tuple[Section, ...]
    span: Span
    valid: Validity = ALWAYS


@dataclass(frozen=True, slots=True)
class Told:
    """How the pack wants what a check finds told: ``off``, ``warning`` or ``error``."""

    level: str
    span: Span


@dataclass(frozen=True, slots=True)
class Older:
    """What an older format leaves out: of the fact type called ``type``, or (where that is empty) of the pack; the
    place, and the edit that says what was meant.
    """

    type: str
    place: Span
    edit: Edit


@dataclass(frozen=True)
class Model:
    """A pack, understood. ``types``, ``parameters`` and ``sources`` are in the order of their names, rules of ids."""

    name: str
    version: str
    title: str
    types: Mapping[str, FactType]
    parameters: Mapping[str, Parameter]
    sources: Mapping[str, Source]
    rules: tuple[ModelRule, ...]
    claim: Claim
    results: tuple[Result, ...] = ()
    day: Day | None = None
    places: Mapping[str, Span] = field(
        default_factory=dict[str, Span]
    )  # of each rule's `rule:` line, of each row of a table
    type_places: Mapping[str, Span] = field(default_factory=dict[str, Span])  # of TYPE and of TYPE.FIELD
    type_says: Mapping[str, str] = field(default_factory=dict[str, str])  # documentation of TYPE and of TYPE.FIELD
    claim_place: Span | None = None
    result_places: Mapping[str, Span] = field(default_factory=dict[str, Span])  # by name
    checks: Mapping[str, Told] = field(default_factory=dict[str, Told])  # by code
    data: Mapping[str, Data] = field(default_factory=dict[str, Data])  # by type the facts that belong to the pack
    older: tuple[Older, ...] = ()

    @property
    def answering(self) -> Mapping[str, Span | None]:
        """The types whose facts are answers (as ``Program.answering``), each with where the pack says so."""
        found = {name: self.claim_place for name in (self.claim.type, self.claim.strength_type) if name}
        for result in self.results:
            found.setdefault(result.type, self.result_places.get(result.name))
        return found

    @property
    def own_rules(self) -> tuple[ModelRule, ...]:
        """The rules and rows that an author wrote: without what rows of a table tell each other."""
        return tuple(rule for rule in self.rules if not rule.between)

    @property
    def own_types(self) -> tuple[FactType, ...]:
        """The types that an author declared."""
        return tuple(of for of in self.types.values() if not of.table)
