"""The folder ``OUT.parts`` of an unfinished run: its lock, its manifest, and the files that the output grows in.

What a part holds is added to the end of these files, and they are synced; then a line of the manifest commits it, with
how long each file is by now and the digest of all it holds. So a run killed at any moment leaves files of which a known
beginning counts; what is after it is cut off.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from averment.batch.manifest import NAME, Entry, Manifest, sync_folder

_LOCK = "lock"
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

    def commit(self, ends: Ends, about: Entry) -> None:
        """Enter a part, with where its files ended. Raises OSError."""
        for name in ends:
            self._file(name).sync()
        self.manifest.append({"kind": "part", "part": len(self.manifest.entries) - 1, "files": ends, **about})

    def complete(self, name: str, data: bytes) -> str:
        """Add the last that there is to a file, and sync it: the digest of all it holds. Raises OSError."""
        file = self._file(name)
        file.add(data)
        file.sync()
        return file.digest

    def slices(self, *names: str) -> Iterator[tuple[str, bytes]]:
        """What each part added to these files, in order, with the name of the file. Raises OSError."""
        with ExitStack() as stack:
            streams: dict[str, IO[bytes]] = {}
            for entry in self.committed:
                for name in names:
                    if name in entry["files"]:
                        if name not in streams:
                            streams[name] = stack.enter_context((self.folder / name).open("rb"))
                        yield name, streams[name].read(entry["files"][name][0] - streams[name].tell())

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
        self._stream = path.open("w+b" if fresh else "r+b")
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
def held(folder: Path) -> Generator[None]:
    """Hold a folder (made if absent), alone. Raises Busy, OSError."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _LOCK
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Busy from None
        if path.exists() and os.fstat(descriptor).st_ino == path.stat().st_ino:
            break
        os.close(descriptor)  # the run that had it has just finished and taken the folder away
    try:
        yield
    finally:
        os.close(descriptor)


def remove(folder: Path) -> None:
    """Take the folder of a finished run away."""
    shutil.rmtree(folder)
