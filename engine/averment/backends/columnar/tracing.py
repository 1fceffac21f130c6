"""What the open rows of a batch hang on, through rules that join as well: their undecided solutions found once more,
with the facts that each rests on, and the doubts of these (as ``outcome.doubts`` has them) followed down to the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import numpy as np

from averment.backends.columnar.columns import Array, Plane
from averment.backends.columnar.facts import Facts
from averment.backends.columnar.frames import Frame
from averment.backends.columnar.hanging import Hanging
from averment.backends.columnar.joining import Joiner
from averment.backends.columnar.single import decoded
from averment.backends.columnar.tables import Table
from averment.backends.columnar.values import Values
from averment.core.mentions import variables
from averment.core.naming import field_path
from averment.core.program import Aggregate, Compare, Fact, FactType, Guard, Head, Kind, Match, Program, Rule, Value
from averment.law import network as net

_Key = TypeVar("_Key")


class Doubts(NamedTuple):
    """Solutions, by their places, that facts of a type keep undecided: by being only possible, or by an unknown field.

    ``rows`` are those of the facts in the table of the type; of a type with one record none are needed.
    """

    places: Array
    type: str
    field: int | None
    rows: Array | None


class Tracer:
    """Follows the doubts of a batch. ``rows`` (indexes) are those whose doubts are followed.

    ``fields`` gives for each field of a type with one record the cases that hang on it.
    """

    def __init__(
        self, program: Program, network: net.Network, joiner: Joiner, values: Values, facts: Facts, rows: Array
    ) -> None:
        self._program, self._network, self._joiner = program, network, joiner
        self._values, self._facts, self._rows = values, facts, rows
        self._hanging = Hanging(network, values, rows)
        self.fields: dict[tuple[str, int], Plane] = {}
        self._records: dict[tuple[str, int], Plane] = {}
        self._asked: dict[str, Plane] = {}
        self._heads: dict[tuple[int, int], Plane] = {}
        self._done: dict[tuple[int, int], Plane] = {}
        self._pending: set[int] = set()
        self._rules: dict[str, list[int]] = {}
        for step in network.joins:
            for number in step.rules:
                for head in program.rules[number].heads:
                    self._rules.setdefault(head.type, []).append(number)

    def follow(self, junctions: Iterable[tuple[int, Plane]], facts: Iterable[tuple[str, Plane]]) -> None:
        """Follow the doubts of these junctions, each in the rows of its plane, and of these facts of tables."""
        self._hanging.follow(junctions)
        for name, plane in facts:
            self._ask(name, np.flatnonzero(plane))
        self._into_joins()
        while self._pending:
            number = max(self._pending)  # the lower a rule, the later: it is asked for all at once
            self._pending.remove(number)
            self._rule(number)
            self._into_joins()
        for column, plane in self._hanging.fields.items():
            node = self._network.nodes[column]
            assert isinstance(node, net.FieldOf)
            self._mark(self.fields, (node.type, node.field), self._values.rows, self._rows[plane])

    def paths(self) -> dict[int, list[str]]:
        """By case the paths of the fields of its records of `many` types, and of the types it does not mention."""
        found: dict[int, list[str]] = {}
        for name, asked in self._asked.items():
            if not self._program.types[name].derived:
                for case in self._facts.tables[name].case[asked].tolist():
                    found.setdefault(case, []).append(name)
        for (name, place), plane in self._records.items():
            kind, table = self._program.types[name], self._facts.tables[name]
            rows = np.flatnonzero(plane)
            naming = [table.values[index][rows].tolist() for index in kind.naming]
            known: dict[tuple[int, ...], str] = {}
            for case, *codes in zip(table.case[rows].tolist(), *naming, strict=True):
                key = tuple(codes)
                if key not in known:
                    known[key] = field_path(kind, self._named(kind, key), place)
                found.setdefault(case, []).append(known[key])
        return found

    # --- facts and rules asked after ----------------------------------------------------------------------------------

    @staticmethod
    def _mark(held: dict[_Key, Plane], key: _Key, size: int, rows: Array) -> Plane:
        """Mark these rows; a plane of those that were not marked before."""
        before = held.get(key)
        marked = np.zeros(size, np.bool_)
        marked[rows] = True
        held[key] = marked if before is None else marked | before
        return marked if before is None else marked & ~before

    def _ask(self, name: str, rows: Array) -> None:
        """Ask what these facts of a table, which are only possible, hang on."""
        table = self._facts.tables[name]
        fresh = self._mark(self._asked, name, len(table), rows)
        if not fresh.any() or not self._program.types[name].derived:
            return
        for slot in self._network.slots.get(name, []) + self._network.rows.get(name, []):
            held = self._joiner.slot_rows(name, slot, self._values)
            cases = np.zeros(self._values.rows, np.bool_)
            cases[held.case[fresh[table.locate(held, self._facts.cases)]]] = True
            self._hanging.follow([(slot.junction, cases)])
        self._pending.update(self._rules.get(name, ()))

    def _into_joins(self) -> None:
        """Take up where the doubts of the network lead into rules that join."""
        while self._hanging.joins:
            key, plane = self._hanging.joins.popitem()
            if self._mark(self._heads, key, self._values.rows, self._rows[plane]).any():
                self._pending.add(key[0])

    def _rule(self, number: int) -> None:
        """The doubts of the undecided solutions of a rule that conclude what is asked after."""
        heads, wanted = self._program.rules[number].heads, np.zeros(self._values.rows, np.bool_)
        asked = [self._news(number, place, head) for place, head in enumerate(heads)]
        for head, plane in zip(heads, asked, strict=True):
            wanted[self._table(head).case[plane] if self._held(head) else plane] = True
        if not wanted.any():
            return
        frame = self._joiner.solver.trace(number, wanted, self._values, self._facts)
        frame.premises[-1] = np.arange(len(frame))
        left = self._joiner.solver.guarded(number, frame.copy(), self._values, self._facts)
        if not len(left):
            return
        undecided = np.zeros(len(left), np.bool_)
        for head, plane, table in zip(heads, asked, self._joiner.conclusions(number, left, self._values), strict=True):
            if self._held(head):
                undecided |= plane[self._table(head).locate(table, self._facts.cases)]
            else:
                undecided |= plane[left.case]
        self._doubt(self._program.rules[number], frame.take(left.premises[-1][undecided]))

    def _held(self, head: Head) -> bool:
        return head.type in self._network.tables

    def _table(self, head: Head) -> Table:
        return self._joiner.table(head.type, self._values, self._facts)

    def _news(self, number: int, place: int, head: Head) -> Plane:
        """What is asked of a head and was not answered before: facts of its table, or cases."""
        size = len(self._table(head)) if self._held(head) else self._values.rows
        asked = self._asked.get(head.type) if self._held(head) else self._heads.get((number, place))
        if asked is None:
            return np.zeros(size, np.bool_)
        return self._mark(self._done, (number, place), size, np.flatnonzero(asked))

    # --- doubts of solutions ------------------------------------------------------------------------------------------

    def _doubt(self, rule: Rule, frame: Frame) -> None:
        """Ask after all that keeps these solutions of a rule undecided."""
        everywhere = np.ones(len(frame), np.bool_)
        for place, match in enumerate(rule.matches):
            rows = frame.premises.get(place)
            self._emit(self._of_match(match, frame, np.arange(len(frame)), rows), frame, everywhere)
        aggregates: dict[str, list[Doubts]] = {}
        for guard in rule.guards:
            if isinstance(guard, Aggregate):
                aggregates[guard.variable] = self._of_aggregate(guard, frame, aggregates)
            frame.true = None
            before, frame = frame, self._joiner.solver.guard(guard, frame, self._values, self._facts)
            if frame.true is not None:
                self._emit(self._of_guard(guard, before, aggregates), frame, ~frame.true)
        for head in rule.heads:
            for name in {name for expression in head.values for name in variables(expression)}:
                if name in aggregates:
                    self._emit(aggregates[name], frame, frame.bindings[name].low != frame.bindings[name].high)

    def _of_guard(self, guard: Guard, frame: Frame, aggregates: dict[str, list[Doubts]]) -> list[Doubts]:
        match guard:
            case Compare(_, left, right):
                names = (*variables(left), *variables(right))
                return [doubts for name in names for doubts in aggregates.get(name, ())]
            case Aggregate():
                return aggregates[guard.variable]
            case _:
                return self._of_pattern(guard.match, frame, aggregates)

    def _of_match(self, match: Match, frame: Frame, places: Array, rows: Array | None) -> list[Doubts]:
        """The doubts of facts that patterns met."""
        looked_at = dict.fromkeys(place for place, _ in (*match.cells, *match.binds))
        found: list[Doubts] = []
        if rows is None:
            for field in looked_at:
                unknown = self._values.given[match.type, field].unknown
                if unknown is not None:
                    found.append(Doubts(places[unknown[frame.case[places]]], match.type, field, None))
            return found
        table = self._facts.tables[match.type]
        if table.true is not None:
            true = table.true[rows]
            found.append(Doubts(places[~true], match.type, None, rows[~true]))
            places, rows = places[true], rows[true]
        for field in looked_at:
            if field in table.unknown:
                unknown = table.unknown[field][rows]
                found.append(Doubts(places[unknown], match.type, field, rows[unknown]))
        return found

    def _of_pattern(self, match: Match, frame: Frame, aggregates: dict[str, list[Doubts]]) -> list[Doubts]:
        found: list[Doubts] = []
        for _, name in match.binds:
            if name in aggregates:
                ranged: Plane = frame.bindings[name].low != frame.bindings[name].high
                found += [_under(doubts, ranged) for doubts in aggregates[name]]
        places, rows, true = self._matching(match, frame)
        return found + self._of_match(match, frame, places[~true], None if rows is None else rows[~true])

    def _of_aggregate(self, guard: Aggregate, frame: Frame, aggregates: dict[str, list[Doubts]]) -> list[Doubts]:
        found, match, field = self._of_pattern(guard.match, frame, aggregates), guard.match, guard.field
        if field is None:
            return found
        places, rows, _ = self._matching(match, frame)
        if rows is None:
            unknown = self._values.given[match.type, field].unknown
            return (
                found
                if unknown is None
                else [*found, Doubts(places[unknown[frame.case[places]]], match.type, field, None)]
            )
        table = self._facts.tables[match.type]
        if field in table.unknown:
            unknown = table.unknown[field][rows]  # a fact that is only possible is a doubt of the pattern already
            if table.true is not None:
                unknown = unknown & table.true[rows]
            found.append(Doubts(places[unknown], match.type, field, rows[unknown]))
        return found

    def _matching(self, match: Match, frame: Frame) -> tuple[Array, Array | None, Plane]:
        """The places of solutions and rows of facts that match a pattern or may, and which do for certain."""
        solver = self._joiner.solver
        if self._program.types[match.type].one:
            true, possible, _ = solver.meet(match, frame, self._values)
            return np.flatnonzero(possible), None, true[possible]
        table = solver.filtered(match, self._values, self._facts)
        pairs = solver.pairs(match, table, frame, self._facts)
        return pairs.places, table.origin(pairs.rows), pairs.true

    def _emit(self, found: list[Doubts], frame: Frame, undecided: Plane) -> None:
        """Take up doubts, in the solutions that they keep undecided."""
        for doubts in found:
            places, type, field, rows = _under(doubts, undecided)
            if not len(places):
                continue
            if rows is None:
                assert field is not None
                self._mark(self.fields, (type, field), self._values.rows, frame.case[places])
            elif field is None:
                self._ask(type, rows)
            else:
                self._mark(self._records, (type, field), len(self._facts.tables[type]), rows)

    def _named(self, kind: FactType, codes: tuple[int, ...]) -> Fact:
        """A record of which only what names it is known."""
        values: list[Value | None] = [None] * len(kind.fields)
        for index, code in zip(kind.naming, codes, strict=True):
            declared = kind.fields[index]
            if declared.kind in (Kind.CHOICE, Kind.TEXT):
                values[index] = self._values.symbols.strings[code]
            else:
                values[index] = decoded(code, declared, self._values.symbols)
        return Fact(kind.name, tuple(values))


def _under(doubts: Doubts, plane: Plane) -> Doubts:
    """The doubts of solutions where a plane is true."""
    keep = plane[doubts.places]
    rows = None if doubts.rows is None else doubts.rows[keep]
    return Doubts(doubts.places[keep], doubts.type, doubts.field, rows)
