"""A pack whose files are edited where a finding says how, which changes nothing that was meant."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from averment.diagnostics.diagnostic import Edit, Refused, Report
from averment.diagnostics.mending import mended
from averment.ownership import write_new
from averment.pack import Pack, compile_files
from averment.surface.pack_files import read_pack_files


def fix(pack: Pack, edits: Iterable[Edit]) -> tuple[Pack, tuple[str, ...]]:
    """The pack as its files are once these edits are made, and the names of the files that were written.

    Nothing is written where the pack could then not be loaded. Raises: Refused, also where a file has changed since it
    was read, or is a link; OSError.
    """
    texts = mended(pack.texts, edits)
    files = {name: text.encode() for name, text in {**pack.texts, **texts}.items()}
    report = Report()
    compiled = compile_files(read_pack_files(files, report, pack.root), pack.root, report)
    if compiled is None:
        raise Refused(report.diagnostics)
    for name in sorted(texts, key=lambda name: (name == "pack.yaml", name)):  # which says that all else is done
        write_new(Path(pack.root) / name, files[name], pack.texts[name].encode())
    return compiled, tuple(sorted(texts))
