"""Packs as they were compiled before, kept in the user's own cache folder, so that starting costs less.

An entry is found by the digest of the pack's bytes, of this program's code and of the interpreter: another pack, code
or Python has another. It is taken only where folder and file belong to this user and nobody else may write them, and
only whole, since it begins with its own digest; reading it makes values of a model and of a program, and objects of no
other class. Whatever is not so is passed over, and the pack compiled as ever. A pack in which something was found is
never kept: what was found is to be told again.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import re
import stat
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import averment_schemas
from averment.core import answers, expressions, kinds, node, program, rows, sentences, written
from averment.core import data as pack_data
from averment.core.program import Program
from averment.dataclass import dataclass
from averment.diagnostics import diagnostic
from averment.law import joining, layers
from averment.model import model
from averment.model.model import Model
from averment.source.collector import collector_paused

VARIABLE = "AVERMENT_CACHE"
MOST_ENTRIES = 32
MOST_BYTES = 32 * 1024 * 1024  # of one entry

Compiled = tuple[Model, Program]

_ENTRY = re.compile(r"(\.[0-9a-f]{16}-)?[0-9a-f]{64}\.pack")  # with a dot while it is written
_DIGEST = hashlib.sha256().digest_size
_ABANDONED = 3600.0  # seconds after which nobody writes an entry any more
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_CORE = answers, pack_data, diagnostic, expressions, kinds, program, node, rows, sentences, written
_HELD = *_CORE, model, joining, layers
_VALUES = {each.__name__: vars(each) for each in _HELD}
_VALUES["decimal"] = {"Decimal": Decimal}


@dataclass(frozen=True, slots=True)
class PackCache:
    """A folder with compiled packs."""

    folder: Path

    def get(self, files: Mapping[str, bytes]) -> Compiled | None:
        """What a pack of these files was compiled to; nothing where that is not known."""
        key = _key(files)
        try:
            with self._opened() as folder:
                entry = os.open(_name(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            with os.fdopen(entry, "rb") as file:
                held = os.fstat(entry)
                sound = stat.S_ISREG(held.st_mode) and _is_own(held) and held.st_size <= MOST_BYTES
                data = file.read() if sound else b""
        except OSError:
            return None
        return _read(key, data)

    def put(self, files: Mapping[str, bytes], compiled: Compiled) -> None:
        """Keep what a pack of these files is compiled to, where that can be done."""
        key = _key(files)
        _, found = compiled
        for stratum in found.strata:
            layers.layers(found, stratum)  # which the program keeps, and every engine needs
        with suppress(OSError, RecursionError):  # a pack may be nested deeper than pickle goes
            body = pickle.dumps(compiled, pickle.HIGHEST_PROTOCOL)
            if len(body) + _DIGEST > MOST_BYTES:
                return
            self._make()
            with self._opened() as folder:
                _write(folder, _name(key), _seal(key, body) + body)
                _clear(folder)

    def _make(self) -> None:
        """The folder, and the one that it is in. Raises: OSError, also where it would be in a folder of somebody else:
        whoever works for another, with that one's home, leaves nothing there.
        """
        for path in (self.folder.parent, self.folder):
            if not path.exists():
                if path.parent.stat().st_uid != os.geteuid():
                    raise PermissionError
                path.mkdir(mode=0o700)

    @contextmanager
    def _opened(self) -> Generator[int]:
        """The folder. Raises: OSError where there is none, or somebody else may write it."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if not _is_own(os.fstat(folder)):
                raise PermissionError
            yield folder
        finally:
            os.close(folder)


def pack_cache() -> PackCache | None:
    """The user's: in the folder that the environment names, else where caches belong; none where it names no folder."""
    named = os.environ.get(VARIABLE)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME", ""), ".cache"))
    folder = home / "averment" if named is None else Path(named)
    return PackCache(folder) if folder.is_absolute() and hasattr(os, "geteuid") else None


def _key(files: Mapping[str, bytes]) -> bytes:
    key = hashlib.sha256(repr((sys.implementation.cache_tag, sys.hexversion, sorted(_code()))).encode())
    for name, data in sorted(files.items()):
        key.update(f"{len(name)} {len(data)} {name}".encode())
        key.update(data)
    return key.digest()


def _code() -> Iterator[tuple[str, int, int]]:
    """Every file of this program that a pack may be read by: its name, when it was written, and its size."""
    folders = [str(Path(__file__).parent), str(Path(averment_schemas.__file__).parent)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".json")):
                    held = entry.stat()
                    yield entry.path, held.st_mtime_ns, held.st_size
                elif entry.name != "__pycache__" and entry.is_dir():
                    folders.append(entry.path)


def _name(key: bytes) -> str:
    return f"{key.hex()}.pack"


def _seal(key: bytes, body: bytes) -> bytes:
    return hashlib.sha256(key + body).digest()


def _is_own(held: os.stat_result) -> bool:
    """Whether this user owns it and nobody else may write it."""
    return held.st_uid == os.geteuid() and not held.st_mode & _OTHERS


def _read(key: bytes, data: bytes) -> Compiled | None:
    body = data[_DIGEST:]
    if not data or data[:_DIGEST] != _seal(key, body):
        return None
    try:
        with collector_paused():
            found: Compiled = _Values(io.BytesIO(body)).load()
    except Exception:  # whatever an entry that somebody made up can bring about
        return None
    return found


class _Values(pickle.Unpickler):
    """Makes the values of models and programs, and nothing else."""

    def find_class(self, module: str, name: str, /) -> Any:
        found = _VALUES.get(module, {}).get(name)
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(name)
        return found


def _write(folder: int, name: str, data: bytes) -> None:
    """The file as a whole or not at all."""
    draft = f".{os.urandom(8).hex()}-{name}"
    entry = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
    try:
        with os.fdopen(entry, "wb") as file:
            file.write(data)
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(draft, dir_fd=folder)
        raise


def _clear(folder: int) -> None:
    """Leave the entries that were written last, and no draft that nobody finished."""
    written: list[tuple[float, str]] = []
    for name in os.listdir(folder):
        if _ENTRY.fullmatch(name):
            written.append((os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime, name))
    entries = [each for each in sorted(written) if not each[1].startswith(".")]
    drafts = [each for each in written if each[1].startswith(".") and each[0] < time.time() - _ABANDONED]
    for _, name in drafts + entries[:-MOST_ENTRIES]:
        with suppress(FileNotFoundError):  # somebody else clears as well
            os.unlink(name, dir_fd=folder)
