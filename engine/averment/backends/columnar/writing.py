"""The decisions of chunks as one record batch, codes as dictionaries."""

from __future__ import annotations

import json

import numpy as np

from averment.backends.columnar import arrow
from averment.backends.columnar.chunk import Coded, Run
from averment.backends.columnar.claims import STATUSES
from averment.backends.columnar.columns import Array
from averment.backends.columnar.compiled import Compiled
from averment.ir.program import Field
from averment.ir.values import decode


def assemble(compiled: Compiled, table: arrow.Table, chunks: list[Coded], run: Run) -> arrow.Batch:
    """The decisions of the chunks of a table, without the rows that have none."""

    def gather(name: str) -> Array:
        parts: list[Array] = []
        for chunk in chunks:
            part: Array = getattr(chunk, name)
            parts.append(part if chunk.keep is None or not len(part) else part[chunk.keep])
        return parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else np.zeros(0, np.int32)

    claim = gather("claim")
    columns = {
        **arrow.case_column(table, [chunk.keep for chunk in chunks], [chunk.rows for chunk in chunks]),
        "claim": arrow.words(claim, compiled.claims),
        "status": arrow.words(gather("status"), STATUSES),
    }
    strength = gather("strength")
    if not len(strength):
        strength = np.zeros(len(claim), np.int32)
    texts = [value[0] if value else "" for value in run.strengths.values]
    columns["strength"] = arrow.words(strength, texts, strength == 0)
    if run.explain:
        paths = [json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in run.hangs.values]
        columns["hangs_on"] = arrow.words(gather("hangs_on"), paths)
        columns["fired"] = arrow.masks(gather("fired").reshape(len(claim), compiled.bytes))
    return arrow.record_batch(columns, compiled.metadata)


def shown(value: object, declared: Field) -> str:
    """A value of a field as the strength column has it."""
    return as_text(decode(value, declared))  # type: ignore[arg-type]


def as_text(value: object) -> str:
    """A plain value as text: a string itself, else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
