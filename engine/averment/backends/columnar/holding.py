"""The facts of one type that rows hold, by the value of one field: from the slots of the network or from a table."""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.claims import Held
from averment.backends.columnar.columns import Plane, of_codes
from averment.backends.columnar.facts import Facts
from averment.backends.columnar.joining import Joiner
from averment.backends.columnar.tables import Table
from averment.backends.columnar.values import Values
from averment.backends.columnar.vocabulary import Symbols, Vocabulary
from averment.core.program import Field, Kind, Program
from averment.law import network as net

Source = int | Plane
"""Where the doubts of a fact begin: at a junction of the network, or at facts of its table."""


class Holder:
    """Finds the facts of a type once all is evaluated."""

    def __init__(self, program: Program, network: net.Network, vocabulary: Vocabulary, joiner: Joiner) -> None:
        self._program, self._network, self._vocabulary, self._joiner = program, network, vocabulary, joiner

    def find(self, type: str, index: int, values: Values, facts: Facts) -> tuple[list[Source], list[Held]]:
        """The facts of a type by the value of one field, and where the doubts of each begin."""
        if type not in self._network.tables:
            slots = self._network.slots.get(type, [])
            return [slot.junction for slot in slots], [self._held(slot, type, index, values) for slot in slots]
        table = self._joiner.table(type, values, facts)
        unknown = table.unknown.get(index)
        sources: list[Source] = []
        found: list[Held] = []
        for value in np.unique(table.values[index] if unknown is None else table.values[index][~unknown]):
            rows: Plane = table.values[index] == value
            rows = rows if unknown is None else rows & ~unknown
            code = self._own_code(int(value), self._program.types[type].fields[index], values.symbols)
            sources.append(rows)
            found.append(Held(of_codes(np.array([code])), *_in_cases(table, rows, values.rows)))
        if unknown is not None:
            sources.append(unknown)
            column = of_codes(np.zeros(1, np.int8), np.ones(1, np.bool_))
            found.append(Held(column, *_in_cases(table, unknown, values.rows)))
        return sources, found

    @staticmethod
    def _own_code(value: int, declared: Field, symbols: Symbols) -> int:
        """The code that a column of the field has for a value of a table; -1 for one that the field cannot have.

        A possible fact may hold one: what joins an unknown choice with a known one of other values is only possible.
        """
        if declared.kind is not Kind.CHOICE:
            return value
        text = symbols.strings[value]
        return declared.values.index(text) if text in declared.values else -1

    def _held(self, slot: net.Derivable, type: str, index: int, values: Values) -> Held:
        place = slot.values[index]
        node, column = self._network.nodes[place], values.columns[place]
        if isinstance(node, net.Constant) and not isinstance(node.value, int):
            declared = self._program.types[type].fields[index]
            column = self._vocabulary.constant(node.value, declared, values.symbols)
        return Held(column, values.true[slot.truth], values.possible[slot.truth])


def _in_cases(table: Table, rows: Plane, cases: int) -> tuple[Plane, Plane]:
    """Where one of these facts of a table is true, and where one is possible."""
    possible = np.zeros(cases, np.bool_)
    possible[table.case[rows]] = True
    if table.true is None:
        return possible, possible
    true = np.zeros(cases, np.bool_)
    true[table.case[rows & table.true]] = True
    return true, possible
