"""What a batch is asked to do, and what tells one run of it from another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from averment.batch import inputs as files
from averment.batch.adapter import Adapter
from averment.batch.manifest import Entry
from averment.batch.sides import Named
from averment.batch.sources import Source
from averment.batch.unit import Format
from averment.engines import open_engine
from averment.ir.program import FactType, Program
from averment.law.budget import FIRINGS

_VERSION = 3


@dataclass(frozen=True)
class Order:
    """What is to be done. ``name``: the input as it was asked for; ``alias``: what it is called, if not by its name,
    and ``names``: what its files are.
    """

    program: Program
    types: Mapping[str, FactType]
    name: str
    output: Path
    format: Format
    input_format: Format | None = None
    mapping: Adapter = field(default_factory=Adapter)
    warrants: bool = False
    engine: str = ""
    jobs: int = 1  # 0 is as many as pay
    chunk: int = 0  # rows of a unit; 0 is as many as suit the format
    restart: bool = False
    alias: str = ""
    names: tuple[str, ...] = ()
    sides: Named = ()
    firings: int = FIRINGS

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules, in the order of their bits."""
        return tuple(dict.fromkeys(rule.id for rule in self.program.rules))


def folder_of(output: Path) -> Path:
    """Where an unfinished run has what it made so far."""
    return output.with_name(f"{output.name}.parts")


def manifest_of(output: Path) -> Path:
    """Where the manifest of a finished output is."""
    return output.with_name(f"{output.name}.manifest")


def rejects_of(output: Path) -> Path:
    """Where the rows without an outcome are."""
    return output.with_name(f"{output.name}.rejects")


def header_of(order: Order, source: Source, columnar: bool) -> Entry:
    """What the run is: all that its output depends on. Raises OSError."""
    program, inputs = order.program, files.digested(source.inputs)
    sides = files.digested([side.file for side in source.sides])
    beside = [
        {"type": side.kind.name, "path": side.shape.file, "format": file.format.value, "digest": file.digest}
        | _dialect(file)
        for side, file in zip(source.sides, sides, strict=True)
    ]
    return ({"sides": beside} if beside else {}) | {
        "kind": "run",
        "version": _VERSION,
        "pack": {"name": program.name, "version": program.version, "digest": program.digest},
        "parameters": dict(program.parameters),
        "input": order.alias or order.name,
        "files": [
            {"path": shape.file, "format": file.format.value, "digest": file.digest, **_dialect(file)}
            for shape, file in zip(source.shapes, inputs, strict=True)
        ],
        "mapping": [[heading, target] for heading, target in sorted(order.mapping.columns.items())],
        **({"adapter": order.mapping.document} if order.mapping.document else {}),
        "format": order.format.value,
        "warrants": "full" if order.warrants else "none",
        "engine": "columnar" if columnar else open_engine(order.engine, program).name,
        "rules": list(order.rules),
        "firings": order.firings,
    }


def _dialect(file: files.Input) -> dict[str, Any]:
    """How the text of a file is written, where it is not plain CSV."""
    return {} if file.dialect.is_plain else {"dialect": file.dialect.told()}


_SAID = {
    "pack": "the pack has changed",
    "rules": "the pack has changed",
    "parameters": "a parameter has changed",
    "files": "the input has changed",
    "input": "the input is another one",
    "sides": "a side table has changed",
    "mapping": "the mapping of columns has changed",
    "firings": "a case may have another number of firings",
    "adapter": "the mapping has changed",
}


def difference(before: Entry, now: Entry) -> str:
    """What tells the headers of two runs apart; empty where both are one."""
    for key in (*now, "sides", "adapter"):
        if before.get(key) != now.get(key):
            return _SAID.get(key, f"`{key}` is another one")
    return ""


def metadata_of(order: Order, header: Entry) -> dict[str, str]:
    """What the schema of a binary output says of it: the pack, the run, and as a JSON list the rule of each bit."""
    program = order.program
    return {
        "averment.pack": program.digest,
        "averment.name": program.name,
        "averment.version": program.version,
        "averment.rules": json.dumps(header["rules"]),
        "averment.run": json.dumps(header, sort_keys=True, ensure_ascii=False),
    }
