"""The normal form of a pack under given parameters: what every backend runs, and all that a backend may read.

Values are held *encoded*, so that every backend is exact and every order is the order of integers:

====================  =====================================================================
kind                  held as
====================  =====================================================================
boolean               ``bool``
integer               ``int`` (64 bit)
decimal               ``int``, scaled by ``10 ** places``
level                 ``int``, the rank in ``values`` from 0
date, time, datetime  ``int``, as ``core.times`` has it: days, or seconds
duration              ``int``, seconds
text, choice          ``str``
set                   ``frozenset[str]``
unknown               ``None``
====================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from averment.core import written
from averment.core.answers import NO_CLAIM as NO_CLAIM
from averment.core.answers import Claim as Claim
from averment.core.answers import Result as Result
from averment.core.expressions import Arithmetic as Arithmetic
from averment.core.expressions import Expression as Expression
from averment.core.expressions import Literal as Literal
from averment.core.expressions import Ratio as Ratio
from averment.core.expressions import Size as Size
from averment.core.expressions import Value as Value
from averment.core.expressions import Variable as Variable
from averment.core.expressions import size as size
from averment.core.kinds import Kind as Kind
from averment.core.text_tests import Part
from averment.dataclass import dataclass

if TYPE_CHECKING:
    from averment.core.data import Data

Setting = str | int | bool | list[str]  # a parameter's value as it is shown; of one that is a set a list


@dataclass(frozen=True)
class Field:
    """A typed field. ``minimum``, ``maximum``, ``default`` and ``presumption`` are encoded.

    A ``default`` becomes an assumption of the case. A ``presumption`` holds until somebody says otherwise, for the
    reason in ``presumed_for``; it settles nothing (see ``law.presuming``).
    """

    name: str
    kind: Kind
    values: tuple[str, ...] = ()
    places: int = 0
    minimum: int | None = None
    maximum: int | None = None
    default: Value | None = None
    presumption: Value | None = None
    presumed_for: str = ""
    unit: str = ""
    singular: str = ""  # the unit after the number one
    label: str = ""
    ask: str = ""
    sensitive: str = ""  # "", drop, hash or last4
    fixed: bool = False
    cost: int = 1  # of asking for it, and of changing it
    quotient: bool = False  # no field of a fact, but a number of no places: a quotient
    evidence: bool = False  # whether a value is decided on only with evidence
    optional: bool = False  # whether it may be `none`: without a value, and known to be (``values.nothing``)

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Each of ``values`` with its place among them."""
        return {value: place for place, value in enumerate(self.values)}

    def spans(self, value: Value) -> bool:
        """Whether an encoded value lies within the range; what is no number does."""
        if not isinstance(value, int):
            return True
        return (self.minimum is None or self.minimum <= value) and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True)
class FactType:
    """A fact type. ``one``: exactly one record a case, any field of which may be unknown.

    ``inner``: nobody declared it; a fact of it says that conditions which a rule denies hold together, for what the
    rule's variables stand for. It is told nowhere: in its place stand these conditions (``ir.denied``).
    """

    name: str
    fields: tuple[Field, ...]
    one: bool = False
    derived: bool = False
    key: tuple[str, ...] = ()  # of a given `many` type; all fields where the pack declares none
    absent_unknown: bool = False
    inner: bool = False
    distinct: str = ""  # of a derived type: by_rule or by_value, where the pack says so
    table: str = ""  # of a type that no author can name: of what rows of this table tell each other
    policy: str = ""  # the hit policy whose promise a fact of the type would break
    absent_none: bool = False  # that there are none where a case is silent was said, so it is an assumption
    data: bool = False  # its facts are those that the pack itself has, and it counts as derived

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Field name to its index in a fact's values."""
        return {field.name: index for index, field in enumerate(self.fields)}

    @cached_property
    def qualified(self) -> tuple[Field, ...]:
        """The fields under their full names, as messages call them: ``product.stage``."""
        return tuple(replace(field, name=f"{self.name}.{field.name}") for field in self.fields)

    @property
    def by_rule(self) -> bool:
        """Whether the rule that derived a fact, whose id is the last field, is what tells it apart."""
        return self.distinct == "by_rule"

    @cached_property
    def naming(self) -> tuple[int, ...]:
        """The indexes of the fields that tell one record from another: the key, or all fields of a derived type."""
        return tuple(range(len(self.fields))) if self.derived else tuple(self.position[name] for name in self.key)


