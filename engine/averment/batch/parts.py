"""The folder ``OUT.parts`` of an unfinished run: its lock, its manifest, and the files that the output grows in.

What a part holds is added to the end of these files, and they are synced; then a line of the manifest commits it, with
how long each file is by now and the digest of all it holds. So a run killed at any moment leaves files of which a known
beginning counts; what is after it is cut off.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from averment.batch.manifest import NAME, Entry, Manifest, sync_folder
from averment.ir.digest import canonical
from averment.ownership import UNSEALED, is_plain, is_there, sealed, taken

_LOCK = "lock"
_OURS = re.compile(rf"{_LOCK}|{re.escape(NAME)}|(worker\d+\.\d+\.)?(output|part|footers|group|rejects)")
_BLOCK = 1 << 20
Ends = dict[str, list[Any]]
"""By file: its bytes so far, and the digest of them."""


class Busy(Exception):
    """Another run has the folder."""


class Parts:
    """The parts of a run, in order; held by one run at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest(folder / NAME)
        self._files: dict[str, _Growing] = {}

    @property
    def header(self) -> Entry | None:
        """What the run said of itself when it began."""
        return self.manifest.entries[0] if self.manifest.entries else None

    @property
    def told(self) -> list[Entry]:
        """What the run said of itself, and its parts."""
        return self.manifest.entries[: len(self.manifest.entries) - self.done]

    @property
    def committed(self) -> list[Entry]:
        """The parts, in order."""
        return self.told[1:]

    @property
    def done(self) -> bool:
        """Whether all is written, and only has to be put in its place."""
        return bool(self.manifest.entries) and self.manifest.entries[-1]["kind"] == "done"

    def recover(self) -> None:
        """Cut off what was not committed; take back parts that are not as they were written, and all after them.

        A run that is done is left as it is: some of its files may be in their place already.
        """
        if self.done:
            return
        good = 1
        for entry in self.committed:
            if not self._sound(entry["files"]):
                break
            good += 1
        self.manifest.keep(good)
        for file in self._files.values():
            file.cut()
        for path in self.folder.iterdir():
            if path.name not in {_LOCK, NAME, *self._files}:
                path.unlink()

    def add(self, contents: Mapping[str, Any]) -> Ends:
        """Add to files by name: bytes, or what a file holds that somebody else left. Raises OSError.

        Nothing of it counts before ``commit`` has its ends.
        """
        return {name: self._file(name).add(content) for name, content in contents.items()}

    def commit(self, added: Sequence[tuple[Ends, Entry]]) -> list[Entry]:
        """Enter parts, each with where its files ended; the entries. Raises OSError."""
        for name in {name for ends, _ in added for name in ends}:
            self._file(name).sync()
        first = len(self.manifest.entries)
        numbered = enumerate(added, first - 1)
        self.manifest.append(*({"kind": "part", "part": at, "files": ends, **about} for at, (ends, about) in numbered))
        return self.manifest.entries[first:]

    def complete(self, name: str, data: bytes) -> str:
        """Add the last that there is to a file, and sync it: the digest of all it holds. Raises OSError."""
        file = self._file(name)
        file.add(data)
        file.sync()
        return file.digest

    def slices(self, name: str, first: int = 0) -> Iterator[bytes]:
        """What each part from the ``first`` on added to a file, in order. Raises OSError."""
        with ExitStack() as opened:
            stream, start = None, 0
            for number, entry in enumerate(self.committed):
                if name in entry["files"]:
                    end = entry["files"][name][0]
                    if number >= first:
                        stream = stream or opened.enter_context((self.folder / name).open("rb"))
                        stream.seek(start)
                        yield stream.read(end - start)
                    start = end

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _file(self, name: str) -> _Growing:
        if name not in self._files:
            self._files[name] = _Growing(self.folder / name)
        return self._files[name]

    def _sound(self, ends: Ends) -> bool:
        """Whether files go on as a part left them; if so they are taken to be that long."""
        found = {name: self._file(name).read_to(end) for name, (end, _) in ends.items()}
        if any(hash is None or _told(hash) != ends[name][1] for name, hash in found.items()):
            return False
        for name, (end, _) in ends.items():
            self._file(name).keep(end, found[name])
        return True


