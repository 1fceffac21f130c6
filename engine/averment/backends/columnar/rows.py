"""One row as a case of its own, for the engine that decides what the planes do not cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from averment.backends.columnar.arrow import Reading
from averment.backends.columnar.columns import Column
from averment.backends.columnar.records import Records
from averment.backends.columnar.single import decoded
from averment.backends.columnar.vocabulary import Symbols
from averment.ir.program import Fact, Field, Program, Value


@dataclass(frozen=True, slots=True)
class Single:
    """A case: its records, and the fact types it speaks of."""

    facts: tuple[Fact, ...]
    mentioned: frozenset[str]


def read_single(program: Program, reading: Reading, records: Mapping[str, Records], row: int) -> Single:
    """The case in a row of a batch."""
    facts: list[Fact] = []
    mentioned: set[str] = set()
    for name, kind in program.types.items():
        if kind.one:
            values = tuple(
                _decoded(reading.given[name, index], declared, reading.symbols, row)
                for index, declared in enumerate(kind.fields)
            )
            if any(value is not None for value in values):
                facts.append(Fact(name, values))
                mentioned.add(name)
        elif not kind.derived:
            held = records[name]
            facts += held.facts(row, reading.symbols)
            if held.unmentioned is None or not held.unmentioned[row]:
                mentioned.add(name)
    return Single(tuple(facts), frozenset(mentioned))


def _decoded(column: Column, declared: Field, symbols: Symbols, row: int) -> Value | None:
    if column.unknown is not None and column.unknown[row]:
        return None
    return decoded(int(column.low[row]), declared, symbols)
