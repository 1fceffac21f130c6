"""What answers say instead of where things are on the server: what a place is called, and nothing above it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from averment.diagnostics.diagnostic import Diagnostic, Label
from averment_service.settings import Settings, without_password

_BEGINS = r"(?<![\w./-])"  # so that no part of an address, as /v1/packs/loan, is taken for a place
_JOB = r"(?:\.?[0-9a-f]{16}/)?"  # the folder of a job, below that of all


class Places:
    """The places of a service, by what its settings name."""

    def __init__(self, settings: Settings) -> None:
        scheme, _, log = settings.log.partition(":")
        names = [(told, "log") for told in (settings.log, without_password(settings.log)) if log]
        files = [*settings.packs, settings.documents, settings.masking_key, settings.tokens]
        files += [log] if scheme == "sqlite" else []
        names += [(path, Path(path).name) for told in files if told for path in _spelled(told) if "/" in path]
        folders = [
            *_spelled(settings.data or "averment-jobs"),
            *(str(Path(path).parent) for path, _ in names if path.startswith("/")),
        ]
        parts = [(re.escape(told), name) for told, name in names if told]
        parts += [(f"{re.escape(told)}/{_JOB}", "") for told in folders if told.strip("/.")]
        parts.sort(key=lambda part: -len(part[0]))
        self._names = [name for _, name in parts]
        self._pattern = re.compile(f"{_BEGINS}(?:{'|'.join(f'({told})' for told, _ in parts)})")

    def hidden(self, text: str) -> str:
        """The text without the server's own places."""
        return self._pattern.sub(lambda found: self._names[(found.lastindex or 1) - 1], text)

    def told(self, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """Findings without the server's own places."""
        return (retold(found, self.hidden) for found in diagnostics)


def by_name(paths: Iterable[str]) -> Callable[[str], str]:
    """What says of paths, where they stand whole, only what they are called."""
    ordered = sorted({path for path in paths if "/" in path and path.strip("/.")}, key=len, reverse=True)
    if not ordered:
        return lambda text: text
    pattern = re.compile(f"{_BEGINS}(?:{'|'.join(map(re.escape, ordered))})(?![\\w-])")
    return lambda text: pattern.sub(lambda found: Path(found.group()).name, text)


def retold(found: Diagnostic, said: Callable[[str], str]) -> Diagnostic:
    """A finding with every text in it, and every name of a file, as ``said`` says it."""
    labels = tuple(Label(each.span._replace(file=said(each.span.file)), said(each.text)) for each in found.labels)
    help, notes = tuple(map(said, found.help)), tuple(map(said, found.notes))
    return replace(found, message=said(found.message), labels=labels, help=help, notes=notes)


def _spelled(path: str) -> Iterator[str]:
    """A path as it is written, and as it is."""
    yield path.rstrip("/")
    yield str(Path(path).absolute())
    yield str(Path(path).resolve())