class Fact(NamedTuple):
    """A fact: its type's name and its values in the order of the type's fields; ``None`` is unknown."""

    type: str
    values: tuple[Value | None, ...]


NUMBER = Field("", Kind.INTEGER)
BY_RULE = Field("rule", Kind.TEXT)
"""The field of facts that are told apart by the rule that derived them."""


def _origin(nobody: Any) -> Any:
    """What an author wrote of a cell or a condition, ``nobody`` where none did: compared, and not hashed."""
    return field(default=nobody, hash=False)


# --- cells: unary tests on one field, with parameters filled in ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ranges:
    """The value lies in one of these inclusive ranges of encoded integers: sorted, disjoint, ``None`` is unbounded."""

    ranges: tuple[tuple[int | None, int | None], ...]
    origin: written.Cell = _origin(written.ANYTHING)


@dataclass(frozen=True, slots=True)
class Among:
    """One of ``values``, or of a set any element; or a text made of one of ``parts``; ``negated``: none of them."""

    values: frozenset[str | bool]
    negated: bool
    origin: written.Cell = _origin(written.ANYTHING)
    parts: frozenset[Part] = frozenset()


Cell = Ranges | Among

# --- conditions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern over one fact: cells on fields, and fields bound to variables (a variable seen before joins by =)."""

    type: str
    cells: tuple[tuple[int, Cell], ...] = ()
    binds: tuple[tuple[int, str], ...] = ()
    origin: written.Pattern | None = _origin(None)


@dataclass(frozen=True, slots=True)
class Absent:
    """No fact matches. A variable not bound outside stands for anything."""

    match: Match
    origin: written.Absent | written.NotAll | written.NoRow | None = _origin(None)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``variable`` is the count, sum, minimum or maximum of ``field`` over the facts that match."""

    function: str  # count sum min max
    match: Match
    field: int | None
    variable: str
    origin: written.Aggregate | None = _origin(None)


@dataclass(frozen=True, slots=True)
class Compare:
    """``told``: how both sides are told, numbers in the scale that they are in; ``ratios``: both as they are told where
    there is a quotient, of which ``left`` and ``right`` are multiplied out. ``lenient``: without a lawful value it
    counts as true, since another rule, from which it is taken over, says so if that matters.
    """

    operator: str  # = != < <= > >=
    left: Expression
    right: Expression
    origin: written.Comparison | written.FieldComparison | written.Aggregate | None = _origin(None)
    told: Field = NUMBER
    ratios: tuple[Ratio, Ratio] | None = None
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Some record that matches has ``field`` given (``given`` true), or none has (``given`` false)."""

    match: Match
    field: int
    given: bool
    origin: written.Known | None = _origin(None)


Guard = Aggregate | Absent | Compare | Known
Condition = Match | Guard


def text_of(condition: Condition) -> str:
    """A condition as its author wrote it, in its canonical wording; nothing where no author did."""
    return condition.origin.text if condition.origin else ""


# --- rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """A fact to derive: one expression for each field of the type."""

    type: str
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """How a variable is shown: the field it takes its values from (kind, values, places, unit).

    ``ratio``: of one that stands for a quotient, which no engine binds.
    """

    variable: str
    field: Field
    ratio: Ratio | None = None


@dataclass(frozen=True, slots=True)
class Backing:
    """What a rule rests on: a paragraph of a source (``digest`` is ``sha256:…``, or empty where nobody can verify the
    citation), or ``judgement`` of an author.
    """

    source: str = ""
    section: str = ""
    paragraph: int = 0
    digest: str = ""
    author: str = ""

    @property
    def judgement(self) -> bool:
        return not self.source

    @property
    def verified(self) -> bool:
        """Whether the text that is cited is fixed by its digest."""
        return bool(self.digest)


