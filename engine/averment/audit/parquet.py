"""Rows to a Parquet file, through pyarrow (the extra ``averment[scale]``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO

from averment.extras import MissingExtra

try:
    import pyarrow  # type: ignore[import-untyped]
    import pyarrow.parquet  # type: ignore[import-untyped]
except ModuleNotFoundError:
    raise MissingExtra("scale", "Parquet") from None

_GROUP = 20_000  # rows


def write(
    rows: Iterable[Mapping[str, str | int | None]], columns: Sequence[str], numbers: Collection[str], file: BinaryIO
) -> int:
    """Write ``rows`` group by group; ``numbers`` are 64-bit integers, the others texts. Returns how many rows."""
    arrow: Any = pyarrow
    types = {name: arrow.int64() if name in numbers else arrow.string() for name in columns}
    schema = arrow.schema(list(types.items()))
    written = 0
    remaining = iter(rows)
    with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(remaining, _GROUP)):
            writer.write_table(arrow.Table.from_pylist(group, schema=schema))
            written += len(group)
    return written
