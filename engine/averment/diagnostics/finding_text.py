"""What every format for other programs says of a finding: all of it in one text, and its file as seen from here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from averment.diagnostics.diagnostic import Diagnostic

Whereabouts = Callable[[str], str]
"""The path of a file, as its findings name it, from where the reader is."""


def whereabouts(folder: str) -> Whereabouts:
    """The files of a pack in ``folder``, which its findings name from there; any other is where it says."""

    def found(file: str) -> str:
        inside = Path(folder, file)
        return inside.as_posix() if inside.exists() else Path(file).as_posix()

    return found


def told(diagnostic: Diagnostic) -> str:
    """The message, what its label adds, and the fixes, each on a line."""
    label = diagnostic.labels[0].text if diagnostic.labels else ""
    first = diagnostic.message if label in ("", "here") else f"{diagnostic.message}: {label}"
    return "\n".join((first, *(f"help: {help}" for help in diagnostic.help), *(f"note: {n}" for n in diagnostic.notes)))
