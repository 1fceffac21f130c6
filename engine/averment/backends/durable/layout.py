"""How facts are written for the engine, and how conditions on them are: only what it answers rightly.

The engine sees integers and nothing else. A field may be carried as up to four kinds of attribute, each only where a
rule needs it, and none where the field is unknown, so that no condition on it is met:

- its *value*, where every value is an integer well within what the engine compares exactly, or has a number in a closed
  list: a boolean, a level, a date, a choice, a bounded number;
- its *code*, for joins: a number that two values share just when they are equal;
- *known*, where a pattern binds the field and says no more of it;
- one flag for each cell that the engine cannot be trusted with (alternatives, texts, sets, numbers without bounds),
  there just when the cell is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import getitem

from averment.backends.durable.native import SESSION
from averment.core.program import Cell, Fact, FactType, Field, Kind, Ranges, Value
from averment.law.cells import passes
from averment.law.truth import TRUE

EXACT = 2**52  # numbers from here on are codes; below they stand for themselves
ANCHOR = "_1"  # on every fact, for the join that is always true
_GROUP = 30  # patterns that begin with the same condition; the engine holds 64 pending matches a fact
_REMEMBERED = 1024  # values of a field whose text is kept

Condition = Mapping[str, object]


class Codes:
    """Numbers for the values that one case joins on: equal just when the values are."""

    def __init__(self) -> None:
        self._codes: dict[Value, int] = {}

    def __call__(self, value: Value) -> int:
        if isinstance(value, int) and -EXACT < value < EXACT:
            return int(value)
        return self._codes.setdefault(value, EXACT + len(self._codes))


class Attributes(dict[Value | None, str]):
    """One field of the facts of a layout: the attributes that carry each of its values, but for its code."""

    def __init__(self, field: Field) -> None:
        super().__init__({None: ""})
        self.field = field
        self.code = ""
        self.known = ""
        self._value = ""
        self._flags: dict[Cell, str] = {}
        self._ranks = {value: rank for rank, value in enumerate(field.values)} if field.kind is Kind.CHOICE else {}

    def __missing__(self, value: Value) -> str:
        text = self._write(value)
        if len(self) < _REMEMBERED:
            self[value] = text
        return text

    def conditions(self, cell: Cell, name: Namer) -> list[Condition]:
        """Conditions that hold just when ``cell`` is true."""
        bounds = self._bounds(cell)
        if bounds is None:
            if cell not in self._flags:
                self._flags[cell] = name()
            return [{self._flags[cell]: 1}]
        self._value = self._value or name()
        operator, low, high = bounds
        if operator:
            return [{operator: {self._value: low}}]
        if low == high:
            return [{self._value: low}]
        return [{sign: {self._value: end}} for sign, end in (("$gte", low), ("$lte", high)) if end is not None]

    def _write(self, value: Value) -> str:
        parts = [f',"{name}":1' for cell, name in self._flags.items() if passes(cell, value) is TRUE]
        if self.known:
            parts.append(f',"{self.known}":1')
        if self._value and not isinstance(value, frozenset):
            parts.append(f',"{self._value}":{self._ranks.get(value, -1) if isinstance(value, str) else int(value)}')
        return "".join(parts)

    def _bounds(self, cell: Cell) -> tuple[str, int | None, int | None] | None:
        """An operator and its operand, or no operator and two bounds; nothing where the cell must be a flag."""
        field = self.field
        if isinstance(cell, Ranges):
            if len(cell.ranges) != 1 or not _exact(field):
                return None
            low, high = cell.ranges[0]
            ends = [end for end in (low, high) if end is not None]
            return ("", low, high) if ends and all(abs(end) < EXACT for end in ends) else None
        if len(cell.values) != 1:
            return None
        (wanted,) = cell.values
        if field.kind is Kind.BOOLEAN:
            return "", int(bool(wanted) is not cell.negated), int(bool(wanted) is not cell.negated)
        if field.kind is Kind.CHOICE and wanted in self._ranks:
            rank = self._ranks[str(wanted)]
            return ("$neq", rank, None) if cell.negated else ("", rank, rank)
        return None


def _exact(field: Field) -> bool:
    if field.kind is Kind.LEVEL or field.kind.of_calendar:
        return True
    return all(end is not None and abs(end) < EXACT for end in (field.minimum, field.maximum))


class _Silent(Attributes):
    """A field that no rule of the network asks for."""

    def __missing__(self, value: Value) -> str:
        return ""


_SILENT = _Silent(Field("", Kind.TEXT))


class Namer:
    """Names for the attributes of a layout."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"x{self.count}"


class Layout:
    """One kind of engine fact: what it carries of one fact type, or of all the `one` types together.

    Every pattern begins with the mark of its group, and every fact carries the marks of all groups: they tell the
    layouts apart, and they keep the matches that are pending on one fact few.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = Namer()
        self.patterns = 0
        self._slots: dict[tuple[str, int], Attributes] = {}
        self._head = ""
        self._rows: list[tuple[str, list[Attributes], list[tuple[int, str]]]] = []

    @property
    def groups(self) -> int:
        return -(-self.patterns // _GROUP)

    def slot(self, type: str, index: int, field: Field) -> Attributes:
        """The attributes of a field, made when first asked for."""
        found = self._slots.get((type, index))
        if found is None:
            found = self._slots[type, index] = Attributes(field)
        return found

    def code(self, slot: Attributes) -> str:
        """The attribute for joins on a field."""
        slot.code = slot.code or self.name()
        return slot.code

    def known(self, slot: Attributes) -> Condition:
        """The condition that a field is known."""
        slot.known = slot.known or self.name()
        return {slot.known: 1}

    def mark(self) -> Condition:
        """The first condition of the next pattern over these facts."""
        self.patterns += 1
        return {self._mark(self.groups - 1): 1}

    def freeze(self, types: Mapping[str, FactType]) -> None:
        """Fix what every fact carries, once all patterns are in."""
        marks = "".join(f',"{self._mark(group)}":1' for group in range(self.groups))
        self._head = f'","sid":"{SESSION}","{ANCHOR}":1{marks}'
        for type in dict.fromkeys(type for type, _ in self._slots):
            slots = [self._slots.get((type, index), _SILENT) for index in range(len(types[type].fields))]
            coded = [(index, slot.code) for index, slot in enumerate(slots) if slot.code]
            self._rows.append((type, slots, coded))

    def write(self, id: str, facts: Mapping[str, Fact], codes: Codes) -> str:
        """The engine's text of a fact, or of several by type."""
        parts = ['{"id":"', id, self._head]
        for type, slots, coded in self._rows:
            values = facts[type][1]
            parts += map(getitem, slots, values)
            for index, code in coded:
                value = values[index]
                if value is not None:
                    parts.append(f',"{code}":{codes(value)}')
        parts.append("}")
        return "".join(parts)

    def _mark(self, group: int) -> str:
        return f"t{self.number}g{group}"
