"""The solutions of one rule that joins: a table of bindings that grows pattern by pattern, all cases at a time.

Every solution is of one case, so the row of the case is part of every key. What is unknown in a fact, and what is only
possible, makes solutions that are only possible, as ``law.matching`` has it. Cases in which a calculation nears the end
of 64 bits, or that may be past their budget, are marked hard: they are decided alone.
"""

from __future__ import annotations

from math import prod

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, compare
from averment.backends.columnar.costs import cost, counted, meet
from averment.backends.columnar.evaluating import passing
from averment.backends.columnar.facts import Facts
from averment.backends.columnar.frames import Frame, every, held, merged, needed, scan, take
from averment.backends.columnar.grouping import Groups, of_groups, of_pairs, of_record
from averment.backends.columnar.intervals import calculated, ends, unsafe
from averment.backends.columnar.pairing import Pairs, loose, pair
from averment.backends.columnar.tables import Table
from averment.backends.columnar.values import Values
from averment.backends.columnar.vocabulary import Symbols, Vocabulary
from averment.core.aggregates import AGGREGATES
from averment.core.mentions import lawless
from averment.core.program import (
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
    Rule,
    Size,
    Value,
    Variable,
)
from averment.ir.early import partners
from averment.law.joining import order


class Solver:
    """Finds the solutions of the rules of a program. Every table that a rule reads must be made before."""

    def __init__(self, program: Program, vocabulary: Vocabulary) -> None:
        self._program, self._vocabulary = program, vocabulary
        self._orders: dict[tuple[int, int], list[int]] = {}
        fields = [declared for kind in program.types.values() for declared in kind.fields]
        self._sets = next((declared for declared in fields if declared.kind is Kind.SET), None)

    def solve(self, number: int, values: Values, facts: Facts, fresh: tuple[int, Table] | None = None) -> Frame:
        """The solutions of a rule; with ``fresh`` those in which one pattern, by its place, meets only these facts."""
        rule = self._program.rules[number]
        order = self._order(number, -1 if fresh is None else fresh[0])
        tables = {
            place: self._restrict(fresh[1], match, values)
            if fresh is not None and place == fresh[0]
            else self.filtered(match, values, facts)
            for place, match in enumerate(rule.matches)
            if not self._program.types[match.type].one
        }
        weight, each, beside = cost(self._program, rule, facts)
        closely = not facts.spending.allows(each * prod(max(1, table.most) for table in tables.values()) + beside)
        peak: Array | None = None
        frame: Frame | None = None
        for step, place in enumerate(order):
            match, table = rule.matches[place], tables.get(place)
            if table is None:
                frame = self._record(match, every(facts.cases) if frame is None else frame, values)
            elif frame is None:
                frame = scan(match, table)
            else:
                later = needed(rule, [rule.matches[other] for other in order[step + 1 :]])
                frame = self._join(rule, match, table, frame, later, values, facts)
            if closely:
                frame, peak = counted(weight, frame, peak, values, facts)
        frame = every(facts.cases) if frame is None else frame
        if peak is not None:
            facts.spending.spend(peak + beside)
        return self.guarded(number, frame, values, facts)

    def trace(self, number: int, cases: Plane, values: Values, facts: Facts) -> Frame:
        """The ways to satisfy the patterns of a rule in these cases, its guards left aside; all bindings are kept."""
        rule = self._program.rules[number]
        frame = every(facts.cases).take(cases)
        for place in self._order(number, -1):
            match = rule.matches[place]
            if self._program.types[match.type].one:
                frame = self._record(match, frame, values)
                continue
            table = self.filtered(match, values, facts)
            pairs = self.pairs(match, table, frame, facts)
            frame = self._paired(match, table, frame, pairs)
            frame.premises[place] = table.origin(pairs.rows)
        return frame

    def guarded(self, number: int, frame: Frame, values: Values, facts: Facts) -> Frame:
        """The solutions that the guards of a rule leave. What divides is asked last: what is false dominates it."""
        for guard in sorted(self._program.rules[number].guards, key=_divides):
            if not len(frame):
                break
            frame = self.guard(guard, frame, values, facts)
        return frame

    # --- patterns -------------------------------------------------------------------------------------------------

    def _order(self, number: int, start: int) -> list[int]:
        """Which pattern after which, as the law joins them; but what meets the one record of a case comes second, since
        the first table is read as it is.
        """
        found = self._orders.get((number, start))
        if found is None:
            rule, types = self._program.rules[number], self._program.types
            joined = order(rule, types, None if start < 0 else start)
            tables = [place for place in joined if not types[rule.matches[place].type].one]
            ones = [place for place in joined if types[rule.matches[place].type].one]
            found = self._orders[number, start] = tables[:1] + ones + tables[1:]
        return found

    def filtered(self, match: Match, values: Values, facts: Facts) -> Table:
        """The facts that may match a pattern by themselves; ``true`` those that certainly do."""
        table = facts.tables[match.type]
        first = {name: place for place, name in reversed(match.binds)}
        twice = tuple((place, first[name]) for place, name in match.binds if first[name] != place)
        unknown = tuple(place for place, _ in match.binds if place in table.unknown)
        if not match.cells and not twice and not unknown:
            return table
        key = match.type, (match.cells, twice, unknown)
        found = facts.filtered.get(key)
        if found is None:
            found = facts.filtered[key] = self._restrict(table, match, values)
        return found

    def _restrict(self, table: Table, match: Match, values: Values) -> Table:
        """The facts of a table that pass the cells of a pattern, and in which a variable it has twice is one value.

        A fact in which a field that the pattern looks at is unknown may match, and no more.
        """
        fields = self._program.types[match.type].fields
        possible: Plane | None = None
        true: Plane | None = None
        for place, cell in match.cells:
            passed = self._vocabulary.passes_plain(table.values[place], cell, fields[place], values.symbols)
            possible = _both(possible, _or_unknown(passed, table, place))
        for number, (place, name) in enumerate(match.binds):
            for other in [other for other, bound in match.binds[:number] if bound == name]:
                same: Plane = table.values[place] == table.values[other]
                possible = _both(possible, _or_unknown(_or_unknown(same, table, place), table, other))
        for place in {place for place, _ in (*match.cells, *match.binds)}:
            if place in table.unknown:
                true = _both(true, ~table.unknown[place])
        return table if possible is None and true is None else table.under(true, possible)

    def _record(self, match: Match, frame: Frame, values: Values) -> Frame:
        """A pattern over the one record of each case."""
        true, possible, bindings = self.meet(match, frame, values)
        found = frame.copy()
        found.bindings = bindings
        return found.under(true, possible)

    def meet(self, match: Match, frame: Frame, values: Values) -> tuple[Plane, Plane, dict[str, Column]]:
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
            bound = bindings.get(name)
            bindings[name] = merged(bound, column)
            if bound is not None:
                same, maybe = compare("=", bound, column)
                true, possible = true & same, possible & maybe
            elif column.unknown is not None:
                true = true & ~column.unknown
        return true, possible, bindings

    @staticmethod
    def _key(match: Match, frame: Frame, early: tuple[Compare, ...] = ()) -> tuple[tuple[int, ...], list[Column]]:
        """The fields of a pattern that join with what is bound, or is to be equal to it, and what they join with."""
        bound = frame.bindings
        joins = [
            (place, bound[other])
            for place, name in match.binds
            for other in ([name] if name in bound else partners(name, early))
            if other in bound
        ]
        return tuple(place for place, _ in joins), [column for _, column in joins]

    def pairs(self, match: Match, table: Table, frame: Frame, facts: Facts) -> Pairs:
        """The solutions beside the facts of a table, held against a pattern, that may match it."""
        fields, wanted = self._key(match, frame)
        return pair(table, fields, frame.case, wanted, facts.cases, facts.most)

    @staticmethod
    def _certain(table: Table, fields: tuple[int, ...], wanted: list[Column]) -> bool:
        """Whether nothing that joins is unknown or an interval, on either side."""
        if any(place in table.unknown for place in fields):
            return False
        doubtful = [plane for column in wanted if (plane := loose(column)) is not None]
        return not any(plane.any() for plane in doubtful)

    def _join(
        self, rule: Rule, match: Match, table: Table, frame: Frame, later: set[str], values: Values, facts: Facts
    ) -> Frame:
        fields, wanted = self._key(match, frame, rule.early)
        fresh = any(name in later and name not in frame.bindings for _, name in match.binds)
        if not self._certain(table, fields, wanted):
            pairs = pair(table, fields, frame.case, wanted, facts.cases, facts.most)
            known = all(frame.bindings[name].unknown is None for _, name in match.binds if name in frame.bindings)
            if known and not fresh:
                found = frame.copy()
                if found.ways is not None:
                    found.ways = found.ways * np.bincount(pairs.places, minlength=len(frame))
                return found.under(*pairs.some(len(frame)))
            return self._paired(match, table, frame, pairs, later)
        index = table.index(fields, facts.cases)
        groups = index.find(frame.case, [column.low for column in wanted])
        ways = frame.ways
        if ways is not None:
            ways = ways * index.counts()[groups]
            keep = facts.spending.within(frame.case, ways)
            if keep is not None:
                values.harden(frame.case[~keep])
                frame, groups, ways = frame.take(keep), groups[keep], ways[keep]
        if not fresh:
            frame = frame.copy()
            frame.ways = ways
            possible = index.some()[groups]
            return frame.under(possible if table.true is None else index.some(table.true)[groups], possible)
        places, rows = index.join(groups, facts.most)
        found = frame.copy() if places is None else frame.take(places)
        self._bind(match, table, found, rows, later)
        if table.true is not None:
            true = table.true[rows]
            found.true = true if found.true is None else found.true & true
        return found

    def _paired(self, match: Match, table: Table, frame: Frame, pairs: Pairs, later: set[str] | None = None) -> Frame:
        found = frame.take(pairs.places)
        self._bind(match, table, found, pairs.rows, later)
        return found.under(pairs.true, np.ones(len(found), np.bool_))

    @staticmethod
    def _bind(match: Match, table: Table, frame: Frame, rows: Array, later: set[str] | None) -> None:
        """Bind what a pattern met in these rows of a table; what nothing ``later`` mentions is let go."""
        for place, name in match.binds:
            bound = frame.bindings.get(name)
            if bound is None or bound.unknown is not None:
                frame.bindings[name] = merged(bound, held(table, place, rows))
        if later is not None:
            for name in [name for name in frame.bindings if name not in later]:
                del frame.bindings[name]

    # --- guards ---------------------------------------------------------------------------------------------------

    def guard(self, guard: Guard, frame: Frame, values: Values, facts: Facts) -> Frame:
        """The solutions that a guard leaves; an aggregate binds its variable."""
        match guard:
            case Compare(operator, left, right):
                columns = self.value(left, frame, values), self.value(right, frame, values)
                risky = unsafe(*columns)
                if risky is not None:
                    values.harden(frame.case[np.broadcast_to(risky, len(frame))])
                true, possible = compare(operator, *columns)
                return frame.under(*(np.broadcast_to(plane, len(frame)) for plane in (true, possible)))
            case Absent(pattern):
                true, possible = self._exists(pattern, frame, values, facts)
                return frame.under(~possible, ~true)
            case Known(pattern, place, given):
                true, possible = self._exists(pattern, frame, values, facts, place)
                return frame.under(true, possible) if given else frame.under(~possible, ~true)
            case Aggregate(function, pattern, _, variable):
                if self._program.types[pattern.type].one:
                    column, hard = self._aggregate_record(guard, frame, values)
                else:
                    column, hard = self._aggregate(guard, frame, values, facts)
                if hard is not None:
                    values.harden(frame.case[hard])
                frame = frame.copy()
                frame.bindings[variable] = column
                if AGGREGATES[function].adds:
                    return frame
                true, possible = self._exists(pattern, frame, values, facts)
                return frame.under(true, possible)

    def _aggregate(self, guard: Aggregate, frame: Frame, values: Values, facts: Facts) -> tuple[Column, Plane | None]:
        """An aggregate over the facts of a table that match."""
        place, pattern = guard.field, guard.match
        table = self.filtered(pattern, values, facts)
        fields, wanted = self._key(pattern, frame)
        if self._certain(table, fields, wanted) and place not in table.unknown and table.many is None:
            index = table.index(fields, facts.cases)
            found = index.find(frame.case, [column.low for column in wanted])
            meet(frame, index.counts()[found], values, facts)
            return of_groups(guard.function, Groups(table, index, found), place)
        pairs = self._beside(table, fields, wanted, frame, values, facts)
        declared = None if place is None else self._program.types[pattern.type].fields[place]
        return of_pairs(guard.function, pairs, table, place, declared, len(frame))

    def _aggregate_record(self, guard: Aggregate, frame: Frame, values: Values) -> tuple[Column, Plane | None]:
        """An aggregate over the one record of each solution's case."""
        type, place = guard.match.type, guard.field
        true, possible, _ = self.meet(guard.match, frame, values)
        if place is None:
            return of_record(guard.function, None, None, true, possible), None
        declared = self._program.types[type].fields[place]
        value = take(self._vocabulary.plain(values.given[type, place], declared, values.symbols), frame.case)
        hard = ends(value.low, value.unknown, declared)
        return of_record(guard.function, value, declared, true, possible), hard

    def _exists(
        self, pattern: Match, frame: Frame, values: Values, facts: Facts, known: int | None = None
    ) -> tuple[Plane, Plane]:
        """Where some fact matches, and where some may; with ``known`` of those facts whose field of this place is."""
        if self._program.types[pattern.type].one:
            true, possible, _ = self.meet(pattern, frame, values)
            unknown = None if known is None else values.given[pattern.type, known].unknown
            return (
                (true, possible) if unknown is None else (true & ~unknown[frame.case], possible & ~unknown[frame.case])
            )
        table = self.filtered(pattern, values, facts)
        if known in table.unknown:
            table = table.under(None, ~table.unknown[known])
        fields, wanted = self._key(pattern, frame)
        if not self._certain(table, fields, wanted):
            return self._beside(table, fields, wanted, frame, values, facts).some(len(frame))
        index = table.index(fields, facts.cases)
        groups = index.find(frame.case, [column.low for column in wanted])
        possible = index.some()[groups]
        return (possible if table.true is None else index.some(table.true)[groups]), possible

    def _beside(
        self, table: Table, fields: tuple[int, ...], wanted: list[Column], frame: Frame, values: Values, facts: Facts
    ) -> Pairs:
        """The facts that a guard may meet beside each solution, where not all that joins is definite."""
        pairs = pair(table, fields, frame.case, wanted, facts.cases, facts.most)
        if all(column.definite for column in wanted):
            meet(frame, np.bincount(pairs.places, minlength=len(frame)), values, facts)
        else:  # an interval may meet any
            meet(frame, np.bincount(table.case, minlength=facts.cases)[frame.case], values, facts)
        return pairs

    # --- expressions ----------------------------------------------------------------------------------------------

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
                column, astray = calculated(operator, self.value(left, frame, values), self.value(right, frame, values))
                if astray is not None:
                    values.harden(frame.case[np.broadcast_to(astray, len(frame))])
                return column

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


def _divides(guard: Guard) -> bool:
    return isinstance(guard, Compare) and any(map(lawless, (guard.left, guard.right)))


def _both(one: Plane | None, other: Plane) -> Plane:
    return other if one is None else one & other


def _or_unknown(plane: Plane, table: Table, place: int) -> Plane:
    return plane | table.unknown[place] if place in table.unknown else plane
