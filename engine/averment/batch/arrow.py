"""pyarrow as the batch tool uses it: the one module of this package that imports it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from averment.extras import TABLES, MissingExtra

try:
    import numpy as np
    import pyarrow  # type: ignore[import-untyped]
    import pyarrow.compute  # type: ignore[import-untyped]
    import pyarrow.csv  # type: ignore[import-untyped]
    import pyarrow.ipc  # type: ignore[import-untyped]
    import pyarrow.json  # type: ignore[import-untyped]
    import pyarrow.parquet  # type: ignore[import-untyped]
except ModuleNotFoundError:
    raise MissingExtra("scale", TABLES) from None

pa: Any = pyarrow
pc: Any = pyarrow.compute
csv: Any = pyarrow.csv
json: Any = pyarrow.json
parquet: Any = pyarrow.parquet

Table = Any  # pyarrow.Table
Array = Any  # pyarrow.Array
Buffer = Any  # pyarrow.Buffer


def open_parquet(path: str | Path, **options: Any) -> Any:
    """A Parquet file, the checksums of whose pages are verified where it has any: Arrow does not unless asked to."""
    return parquet.ParquetFile(path, page_checksum_verification=True, **options)


def dataset(sources: Sequence[str]) -> Any:
    """Parquet files, or folders of such, as one dataset, verified too; what it takes is loaded only here."""
    datasets = import_module("pyarrow.dataset")
    format = datasets.ParquetFileFormat(default_fragment_scan_options=verified())
    return datasets.dataset([datasets.dataset(source, format=format) for source in sources])


def verified() -> Any:
    """How Parquet is scanned with the checksums of its pages verified."""
    return import_module("pyarrow.dataset").ParquetFragmentScanOptions(page_checksum_verification=True)


def masks_in(column: Array) -> Any:
    """Binaries of one width as a NumPy array of rows × bytes."""
    held = np.frombuffer(column.buffers()[1] or b"", np.uint8).reshape(-1, column.type.byte_width)
    return held[column.offset : column.offset + len(column)]


def to_bytes(table: Table) -> Any:
    """A table as a buffer of the Arrow stream format."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def from_bytes(data: Any) -> Table:
    """The table in a buffer of the Arrow stream format."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_all()


class _NoPandas(MetaPathFinder):
    """Finds that there is no pandas."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


def settle() -> None:
    """Set Arrow up in a process that is ours alone: without pandas, and with the memory of the C library.

    Wherever pandas is installed, pyarrow loads it to see whether it is given any: most of a second, and 50 MB. Of the
    allocators this one gives memory back least often, and so does least: unit after unit needs the same.
    """
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas())
    pa.set_memory_pool(pa.system_memory_pool())


def composed_texts(texts: Array) -> Array:
    """An array of strings in the form in which text is compared (``core/composed.py``)."""
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    return pc.utf8_normalize(texts, form="NFC") if len(data) and data.max() > 127 else texts


def one_chunk(column: Any) -> Array:
    """A column as one array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.unify_dictionaries().chunks) if column.num_chunks else pa.array([], column.type)