@dataclass(frozen=True, slots=True)
class Rule:
    """One alternative of an author's rule (``any`` expands into several, numbered from 1; 0 where there is none), or
    what derives a fact of an ``inner`` type where conditions that the rule denies hold together (numbered from -1).

    ``matches`` come first, in the author's order; ``guards`` follow, ordered so that each sees its variables bound.
    ``early`` are those guards that are = or != of two variables of patterns: where one is false the patterns need not
    be matched further, and nobody can tell.
    ``between``: it only tells what rows of a table ask of each other (``model.hit_policies``).
    """

    id: str
    alternative: int
    matches: tuple[Match, ...]
    guards: tuple[Guard, ...]
    heads: tuple[Head, ...]
    says: written.Sentence = written.SILENT
    backing: tuple[Backing, ...] = ()
    shown: tuple[Shown, ...] = ()
    early: tuple[Compare, ...] = ()
    between: bool = False

    @property
    def inner(self) -> bool:
        """Whether this is only a part of its author's rule, which has not fired where this has."""
        return self.alternative < 0

    @property
    def unsaid(self) -> bool:  # whether it is not among the rules that are said to fire
        return self.between or self.inner


@dataclass(frozen=True)
class Program:
    """A pack under its parameters, stratified.

    ``strata`` hold rules; a guard that negates, aggregates or asks what is known looks only at lower strata.
    ``digest`` is that of the pack (``sha256:…``), without the parameters' overrides; ``parameters`` are as documents
    have them, and ``told`` as sentences do where that is otherwise. ``parts``: the types whose layers go by the values
    of a choice, each with the place of that field.
    """

    name: str
    version: str
    digest: str
    types: Mapping[str, FactType]
    strata: tuple[tuple[Rule, ...], ...]
    recursive: frozenset[str]  # derived types that depend on themselves
    claim: Claim = NO_CLAIM
    results: tuple[Result, ...] = ()
    parameters: Mapping[str, Setting] = field(default_factory=dict[str, Setting])
    told: Mapping[str, str] = field(default_factory=dict[str, str])
    parts: Mapping[str, int] = field(default_factory=dict[str, int])
    data: Mapping[str, Data] = field(default_factory=dict[str, "Data"])  # by type the facts that belong to the pack
    silent: frozenset[str] = frozenset()  # types of which there is assumed to be none where a case is silent of them

    @cached_property
    def worded(self) -> Mapping[str, Setting]:
        """The parameters as sentences have them."""
        return {**self.parameters, **self.told}

    @cached_property
    def presumes(self) -> bool:
        """Whether anything is presumed of a field."""
        return any(field.presumption is not None for type in self.types.values() for field in type.fields)

    @property
    def answering(self) -> tuple[str, ...]:
        """The types whose facts are answers: the claim, its strength and the results."""
        named = (self.claim.type, self.claim.strength_type, *(result.type for result in self.results))
        return tuple(dict.fromkeys(name for name in named if name))

    def field_of(self, result: Result) -> Field:
        """The field whose values are a result."""
        return self.types[result.type].fields[result.field]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, by strata."""
        return tuple(rule for stratum in self.strata for rule in stratum)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The ids of the rules as the author has them, by strata: the order of the bits of a mask."""
        return tuple(dict.fromkeys(rule.id for rule in self.rules if not rule.unsaid))

    @cached_property
    def denied(self) -> Mapping[str, Rule]:
        """The rule that derives each ``inner`` type."""
        return {rule.heads[0].type: rule for rule in self.rules if rule.inner}

    @cached_property
    def joinings(self) -> dict[tuple[str, int, int | None], object]:
        """How its rules join (``law.joining``), by id, alternative and the pattern that is first, as far as found."""
        return {}

    @cached_property
    def layers(self) -> dict[tuple[str, int], object]:
        """In what order its rules are run (``law.layers``), by the first rule of a stratum, as far as found."""
        return {}

    @cached_property
    def constants(self) -> Mapping[tuple[str, int], tuple[Fact, ...]]:
        """What a rule derives, by its id and alternative, where that is the same each time and within range."""
        return {
            (rule.id, rule.alternative): tuple(
                Fact(head.type, tuple(value.value for value in head.values if isinstance(value, Literal)))
                for head in rule.heads
            )
            for rule in self.rules
            if all(
                isinstance(value, Literal) and field.spans(value.value)
                for head in rule.heads
                for value, field in zip(head.values, self.types[head.type].fields, strict=True)
            )
        }
