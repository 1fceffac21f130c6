"""The example cases of a pack, where its folder is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from averment.diagnostics.diagnostic import Report
from averment.model.case import Case, read_case
from averment.pack import Pack
from averment.surface.pack_files import read_case_file
from averment_service.problems import UNKNOWN, problem

_FOLDER, _MOST = "cases", 500


class Example(NamedTuple):
    """A case by its name, with its author's note and what is expected of it."""

    case: Case
    expected: str


def examples(pack: Pack) -> list[Example]:
    """Every example case that can be read, by name."""
    folder = Path(pack.root, _FOLDER)
    found: list[Example] = []
    for file in sorted(folder.glob("*.yaml"))[:_MOST] if pack.root and folder.is_dir() else ():
        report = Report()
        for document in read_case_file(file.read_bytes(), file.name, report):
            case = read_case(document, pack.model.types, report)
            if case is not None:
                expected = (case.expect or {}).get("claim", "")
                found.append(Example(case, str(expected)))
    return sorted(found, key=lambda example: example.case.name)


def example(pack: Pack, named: str) -> Case:
    """The example case of a name. Raises: Problem (404)."""
    for each in examples(pack):
        if each.case.name == named:
            return each.case
    raise problem(404, UNKNOWN, f"the pack `{pack.name}` has no example case `{named[:100]}`")
