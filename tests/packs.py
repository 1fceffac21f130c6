"""The installed packs read and compiled once for all tests: each loads them anew, and they never change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import averment.pack
from averment.diagnostics.diagnostic import Diagnostic, Report
from averment.surface import pack_files
from averment.surface.pack_files import PackFiles

_INSTALLED = Path(__file__).parents[1] / "knowledge" / "averment_knowledge"


@contextmanager
def compiled_once() -> Iterator[None]:
    """Have an installed pack read and compiled once, as long as its files hold the same."""
    reads: dict[Any, tuple[PackFiles, tuple[Diagnostic, ...]]] = {}
    made: dict[int, Any] = {}
    read, compile = pack_files._pack, averment.pack.compile_pack

    def kept(files: Mapping[str, bytes], names: tuple[str, ...], root: str, report: Report) -> PackFiles:
        if Path(root).parent.resolve() != _INSTALLED:
            return read(files, names, root, report)
        key = root, names, tuple(files.items())
        if key not in reads:
            found = Report()
            reads[key] = read(files, names, root, found), tuple(found.diagnostics)
        report.extend(reads[key][1])
        return reads[key][0]

    def compiled(files: PackFiles, report: Report) -> Any:
        if report.diagnostics or all(files is not each for each, _ in reads.values()):
            return compile(files, report)
        if id(files) not in made:
            made[id(files)] = compile(files, report)
        return made[id(files)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack_files, "_pack", kept)
        patch.setattr(averment.pack, "compile_pack", compiled)
        yield
