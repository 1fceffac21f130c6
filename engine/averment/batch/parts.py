"""The folder ``OUT.parts`` of an unfinished run: its lock, its manifest, and a file for each part of the output.

A part is written to a temporary name, synced and renamed; the manifest's line then commits it. So a run killed at any
moment leaves parts that count and files that do not, and the latter are removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from averment.batch.inputs import digest_of
from averment.batch.manifest import NAME, Entry, Manifest, sync_folder

_LOCK = "lock"


class Busy(Exception):
    """Another run has the folder."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was left by whoever made it: synced, under a temporary name."""

    path: Path
    digest: str


def write(path: Path, data: Any) -> Written:
    """Bytes in a file of their own, synced. Raises OSError."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    return Written(path, "sha256:" + hashlib.sha256(data).hexdigest())


class Parts:
    """The parts of a run, by number; held by one run at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest(folder / NAME)

    @property
    def header(self) -> Entry | None:
        """What the run said of itself when it began."""
        return self.manifest.entries[0] if self.manifest.entries else None

    @property
    def committed(self) -> list[Entry]:
        return [entry for entry in self.manifest.entries if entry["kind"] == "part"]

    def recover(self) -> None:
        """Remove what was not committed; take back parts that are not as they were written, and all after them."""
        good = 1
        for entry in self.manifest.entries[1:]:
            if entry["kind"] != "part" or not self._sound(entry):
                break
            good += 1
        if self.manifest.entries:
            self.manifest.keep(good)
        known = {_LOCK, NAME, *(name for entry in self.committed for name in entry["files"])}
        for file in self.folder.iterdir():
            if file.name not in known:
                file.unlink()

    def commit(self, number: int, contents: dict[str, Any], about: Entry) -> None:
        """Enter the files of a part (suffix to bytes, or to what is written already). Raises OSError."""
        files: dict[str, str] = {}
        for suffix, content in contents.items():
            name = f"{number:07d}.{suffix}"
            written = content if isinstance(content, Written) else write(self.folder / f"{name}.tmp", content)
            written.path.rename(self.folder / name)
            files[name] = written.digest
        sync_folder(self.folder)
        self.manifest.append({"kind": "part", "part": number, "files": files, **about})

    def files(self, *suffixes: str) -> list[Path]:
        """The files of these suffixes, in order."""
        names = (name for entry in self.committed for name in entry["files"])
        return [self.folder / name for name in names if name.rpartition(".")[2] in suffixes]

    def _sound(self, entry: Entry) -> bool:
        return all(
            (self.folder / name).is_file() and digest_of(str(self.folder / name)) == digest
            for name, digest in entry["files"].items()
        )


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
