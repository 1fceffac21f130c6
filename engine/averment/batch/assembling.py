"""The output file out of the parts: text joined as it is, tables in groups of rows that no chunk size moves.

In Parquet the words of claims and the masks of fired rules are dictionaries, sorted, one for each row group; in Arrow
files they are plain. The metadata of the schema tell what the masks mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from averment.batch.arrow import Table, from_bytes, one_chunk, pa, parquet, pc
from averment.batch.deciding import COLUMNS
from averment.batch.unit import Format

GROUP = 262_144  # rows
_COPY = 1 << 20
_PLAIN = {"row": pa.int64(), "case": pa.string()}


def assemble(parts: Iterable[Path], target: Path, format: Format, heading: bytes, metadata: Mapping[str, str]) -> None:
    """Write and sync the output. Raises OSError."""
    if format.text:
        join_files(parts, target, heading)
        return
    groups = _groups(from_bytes(pa.memory_map(str(part))) for part in parts)
    with target.open("wb") as stream:
        (_write_parquet if format is Format.PARQUET else _write_arrow)(groups, stream, dict(metadata))
        stream.flush()
        os.fsync(stream.fileno())


def join_files(parts: Iterable[Path], target: Path, heading: bytes = b"") -> None:
    """Write and sync one file of the contents of others."""
    with target.open("wb") as stream:
        stream.write(heading)
        for part in parts:
            with part.open("rb") as source:
                while block := source.read(_COPY):
                    stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())


def _schema(metadata: dict[str, str], coded: bool) -> Any:
    """``coded``: the words are held once, and the rows have their places."""
    words = {name: pa.binary() if name == "fired" else pa.string() for name in COLUMNS}
    if coded:
        words = {name: pa.dictionary(pa.int32(), kind) for name, kind in words.items()}
    return pa.schema(_PLAIN | words, metadata=metadata)


def _write_parquet(groups: Iterator[Table], stream: Any, metadata: dict[str, str]) -> None:
    schema = _schema(metadata, coded=True)
    with parquet.ParquetWriter(
        stream,
        schema,
        use_dictionary=list(COLUMNS),
        column_encoding={"row": "DELTA_BINARY_PACKED", "case": "PLAIN"},
        compression="snappy",
        write_page_index=False,
    ) as writer:
        for table in groups:
            columns = [one_chunk(table.column("row")), one_chunk(table.column("case"))]
            columns += [_sorted_words(one_chunk(table.column(name))) for name in COLUMNS]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema), row_group_size=GROUP)


def _write_arrow(groups: Iterator[Table], stream: Any, metadata: dict[str, str]) -> None:
    schema = _schema(metadata, coded=False)
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_file(stream, schema, options=options) as writer:
        for table in groups:
            plain = table.cast(pa.schema([(field.name, field.type) for field in schema]))
            writer.write_table(plain.combine_chunks().replace_schema_metadata(metadata), max_chunksize=GROUP)


def _groups(tables: Iterable[Table]) -> Iterator[Table]:
    held: list[Table] = []
    count = 0
    for table in tables:
        while count + table.num_rows >= GROUP:
            held.append(table.slice(0, GROUP - count))
            table = table.slice(GROUP - count)
            yield _whole(held)
            held, count = [], 0
        if table.num_rows:
            held.append(table)
            count += table.num_rows
    if held:
        yield _whole(held)


def _whole(tables: list[Table]) -> Table:
    return pa.concat_tables(tables) if len(tables) > 1 else tables[0]


def _sorted_words(column: Any) -> Any:
    """The column with a dictionary of just the words in it, in their order."""
    codes = np.asarray(pc.fill_null(column.indices, len(column.dictionary)))
    used = np.flatnonzero(np.bincount(codes, minlength=len(column.dictionary) + 1)[:-1])
    words = column.dictionary.take(pa.array(used))
    order = np.asarray(pc.sort_indices(words))
    places = np.full(len(column.dictionary) + 1, -1, np.int32)
    places[used[order]] = np.arange(len(used), dtype=np.int32)
    found = places[codes]
    indices = pa.array(found, mask=found < 0) if column.null_count else pa.array(found)
    return pa.DictionaryArray.from_arrays(indices, words.take(pa.array(order)))
