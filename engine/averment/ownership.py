"""Whether a path may be written: what is not certainly averment's own is never written over, followed or removed.

Certainly its own is what averment wrote and nobody has changed since: a file with a *seal*, which says how its bytes
hash, or one whose digest is in a manifest (``batch.earlier``). All else is refused (AV537), links and devices too; then
somebody has to move it away, or name another path.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from averment.diagnostics.diagnostic import Diagnostic, Refused

_LINKLESS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)  # of file systems without hard links
_SEAL = re.compile(rb"averment:sha256:([0-9a-f]{64})")
UNSEALED = "averment:sha256:" + "0" * 64
"""What stands in a text, once, where its seal is to be."""


def is_there(path: Path) -> bool:
    """Whether there is anything at a path, be it a link that leads nowhere."""
    return os.path.lexists(path)


def is_plain(path: Path) -> bool:
    """Whether a path is a file itself: no link, no folder, no device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def taken(path: Path, *help: str, whole: bool = False) -> Refused:
    """The refusal of a path that is somebody's, to be raised. ``whole``: a folder would do, but not this one."""
    if path.is_symlink():
        what, help = "cannot be written: it is a link, and none is followed", help or ("name what it leads to",)
    elif is_there(path) and not path.is_file() and not whole:
        what = f"cannot be written: it is {'a folder' if path.is_dir() else 'not a file'}"
    else:
        what = "is there already, and not certainly averment's own: it is left as it is"
    return Refused([Diagnostic("AV537", f"`{path}` {what}", (), help or _HELP)])


_HELP = ("move it away, or name another",)


def refuse_taken(path: Path) -> None:
    """Raises Refused where there is anything at a path."""
    if is_there(path):
        raise taken(path)


@contextmanager
def new_file(path: Path, mode: int = 0o666) -> Generator[BinaryIO]:
    """A file to be written for a path where there is nothing: it is there once it is whole. Raises Refused, OSError."""
    refuse_taken(path)
    fresh = path.with_name(f".averment-{token_hex(8)}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except OSError as problem:
        why = (problem.strerror or "").lower()
        raise Refused([Diagnostic("AV531", f"`{path}` cannot be written: {why}")]) from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        move_new(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def move_new(file: Path, target: Path) -> None:
    """Move a file to where there is nothing. Raises Refused, OSError."""
    try:
        os.link(file, target, follow_symlinks=False)
    except FileExistsError:
        if not (is_plain(target) and target.samefile(file)):  # as a move leaves it that was killed half way
            raise taken(target) from None
    except OSError as problem:
        if problem.errno not in _LINKLESS:
            raise
        refuse_taken(target)
        file.replace(target)
        return
    file.unlink()


def write_new(path: Path, data: bytes, before: bytes | None = None) -> None:
    """Write a file where there is nothing, or over one that holds just what was written there ``before`` in this run.

    One that holds just this is left as it is. Raises Refused, OSError.
    """
    there = path.read_bytes() if is_plain(path) else None
    if there is None or there not in (data, before):
        with new_file(path) as stream:
            stream.write(data)
    elif there != data:
        _write_over(path, data)


def write_sealed(path: Path, text: str) -> None:
    """Write a text under its seal, which goes where ``UNSEALED`` stands in it: where there is nothing, or over one that
    was written so and nobody has changed. Raises Refused, OSError.
    """
    data = sealed(text.encode())
    if is_sealed(path):
        _write_over(path, data)
    else:
        write_new(path, data)


def _write_over(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".averment-{token_hex(8)}")
    with new_file(fresh, stat.S_IMODE(path.stat().st_mode)) as stream:
        stream.write(data)
    fresh.replace(path)


def sealed(data: bytes) -> bytes:
    """The bytes with the hash of themselves in the place of ``UNSEALED``."""
    assert data.count(UNSEALED.encode()) == 1
    return data.replace(UNSEALED.encode(), b"averment:sha256:" + hashlib.sha256(data).hexdigest().encode())


def seal_fits(data: bytes) -> bool:
    """Whether bytes have a seal, which is that of the rest of them."""
    return len(_SEAL.findall(data)) == 1 and sealed(_SEAL.sub(UNSEALED.encode(), data)) == data


def is_sealed(path: Path) -> bool:
    """Whether a path is a plain file whose seal fits the rest of it."""
    return is_plain(path) and seal_fits(path.read_bytes())
