"""The example cases of a pack: the fact files in its folder ``cases``, which are no part of what it means."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from averment.core.text import start_of
from averment.diagnostics.diagnostic import Report
from averment.model.case import Case, read_case
from averment.pack import Pack
from averment.source.text import MAX_BYTES
from averment.surface.pack_files import read_case_file

if TYPE_CHECKING:
    from averment.questions.ask.usual import Usual

SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")
MOST_ENTRIES = 100_000  # in a folder and below; a whole disk has more, and would take minutes to walk


def examples_of(pack: Pack, report: Report) -> list[Case]:
    """The example cases in which nothing is wrong, in the order of their files; the report has what is with others.

    Raises: OSError where a file cannot be read.
    """
    found: list[Case] = []
    for file in example_files(pack, report):
        with file.open("rb") as stream:
            documents = read_case_file(stream.read(MAX_BYTES + 1), file.as_posix(), report)
        found += [case for document in documents if (case := read_case(document, pack.model.types, report))]
    return found


def usual_of(pack: Pack) -> Usual:
    """What is usual in the example cases that expect a claim. What is wrong with them is for ``averment check``."""
    from averment.questions.ask.usual import usual

    claims = set(pack.program().claim.values)
    cases = examples_of(pack, Report())
    return usual(case for case in cases if str((case.expect or {}).get("claim")) in claims)


def example_files(pack: Pack, report: Report) -> list[Path]:
    """The files; what is a link that leaves the pack is reported, and not read. A pack from a log has none."""
    if not pack.root:
        return []
    root = Path(pack.root)
    folder = root / "cases"
    if not folder.is_dir() or _leaves(folder, root, report):
        return []
    return [file for file in files_of(folder, report) or () if not _leaves(file, root, report)]


def _leaves(path: Path, root: Path, report: Report) -> bool:
    if path.resolve().is_relative_to(root.resolve()):
        return False
    report.error("AV117", f"`{path}` is a link to a place outside the pack", start_of(str(path)))
    return True


def files_of(folder: Path, report: Report) -> list[Path] | None:
    """The fact files in a folder and below, in the order of their names; ``None`` after reporting that it is too large
    for a folder of cases.
    """
    found: list[Path] = []
    seen = 0
    for place, folders, names in os.walk(folder):
        seen += len(folders) + len(names)
        if seen > MOST_ENTRIES:
            message = f"`{folder}` holds more than {MOST_ENTRIES:,} files and folders"
            report.error("AV117", message, start_of(str(folder)), "", "name the folder that the cases are in")
            return None
        paths = (Path(place, name) for name in names if not name.startswith("."))
        found += (path for path in paths if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(found)
