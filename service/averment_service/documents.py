"""The documents that evidence may quote without sending them along, each known by its digest.

There are two kinds: the text files of a ``Folder``, which whoever runs the service puts there, for everybody; and those
that were ``Sent`` by somebody, for nobody else, because whoever may quote a document may find out what it says.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from averment.core.composed import composed
from averment.model.evidence import document_digest
from averment.recent import Recent
from averment_service.problems import REQUEST, TOO_MUCH, problem

MOST = 1000  # documents that one may have sent
_LARGEST = 16 << 20  # bytes of a document in a folder
_MOST = 10_000  # documents in a folder
_NAME = 200  # characters
_AT_HAND = 8  # texts
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SUFFIX = ".document"


@dataclass(frozen=True)
class Described:
    """A document, but for its text: ``shared`` with everybody, or one's own."""

    document: str
    name: str
    characters: int
    shared: bool = False


class Folder:
    """A folder of documents, looked through again where one is asked for that is not where it was. Safe in threads.

    A file that is not UTF-8, or too large, is none.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._seen: dict[tuple[str, int, int], tuple[str, int]] = {}  # by name, size and time of change
        self._files: dict[str, tuple[Path, int]] = {}
        self._looking = Lock()

    def __call__(self, digest: str) -> str | None:
        """The text of a document, as it was when it got its digest; None where there is none."""
        text = self._held(digest)
        if text is None:
            with self._looking:
                self._look()
            text = self._held(digest)
        return text

    def __iter__(self) -> Iterator[Described]:
        """Each document, by name."""
        with self._looking:
            self._look()
            found = [Described(digest, file.name, size, True) for digest, (file, size) in self._files.items()]
        return iter(sorted(found, key=lambda each: each.name))

    def _held(self, digest: str) -> str | None:
        """The text of a document where it still is where it was seen."""
        file, _ = self._files.get(digest, (None, 0))
        text = _text(file) if file else None
        return text if text is not None and document_digest(text) == digest else None

    def _look(self) -> None:
        try:
            files = [file for file in sorted(self._path.iterdir()) if file.is_file() and not file.name.startswith(".")]
        except OSError:
            files = []
        seen: dict[tuple[str, int, int], tuple[str, int]] = {}
        found: dict[str, tuple[Path, int]] = {}
        for file in files[:_MOST]:
            with suppress(OSError):  # it may go while we look
                state = file.stat()
                key = file.name, state.st_size, state.st_mtime_ns
                digest, characters = seen[key] = self._seen.get(key) or _seen(file, state.st_size)
                if digest:
                    found[digest] = file, characters
        self._seen, self._files = seen, found


class Sent:
    """The documents that one sender keeps in a folder of their own: each a file, of which the first line describes it.

    Any process of the service finds what another one took.
    """

    def __init__(self, folder: Path, most: int) -> None:
        """``most``: bytes of all of them together."""
        self._folder, self._most = folder, most

    def keep(self, body: bytes, name: str) -> Described:
        """A document that is kept from now on. Raises: Problem, 422 for what is no text, 429 for one too many."""
        if len(name) > _NAME or not name.isprintable():
            raise problem(422, REQUEST, f"the name of a document is at most {_NAME} printable characters")
        text = _decoded(body)
        if text is None:
            raise problem(422, REQUEST, "the document is not text in UTF-8")
        if not text:
            raise problem(422, REQUEST, "the document is empty")
        described = Described(document_digest(text), name, len(text))
        told = {field: held for field, held in asdict(described).items() if field != "shared"}
        written = json.dumps(told).encode() + b"\n" + text.encode()
        place = self._place(described.document)
        with self._held():
            for left in self._folder.glob(f".*{_SUFFIX}"):  # by a process that came to its end
                left.unlink(missing_ok=True)
            others = [file.stat().st_size for file in self._files() if file != place]
            if len(others) >= MOST or sum(others) + len(written) > self._most:
                message = f"you may keep {MOST:,} documents of {self._most:,} bytes together"
                raise problem(429, TOO_MUCH, message, "delete some first", retry=60)
            beside = self._folder / f".{place.name}"
            beside.write_bytes(written)
            beside.replace(place)
        return described

    def __call__(self, digest: str) -> str | None:
        """The text of a document; None where it is not there."""
        try:
            return self._place(digest).read_bytes().partition(b"\n")[2].decode() if _DIGEST.fullmatch(digest) else None
        except OSError:
            return None

    def __iter__(self) -> Iterator[Described]:
        """Each document, by name."""
        found: list[Described] = []
        for file in self._files():
            with suppress(OSError), file.open("rb") as stream:
                found.append(Described(**json.loads(stream.readline())))
        return iter(sorted(found, key=lambda each: (each.name, each.document)))

    def delete(self, digest: str) -> bool:
        """Whether there was such a document, which is there no more."""
        if not _DIGEST.fullmatch(digest):
            return False
        try:
            self._place(digest).unlink()
        except FileNotFoundError:
            return False
        return True

    def _place(self, digest: str) -> Path:
        return self._folder / f"{digest.removeprefix('sha256:')}{_SUFFIX}"

    def _files(self) -> list[Path]:
        return [*self._folder.glob(f"[!.]*{_SUFFIX}")]

    @contextmanager
    def _held(self) -> Generator[None]:
        """While no other process keeps one here."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)


class Shelf:
    """What one who asks may quote: what they ``sent``, and what is ``shared``. For one request, of which the cases
    mostly quote the same.
    """

    def __init__(self, sent: Sent, shared: Folder | None) -> None:
        self.sent, self._shared = sent, shared
        self._texts: Recent[str, str | None] = Recent(_AT_HAND)

    def __call__(self, digest: str) -> str | None:
        """The text of a document; None where it is not there."""
        return self._texts.get(digest, lambda: self._text(digest))

    def _text(self, digest: str) -> str | None:
        text = self.sent(digest)
        return self._shared(digest) if text is None and self._shared else text

    def __iter__(self) -> Iterator[Described]:
        """Each document: one's own, then those of everybody."""
        own = [*self.sent]
        known = {each.document for each in own}
        return iter([*own, *(each for each in self._shared or () if each.document not in known)])


class Library:
    """The documents of a service: those sent are in folders below ``folder``; ``shared``: the folder for everybody."""

    def __init__(self, folder: Path, shared: str, most: int) -> None:
        self._folder, self._most = folder, most
        self._shared = Folder(shared) if shared else None

    def of(self, owner: str) -> Shelf:
        """What somebody of this name may quote."""
        place = self._folder / hashlib.sha256(owner.encode()).hexdigest()
        return Shelf(Sent(place, self._most), self._shared)


def _decoded(data: bytes) -> str | None:
    try:
        return composed(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _seen(file: Path, size: int) -> tuple[str, int]:
    """The digest of a file and how many characters it has; no digest where it is no document."""
    text = _text(file) if size <= _LARGEST else None
    return ("", 0) if text is None else (document_digest(text), len(text))


def _text(file: Path) -> str | None:
    try:
        return _decoded(file.read_bytes())
    except OSError:
        return None
