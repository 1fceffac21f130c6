"""Rules over facts of `many` types, set at a time: solutions as a table of bindings that grows pattern by pattern.

Every solution is of one case, so the row of the case is part of every key. Cases in which a join meets something
unknown, or an interval, are marked hard and their solutions dropped: they are decided alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, calculate, compare, either
from averment.backends.columnar.evaluating import Values, passing
from averment.backends.columnar.frames import Frame, every, needed, scan, take
from averment.backends.columnar.grouping import Groups, aggregate, count_of_record, value_of_record
from averment.backends.columnar.tables import Table, distinct, grown, joined
from averment.backends.columnar.vocabulary import Symbols, Vocabulary
from averment.ir.program import (
    Absent,
    Aggregate,
    Arithmetic,
    Compare,
    Expression,
    Field,
    Guard,
    Kind,
    Known,
    Literal,
    Match,
    Program,
    Size,
    Value,
    Variable,
)
from averment.ir.values import limits
from averment.law import network as net


@dataclass
class Facts:
    """The tables of one batch, as far as they are made. ``parts`` are what rules have derived, before it is one set."""

    cases: int
    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    parts: dict[str, list[Table]] = field(default_factory=dict[str, list[Table]])
    fired: dict[int, Plane] = field(default_factory=dict[int, Plane])
    filtered: dict[tuple[str, object], Table] = field(default_factory=dict[tuple[str, object], Table])


class Joiner:
    """Runs the rules of a program that join."""

    def __init__(self, program: Program, network: net.Network, vocabulary: Vocabulary) -> None:
        self._program, self._network, self._vocabulary = program, network, vocabulary
        self._orders: dict[tuple[int, int], list[int]] = {}
        fields = [declared for kind in program.types.values() for declared in kind.fields]
        self._sets = next((declared for declared in fields if declared.kind is Kind.SET), None)

    def run(self, step: net.JoinStep, values: Values, facts: Facts) -> None:
        """Run the rules of a step: their facts go to ``facts``, heads without values to ``values.joined``."""
        for number in step.rules:
            facts.fired[number] = np.zeros(values.rows, np.bool_)
            for head in range(len(self._program.rules[number].heads)):
                nowhere = np.zeros(values.rows, np.bool_)
                values.joined[number, head] = nowhere, nowhere
        if step.recursive:
            self._saturate(step, values, facts)
            return
        for number in step.rules:
            self._conclude(number, self._solve(number, values, facts, None), values, facts)

    def _saturate(self, step: net.JoinStep, values: Values, facts: Facts) -> None:
        """Rounds until nothing is new: after the first, only solutions that use a fact of the round before."""
        names = sorted({head.type for number in step.rules for head in self._program.rules[number].heads})
        known = {name: self.table(name, values, facts) for name in names}
        news: dict[str, Table] | None = None
        while news is None or any(len(table) for table in news.values()):
            for name in names:
                facts.parts[name] = []
                facts.tables[name] = known[name]
            facts.filtered = {key: table for key, table in facts.filtered.items() if key[0] not in names}
            for number in step.rules:
                if news is None:
                    self._conclude(number, self._solve(number, values, facts, None), values, facts)
                    continue
                for place, match in enumerate(self._program.rules[number].matches):
                    fresh = news.get(match.type)
                    if fresh is not None and len(fresh):
                        self._conclude(number, self._solve(number, values, facts, (place, fresh)), values, facts)
            news = {}
            for name in names:
                width = len(self._program.types[name].fields)
                news[name], known[name] = grown(known[name], joined(facts.parts[name], width), facts.cases)
        for name in names:
            facts.parts[name] = []
            facts.tables[name] = known[name]

    # --- tables ---------------------------------------------------------------------------------------------------

    def table(self, name: str, values: Values, facts: Facts) -> Table:
        """The facts of a type, as a set."""
        found = facts.tables.get(name)
        if found is None:
            parts = facts.parts.pop(name, [])
            slots = self._network.slots.get(name, []) + self._network.rows.get(name, [])
            parts += [self._slot_rows(name, slot, values) for slot in slots]
            width = len(self._program.types[name].fields)
            found = facts.tables[name] = distinct(joined(parts, width), facts.cases)
        return found

    def _slot_rows(self, name: str, slot: net.Slot, values: Values) -> Table:
        """The facts that a slot stands for in each case."""
        true, possible = values.true[slot.truth], values.possible[slot.truth]
        rows = np.flatnonzero(possible)
        columns: list[Array] = []
        for place, declared in zip(slot.values, self._program.types[name].fields, strict=True):
            node, column = self._network.nodes[place], values.columns[place]
            if isinstance(node, net.Constant):
                columns.append(np.full(len(rows), self.constant(node.value, declared, values.symbols), np.int64))
                continue
            if column.unknown is not None:
                values.hard = either(values.hard, column.unknown & possible)
            columns.append(self._vocabulary.plain(column, declared, values.symbols).low[rows].astype(np.int64))
        return Table(rows, columns, None if true is possible else true[rows])

    def constant(self, value: Value, declared: Field | None, symbols: Symbols) -> int:
        """A constant as tables hold it."""
        if isinstance(value, str):
            return symbols.code(value)
        if isinstance(value, frozenset):
            declared = declared or self._sets
            assert declared is not None
            return int(np.array(self._vocabulary.mask(value, declared), np.uint64).astype(np.int64))
        assert isinstance(value, int)
        return int(value)

    def _filtered(self, match: Match, values: Values, facts: Facts) -> Table:
        """The facts that pass the cells of a pattern, and in which a variable that it has twice is one value."""
        repeated = self._repeated(match)
        if not match.cells and not repeated:
            return self.table(match.type, values, facts)
        key = match.type, (match.cells, tuple(repeated))
        found = facts.filtered.get(key)
        if found is None:
            found = self.restrict(self.table(match.type, values, facts), match, repeated, values)
            facts.filtered[key] = found
        return found

    @staticmethod
    def _repeated(match: Match) -> list[tuple[int, str]]:
        """The binds of variables that a pattern has more than once."""
        names = [name for _, name in match.binds]
        return [(place, name) for place, name in match.binds if names.count(name) > 1]

    def restrict(self, table: Table, match: Match, repeated: list[tuple[int, str]], values: Values) -> Table:
        """The facts of a table that pass the cells of a pattern."""
        keep: Plane | None = None
        fields = self._program.types[match.type].fields
        for place, cell in match.cells:
            passed = self._vocabulary.passes_plain(table.values[place], cell, fields[place], values.symbols)
            keep = passed if keep is None else keep & passed
        for place, variable in repeated:
            first = next(other for other, name in match.binds if name == variable)
            same: Plane = table.values[place] == table.values[first]
            keep = same if keep is None else keep & same
        return table if keep is None else table.take(keep)

    # --- patterns -------------------------------------------------------------------------------------------------

    def _order(self, number: int, start: int) -> list[int]:
        """Which pattern after which: the given one first, then always one that shares a variable if there is any."""
        found = self._orders.get((number, start))
        if found is None:
            matches = self._program.rules[number].matches
            rest = list(range(len(matches)))
            found, bound = list[int](), set[str]()
            while rest:
                linked = [place for place in rest if any(name in bound for _, name in matches[place].binds)]
                tables = [place for place in rest if not self._program.types[matches[place].type].one]
                chosen = start if not found and start >= 0 else (linked if found and linked else tables or rest)[0]
                rest.remove(chosen)
                found.append(chosen)
                bound |= {name for _, name in matches[chosen].binds}
            self._orders[number, start] = found
        return found

    def _solve(self, number: int, values: Values, facts: Facts, fresh: tuple[int, Table] | None) -> Frame:
        rule = self._program.rules[number]
        order = self._order(number, -1 if fresh is None else fresh[0])
        frame: Frame | None = None
        for step, place in enumerate(order):
            match = rule.matches[place]
            if self._program.types[match.type].one:
                frame = self._record(match, every(facts.cases) if frame is None else frame, values)
                continue
            if fresh is not None and place == fresh[0]:
                table = self.restrict(fresh[1], match, self._repeated(match), values)
            else:
                table = self._filtered(match, values, facts)
            later = needed(rule, [rule.matches[other] for other in order[step + 1 :]])
            frame = scan(match, table) if frame is None else self._join(match, table, frame, later, values, facts)
        frame = every(facts.cases) if frame is None else frame
        for guard in rule.guards:
            if not len(frame):
                break
            frame = self._guard(guard, frame, values, facts)
        return frame

    def _record(self, match: Match, frame: Frame, values: Values) -> Frame:
        """A pattern over the one record of each case."""
        true, possible, bindings = self._meet(match, frame, values)
        frame = Frame(frame.case, bindings, frame.true)
        return frame.under(true, possible)

    def _meet(self, match: Match, frame: Frame, values: Values) -> tuple[Plane, Plane, dict[str, Column]]:
        """The truth of a pattern over the record of each solution's case, and the bindings with what it adds."""
        fields = self._program.types[match.type].fields
        true = possible = np.ones(len(frame), np.bool_)
        for place, cell in match.cells:
            passed, maybe = passing(
                values.given[match.type, place], cell, fields[place], self._vocabulary, values.symbols
            )
            true, possible = true & passed[frame.case], possible & maybe[frame.case]
        bindings = dict(frame.bindings)
        for place, name in match.binds:
            column = self._vocabulary.plain(values.given[match.type, place], fields[place], values.symbols)
            column = take(column, frame.case)
            held = bindings.get(name)
            if held is None:
                bindings[name] = column
                if column.unknown is not None:
                    true = true & ~column.unknown
                continue
            self._harden(held, frame.case, values)
            self._harden(column, frame.case, values)
            same = held.low == column.low
            true, possible = true & same, possible & same
        return true, possible, bindings

    @staticmethod
    def _harden(column: Column, case: Array, values: Values) -> None:
        """Mark the cases in which a column that joins is unknown or an interval."""
        loose = column.unknown if column.definite else either(column.unknown, column.low != column.high)
        if loose is not None:
            values.harden(case[loose])

    def _key(self, match: Match, frame: Frame, values: Values) -> tuple[tuple[int, ...], list[Array]]:
        """The fields of a pattern that join with what is bound, and what they join with."""
        fields: list[int] = []
        wanted: list[Array] = []
        for place, name in match.binds:
            column = frame.bindings.get(name)
            if column is not None:
                self._harden(column, frame.case, values)
                fields.append(place)
                wanted.append(column.low)
        return tuple(fields), wanted

    def _join(self, match: Match, table: Table, frame: Frame, later: set[str], values: Values, facts: Facts) -> Frame:
        fields, wanted = self._key(match, frame, values)
        index = table.index(fields, facts.cases)
        groups = index.find(frame.case, wanted)
        fresh = {name: place for place, name in match.binds if name not in frame.bindings}
        if not any(name in later for name in fresh):
            possible = index.some()[groups]
            return frame.under(possible if table.true is None else index.some(table.true)[groups], possible)
        places, rows = index.join(groups)
        found = frame if places is None else frame.take(places)
        if places is None:
            found = Frame(frame.case, dict(frame.bindings), frame.true)
        for name, place in fresh.items():
            value = table.values[place][rows]
            found.bindings[name] = Column(value, value)
        for name in [name for name in found.bindings if name not in later]:
            del found.bindings[name]
        if table.true is not None:
            true = table.true[rows]
            found.true = true if found.true is None else found.true & true
        return found

    # --- guards ---------------------------------------------------------------------------------------------------

    def _guard(self, guard: Guard, frame: Frame, values: Values, facts: Facts) -> Frame:
        match guard:
            case Compare(operator, left, right):
                true, possible = compare(operator, self.value(left, frame, values), self.value(right, frame, values))
                return frame.under(*(np.broadcast_to(plane, len(frame)) for plane in (true, possible)))
            case Absent(pattern):
                true, possible = self._exists(pattern, frame, values, facts)
                return frame.under(~possible, ~true)
            case Known(pattern, place, given):
                true, possible = self._exists(pattern, frame, values, facts)
                if self._program.types[pattern.type].one:
                    unknown = values.given[pattern.type, place].unknown
                    if unknown is not None:
                        known = ~unknown[frame.case]
                        true, possible = true & known, possible & known
                return frame.under(true, possible) if given else frame.under(~possible, ~true)
            case Aggregate(function, pattern, place, variable):
                if self._program.types[pattern.type].one:
                    column, hard = self._aggregate_record(guard, frame, values)
                else:
                    table = self._filtered(pattern, values, facts)
                    fields, wanted = self._key(pattern, frame, values)
                    groups = Groups(table, table.index(fields, facts.cases))
                    column, hard = aggregate(function, groups, place, groups.index.find(frame.case, wanted))
                if hard is not None:
                    values.harden(frame.case[hard])
                frame = Frame(frame.case, {**frame.bindings, variable: column}, frame.true)
                if function in ("count", "sum"):
                    return frame
                true, possible = self._exists(pattern, frame, values, facts)
                return frame.under(true, possible)

    def _aggregate_record(self, guard: Aggregate, frame: Frame, values: Values) -> tuple[Column, Plane | None]:
        """An aggregate over the one record of each solution's case."""
        type, place = guard.match.type, guard.field
        true, possible, _ = self._meet(guard.match, frame, values)
        if place is None:
            return count_of_record(true, possible), None
        declared = self._program.types[type].fields[place]
        value = take(self._vocabulary.plain(values.given[type, place], declared, values.symbols), frame.case)
        return value_of_record(guard.function, value, declared, true, possible)

    def _exists(self, pattern: Match, frame: Frame, values: Values, facts: Facts) -> tuple[Plane, Plane]:
        """Where some fact matches, and where some may."""
        if self._program.types[pattern.type].one:
            true, possible, _ = self._meet(pattern, frame, values)
            return true, possible
        table = self._filtered(pattern, values, facts)
        fields, wanted = self._key(pattern, frame, values)
        index = table.index(fields, facts.cases)
        groups = index.find(frame.case, wanted)
        possible = index.some()[groups]
        return (possible if table.true is None else index.some(table.true)[groups]), possible

    # --- expressions and heads ------------------------------------------------------------------------------------

    def value(self, expression: Expression, frame: Frame, values: Values, declared: Field | None = None) -> Column:
        """An expression over the bindings of each solution."""
        match expression:
            case Literal(value):
                code = self.constant(value, declared, values.symbols)
                held = np.array([code], np.int64)
                return Column(held, held, None, code, code)
            case Variable(name):
                return frame.bindings[name]
            case Size(name):
                column = frame.bindings[name]
                size = np.bitwise_count(column.low.view(np.uint64)).astype(np.int64)
                return Column(size, size, column.unknown, 0, 64)
            case Arithmetic(operator, left, right):
                column, astray = calculate(operator, self.value(left, frame, values), self.value(right, frame, values))
                if astray is not None:
                    values.harden(frame.case[np.broadcast_to(astray, len(frame))])
                return column

    def _conclude(self, number: int, frame: Frame, values: Values, facts: Facts) -> None:
        if not len(frame):
            return
        rule = self._program.rules[number]
        found = [self._values(head.type, head.values, frame, values) for head in rule.heads]
        facts.fired[number][frame.case if frame.true is None else frame.case[frame.true]] = True
        for place, (head, columns) in enumerate(zip(rule.heads, found, strict=True)):
            if head.type in self._network.tables:
                table = Table(frame.case, columns, frame.true)
                facts.parts.setdefault(head.type, []).append(table)
            elif frame.true is None:
                values.joined[number, place] = facts.fired[number], facts.fired[number]
            else:
                possible = np.zeros(values.rows, np.bool_)
                possible[frame.case] = True
                values.joined[number, place] = facts.fired[number], possible

    def _values(self, type: str, expressions: tuple[Expression, ...], frame: Frame, values: Values) -> list[Array]:
        columns: list[Array] = []
        for expression, declared in zip(expressions, self._program.types[type].fields, strict=True):
            column = self.value(expression, frame, values, declared)
            self._harden(column, frame.case, values)
            least, greatest = limits(declared) if declared.kind.ordered else (None, None)
            low = np.broadcast_to(column.low, len(frame)).astype(np.int64, copy=False)
            for beyond in (
                None if least is None or column.least >= least else low < least,
                None if greatest is None or column.greatest <= greatest else low > greatest,
            ):
                if beyond is not None:
                    values.harden(frame.case[beyond])
            columns.append(low)
        return columns
