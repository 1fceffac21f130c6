"""A binary output out of what its parts hold: Parquet grows group by group, Arrow files are written at the end.

In Parquet words are dictionaries, in Arrow files they are plain. The metadata of the schema tell what the masks mean.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from averment.batch.arrow import Table, from_bytes, pa
from averment.batch.footers import MAGIC, footer_in, joined, records_in
from averment.batch.manifest import Entry
from averment.batch.parts import Parts
from averment.batch.row_groups import first_row, groups, rows_after, schema, to_parquet, written
from averment.batch.unit import FOOTERS, GROUP, ROWS, TEXT, Format, mask_width
from averment.core.program import Program


class Groups:
    """The row groups of a Parquet output, which it is made of in order.

    A part that is a group is the output's own bytes. The rows of others are held until their group is whole, and kept
    beside the output until then, so that a run that goes on has them again.
    """

    def __init__(self, parts: Parts) -> None:
        if all(TEXT not in part["files"] for part in parts.committed):
            parts.add({TEXT: MAGIC})
        self._parts = parts
        self._held: list[Table] = []
        self._done = _last(parts.committed[-1]) // GROUP if parts.committed else 0
        late = next((place for place, part in enumerate(parts.committed) if _last(part) > self._done * GROUP), None)
        if late is not None:
            self._held += [rows_after(_table(data), self._done * GROUP) for data in parts.slices(ROWS, late)]

    def of(self, about: Entry, contents: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a part adds to the files of the output: with the groups that it ends, and its rows, if some of them
        wait for others.
        """
        before, self._done = self._done, _last(about) // GROUP
        if ROWS not in contents:
            return contents
        data = _read(contents[ROWS])
        self._held.append(_table(data))
        others = {name: content for name, content in contents.items() if name != ROWS}
        found = self._whole(self._done * GROUP) if self._done > before else {}
        return others | found | ({ROWS: data} if self._held else {})

    def complete(self, metadata: Mapping[str, str], program: Program) -> str:
        """Add the last group and what ends the file, and sync it; its digest. Raises OSError."""
        rest = self._whole(None)
        _, none = footer_in(to_parquet(_none(Format.PARQUET, metadata, program), dict(metadata)))
        records = records_in(b"".join((*self._parts.slices(FOOTERS), rest.get(FOOTERS, b""))))
        return self._parts.complete(TEXT, rest.get(TEXT, b"") + joined(none, records))

    def _whole(self, end: int | None) -> dict[str, Any]:
        """The groups of the rows that are held, up to a row, or of all of them."""
        pages, footers = bytearray(), bytearray()
        tables, self._held = [*groups(self._held)], []
        for table in tables:
            if end is not None and first_row(table) > end:
                self._held.append(table)
            else:
                found = written(table)
                pages += found[TEXT]
                footers += found[FOOTERS]
        return {TEXT: pages, FOOTERS: footers} if footers else {}


def write_arrow(slices: Iterable[bytes], target: Path, metadata: Mapping[str, str], program: Program) -> str:
    """Write and sync an Arrow output of the rows that parts hold; its digest. Raises OSError."""
    none = _none(Format.ARROW, metadata, program)
    plain = none.schema.remove_metadata()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with target.open("wb") as stream:
        written = _Digested(stream)
        with pa.ipc.new_file(written, none.schema, options=options) as writer:
            for table in groups(map(_table, slices)):
                rows: Table = table.cast(plain).take(
                    pa.array(np.arange(table.num_rows))
                )  # made anew: no bits of other rows
                rows = rows.replace_schema_metadata(none.schema.metadata)
                writer.write_table(rows, max_chunksize=GROUP)
        stream.flush()
        os.fsync(stream.fileno())
    return written.digest


class _Digested:
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


def _none(format: Format, metadata: Mapping[str, str], program: Program) -> Table:
    """An output without rows."""
    width = mask_width(json.loads(metadata["averment.rules"]))
    return schema(width, format is Format.PARQUET, program).with_metadata(dict(metadata)).empty_table()


def _last(part: Entry) -> int:
    """The last row of a part."""
    return int(part["first"] + part["rows"] - 1)


def _read(content: Any) -> Any:
    """What a part holds; the file that holds it, if one does, is removed."""
    if not isinstance(content, Path):
        return content
    data = content.read_bytes()
    content.unlink()
    return data


def _table(data: Any) -> Table:
    return from_bytes(pa.py_buffer(data))
