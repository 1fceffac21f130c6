"""Which files belong to a pack, and their bytes: from a folder, without leaving it and without waiting on anything.

``pack.yaml``, ``facts.yaml``, every ``*.yaml`` right in ``rules`` and ``tables``, and every ``*.csv`` in ``data``.
Hidden files, ``*.md`` and ``*.txt`` are passed over; what else stands where rules are expected is a finding, because it
would be silently unread.
A pack has at most ``MOST_FILES`` files and ``MOST_BYTES`` bytes.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from averment.core.text import hidden, start_of
from averment.diagnostics.diagnostic import Diagnostic, Label, Report, Severity

MANIFEST = "pack.yaml"
VOCABULARY = "facts.yaml"
FOLDERS = ("rules", "tables")
DATA = "data"
MOST_FILES = 1000
MOST_BYTES = 2 * 1024 * 1024  # some fourteen thousand rules, which take a few seconds to load


def read_folder(path: Path, report: Report) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The bytes of the files of the pack at ``path`` by relative path, and the names of everything there."""
    try:
        root = path.resolve(strict=True)
        names = tuple(_names(root, report))
    except (OSError, ValueError, RuntimeError) as problem:  # RuntimeError: a loop of symbolic links, up to 3.12
        report.error("AV117", f"`{path}` cannot be read: {reason(problem)}", start_of(str(path)))
        return {}, ()
    for folder in (*FOLDERS, DATA):
        if sum(name.startswith(f"{folder}/") for name in names) > MOST_FILES:
            _too_large(f"{MOST_FILES:,} files", folder, report)
            return {}, ()
    files: dict[str, bytes] = {}
    for name in belonging(names, report):
        data = _bytes(root, name, report)
        if data is not None:
            files[name] = data
            if not bounded(files, report):
                return {}, ()
    return files, names


def texts_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The files as a reader sees them, to be quoted."""
    return {name: data.decode("utf-8", "replace") for name, data in files.items()}


def bounded(files: Mapping[str, bytes], report: Report) -> bool:
    """Whether these files are no more than those of a pack may be; the report has it where they are."""
    if len(files) > MOST_FILES:
        return _too_large(f"{MOST_FILES:,} files", list(files)[-1], report)
    if sum(map(len, files.values())) > MOST_BYTES:
        return _too_large(f"{MOST_BYTES:,} bytes", list(files)[-1], report)
    return True


def _too_large(most: str, name: str, report: Report) -> bool:
    help = "make it several packs, or let the case give what is listed here"
    report.error("AV127", f"the pack has more than {most}", start_of(name), "past it here", help)
    return False


def belonging(names: Iterable[str], report: Report) -> list[str]:
    """Those of ``names`` (relative paths) that are read, sorted; those that only look as if they were are reported."""
    found: list[str] = []
    for name in sorted(names):
        folder, _, base = name.rpartition("/")
        stem, _, suffix = base.rpartition(".")
        shown = _shown(name)
        if base.startswith(".") or (stem and suffix.lower() in ("md", "txt")):
            continue
        if folder in (*FOLDERS, DATA):
            wanted = "csv" if folder == DATA else "yaml"
            if shown != name:
                report.error("AV119", f"the name `{shown}` has characters that do not show", start_of(shown))
            elif not base.endswith(f".{wanted}"):
                alike = suffix.lower() in (("csv",) if folder == DATA else ("yml", "yaml"))
                help = f"rename it to `{stem}.{wanted}`" if stem and alike else "move it elsewhere"
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
    for folder in (*FOLDERS, DATA):
        if (root / folder).is_dir():
            if not (root / folder).resolve().is_relative_to(root):
                report.error("AV117", f"`{folder}` is a link to a place outside the pack", start_of(folder))
                continue
            for entry in islice((root / folder).iterdir(), MOST_FILES + 1):
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
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as problem:
        report.error("AV117", f"`{name}` cannot be read: {reason(problem)}", start_of(name))
        return None


def _shown(name: str) -> str:
    """A file's name with whatever does not show written out."""
    return "".join(
        character if character.isprintable() and not hidden(character) else ascii(character)[1:-1] for character in name
    )
