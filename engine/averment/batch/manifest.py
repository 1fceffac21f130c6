"""The chained manifest of a run: canonical JSON Lines, each with the hash of the one before it.

A line commits what it tells of: what it names was synced before. A tail that a killed run left torn is cut off; a line
broken in the middle means that somebody was at the file, and nothing of it is believed.
"""

from __future__ import annotations

import hashlib
import json
import os
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

from averment.ir.digest import canonical, canonical_members, canonical_object, digest_of

NAME = "manifest.jsonl"
Entry = dict[str, Any]


class Damaged(Exception):
    """A manifest that is not as it was written: a line in its middle does not follow from the one before it."""


class Manifest:
    """The entries of a manifest and the file they are in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries: list[Entry] = []
        self._ends: list[int] = []
        if path.exists():
            self._read(path.read_bytes())

    def append(self, *entries: Entry) -> None:
        """Commit entries: they are on the disk when this returns. Raises OSError."""
        end = self._end
        last = self.entries[-1]["hash"] if self.entries else ""
        lines: list[bytes] = []
        chained: list[Entry] = []
        for entry in entries:
            line, made = _chained(entry, last)
            lines.append(line)
            chained.append(made)
            last = made["hash"]
        with self._path.open("r+b" if self._path.exists() else "xb") as stream:
            stream.truncate(end)
            stream.seek(end)
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        if not end:
            sync_folder(self._path.parent)
        self.entries += chained
        self._ends += [*accumulate(map(len, lines), initial=end)][1:]

    def keep(self, count: int) -> None:
        """Take back every entry after the first ``count``; the next ``append`` cuts them off."""
        del self.entries[count:], self._ends[count:]

    @property
    def finished(self) -> bool:
        """Whether it is the manifest of a finished run, to its last byte."""
        kinds = [entry["kind"] for entry in self.entries]
        whole = bool(kinds) and self._path.stat().st_size == self._end
        return whole and kinds == ["run", *["part"] * (len(kinds) - 2), "done"]

    @property
    def _end(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _read(self, data: bytes) -> None:
        position = 0
        while position < len(data):
            end = data.find(b"\n", position) + 1
            entry = _entry(data[position:end], self.entries[-1]["hash"] if self.entries else "") if end else None
            if entry is None:
                if end and end < len(data):
                    raise Damaged(f"line {len(self.entries) + 1}")
                return
            self.entries.append(entry)
            self._ends.append(end)
            position = end


def read_entries(path: Path) -> list[Entry]:
    """The entries of a finished manifest: the run, its parts, and that it is done. Raises Damaged, OSError."""
    if not path.exists():
        raise FileNotFoundError(2, "No such file or directory", str(path))
    manifest = Manifest(path)
    if not manifest.finished:
        raise Damaged("it does not end as the manifest of a finished run does")
    return manifest.entries


def line_hash(entry: Entry, previous: str = "") -> str:
    """The hash of a line: of all that is in it beside the hash; ``previous``: that of the line before."""
    rest = {"previous": previous, **{key: value for key, value in entry.items() if key != "hash"}}
    return "sha256:" + hashlib.sha256(canonical(rest)).hexdigest()


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _chained(entry: Entry, previous: str) -> tuple[bytes, Entry]:
    chained = {**entry, "previous": previous}
    members = canonical_members(chained)
    chained["hash"] = digest_of(canonical_object(members))
    members["hash"] = canonical(chained["hash"])
    return canonical_object({name: members[name] for name in sorted(members)}) + b"\n", chained


def _entry(line: bytes, previous: str) -> Entry | None:
    try:
        entry: Any = json.loads(line)
        held = cast(Entry, entry) if isinstance(entry, dict) else {}
        rest: Entry = {key: value for key, value in held.items() if key != "hash"}
        expected = line_hash(rest)
    except (ValueError, TypeError, RecursionError):
        return None
    as_written = held.get("previous") == previous and held.get("hash") == expected and "kind" in held
    return {**rest, "hash": expected} if as_written and line == canonical(held) + b"\n" else None
