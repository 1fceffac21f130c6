"""What the open rows of a chunk hang on, as codes: one for each set of paths."""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.chunk import Chunk
from averment.backends.columnar.columns import Array, Plane
from averment.backends.columnar.compiled import Compiled
from averment.backends.columnar.holding import Source
from averment.backends.columnar.tracing import Tracer


def hang(compiled: Compiled, chunk: Chunk, rows: Array, roots: list[tuple[Source, Plane]]) -> Array:
    """What these open rows hang on: their claim facts that may add a value (``roots``, and in which rows), and all that
    keeps these undecided.
    """
    tracer = Tracer(compiled.program, compiled.network, compiled.joiner, chunk.values, chunk.facts, rows)
    _follow(tracer, compiled.program.claim.type, chunk, rows, roots)
    hangs = chunk.run.hangs
    shared, inverse = _sets(_paths(compiled, tracer, rows), rows)
    codes = np.array([hangs.code(words) for words in shared], np.int32)[inverse]
    place_of = {row: place for place, row in enumerate(rows.tolist())}
    sets: list[int] = inverse.tolist()
    for row, own in tracer.paths().items():
        place = place_of.get(row)
        if place is not None:
            codes[place] = hangs.code(tuple(sorted({*shared[sets[place]], *own})))
    return codes


def _follow(tracer: Tracer, type: str, chunk: Chunk, rows: Array, roots: list[tuple[Source, Plane]]) -> None:
    junctions: list[tuple[int, Plane]] = []
    asked: list[tuple[str, Plane]] = []
    for source, adds in roots:
        if isinstance(source, int):
            junctions.append((source, adds))
        else:
            open_row = np.zeros(chunk.rows, np.bool_)
            open_row[rows] = True
            asked.append((type, source & (adds & open_row)[chunk.facts.tables[type].case]))
    tracer.follow(junctions, asked)


def _paths(compiled: Compiled, tracer: Tracer, rows: Array) -> dict[str, Plane]:
    """By path the rows that hang on a field of a type with one record."""
    return {
        f"{type}.{compiled.program.types[type].fields[place].name}": plane[rows]
        for (type, place), plane in tracer.fields.items()
    }


def _sets(paths: dict[str, Plane], rows: Array) -> tuple[list[tuple[str, ...]], Array]:
    """The distinct sets of paths, each sorted, and for each row the place of its own."""
    names = sorted(paths)
    packed = np.packbits(np.stack([paths[name] for name in names]), axis=0, bitorder="little").T if names else None
    nothing = np.zeros((len(rows), 1), np.uint8)
    distinct, inverse = np.unique(
        nothing if packed is None else np.ascontiguousarray(packed), axis=0, return_inverse=True
    )
    found = [
        tuple(name for place, name in enumerate(names) if row[place // 8] >> place % 8 & 1) for row in distinct.tolist()
    ]
    return found, inverse.reshape(-1)
