"""What an earlier run left of an output: written over only where its manifest proves that it is as it was left.

That is a manifest beside the output which is whole, names the output, and has the digests of it and of its rejects; or
the one in the folder of a run that was stopped while it put its files in place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from averment.batch.inputs import digest_of
from averment.batch.manifest import NAME, Damaged, Entry, Manifest, read_entries
from averment.batch.order import manifest_of, rejects_of
from averment.batch.unit import REJECTS
from averment.ownership import is_plain, is_there, move_new, taken

_Seen = tuple[int, int, int]
"""Which file it is, how long, and when it was written."""


@dataclass(frozen=True)
class Earlier:
    """The files there are of an output, each of them certainly averment's own. ``entries``: of the manifest beside it.
    ``whole``: all that this tells of is there.
    """

    entries: Sequence[Entry]
    whole: bool
    _seen: Mapping[Path, _Seen]

    def put(self, file: Path, target: Path) -> None:
        """Move a file to its place, over what was found there and is as it was. Raises Refused, OSError."""
        if not is_there(target) or (is_plain(target) and target.samefile(file)):
            move_new(file, target)
            return
        self._refuse_changed(target)
        file.replace(target)

    def remove(self, path: Path) -> None:
        """Remove what was found at a path and is as it was, if there is anything. Raises Refused, OSError."""
        if is_there(path):
            self._refuse_changed(path)
            path.unlink()

    def _refuse_changed(self, path: Path) -> None:
        if not is_plain(path) or _seen(path) != self._seen.get(path):
            raise taken(path, "it appeared there in the meantime: move it away, and the same command continues")


def earlier(output: Path, done: Sequence[Entry] = ()) -> Earlier:
    """The files there are of an output. ``done``: what a run came to that was stopped while it put them in place.

    Raises Refused where one is not certainly what a run left there.
    """
    rejects, manifest = rejects_of(output), manifest_of(output)
    there = [path for path in (output, rejects, manifest) if is_there(path)]
    for path in there:
        if not is_plain(path):
            raise taken(path)
    entries = _entries(manifest, output.name) if manifest in there else []
    digests = {output: {output_digest(told) for told in (entries, done) if told}}
    digests[rejects] = {rejects_digest(told) for told in (entries, done) if told}
    for path in there:
        if path != manifest and digest_of(str(path)) not in digests[path]:
            raise taken(path)
    wanted = {output, rejects, manifest} if rejects_digest(entries) else {output, manifest}
    return Earlier(entries, bool(entries) and wanted == set(there), {path: _seen(path) for path in there})


def done_in(folder: Path) -> Sequence[Entry]:
    """What a run came to, by the manifest in its folder, where all is done but to put it in place."""
    try:
        entries = Manifest(folder / NAME).entries
    except Damaged:
        return ()
    return entries if entries and entries[-1]["kind"] == "done" else ()


def output_digest(entries: Sequence[Entry]) -> str:
    """The digest of the output, as a whole manifest has it."""
    return str(entries[-1]["digest"])


def rejects_digest(entries: Sequence[Entry]) -> str:
    """The digest of the rejects, as a manifest has it; empty where there are none."""
    ends = [entry["files"][REJECTS] for entry in entries if REJECTS in entry.get("files", ())]
    return str(ends[-1][1]) if ends else ""


def _entries(manifest: Path, output: str) -> list[Entry]:
    try:
        entries = read_entries(manifest)
    except (Damaged, UnicodeDecodeError):
        raise taken(manifest) from None
    if entries[0].get("output") != output:
        raise taken(manifest, "it is of another output: move it away, or name another")
    return entries


def _seen(path: Path) -> _Seen:
    status = path.lstat()
    return status.st_ino, status.st_size, status.st_mtime_ns
