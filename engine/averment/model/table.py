"""A decision table as it is written: its columns, and what else it says of all its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from averment.core.node import Node, Span
from averment.core.program import Backing, FactType, Field, Value
from averment.core.written import Sentence
from averment.dataclass import dataclass
from averment.model.model import Conclusion, Constant, Pattern, Rounding, Term

AGGREGATING = {f"collect {function}": function for function in ("sum", "count", "min", "max")}
ORDERING = ("rule order", "output order")
PRIORITIES = ("priority", "output order")


class Column(NamedTuple):
    """A field that rows test or derive; ``value``: the same for all rows, where the column gives it."""

    type: FactType
    place: int  # of the field in the type
    variable: str
    span: Span
    value: Node | None = None

    @property
    def field(self) -> Field:
        return self.type.fields[self.place]

    def same(self, other: Column) -> bool:
        """Whether both are of one field."""
        return self.type is other.type and self.place == other.place


@dataclass(frozen=True, slots=True)
class Table:
    """``record``: the `many` type of whose records each is asked; ``keys``: fields of its key that are no column."""

    name: str
    span: Span
    record: FactType | None
    when: tuple[Column, ...]
    then: tuple[Column, ...]
    keys: tuple[Column, ...]
    says: Sentence
    total: Sentence
    backing: tuple[Backing, ...]
    hit: str
    node: Node
    order: tuple[FactType, int] | None = None
    priority: tuple[Value, ...] = ()

    @property
    def looked_at(self) -> tuple[Column, ...]:
        """The columns that have a value in the case."""
        return self.when + self.keys

    @property
    def key_columns(self) -> list[Column]:
        """What tells one record from another; nothing for a table that is asked once a case."""
        if self.record is None:
            return []
        of_record = [column for column in self.looked_at if column.type is self.record]
        return [next(each for each in of_record if each.place == place) for place in self.record.naming]

    @property
    def counted(self) -> Column | None:
        """The column of ``then`` whose values are added up, counted or picked from."""
        free = [column for column in self.then if column.value is None]
        return free[0] if self.hit in AGGREGATING and len(free) == 1 else None

    @property
    def leading(self) -> Column:
        """The column of ``then`` whose values ``priority`` lists: the first that has one in each row."""
        return leading(self.then)

    def ranked(self, rows: list[Row]) -> list[Row]:
        """The rows, those whose output comes first in ``priority`` first."""
        return sorted(rows, key=self.rank) if self.priority else rows

    def rank(self, row: Row) -> int:
        """The place of a row's output in ``priority``, from 0; behind all where it has none."""
        term = row.values.get(self.leading.variable)
        if isinstance(term, Constant) and term.value in self.priority:
            return self.priority.index(term.value)
        return len(self.priority)

    @property
    def cells(self) -> tuple[Column, ...]:
        """The columns of ``then`` that have a cell in each row."""
        free = tuple(column for column in self.then if column.value is None)
        return () if self.hit == "collect count" and len(free) == 1 else free


def leading(then: Sequence[Column]) -> Column:
    """The first column that has a value in each row, or the first of all."""
    return next((column for column in then if column.value is None), then[0])


class Row(NamedTuple):
    """A row that could be read: of ``when`` no key is bound but what its own texts name. ``number`` is 0 of ``else``.

    ``cells`` and ``values`` are what it gives to the columns of ``then``, by variable.
    """

    id: str
    number: int
    when: tuple[Pattern, ...]
    then: tuple[Conclusion, ...]
    says: Sentence
    variables: Mapping[str, Field]
    parameters: Mapping[str, str]
    span: Span
    cells: Mapping[str, Node]
    values: Mapping[str, Term | Rounding]
