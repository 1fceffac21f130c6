"""One row as a case of its own, decided alone by the engine that the caller gives: what the planes do not cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from averment.backends.columnar.chunk import Chunk, Coded, Run
from averment.backends.columnar.claims import STATUSES
from averment.backends.columnar.columns import Array, Column
from averment.backends.columnar.compiled import Compiled
from averment.backends.columnar.reading import Reading, Reject
from averment.backends.columnar.records import Records
from averment.backends.columnar.results import write_result
from averment.backends.columnar.single import Answer, decoded
from averment.backends.columnar.vocabulary import Symbols
from averment.backends.columnar.writing import as_text
from averment.core.program import Fact, Field, Program, Value
from averment.law.truth import CaseError


@dataclass(frozen=True, slots=True)
class Single:
    """A case: its records, and the fact types it speaks of."""

    facts: tuple[Fact, ...]
    mentioned: frozenset[str]


def decide_alone(compiled: Compiled, chunk: Chunk, coded: Coded, rows: Array) -> None:
    """Decide these rows of a chunk each by itself; one without a lawful outcome becomes a reject."""
    run = chunk.run
    for row in rows.tolist():
        if row in chunk.reading.rejects:
            continue
        run.singles += 1
        try:
            answer: Answer = run.alone(read_single(compiled.program, chunk.reading, chunk.records, row))
        except CaseError as error:
            run.rejects.append(Reject(chunk.first + row, error.code, error.message))
            if coded.keep is None:
                coded.keep = np.ones(coded.rows, np.bool_)
            coded.keep[row] = False
        else:
            _write(compiled, run, coded, row, answer)
            for codes, result in zip(coded.results, answer.results.values(), strict=True) if coded.results else ():
                write_result(codes, row, result, run, chunk.reading.symbols)
    run.rejects.sort(key=lambda reject: reject.row)


def _write(compiled: Compiled, run: Run, coded: Coded, row: int, answer: Answer) -> None:
    coded.claim[row] = 0 if answer.claim is None else compiled.claims.index(answer.claim)
    coded.status[row] = STATUSES.index(answer.status)
    if len(coded.strength):
        strength = answer.strength
        coded.strength[row] = 0 if strength is None else run.strengths.code((as_text(strength),))
    if len(coded.hangs_on):
        coded.hangs_on[row] = run.hangs.code(tuple(answer.hangs_on))
        bits = np.zeros(coded.fired.shape[1], np.uint8)
        for rule in answer.fired:
            place = compiled.places[rule]
            bits[place // 8] |= 1 << place % 8
        coded.fired[row] = bits


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
