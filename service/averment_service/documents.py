"""The documents that evidence may quote without sending them along: the text files of a folder, by their digests.

Whoever runs the service puts them there; nobody who asks can. A file that is not UTF-8, or too large, is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from averment.core.composed import composed
from averment.model.evidence import document_digest

_LARGEST = 16 << 20  # bytes of a document
_MOST = 10_000  # documents in a folder


class Folder:
    """A folder of documents, looked through again where one is asked for that was not there. Safe in threads."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._seen: dict[tuple[str, int, int], str] = {}  # digests by name, size and time of change
        self._files: dict[str, Path] = {}
        self._looking = Lock()

    def __call__(self, digest: str) -> str | None:
        """The text of a document, as it was when it got its digest; None where there is none."""
        with self._looking:
            if digest not in self._files:
                self._look()
            file = self._files.get(digest)
        text = _text(file) if file else None
        return text if text is not None and document_digest(text) == digest else None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The digest and the name of each document, by name."""
        with self._looking:
            self._look()
            found = [(digest, file.name) for digest, file in self._files.items()]
        return iter(sorted(found, key=lambda each: each[1]))

    def _look(self) -> None:
        try:
            files = [file for file in sorted(self._path.iterdir()) if file.is_file() and not file.name.startswith(".")]
        except OSError:
            files = []
        self._files = {}
        for file in files[:_MOST]:
            state = file.stat()
            key = file.name, state.st_size, state.st_mtime_ns
            if key not in self._seen:
                text = _text(file) if state.st_size <= _LARGEST else None
                self._seen[key] = "" if text is None else document_digest(text)
            if digest := self._seen[key]:
                self._files[digest] = file


def _text(file: Path) -> str | None:
    try:
        return composed(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return None
