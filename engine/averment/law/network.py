"""The network of a grounded program: every condition its rules can meet on a case, each once, as a graph.

A node is a *truth* (three-valued) or a *column* (a value, an interval or unknown: see ``truth.Quantity``). A node names
others by their place in ``Network.nodes``, and only earlier ones, so that one pass in order evaluates them all. The one
exception is recursion: a ``Held`` node stands for a fact whose truth comes out of the loop that it is in. Backends that
run many cases, or one case fast, evaluate the nodes in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from averment.core.program import Cell, Field, Rule, Value
from averment.dataclass import dataclass
from averment.law.truth import Truth

# --- columns ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    value: Value


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of the record of a ``one`` type."""

    type: str
    field: int


@dataclass(frozen=True, slots=True)
class Coalesce:
    """The first of two joined columns that is known."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class SizeOf:
    """The number of elements of a set."""

    column: int


@dataclass(frozen=True, slots=True)
class Calculated:
    operator: str  # of ``core.operators``
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of these facts match; each member is the truth of one matching.

    ``loose`` are for each the columns of a derived fact: where one of them is unknown it may stand for many.
    """

    members: tuple[int, ...]
    loose: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Summed:
    """The sum of a field over the facts that match: pairs of truth and value; ``loose`` as for ``Counted``."""

    members: tuple[tuple[int, int], ...]
    field: Field
    loose: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Extreme:
    """The minimum or maximum of a field over the facts that match: pairs of truth and value."""

    function: str  # min max
    members: tuple[tuple[int, int], ...]
    field: Field


@dataclass(frozen=True, slots=True)
class Stored:
    """What a derived fact holds of a column: its value where it is definite, else unknown."""

    column: int
    field: Field


# --- truths -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fixed:
    truth: Truth


@dataclass(frozen=True, slots=True)
class Passes:
    column: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Same:
    """Two columns are equal: unknown where either is."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Given:
    """A pattern binds this column: true where it is known, else unknown."""

    column: int


@dataclass(frozen=True, slots=True)
class IsKnown:
    """Whether this column is known: never unknown itself."""

    column: int


@dataclass(frozen=True, slots=True)
class Definite:
    """A head derives this column: true where it is one value, else unknown."""

    column: int


@dataclass(frozen=True, slots=True)
class Compared:
    operator: str  # = != < <= > >=
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: int


@dataclass(frozen=True, slots=True)
class Held:
    """A recursive fact: the truth of its place in the enclosing loop."""

    number: int


@dataclass(frozen=True, slots=True)
class Joined:
    """A rule that joins facts of `many` types concludes this head in the case."""

    rule: int  # its index in ``Program.rules``
    head: int


Column = Constant | FieldOf | Coalesce | SizeOf | Calculated | Counted | Summed | Extreme | Stored
Condition = Fixed | Passes | Same | Given | IsKnown | Definite | Compared | All | AnyOf | Negated | Held | Joined
Node = Column | Condition


def reach_of(node: Node) -> Iterator[int]:
    """The places that a node looks at."""
    match node:
        case Coalesce(left, right) | Same(left, right):
            yield from (left, right)
        case Calculated(_, left, right) | Compared(_, left, right):
            yield from (left, right)
        case Counted(parts) | All(parts) | AnyOf(parts):
            yield from parts
        case Summed(members, _) | Extreme(_, members, _):
            for truth, value in members:
                yield from (truth, value)
        case SizeOf(column) | Stored(column) | Passes(column) | Given(column):
            yield column
        case IsKnown(column) | Definite(column) | Negated(column):
            yield column
        case _:
            return


# --- facts, firings, and what keeps them undecided ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason that may keep a junction undecided, and where to look further.

    It counts only where every node of ``gates`` is undecided: a truth that is unknown, or a column without one value.
    ``to`` is the junction of a fact or an aggregate that is in doubt in its turn. ``fields`` are columns that are
    themselves the reason where they are unknown and ``where``, if there is one, is not false.
    """

    gates: tuple[int, ...]
    to: int | None = None
    fields: tuple[int, ...] = ()
    where: int | None = None


@dataclass(frozen=True, slots=True)
class Derivable:
    """A fact that may be derived: its values as columns, its truth, and the junction of its doubts."""

    values: tuple[int, ...]
    truth: int
    junction: int


@dataclass(frozen=True, slots=True)
class Loop:
    """Nodes ``start`` to ``end`` (exclusive) are evaluated until ``held`` (places of nodes) equal ``bodies``."""

    start: int
    end: int
    held: tuple[int, ...]
    bodies: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """Where ``truth`` is not false and the column leaves the range of its field, the law needs the case by itself."""

    truth: int
    column: int
    field: Field


@dataclass(frozen=True, slots=True)
class Coincide:
    """Where neither of two facts of a type is false and their values may be equal, they may be one fact."""

    left: Derivable
    right: Derivable


@dataclass(frozen=True, slots=True)
class Unbounded:
    """Where ``truth`` is not false and a column is unknown, an aggregate meets a fact that may stand for many."""

    truth: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JoinStep:
    """Rules (indexes in ``Program.rules``) that join, to be run once the nodes before ``ready`` are evaluated.

    ``recursive`` are the types by which the rules depend on themselves: they are run until no fact of these is new.
    """

    ready: int
    rules: tuple[int, ...]
    recursive: tuple[str, ...]


@dataclass
class Network:
    """A program grounded over its ``one`` records.

    ``slots`` are the facts of each derived type outside ``tables``; a type of ``tables`` (given ``many`` types among
    them) has facts by rows, made by ``joins`` and by ``rows``: for a table type the slots that feed it. ``fired`` gives
    for each index of ``Program.rules`` the truths under which it fires, ``ways`` how many ways a case has at most to
    satisfy its patterns. ``junctions`` hold doubts (see ``Doubt``).
    """

    nodes: list[Node] = field(default_factory=list[Node])
    slots: dict[str, list[Derivable]] = field(default_factory=dict[str, list[Derivable]])
    tables: frozenset[str] = frozenset()
    rows: dict[str, list[Derivable]] = field(default_factory=dict[str, list[Derivable]])
    fired: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    ways: dict[int, int] = field(default_factory=dict[int, int])
    joins: list[JoinStep] = field(default_factory=list[JoinStep])
    loops: list[Loop] = field(default_factory=list[Loop])
    checks: list[OutOfRange | Coincide | Unbounded] = field(default_factory=list[OutOfRange | Coincide | Unbounded])
    junctions: list[list[Doubt]] = field(default_factory=list[list[Doubt]])
    rules: tuple[Rule, ...] = ()
