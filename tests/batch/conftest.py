"""Batches of the PM/TPM pack, as every test of this folder runs them."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.batch import run as running
from averment.batch.inputs import format_of
from averment.batch.order import Order
from averment.batch.run import Result, run
from averment.core.program import Field

Case = dict[str, Any]


@pytest.fixture(scope="session")
def pack() -> averment.Pack:
    return averment.load("pm_tpm")


@pytest.fixture(scope="session")
def cases(pack: averment.Pack) -> Callable[[int], list[Case]]:
    """Case documents of the pack, with one record of each type and any field left out at times."""

    def made(count: int) -> list[Case]:
        rng = random.Random(7)
        types = [type for type in pack.model.types.values() if type.one and not type.derived]
        found: list[Case] = []
        for number in range(count):
            given = rng.choice((1.0, 0.95, 0.6))
            facts = {
                type.name: {field.name: _value(field, rng) for field in type.fields if rng.random() < given}
                for type in types
            }
            found.append({"case": f"case {number}", "facts": facts})
        return found

    return made


@pytest.fixture
def batch(pack: averment.Pack, tmp_path: Path) -> Callable[..., tuple[Path, Result]]:
    """Decide a table: the output and what the run came to."""

    def decide(
        name: Path | str, output: str = "out.jsonl", of: averment.Pack = pack, **options: Any
    ) -> tuple[Path, Result]:
        target = tmp_path / output
        format = format_of(output)[0]
        assert format is not None
        order = Order(of.program(), of.model.types, str(name), target, format, **options)
        return target, run(order)

    return decide


class Stop(Exception):
    """Stands for the end of the process."""


def at_once(patched: pytest.MonkeyPatch) -> None:
    """Have each part committed as soon as it is done, and the input digested before any."""

    def now(find: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(find())
        return future

    patched.setattr(running, "aside", now)
    patched.setattr(running, "_PAUSE", 0)
    patched.setattr(running, "_SHARE", 0)


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch, batch: Any) -> Callable[..., None]:
    """Begin a batch and stop it after some parts."""

    def begin(*arguments: Any, after: int = 2, **options: Any) -> None:
        left = after

        def progress(*_: Any) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Stop

        with monkeypatch.context() as patched:
            at_once(patched)
            patched.setitem(batch.__globals__, "run", lambda order: running.run(order, progress))
            with pytest.raises(Stop):
                batch(*arguments, **options)

    return begin


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., Path]:
    """A file of JSON Lines."""

    def write(documents: list[Case], name: str = "in.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(json.dumps(document).encode() + b"\n" for document in documents))
        return path

    return write


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """The same cases as a table of columns: CSV, Parquet or Arrow."""

    def write(documents: list[Case], name: str) -> Path:
        path = tmp_path / name
        columns = columns_of(documents)
        if name.endswith(".csv"):
            with path.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows([_cell(value) for value in row] for row in zip(*columns.values(), strict=True))
            return path
        import pyarrow as pa
        import pyarrow.parquet as pq

        made = pa.table(columns)
        if name.endswith(".parquet"):
            pq.write_table(made, path, row_group_size=37)
        else:
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, made.schema) as writer:
                writer.write_table(made, max_chunksize=53)
        return path

    return write


def columns_of(documents: list[Case]) -> dict[str, list[Any]]:
    names = sorted(
        {f"{type}.{name}" for document in documents for type, record in document["facts"].items() for name in record}
    )
    columns: dict[str, list[Any]] = {"case": [document["case"] for document in documents]}
    for name in names:
        type, _, field = name.partition(".")
        columns[name] = [document["facts"].get(type, {}).get(field) for document in documents]
    return columns


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(value) or "[]"
    return "" if value is None else value


def _value(field: Field, rng: random.Random) -> Any:
    match field.kind.value:
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            low = 0 if field.minimum is None else field.minimum
            return rng.randint(low, min(field.maximum or 100, low + 60))
        case "decimal":
            return rng.randint(0, 1000) / 10
        case "set":
            return [value for value in field.values if rng.random() < 0.4]
        case "choice" | "level":
            return rng.choice(field.values)
        case kind:
            raise AssertionError(kind)
