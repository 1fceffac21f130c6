"""The cases of fact files, folders of them and a stream: what is well formed, each under a name no other has."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from averment.core.suggest import did_you_mean
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.examples import SUFFIXES, files_of
from averment.model.case import Case, read_case
from averment.source.text import MAX_BYTES
from averment.surface.folder import reason
from averment.surface.pack_files import read_case_file

if TYPE_CHECKING:
    from averment.core.node import Node
    from averment.core.program import FactType

_KEY = re.compile(r"\b(\w++)[\"']?\s*+:")  # possessive, or a long text without a colon takes hours
STANDARD_INPUT = "<stdin>"


def read_cases(
    names: Iterable[str], report: Report, texts: dict[str, str], types: Mapping[str, FactType] | None = None
) -> list[Node]:
    """The documents of every fact file that is well formed, each with a name no other has.

    Findings quote no line of a file that speaks of a sensitive field of these ``types``, or misspells one.
    """
    found: list[Node] = []
    for shown, data in contents(names, report):
        text = data.decode("utf-8", "replace")
        if not may_be_secret(_KEY.findall(text), types or {}):
            texts[shown] = text
        found += read_case_file(data, shown, report)
    return without_namesakes(found, report)


def cases_of(names: Iterable[str], report: Report, texts: dict[str, str], types: Mapping[str, FactType]) -> list[Case]:
    """The cases of the fact files in which nothing is wrong; what is wrong with the others is in the report."""
    return sound_cases(read_cases(names, report, texts, types), types, report)


def sound_cases(documents: Iterable[Node], types: Mapping[str, FactType], report: Report) -> list[Case]:
    """The cases in which nothing is wrong, read against the vocabulary ``types``; the report has what is with others.

    What is wrong with several in the same place, as in a --set, is said once.
    """
    found: list[Case] = []
    said = dict.fromkeys(report.diagnostics)
    for document in documents:
        own = Report()
        case = read_case(document, types, own)
        said |= dict.fromkeys(own.diagnostics)
        if case is not None and not own.failed:
            found.append(case)
    report.diagnostics[:] = said
    return found


def may_be_secret(keys: Iterable[str], types: Mapping[str, FactType]) -> bool:
    """Whether one of ``keys`` is, or may be meant to be, a sensitive field."""
    secrets = {field.name for type in types.values() for field in type.fields if field.sensitive}
    if not secrets:
        return False
    named = set(keys)
    return not secrets.isdisjoint(named) or any(did_you_mean(key, secrets) for key in named)


def contents(names: Iterable[str], report: Report) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each file, those of a folder in the order of their names."""
    for name in names:
        if name == "-":
            yield STANDARD_INPUT, sys.stdin.buffer.read(MAX_BYTES + 1)
            continue
        path = Path(name)
        if not name:
            report.error("AV117", "an empty name names no file")
            continue
        try:
            files = files_of(path, report) if path.is_dir() else [path]
            if files == []:
                help = f"a fact file is called *{', *'.join(SUFFIXES)}"
                report.error("AV122", f"there is no fact file in `{name}`", start_of(name), "", help)
            for file in files or ():
                if file.exists() and not file.is_file() and not file.is_fifo():
                    report.error("AV117", f"`{file}` is not a file", start_of(str(file)))
                    continue
                with file.open("rb") as stream:
                    yield file.as_posix(), stream.read(MAX_BYTES + 1)
        except (OSError, ValueError) as problem:
            report.error("AV117", f"`{name}` cannot be read: {reason(problem)}", start_of(name))


def without_namesakes(cases: Iterable[Node], report: Report) -> list[Node]:
    """The cases but those that have the name of one before, which are reported."""
    first: dict[str, Node] = {}
    kept: list[Node] = []
    for case in cases:
        name = case.get("case")
        if name is not None and isinstance(name.value, str):
            if name.value in first:
                labels = (Label(name.span, "again"), Label(first[name.value].span, "first here"))
                help = "give each case of a run a name of its own"
                report.add(Diagnostic("AV121", f"two cases are called `{name.value}`", labels, (help,)))
                continue
            first[name.value] = name
        kept.append(case)
    return kept
