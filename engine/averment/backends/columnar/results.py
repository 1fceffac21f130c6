"""The results of each row (``law.claims``), read off its facts as the claim is.

Of a row in which a result is open, what it may be is not found here: the row is decided alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from averment.backends.columnar.chunk import Chunk, ResultCodes, Run, Words
from averment.backends.columnar.claims import CONFLICT, GAP, OPEN, SETTLED, STATUSES, Held, read_claims
from averment.backends.columnar.codes import code_of
from averment.backends.columnar.columns import Array, Plane
from averment.backends.columnar.compiled import Compiled
from averment.backends.columnar.single import decoded
from averment.backends.columnar.tables import Table
from averment.backends.columnar.vocabulary import Symbols
from averment.core.program import Field, Kind, Result, Value
from averment.core.values import in_order
from averment.ir.digest import canonical

_MOST = 64  # distinct values that are the bits of a word


class Pairs(NamedTuple):
    """Facts as pairs: the row of each, and the code of its value."""

    row: Array
    value: Array


def read_results(compiled: Compiled, chunk: Chunk) -> list[ResultCodes]:
    """The codes of every result; of what is open only that it is."""
    return [_read(compiled, chunk, result) for result in compiled.program.results]


def no_results(compiled: Compiled, rows: int) -> list[ResultCodes]:
    """Codes to be written over."""
    return [ResultCodes.empty(rows) for _ in compiled.program.results]


def _read(compiled: Compiled, chunk: Chunk, result: Result) -> ResultCodes:
    values, field = chunk.values, compiled.program.field_of(result)
    codes = ResultCodes.empty(values.rows)
    if result.type in compiled.network.tables:
        table = compiled.joiner.table(result.type, values, chunk.facts)
        own = _own(table.values[result.field], field, values.symbols)
        codes.status[:], codes.value[:] = _of_table(table, own, result, field, chunk)
    else:
        _, held = compiled.holder.find(result.type, result.field, values, chunk.facts)
        if result.many:
            pairs = [(np.flatnonzero(np.broadcast_to(each.true, values.rows)), each) for each in held]
            rows = np.concatenate([at for at, _ in pairs]) if pairs else np.zeros(0, np.int64)
            found = np.concatenate([_at(each, at) for at, each in pairs]) if pairs else rows
            codes.value[:] = _sets(Pairs(rows, found), field, chunk)
            for each in held:
                codes.status[np.broadcast_to(each.possible & ~each.true, values.rows)] = OPEN
        else:
            read = read_claims(held, values.rows)
            codes.status[:], codes.value[:] = read.status, _words(read.value)
    if field.kind is Kind.TEXT and not result.many:
        settled = codes.status == SETTLED
        distinct, inverse = np.unique(codes.value[settled], return_inverse=True)
        symbols: list[int] = distinct.tolist()
        texts = [chunk.run.texts.code((values.symbols.strings[symbol],)) for symbol in symbols]
        codes.value[settled] = np.array(texts, np.int64)[inverse]
    return codes


def _at(held: Held, rows: Array) -> Array:
    low = _words(held.value.low)
    return np.broadcast_to(low, len(rows)) if len(low) == 1 else low[rows]


def _words(codes: Array) -> Array:
    """Codes as words of 64 bits; the masks of sets keep their bits."""
    return codes.view(np.int64) if codes.dtype == np.uint64 else codes.astype(np.int64)


def _own(value: Array, field: Field, symbols: Symbols) -> Array:
    """The values of a table in the code that a column of their field has; -1 for what the field cannot have."""
    if field.kind is not Kind.CHOICE:
        return value
    places = np.array([field.ranks.get(text, -1) for text in symbols.strings] or [-1], np.int64)
    return places[value]


def _of_table(table: Table, value: Array, result: Result, field: Field, chunk: Chunk) -> tuple[Array, Array]:
    """Status and value of each row, of the facts of a table."""
    rows = chunk.rows
    true: Plane = np.ones(len(table), np.bool_) if table.true is None else table.true
    maybe = ~true
    status, found = np.full(rows, GAP, np.int8), np.zeros(rows, np.int64)
    if result.many:
        status[:] = SETTLED
        status[table.case[maybe]] = OPEN
        return status, _sets(Pairs(table.case[true], value[true]), field, chunk)
    case, held = table.case[true], value[true]
    found[case] = held
    status[case] = SETTLED
    differs = found[case] != held
    unknown = table.unknown.get(result.field)
    more = (status[table.case] == GAP) | (found[table.case] != value)
    more = more if unknown is None else more | unknown
    status[table.case[maybe & more]] = OPEN
    status[case[differs]] = CONFLICT
    return status, found


def _sets(pairs: Pairs, field: Field, chunk: Chunk) -> Array:
    """For each row the code of the set of its values."""
    rows, sets = chunk.rows, chunk.run.sets
    distinct, inverse = np.unique(pairs.value, return_inverse=True)
    held = [decoded(value, field, chunk.values.symbols) for value in distinct.tolist()]
    codes = np.zeros(rows, np.int64)
    if len(distinct) <= _MOST:
        masks = np.zeros(rows, np.uint64)
        np.bitwise_or.at(masks, pairs.row, np.left_shift(np.uint64(1), inverse.reshape(-1).astype(np.uint64)))
        some, back = np.unique(masks, return_inverse=True)
        found = [_told(mask, held, field, sets) for mask in some.tolist()]
        return np.array(found, np.int64)[back.reshape(-1)]
    by_row: dict[int, list[Value]] = {}
    for row, place in zip(pairs.row.tolist(), inverse.reshape(-1).tolist(), strict=True):
        by_row.setdefault(row, []).append(held[place])
    for row, own in by_row.items():
        codes[row] = sets.code(in_order(own, field))
    return codes


def _told(mask: int, held: list[Value], field: Field, sets: Words) -> int:
    """The code of the values whose bits are set."""
    own = (value for bit, value in enumerate(held) if mask >> bit & 1)
    return sets.code(in_order(own, field))


def write_result(codes: ResultCodes, row: int, found: Any, run: Run, symbols: Symbols) -> None:
    """Write what an engine says of a result of a row."""
    reading, result, field = found.reading, found.result, found.field
    codes.status[row] = STATUSES.index(reading.status)
    codes.value[row] = _coded(reading.values, result, field, run, symbols)
    told = found.possible_document
    codes.possible[row] = 0 if told is None else run.possible.code((canonical(told).decode(),))
    codes.hangs_on[row] = run.hangs.code(tuple(found.hangs_on))


def _coded(values: tuple[Value, ...], result: Result, field: Field, run: Run, symbols: Symbols) -> int:
    if result.many:
        return run.sets.code(values)
    if not values:
        return 0
    if field.kind is Kind.TEXT:
        return run.texts.code((values[0],))
    code = code_of(values[0], field, symbols)
    return code - 2**64 if code >= 2**63 else code  # a mask with all its bits


def open_rows(results: list[ResultCodes], rows: int) -> Plane:
    """Where some result is open."""
    found: Plane = np.zeros(rows, np.bool_)
    for codes in results:
        found |= codes.status == OPEN
    return found
