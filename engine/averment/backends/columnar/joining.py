"""Rules over facts of `many` types, set at a time: their solutions found, their facts gathered in tables."""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, either
from averment.backends.columnar.facts import Facts
from averment.backends.columnar.frames import Frame
from averment.backends.columnar.pairing import loose
from averment.backends.columnar.solving import Solver
from averment.backends.columnar.tables import Table, distinct, grown, joined
from averment.backends.columnar.values import Values
from averment.backends.columnar.vocabulary import Vocabulary
from averment.core.mentions import reads
from averment.core.program import Field, Program
from averment.core.values import limits
from averment.law import network as net


class Joiner:
    """Runs the rules of a program that join."""

    def __init__(self, program: Program, network: net.Network, vocabulary: Vocabulary) -> None:
        self._program, self._network, self._vocabulary = program, network, vocabulary
        self.solver = Solver(program, vocabulary)

    def run(self, step: net.JoinStep, values: Values, facts: Facts) -> None:
        """Run the rules of a step: what they derive goes to ``facts``, where they fire to ``values.joined``."""
        for number in step.rules:
            nowhere = np.zeros(values.rows, np.bool_)
            values.joined[number] = nowhere, nowhere
        for name in dict.fromkeys(name for number in step.rules for name in reads(self._program.rules[number])):
            if not self._program.types[name].one:
                self.table(name, values, facts)
        if step.recursive:
            self._saturate(step, values, facts)
            return
        for number in step.rules:
            self._conclude(number, self.solver.solve(number, values, facts), values, facts)

    def _saturate(self, step: net.JoinStep, values: Values, facts: Facts) -> None:
        """Rounds until nothing is new: after the first, only solutions that use a fact of the round before.

        What the rules conclude of other types is kept as it comes.
        """
        known = {name: self.table(name, values, facts) for name in step.recursive}
        news, first = known, True
        while any(len(table) for table in news.values()):
            for number in step.rules:
                places = [
                    place
                    for place, match in enumerate(self._program.rules[number].matches)
                    if match.type in step.recursive
                ]
                for place in places[:1] if first else places:
                    fresh = news[self._program.rules[number].matches[place].type]
                    if len(fresh):
                        self._conclude(number, self.solver.solve(number, values, facts, (place, fresh)), values, facts)
            news, first = {}, False
            for name in step.recursive:
                found = joined(facts.parts.pop(name, []), len(self._program.types[name].fields))
                news[name], known[name] = grown(known[name], found, facts.cases)
            facts.tables |= known
            facts.filtered = {key: table for key, table in facts.filtered.items() if key[0] not in known}

    # --- tables ---------------------------------------------------------------------------------------------------

    def table(self, name: str, values: Values, facts: Facts) -> Table:
        """The facts of a type, as a set."""
        found = facts.tables.get(name)
        if found is None:
            parts = facts.parts.pop(name, [])
            slots = self._network.slots.get(name, []) + self._network.rows.get(name, [])
            parts += [self.slot_rows(name, slot, values) for slot in slots]
            width = len(self._program.types[name].fields)
            found = facts.tables[name] = distinct(joined(parts, width), facts.cases)
        return found

    def slot_rows(self, name: str, slot: net.Derivable, values: Values) -> Table:
        """The facts that a slot stands for in each case."""
        true, possible = values.true[slot.truth], values.possible[slot.truth]
        rows = np.flatnonzero(possible)
        found = Table(rows, [], None if true is possible else true[rows])
        for place, declared in zip(slot.values, self._program.types[name].fields, strict=True):
            node, column = self._network.nodes[place], values.columns[place]
            if isinstance(node, net.Constant):
                code = self.solver.constant(node.value, declared, values.symbols)
                found.values.append(np.full(len(rows), code, np.int64))
                continue
            low = self._vocabulary.plain(column, declared, values.symbols).low[rows]
            _put(found, low, None if column.unknown is None else column.unknown[rows])
        return found

    # --- conclusions ----------------------------------------------------------------------------------------------

    def conclusions(self, number: int, frame: Frame, values: Values) -> list[Table]:
        """For each head of a rule what its solutions derive, fact for fact.

        A fact is only possible where one of the solution's values is not definite, whichever head's that is.
        """
        found: list[Table] = []
        unknown: Plane | None = None
        for head in self._program.rules[number].heads:
            found.append(Table(frame.case, [], None))
            for expression, declared in zip(head.values, self._program.types[head.type].fields, strict=True):
                column = self.solver.value(expression, frame, values, declared)
                loose_here = self._loose(column, declared, frame, values)
                _put(found[-1], np.broadcast_to(column.low, len(frame)).astype(np.int64, copy=False), loose_here)
                unknown = either(unknown, found[-1].unknown.get(len(found[-1].values) - 1))
        true = frame.true
        if unknown is not None:
            true = ~unknown if true is None else true & ~unknown
        for table in found:
            table.true = true
        return found

    @staticmethod
    def _loose(column: Column, declared: Field, frame: Frame, values: Values) -> Plane | None:
        """Where a value is not definite, or out of the range of its field and only possible."""
        found = loose(column)
        least, greatest = limits(declared) if declared.kind.ordered else (None, None)
        outside: Plane | None = None
        if least is not None and column.least < least:
            outside = column.low < least
        if greatest is not None and column.greatest > greatest:
            outside = either(outside, column.low > greatest)
        if outside is None or not outside.any():
            return found
        outside = np.broadcast_to(outside if found is None else outside & ~found, len(frame))
        values.harden(frame.case[outside if frame.true is None else outside & frame.true])
        return either(found, outside)

    def _conclude(self, number: int, frame: Frame, values: Values, facts: Facts) -> None:
        if not len(frame):
            return
        found = self.conclusions(number, frame, values)
        for head, table in zip(self._program.rules[number].heads, found, strict=True):
            if head.type in self._network.tables:
                facts.parts.setdefault(head.type, []).append(table)
        certain, (true, possible) = found[0].true, values.joined[number]
        if certain is not None and true is possible:
            possible = true.copy()
        true[frame.case if certain is None else frame.case[certain]] = True
        possible[frame.case] = True
        values.joined[number] = true, possible


def _put(table: Table, value: Array, unknown: Plane | None) -> None:
    """Give a table one more field."""
    if unknown is not None and unknown.any():
        unknown = np.broadcast_to(unknown, len(value))
        table.unknown[len(table.values)] = unknown
        value = np.where(unknown, 0, value)
    table.values.append(value.astype(np.int64, copy=False))
