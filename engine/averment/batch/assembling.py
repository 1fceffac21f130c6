"""A binary output out of what its parts hold: row groups copied as they are, all else in groups of rows.

In Parquet words are dictionaries, in Arrow files they are plain. The metadata of the schema tell what the masks mean.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from averment.batch.arrow import Table, from_bytes, pa
from averment.batch.footers import MAGIC, Struct, joined, split
from averment.batch.row_groups import groups, schema, to_parquet
from averment.batch.unit import GROUP, WHOLE, Format, mask_width

Slices = Iterable[tuple[str, bytes]]
"""What each part holds and which of these it is, in order."""


class Digested:
    """A file that is written, and the digest of what it holds."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._hash, self._at, self.closed = stream, hashlib.sha256(), 0, False

    def write(self, data: Any) -> int:
        self._hash.update(data)
        self._stream.write(data)
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        """Nothing: it is for who opened the file."""

    @property
    def digest(self) -> str:
        return "sha256:" + self._hash.hexdigest()


def assemble(slices: Slices, target: Path, format: Format, metadata: Mapping[str, str], presumes: bool) -> str:
    """Write and sync the output, of a pack that presumes something or none; its digest. Raises OSError."""
    rules = json.loads(metadata["averment.rules"])
    shape = schema(mask_width(rules), format is Format.PARQUET, presumes)
    none = shape.with_metadata(dict(metadata)).empty_table()
    with target.open("wb") as stream:
        written = Digested(stream)
        (_write_parquet if format is Format.PARQUET else _write_arrow)(slices, written, none)
        stream.flush()
        os.fsync(stream.fileno())
    return written.digest


def _write_parquet(slices: Slices, written: Digested, none: Table) -> None:
    written.write(MAGIC)
    moved: list[tuple[Struct, int]] = []
    for file in _row_groups(slices):
        end, footer = split(file)
        moved.append((footer, written.tell() - len(MAGIC)))
        written.write(memoryview(file)[len(MAGIC) : end])
    _, empty = split(to_parquet(none, none.schema.metadata))
    written.write(joined(empty, moved))


def _row_groups(slices: Slices) -> Iterator[Any]:
    """Each group as a Parquet file, in order."""
    for kind, some in groupby(slices, itemgetter(0)):
        held = (data for _, data in some)
        yield from held if kind == WHOLE else map(to_parquet, groups(map(_table, held)))


def _write_arrow(slices: Slices, written: Digested, none: Table) -> None:
    plain = none.schema.remove_metadata()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_file(written, none.schema, options=options) as writer:
        for table in groups(_table(data) for _, data in slices):
            rows: Table = table.cast(plain).take(
                pa.array(np.arange(table.num_rows))
            )  # made anew: no bits of other rows
            rows = rows.replace_schema_metadata(none.schema.metadata)
            writer.write_table(rows, max_chunksize=GROUP)


def _table(data: bytes) -> Table:
    return from_bytes(pa.py_buffer(data))
