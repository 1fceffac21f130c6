"""Deciding a chunk: every node and every join in order, then claims, strengths, fired masks and derived facts."""

from __future__ import annotations

import numpy as np

from averment.backends.columnar import arrow
from averment.backends.columnar.chunk import Chunk, Coded, ResultCodes
from averment.backends.columnar.claims import OPEN, SETTLED, read_claims, read_strength
from averment.backends.columnar.columns import Array, Plane, either
from averment.backends.columnar.compiled import Compiled
from averment.backends.columnar.hardness import mark_hard
from averment.backends.columnar.open_rows import hang
from averment.backends.columnar.presuming import mark_presumed
from averment.backends.columnar.results import no_results, open_rows, read_results
from averment.backends.columnar.rows import decide_alone
from averment.backends.columnar.single import decoded
from averment.backends.columnar.tables import Table, joined
from averment.backends.columnar.writing import shown


def decide_chunk(compiled: Compiled, chunk: Chunk, alone: bool = False) -> Coded:
    """The decisions of a chunk; ``alone``: each of its rows by itself.

    Raises: TooMany where what may match is too much to hold.
    """
    coded = (_each_alone if alone else _decided)(compiled, chunk)
    if compiled.program.presumes:
        mark_presumed(compiled, chunk, coded, _each_alone if alone else _decided)
    return coded


def _each_alone(compiled: Compiled, chunk: Chunk) -> Coded:
    nothing = np.zeros(chunk.rows, np.int32)
    coded = Coded(chunk.rows, nothing.copy(), nothing.copy(), results=no_results(compiled, chunk.rows))
    if compiled.program.claim.strength_type:
        coded.strength = nothing.copy()
    if chunk.run.bindings:
        kinds = [kind for name, kind in compiled.program.types.items() if name in compiled.network.tables]
        coded.derived = {
            kind.name: arrow.fact_batch(kind, joined([], len(kind.fields)), chunk.values.symbols)
            for kind in kinds
            if kind.derived and not kind.inner
        }
    if chunk.run.explain:
        coded.fired, coded.hangs_on = np.zeros((chunk.rows, compiled.bytes), np.uint8), nothing.copy()
    _leave_out(chunk, coded)
    decide_alone(compiled, chunk, coded, np.arange(chunk.rows))
    return coded


def _leave_out(chunk: Chunk, coded: Coded) -> None:
    """Rows that were refused when they were read have no decision."""
    if chunk.reading.bad is not None:
        chunk.run.rejects += [reject for _, reject in sorted(chunk.reading.rejects.items())]
        coded.keep = ~chunk.reading.bad


def _decided(compiled: Compiled, chunk: Chunk) -> Coded:
    if chunk.run.room < 0:
        return _each_alone(compiled, chunk)
    _evaluate(compiled, chunk)
    values, claim, run, bad = chunk.values, compiled.program.claim, chunk.run, chunk.reading.bad
    mark_hard(compiled.network, compiled.evaluator, values)
    results = read_results(compiled, chunk)
    alone = _alone(results, values.hard, values.rows)
    roots, held = compiled.holder.find(claim.type, claim.field, values, chunk.facts) if claim else ([], [])
    read = read_claims(held, values.rows)
    codes = np.where(read.status == SETTLED, read.value, len(compiled.values) - 1 + read.status)
    coded = Coded(values.rows, codes, read.status, _strength(compiled, chunk, read.status), results=results)
    if not claim:
        coded.status = results[0].status.copy()
    if run.bindings:
        coded.derived = _derived(compiled, chunk)
    if run.explain:
        coded.fired = _fired(compiled, chunk)
        coded.hangs_on = np.zeros(values.rows, np.int32)
        is_open: Plane = read.status == OPEN
        if alone is not None:
            is_open &= ~alone
        if is_open.any():
            rows = np.flatnonzero(is_open if bad is None else is_open & ~bad)
            reached = [(root, adds) for root, adds in zip(roots, read.adds, strict=True) if adds is not None]
            coded.hangs_on[rows] = hang(compiled, chunk, rows, reached)
    _leave_out(chunk, coded)
    if alone is not None:
        decide_alone(compiled, chunk, coded, np.flatnonzero(np.broadcast_to(alone, values.rows)))
    return coded


def _alone(results: list[ResultCodes], hard: Plane | None, rows: int) -> Plane | None:
    """The rows that are to be decided alone: what planes do not cover, and what of a result is open."""
    return either(hard, open_rows(results, rows)) if results else hard


def _evaluate(compiled: Compiled, chunk: Chunk) -> None:
    """Every node and every join, in order."""
    values, facts = chunk.values, chunk.facts
    if compiled.network.joins:
        for name, held in chunk.records.items():
            facts.tables[name] = held.table(values.symbols, values.rows)
    start = 0
    for step in compiled.network.joins:
        compiled.evaluator.run(values, start, step.ready)
        compiled.joiner.run(step, values, facts)
        start = step.ready
    compiled.evaluator.run(values, start, len(compiled.network.nodes))


def _derived(compiled: Compiled, chunk: Chunk) -> dict[str, arrow.Batch]:
    """The true derived facts of the tables, each with the row it belongs to among all that were given."""
    found: dict[str, arrow.Batch] = {}
    for name in sorted(compiled.network.tables):
        kind = compiled.program.types[name]
        if kind.derived and not kind.inner:
            table = compiled.joiner.table(name, chunk.values, chunk.facts)
            keep = table.true
            left_out = either(chunk.values.hard, chunk.reading.bad)
            if left_out is not None:
                outside = ~left_out[table.case]
                keep = outside if keep is None else keep & outside
            table = table if keep is None else table.take(keep)
            found[name] = arrow.fact_batch(kind, Table(table.case + chunk.first, table.values), chunk.values.symbols)
    return found


def _strength(compiled: Compiled, chunk: Chunk, status: Array) -> Array:
    """Codes of the strength; 0 where there is none."""
    claim, values = compiled.program.claim, chunk.values
    if not claim.strength_type:
        return np.zeros(0, np.int32)
    declared = compiled.program.types[claim.strength_type].fields[claim.strength_field]
    _, held = compiled.holder.find(claim.strength_type, claim.strength_field, values, chunk.facts)
    found, single = read_strength(held, values.rows)
    single = single & (status == SETTLED)
    distinct, inverse = np.unique(found[single], return_inverse=True)
    texts = [shown(decoded(int(value), declared, values.symbols), declared) for value in distinct]
    codes = np.zeros(len(single), np.int32)
    codes[single] = np.array([chunk.run.strengths.code((text,)) for text in texts], np.int32)[inverse]
    return codes


def _fired(compiled: Compiled, chunk: Chunk) -> Array:
    """For each row the rules that fired, as bits: rows × bytes."""
    packed = np.empty((chunk.rows, compiled.bytes), np.uint8)
    for byte in range(packed.shape[1]):
        bits = np.zeros(chunk.rows, np.uint8)
        for place in reversed(range(8 * byte, min(8 * byte + 8, len(compiled.rules)))):
            np.add(bits, bits, out=bits)
            for truth in compiled.firing[place]:
                np.bitwise_or(bits, chunk.values.true[truth].view(np.uint8), out=bits)
            for number in compiled.joining[place]:
                np.bitwise_or(bits, chunk.values.joined[number][0].view(np.uint8), out=bits)
        packed[:, byte] = bits
    return packed
