"""What open rows presumably are: they are decided once more with presumptions filled in, as ``law.presuming`` says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from averment.backends.columnar.chunk import Chunk, Coded, Run, Words
from averment.backends.columnar.claims import OPEN, PRESUMED, SETTLED
from averment.backends.columnar.columns import Array, Column, Plane
from averment.backends.columnar.compiled import Compiled
from averment.backends.columnar.frames import take
from averment.backends.columnar.reading import Reading, filled
from averment.backends.columnar.records import Records
from averment.backends.columnar.results import open_rows
from averment.core.program import Field

Decide = Callable[[Compiled, Chunk], Coded]


def mark_presumed(compiled: Compiled, chunk: Chunk, coded: Coded, decide: Decide) -> None:
    """Of the open rows of a chunk those whose claim presumptions settle become presumed."""
    coded.presumed = np.zeros(coded.rows, np.int32)
    coded.presumed_strength = np.zeros(len(coded.strength), np.int32)
    answered = chunk.run.answered
    if answered:
        coded.answered = coded.fired.copy()
    is_open: Plane = coded.status == OPEN
    if coded.results:
        is_open = is_open | open_rows(coded.results, coded.rows)
    rows = np.flatnonzero(is_open if coded.keep is None else is_open & coded.keep)
    if not len(rows):
        return
    run = replace(chunk.run, explain=answered, bindings=False, rejects=[], singles=0, hangs=Words(), answered=False)
    again = decide(compiled, _presuming(compiled, chunk, rows, run))
    _mark_results(coded, again, rows)
    settled = again.status == SETTLED if again.keep is None else (again.status == SETTLED) & again.keep
    if coded.results:
        settled &= coded.status[rows] == OPEN
    found = rows[settled]
    coded.status[found] = PRESUMED
    if not compiled.program.claim:
        return
    coded.presumed[found] = again.claim[settled] + 1
    if len(again.strength):
        coded.presumed_strength[found] = again.strength[settled]
    if answered:
        coded.answered[found] = again.fired[settled]


def _mark_results(coded: Coded, again: Coded, rows: Array) -> None:
    """Of the results of these rows those that presumptions settle become presumed."""
    for codes, found in zip(coded.results, again.results, strict=True):
        settled: Plane = (codes.status[rows] == OPEN) & (found.status == SETTLED)
        if again.keep is not None:
            settled &= again.keep
        codes.status[rows[settled]] = PRESUMED
        codes.presumed[rows[settled]] = found.value[settled]


def _presuming(compiled: Compiled, chunk: Chunk, rows: Array, run: Run) -> Chunk:
    """These rows of a chunk, with presumptions filled in."""
    read, types = chunk.reading, compiled.program.types
    reading = Reading(len(rows), {}, read.symbols)
    for (name, index), column in read.given.items():
        reading.given[name, index] = _filled(take(column, rows), types[name].fields[index], reading)
    records = {name: _records(held, rows, reading) for name, held in chunk.records.items()}
    return Chunk(reading, records, 0, run)


def _records(held: Records, rows: Array, reading: Reading) -> Records:
    """The records of these rows (in order), as theirs are now numbered."""
    starts, ends = np.searchsorted(held.case, rows), np.searchsorted(held.case, rows, side="right")
    lengths = ends - starts
    case = np.repeat(np.arange(len(rows)), lengths)
    places = np.arange(len(case)) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    columns = [
        _filled(take(column, places), field, reading)
        for column, field in zip(held.columns, held.kind.fields, strict=True)
    ]
    return replace(
        held,
        case=case,
        columns=columns,
        unmentioned=None if held.unmentioned is None else held.unmentioned[rows],
    )


def _filled(column: Column, field: Field, reading: Reading) -> Column:
    return filled(column, field.presumption, field, reading.symbols)
