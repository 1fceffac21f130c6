"""Files that are not what their names say, or no more: one finding that names the file, never a run's end by itself."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from averment.diagnostics.diagnostic import Refused

_LINES = b"".join(b'{"case":"c%d","facts":{"engineering":{"team_size":%d}}}\n' % (row, row) for row in range(5000))


def zstd(data: bytes) -> bytes:
    found: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return found


def turned(data: bytes, place: int) -> bytes:
    """With the bits of one byte turned over."""
    place %= len(data)
    return data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :]


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"team_size": range(5000)}), sink, compression="snappy")
    found: bytes = sink.getvalue().to_pybytes()
    return found


def arrow(texts: pa.Array) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"product.stage": texts})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def astray() -> pa.Array:
    """Texts whose offsets lead out of their bytes."""
    offsets = pa.py_buffer(b"".join(at.to_bytes(4, "little") for at in (0, 4_000_000, 8)))
    return pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"ideaidea")])


DAMAGED = [
    ("in.jsonl.gz", gzip.compress(_LINES)[:-20], "cannot be read to its end"),
    ("in.jsonl.gz", turned(gzip.compress(_LINES), 5000), "cannot be read to its end"),
    ("in.jsonl.gz", turned(gzip.compress(_LINES), -6), "cannot be read to its end: CRC check failed"),
    ("in.jsonl.gz", _LINES, "cannot be read to its end: Not a gzipped file"),
    ("in.csv.gz", b"case,team_size\n", "cannot be read: Not a gzipped file"),
    ("in.jsonl.zst", zstd(_LINES)[:-20], "cannot be read to its end"),
    ("in.csv.zst", b"case,team_size\n", "cannot be read"),
    ("in.parquet", turned(parquet(), 100), "cannot be read to its end"),
    ("in.arrow", arrow(astray()), "cannot be read to its end"),
    ("in.arrow", arrow(pa.array(["idea"] * 5000))[:-9000], "cannot be read to its end"),
]


@pytest.mark.parametrize(("name", "data", "message"), DAMAGED)
@pytest.mark.parametrize("jobs", [1, 2])
def test_damage_is_told_of_the_file(
    name: str, data: bytes, message: str, jobs: int, tmp_path: Path, batch: Any
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Refused) as refused:
        batch(tmp_path / name, jobs=jobs)
    (found,) = refused.value.diagnostics
    assert found.code == "AV523"
    assert f"`{tmp_path / name}` {message}" in found.message


@pytest.mark.parametrize("jobs", [1, 2])
def test_damage_is_told_of_the_one_file_of_a_folder(jobs: int, tmp_path: Path, batch: Any) -> None:
    (tmp_path / "in").mkdir()
    for name, data in (("a", parquet()), ("b", turned(parquet(), 100)), ("c", parquet())):
        (tmp_path / "in" / f"{name}.parquet").write_bytes(data)
    with pytest.raises(Refused, match=rf"`{tmp_path}/in/b.parquet` cannot be read to its end"):
        batch(tmp_path / "in", jobs=jobs)


def test_an_input_is_not_written_over(tmp_path: Path, batch: Any) -> None:
    (tmp_path / "in.jsonl").write_bytes(_LINES)
    with pytest.raises(Refused, match=r"AV531.*it is the input"):
        batch(tmp_path / "in.jsonl", "in.jsonl")
    assert (tmp_path / "in.jsonl").read_bytes() == _LINES