class _Growing:
    """A file that grows at its end, and the digest of what it holds."""

    def __init__(self, path: Path) -> None:
        fresh = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        self._stream = os.fdopen(descriptor, "r+b")
        if fresh:
            sync_folder(path.parent)
        self._hash = hashlib.sha256()
        self._size = 0

    @property
    def digest(self) -> str:
        return _told(self._hash)

    def add(self, content: Any) -> list[Any]:
        """Add bytes, or the contents of another file, which is removed then: the size and the digest after it."""
        if isinstance(content, Path):
            with content.open("rb") as source:
                while block := source.read(_BLOCK):
                    self._write(block)
            content.unlink()
        else:
            self._write(content)
        return [self._size, self.digest]

    def _write(self, data: Any) -> None:
        self._stream.write(data)
        self._hash.update(data)
        self._size += len(data)

    def sync(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def read_to(self, end: int) -> Any:
        """The hash of what the file holds up to there; none where it is shorter."""
        self._stream.seek(self._size)
        found, left = self._hash.copy(), end - self._size
        while left > 0 and (block := self._stream.read(min(left, _BLOCK))):
            found.update(block)
            left -= len(block)
        return None if left else found

    def keep(self, size: int, hash: Any) -> None:
        """The file is known to be that long, of this hash."""
        self._size, self._hash = size, hash

    def cut(self) -> None:
        """Take away what is beyond the part of it that is known."""
        self._stream.truncate(self._size)
        self._stream.seek(self._size)

    def close(self) -> None:
        self._stream.close()


def _told(hash: Any) -> str:
    return "sha256:" + str(hash.hexdigest())


@contextmanager
def held(folder: Path, output: str) -> Generator[None]:
    """Hold the folder of an output's runs (made if absent), alone; one in which nothing was done is taken away.

    Raises Busy; Refused for a folder that is not certainly of such a run; OSError.
    """
    while True:
        if not is_there(folder):
            _make(folder, output)
        try:
            descriptor = _lock_of(folder, output)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Busy from None
        if is_there(folder / _LOCK) and os.fstat(descriptor).st_ino == (folder / _LOCK).lstat().st_ino:
            break
        os.close(descriptor)  # the run that had it has just finished and taken the folder away
    try:
        yield
        remove(folder)
    finally:
        if folder.exists() and [path.name for path in folder.iterdir()] == [_LOCK]:
            remove(folder)
        os.close(descriptor)


def _make(folder: Path, output: str) -> None:
    """Make the folder with its mark in it, at once: an empty one could be anybody's."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder.parent, output)
    fresh = folder.with_name(f".averment-{token_hex(8)}")
    fresh.mkdir()
    with (fresh / _LOCK).open("xb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # so that no other run takes it for one that was left
        lock.write(_mark(output))
        lock.flush()
        try:
            fresh.rename(folder)
        except OSError:
            remove(fresh)
            if not is_there(folder):  # else another run was faster
                raise


def _sweep(parent: Path, output: str) -> None:
    """Remove what runs of this output left that were killed while they made their folder: it holds but their mark."""
    for folder in parent.glob(".averment-*"):
        with suppress(OSError):
            if folder.is_symlink() or [file.name for file in folder.iterdir()] != [_LOCK]:
                continue
            if is_plain(folder / _LOCK):
                with (folder / _LOCK).open("rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if lock.read(_BLOCK) == _mark(output):
                        remove(folder)


def _mark(output: str) -> bytes:
    """What the lock says: that averment made the folder, for this output."""
    return sealed(canonical({"output": output, "parts": UNSEALED}) + b"\n")


def _lock_of(folder: Path, output: str) -> int:
    """The lock of a folder that is certainly that of this output's runs. Raises Refused, OSError."""
    if folder.is_symlink() or not folder.is_dir():
        raise taken(folder, *_HELP, whole=True)
    path = folder / _LOCK
    if not is_plain(path):
        if not is_there(folder):
            raise FileNotFoundError(errno.ENOENT, "", str(folder))
        raise taken(folder, *_HELP, whole=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    if os.read(descriptor, _BLOCK) != _mark(output):
        os.close(descriptor)
        raise taken(folder, *_HELP, whole=True)
    strange = next((file for file in folder.iterdir() if not _is_ours(file)), None)
    if strange is not None:
        os.close(descriptor)
        raise taken(strange, "move it out of the folder, which is of a run that is not finished")
    return descriptor


_HELP = ("a run keeps there what it has done so far: move it away, or name another output",)


def _is_ours(file: Path) -> bool:
    return _OURS.fullmatch(file.name) is not None and is_plain(file)


def remove(folder: Path) -> None:
    """Take the folder of a finished run away, unless somebody has put something into it."""
    files = list(folder.iterdir())
    if all(map(_is_ours, files)):
        for file in sorted(files, key=lambda file: file.name == _LOCK):  # the mark last
            file.unlink(missing_ok=True)
        folder.rmdir()
