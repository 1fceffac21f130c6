"""The output file out of the parts: text and row groups joined as they are, all else in groups of rows.

In Parquet words are dictionaries, in Arrow files they are plain. The metadata of the schema tell what the masks mean.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from averment.batch.arrow import Table, from_bytes, pa
from averment.batch.footers import MAGIC, Struct, joined, split
from averment.batch.row_groups import groups, schema, to_parquet
from averment.batch.unit import GROUP, Format, mask_width

ROWS, WHOLE = "part", "group"  # what the file of a part holds: rows, or a group of them as a Parquet file
_COPY = 1 << 20


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


def assemble(parts: Iterable[Path], target: Path, format: Format, heading: bytes, metadata: Mapping[str, str]) -> str:
    """Write and sync the output; its digest. Raises OSError."""
    if format.text:
        return join_files(parts, target, heading)
    rules = json.loads(metadata["averment.rules"])
    none = schema(mask_width(rules), coded=format is Format.PARQUET).with_metadata(dict(metadata)).empty_table()
    with target.open("wb") as stream:
        written = Digested(stream)
        (_write_parquet if format is Format.PARQUET else _write_arrow)(parts, written, none)
        stream.flush()
        os.fsync(stream.fileno())
    return written.digest


def join_files(parts: Iterable[Path], target: Path, heading: bytes = b"") -> str:
    """Write and sync one file of the contents of others; its digest."""
    with target.open("wb") as stream:
        written = Digested(stream)
        written.write(heading)
        for part in parts:
            with part.open("rb") as source:
                while block := source.read(_COPY):
                    written.write(block)
        stream.flush()
        os.fsync(stream.fileno())
    return written.digest


def _write_parquet(parts: Iterable[Path], written: Digested, none: Table) -> None:
    written.write(MAGIC)
    moved: list[tuple[Struct, int]] = []
    for file in _row_groups(parts):
        end, footer = split(file)
        moved.append((footer, written.tell() - len(MAGIC)))
        written.write(memoryview(file)[len(MAGIC) : end])
    _, empty = split(to_parquet(none, none.schema.metadata))
    written.write(joined(empty, moved))


def _row_groups(parts: Iterable[Path]) -> Iterator[Any]:
    """Each group as a Parquet file, in order."""
    for whole, some in groupby(parts, lambda part: part.suffix == f".{WHOLE}"):
        if whole:
            yield from (pa.memory_map(str(part)).read_buffer() for part in some)
        else:
            yield from map(to_parquet, groups(from_bytes(pa.memory_map(str(part))) for part in some))


def _write_arrow(parts: Iterable[Path], written: Digested, none: Table) -> None:
    plain = none.schema.remove_metadata()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_file(written, none.schema, options=options) as writer:
        for table in groups(from_bytes(pa.memory_map(str(part))) for part in parts):
            rows: Table = table.cast(plain).take(
                pa.array(np.arange(table.num_rows))
            )  # made anew: no bits of other rows
            rows = rows.replace_schema_metadata(none.schema.metadata)
            writer.write_table(rows, max_chunksize=GROUP)
