"""The decisions of chunks as one record batch, codes as dictionaries."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np

from averment.backends.columnar import arrow
from averment.backends.columnar.chunk import Coded, ResultCodes, Run
from averment.backends.columnar.claims import statuses_of
from averment.backends.columnar.columns import Array
from averment.backends.columnar.compiled import Compiled
from averment.backends.columnar.result_columns import assembled, listed
from averment.core.naming import field_at
from averment.core.program import Field
from averment.core.values import decode


def assemble(compiled: Compiled, table: arrow.Table, chunks: list[Coded], run: Run) -> arrow.Batch:
    """The decisions of the chunks of a table, without the rows that have none."""

    def gather(name: str) -> Array:
        parts: list[Array] = []
        for chunk in chunks:
            part: Array = getattr(chunk, name)
            parts.append(part if chunk.keep is None or not len(part) else part[chunk.keep])
        return parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else np.zeros(0, np.int32)

    claim = gather("claim")
    claimed = bool(compiled.program.claim)
    columns = {
        **arrow.case_column(table, [chunk.keep for chunk in chunks], [chunk.rows for chunk in chunks]),
        "claim": arrow.words(claim, compiled.claims) if claimed else arrow.no_words(len(claim)),
        "status": arrow.words(gather("status"), statuses_of(compiled.program.presumes)),
    }
    texts = [value[0] if value else "" for value in run.strengths.values]

    def strengths(codes: Array) -> arrow.Vector:
        return arrow.words(codes, texts, codes == 0) if len(codes) else arrow.no_words(len(claim))

    columns["strength"] = strengths(gather("strength"))
    presumed = gather("presumed")
    if compiled.program.presumes:
        columns["presumed"] = arrow.words(presumed, ["", *compiled.claims], presumed == 0)
        columns["presumed_strength"] = strengths(gather("presumed_strength"))
    if run.explain:
        paths = [listed(value) for value in run.hangs.values]
        hangs = gather("hangs_on")
        columns["hangs_on"] = arrow.words(hangs, paths)
        if compiled.program.presumes:
            presuming = [listed(path for path in value if _presumes(compiled, path)) for value in run.hangs.values]
            columns["presuming"] = arrow.words(hangs, presuming, presumed == 0)
        for place, result in enumerate(compiled.program.results):
            columns |= assembled(compiled.program, result, _gathered(chunks, place), run, paths)
        columns["fired"] = arrow.masks(gather("fired").reshape(len(claim), compiled.bytes))
        if run.answered:
            answered = gather("answered").reshape(len(claim), compiled.bytes) if compiled.program.presumes else None
            columns["answered"] = columns["fired"] if answered is None else arrow.masks(answered)
    return arrow.record_batch(columns, compiled.metadata)


def _gathered(chunks: list[Coded], place: int) -> ResultCodes:
    """The codes of a result in all chunks, without the rows that have no decision."""
    found = ResultCodes.empty(0)
    for part in fields(ResultCodes):
        kept = [
            getattr(chunk.results[place], part.name)[slice(None) if chunk.keep is None else chunk.keep]
            for chunk in chunks
        ]
        setattr(found, part.name, np.concatenate([getattr(found, part.name), *kept]))
    return found


def _presumes(compiled: Compiled, path: str) -> bool:
    """Whether an unknown field that a claim hangs on has a presumption."""
    field = field_at(compiled.program.types, path)
    return field is not None and field.presumption is not None


def shown(value: object, declared: Field) -> str:
    """A value of a field as the strength column has it."""
    return as_text(decode(value, declared))  # type: ignore[arg-type]


def as_text(value: object) -> str:
    """A plain value as text: a string itself, else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
