"""The packs that a service holds: several, each in one or more versions, taken up without a gap.

A request names a pack as ``pm_tpm`` (its current version), ``pm_tpm@2.0.0`` or ``pm_tpm@sha256:…`` (a digest, or its
beginning of twelve digits or more). What it gets is one ``Pack``, which never changes; so each answer is of one digest.
Packs of before stay for those who pin them: a bounded number in memory, and any that is in the log.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock

from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Report
from averment.examples import example_files
from averment.pack import Pack, load
from averment.recent import Recent
from averment.recording import pack_bytes
from averment.source.text import MAX_BYTES
from averment_service.problems import UNKNOWN, problem

KEPT = 16  # packs of before that are kept ready
_CURRENT = "current.json"
_SHORTEST = len("sha256:") + 12

Earlier = Callable[[str], Pack | None]
"""A pack by its digest or the beginning of one, from wherever packs of before are kept; None where it is not there."""


def none_earlier(_: str) -> Pack | None:
    return None


@dataclass(frozen=True)
class Shelf:
    """The packs by name, each with its versions, the current one last. Replaced as a whole, never changed in part."""

    packs: Mapping[str, tuple[Pack, ...]]
    earlier: Earlier = none_earlier
    _before: Recent[str, Pack] = field(default_factory=lambda: Recent(KEPT))

    def find(self, named: str) -> Pack:
        """The pack that a request names. Raises: Problem (404)."""
        name, _, version = named.partition("@")
        versions = self.packs.get(name, ())
        if versions and not version:
            return versions[-1]
        for pack in reversed(versions):
            if pack.version == version or (len(version) >= _SHORTEST and pack.digest.startswith(version)):
                return pack
        if version.startswith("sha256:") and len(version) >= _SHORTEST:
            found = self._before.kept(version) or self.earlier(version)
            if found is not None and found.name == name:
                return self._before.get(version, lambda: found)
        if not versions:
            close = did_you_mean(name, self.packs)
            help = f"did you mean `{close}`?" if close else f"packs here: {', '.join(self.packs)}"
            raise problem(404, UNKNOWN, f"there is no pack `{name}` here", help)
        known = ", ".join(f"{pack.version} ({pack.digest[:19]})" for pack in versions)
        raise problem(404, UNKNOWN, f"there is no version `{version}` of `{name}` here", f"versions here: {known}")


class Shop:
    """The shelf in use, and how it is filled again. Safe in threads: a reader has the old one or the new.

    ``kept``: a folder in which the processes of a service keep what is in use. One that is started again takes that,
    and neither what has been written since and nobody said was to be taken up, nor what can no longer be read.
    """

    def __init__(self, names: Iterable[str], earlier: Earlier = none_earlier, kept: Path | None = None) -> None:
        self._names, self._earlier, self._kept = tuple(names), earlier, kept
        self._filling = Lock()
        self.shelf = Shelf(_loaded(_in_use(kept) or self._names), earlier)
        self._keep(self.shelf.packs)

    def find(self, named: str) -> Pack:
        return self.shelf.find(named)

    def refresh(self) -> list[Pack]:
        """Read every pack again; those that are new, in use from now on. Raises: Refused, and all stays as it was."""
        with self._filling:
            before = self.shelf.packs
            known = {pack.digest: pack for versions in before.values() for pack in versions}
            now = _loaded(self._names, known)
            self._keep(now)
            self.shelf = Shelf(
                {name: _after(before.get(name, ()), packs) for name, packs in now.items()}, self._earlier
            )
            return [pack for packs in now.values() for pack in packs if pack.digest not in known]

    def _keep(self, packs: Mapping[str, tuple[Pack, ...]]) -> None:
        if self._kept is None:
            return
        folders = [_written(self._kept, pack) for versions in packs.values() for pack in versions]
        fresh = self._kept / f".{_CURRENT}-{os.getpid()}"
        fresh.write_text(json.dumps([folder.name for folder in folders]), "ascii")
        fresh.replace(self._kept / _CURRENT)


def _in_use(kept: Path | None) -> list[str]:
    """The folders of the packs in use; none where nothing was kept yet."""
    if kept is None or not (kept / _CURRENT).exists():
        return []
    return [str(kept / name) for name in json.loads((kept / _CURRENT).read_bytes())]


def _written(kept: Path, pack: Pack) -> Path:
    """The folder of a pack among those that are kept, written where it is not there, whole or not at all: with its
    example cases, which its digest does not cover, and what is asked next rests on.
    """
    examples = dict(_examples(pack))
    told = sha256(repr(sorted(examples.items())).encode()).hexdigest()[:16]
    place = kept / f"{pack.digest.replace(':', '-')}-{told}"
    if not place.exists():
        fresh = Path(tempfile.mkdtemp(prefix=".", dir=_made(kept)))
        for path, content in {**pack_bytes(pack), **examples}.items():
            _made((fresh / path).parent)
            (fresh / path).write_bytes(content)
        try:
            fresh.rename(place)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not place.exists():  # else another process was first
                raise
    return place


def _examples(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """The files of example cases that can be read, by path; of one that is too large, as much as shows that."""
    for path in example_files(pack, Report()):
        with suppress(OSError), path.open("rb") as file:
            yield str(path.relative_to(pack.root)), file.read(MAX_BYTES + 1)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _after(before: tuple[Pack, ...], now: tuple[Pack, ...]) -> tuple[Pack, ...]:
    """The versions of a pack when it was read again: those of before that are not among them, and those of now."""
    read = {pack.digest for pack in now}
    return (*[pack for pack in before if pack.digest not in read][-KEPT:], *now)


def _loaded(names: Iterable[str], known: Mapping[str, Pack] | None = None) -> dict[str, tuple[Pack, ...]]:
    """Each pack made ready for its first request. One that has not changed stays the object it was."""
    found: dict[str, tuple[Pack, ...]] = {}
    for name in names:
        pack = load(name)
        pack = (known or {}).get(pack.digest) or _warmed(pack)
        found[pack.name] = (*(other for other in found.get(pack.name, ()) if other.digest != pack.digest), pack)
    return found


def _warmed(pack: Pack) -> Pack:
    """The code for complete cases is written when a pack decides for the second time."""
    pack.engine()
    pack.decide_quickly({})
    return pack
