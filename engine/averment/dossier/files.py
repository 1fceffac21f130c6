"""A dossier on disk: a folder, or a zip whose bytes depend on nothing but its files."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.ownership import is_there, new_file, write_new

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
_MOST_BYTES, _MOST_FILES = 256 << 20, 20_000


def write(files: dict[str, bytes], target: Path) -> None:
    """Write ``files`` to a new zip (``*.zip``) or into a new or empty folder. Raises Refused (AV562), OSError."""
    if target.suffix.lower() == ".zip":
        if is_there(target):
            raise Refused([Diagnostic("AV562", f"`{target}` is there already, and a case file is not written over")])
        _write_zip(files, target)
        return
    if is_there(target) and (target.is_symlink() or not target.is_dir() or any(target.iterdir())):
        raise Refused([Diagnostic("AV562", f"`{target}` is there already, and not an empty folder")])
    for path, data in files.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        write_new(place, data)


def read(source: Path) -> dict[str, bytes]:
    """The files of a dossier by path. Raises Refused (AV562) for what is none."""
    try:
        return _read_folder(source) if source.is_dir() else _read_zip(source)
    except (OSError, zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else "it is not a whole zip"
        raise _refused(source, reason.lower()) from None


def _write_zip(files: dict[str, bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # What compresses differs between machines.
    with new_file(target) as fresh, zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[path])


def _read_folder(source: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    size = 0
    for place in sorted(source.rglob("*")):
        if place.is_symlink():
            raise _refused(source, f"`{place.relative_to(source).as_posix()}` is a link")
        if place.is_file():
            size += place.stat().st_size
            if size > _MOST_BYTES or len(found) >= _MOST_FILES:
                raise _refused(source, "it holds more than a dossier may")
            found[place.relative_to(source).as_posix()] = place.read_bytes()
    return found


def _read_zip(source: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(source) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if sum(entry.file_size for entry in entries) > _MOST_BYTES or len(entries) > _MOST_FILES:
            raise _refused(source, "it holds more than a dossier may")
        for entry in entries:
            name = entry.filename
            if name in found or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise _refused(source, "a name in it is there twice, or leads out of it")
            found[name] = archive.read(entry)
    return found


def _refused(source: Path, reason: str) -> Refused:
    return Refused([Diagnostic("AV562", f"`{source}` is not a dossier: {reason}")])
