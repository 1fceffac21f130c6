"""Which files belong to a pack, and their bytes: from a folder, without leaving it and without waiting on anything.

``pack.yaml``, ``facts.yaml``, and every ``*.yaml`` right in ``rules`` and ``tables``. Hidden files, ``*.md`` and
``*.txt`` are passed over; what else stands where rules are expected is a finding, because it would be silently unread.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

from averment.diagnostics.diagnostic import Diagnostic, Label, Report, Severity
from averment.source.text import MAX_BYTES, hidden, start_of

MANIFEST = "pack.yaml"
VOCABULARY = "facts.yaml"
FOLDERS = ("rules", "tables")


def read_folder(path: Path, report: Report) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The bytes of the files of the pack at ``path`` by relative path, and the names of everything there."""
    try:
        root = path.resolve(strict=True)
        names = tuple(_names(root, report))
    except (OSError, ValueError, RuntimeError) as problem:  # RuntimeError: a loop of symbolic links, up to 3.12
        report.error("AV117", f"`{path}` cannot be read: {reason(problem)}", start_of(str(path)))
        return {}, ()
    files: dict[str, bytes] = {}
    for name in belonging(names, report):
        data = _bytes(root, name, report)
        if data is not None:
            files[name] = data
    return files, names


def belonging(names: Iterable[str], report: Report) -> list[str]:
    """Those of ``names`` (relative paths) that are read, sorted; those that only look as if they were are reported."""
    found: list[str] = []
    for name in sorted(names):
        folder, _, base = name.rpartition("/")
        stem, _, suffix = base.rpartition(".")
        shown = _shown(name)
        if base.startswith(".") or (stem and suffix.lower() in ("md", "txt")):
            continue
        if folder in FOLDERS:
            if shown != name:
                report.error("AV119", f"the name `{shown}` has characters that do not show", start_of(shown))
            elif not base.endswith(".yaml"):
                help = (
                    f"rename it to `{stem}.yaml`" if stem and suffix.lower() in ("yml", "yaml") else "move it elsewhere"
                )
                report.error("AV119", f"`{shown}` is not read", start_of(shown), "", help)
            else:
                found.append(name)
        elif name in (MANIFEST, VOCABULARY):
            found.append(name)
        elif not folder and suffix.lower() in ("yaml", "yml"):
            help = "rules belong in `rules/`, tables in `tables/`, both as `*.yaml`"
            place = (Label(start_of(shown)),)
            report.add(Diagnostic("AV119", f"`{shown}` is not read", place, (help,), severity=Severity.WARNING))
    return found


def reason(problem: Exception) -> str:
    """Why a file cannot be read, in the words of the system."""
    return problem.strerror.lower() if isinstance(problem, OSError) and problem.strerror else str(problem).lower()


def _names(root: Path, report: Report) -> Iterable[str]:
    for entry in root.iterdir():
        yield entry.name
    for folder in FOLDERS:
        if (root / folder).is_dir():
            if not (root / folder).resolve().is_relative_to(root):
                report.error("AV117", f"`{folder}` is a link to a place outside the pack", start_of(folder))
                continue
            for entry in (root / folder).iterdir():
                yield f"{folder}/{entry.name}"


def _bytes(root: Path, name: str, report: Report) -> bytes | None:
    try:
        path = (root / name).resolve(strict=True)
        if not path.is_relative_to(root):
            report.error("AV117", f"`{name}` is a link to a place outside the pack", start_of(name))
            return None
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for a writer
            report.error("AV117", f"`{name}` is not a file", start_of(name))
            return None
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as problem:
        report.error("AV117", f"`{name}` cannot be read: {reason(problem)}", start_of(name))
        return None


def _shown(name: str) -> str:
    """A file's name with whatever does not show written out."""
    return "".join(
        character if character.isprintable() and not hidden(character) else ascii(character)[1:-1] for character in name
    )
