"""One row as a case of its own, for the engine that decides what the planes do not cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from averment.backends.columnar.columns import Column
from averment.backends.columnar.vocabulary import Symbols
from averment.ir.program import Fact, Field, Kind, Program, Value
from averment.law.evaluation import Given


class Answer(Protocol):
    """What the kernel needs of a case decided alone; ``outcome.Outcome`` has it."""

    @property
    def claim(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def strength(self) -> str | int | bool | None: ...
    @property
    def hangs_on(self) -> tuple[str, ...]: ...
    @property
    def fired(self) -> tuple[str, ...]: ...


Alone = Callable[[Given], Answer]
"""Decides one case. Raises CaseError where it has no lawful outcome."""


@dataclass(frozen=True, slots=True)
class Single:
    """A case: its records, and the fact types it speaks of."""

    facts: tuple[Fact, ...]
    mentioned: frozenset[str]


def read_single(
    program: Program, given: Mapping[tuple[str, int], Column], symbols: Symbols, row: int, many: tuple[Fact, ...] = ()
) -> Single:
    """The case in a row of encoded columns, with the records of its `many` types."""
    facts = list(many)
    for name, kind in program.types.items():
        if kind.one:
            values = tuple(
                _decoded(given[name, index], declared, symbols, row) for index, declared in enumerate(kind.fields)
            )
            facts.append(Fact(name, values))
    return Single(tuple(facts), frozenset(name for name, kind in program.types.items() if not kind.derived))


def _decoded(column: Column, declared: Field, symbols: Symbols, row: int) -> Value | None:
    if column.unknown is not None and column.unknown[row]:
        return None
    return decoded(int(column.low[row]), declared, symbols)


def decoded(code: int, declared: Field, symbols: Symbols) -> Value:
    """The encoded value of the IR that a code stands for."""
    match declared.kind:
        case Kind.BOOLEAN:
            return bool(code)
        case Kind.TEXT:
            return symbols.strings[code]
        case Kind.CHOICE:
            return declared.values[code]
        case Kind.SET:
            return frozenset(value for index, value in enumerate(declared.values) if code >> index & 1)
        case _:
            return code
