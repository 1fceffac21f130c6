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
from averment.core.program import FactType, Program
from averment.engines import open_engine
from averment.extras import installed
from averment.law.budget import FIRINGS

_VERSION = 4


@dataclass(frozen=True)
class Against:
    """What else decides each case, to tell what turns: a program, and the vocabulary of its pack."""

    program: Program
    types: Mapping[str, FactType]


@dataclass(frozen=True)
class Order:
    """What is to be done. ``name``: the input as it was asked for; ``alias``: what it is called, if not by its name,
    and ``names``: what its files are; ``side_names``: what the side table of a type is called, if not by its name.
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
    side_names: Mapping[str, str] = field(default_factory=dict[str, str])
    firings: int = FIRINGS
    against: Against | None = None
    exact: bool = False  # CSV for programs: no apostrophe before what a spreadsheet would take for a formula

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules, in the order of their bits."""
        return self.program.rule_ids


def columnar_of(order: Order) -> tuple[bool, str]:
    """Whether the kernel decides, and if not, why."""
    if order.engine or order.warrants:
        return False, ""
    if not installed("scale"):
        return False, "the extra `scale` is not installed"
    from averment.backends.columnar.support import unsupported

    against = unsupported(order.program)
    return not against, "; ".join(found.message for found in against)


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
        {"type": side.kind.name, "path": side.shape.file, "format": file.written.value, "digest": file.digest}
        | _dialect(file)
        for side, file in zip(source.sides, sides, strict=True)
    ]
    return ({"sides": beside} if beside else {}) | {
        "kind": "run",
        "version": _VERSION,
        **_decided_by(program),
        **({"against": _decided_by(order.against.program)} if order.against else {}),
        "input": order.alias or order.name,
        "files": [
            {"path": shape.file, "format": file.written.value, "digest": file.digest, **_dialect(file)}
            for shape, file in zip(source.shapes, inputs, strict=True)
        ],
        "mapping": [[heading, target] for heading, target in sorted(order.mapping.columns.items())],
        **({"adapter": order.mapping.document} if order.mapping.document else {}),
        "format": order.format.value,
        **({"cells": "exact"} if order.exact and order.format is Format.CSV else {}),
        "warrants": "full" if order.warrants else "none",
        "engine": "columnar" if columnar else open_engine(order.engine, program).name,
        "rules": list(order.rules),
        "firings": order.firings,
    }


def _decided_by(program: Program) -> dict[str, Any]:
    pack = {"name": program.name, "version": program.version, "digest": program.digest}
    return {"pack": pack, "parameters": dict(program.parameters)}


def _dialect(file: files.Input) -> dict[str, Any]:
    """How the text of a file is written, where it is not plain CSV; which sheet of a workbook it is."""
    sheet = {"sheet": file.sheet} if file.sheet else {}
    return sheet | ({} if file.dialect.is_plain else {"dialect": file.dialect.told()})


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
    "cells": "what begins as a formula is written otherwise",
    "against": "it is compared with something else",
}


def difference(before: Entry, now: Entry) -> str:
    """What tells the headers of two runs apart; empty where both are one."""
    for key in (*now, "sides", "adapter", "against"):
        if before.get(key) != now.get(key):
            return _SAID.get(key, f"`{key}` is another one")
    return ""


def metadata_of(order: Order, header: Entry) -> dict[str, str]:
    """What the schema of a binary output says of it: the pack, the run, and as a JSON list the rule of each bit.

    What the run was held against is no matter of its output.
    """
    program, run = order.program, {key: value for key, value in header.items() if key != "against"}
    return {
        "averment.pack": program.digest,
        "averment.name": program.name,
        "averment.version": program.version,
        "averment.rules": json.dumps(header["rules"]),
        "averment.run": json.dumps(run, sort_keys=True, ensure_ascii=False),
    }
