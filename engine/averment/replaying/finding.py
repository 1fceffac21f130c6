"""Where the input of a recorded run is: found by its path, or among places that are named, and known by its digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from averment.audit.batches import Batch
from averment.audit.errors import LogError
from averment.audit.log import DecisionLog
from averment.audit.mask import Mask
from averment.audit.replay import StoredPack
from averment.batch.again import common_format
from averment.batch.inputs import Input, digest_of, find_inputs
from averment.batch.manifest import Damaged, Entry, read_entries
from averment.batch.order import manifest_of
from averment.batch.unit import Format
from averment.diagnostics.diagnostic import Refused, Report, refused
from averment.pack import Pack
from averment.recording import loaded_files

HELP = "say with --input where the file is that was decided"
SENT = "table"  # what a table that was sent to a service is called in the folder where it is kept, before its ending


@dataclass(frozen=True)
class Found:
    """A run that can be decided again: its pack, its header with the true digests, and where its tables are.

    ``lines``: the manifest beside its output, if that is still of this run, else none; ``output``: where its output is,
    if it is still as recorded.
    """

    batch: Batch
    pack: Pack
    mask: Mask
    header: Entry
    place: str
    sides: Mapping[str, str]
    lines: Sequence[Entry]
    output: Path | None


@dataclass
class Finder:
    """Finds what runs of a log were of. ``places``: files, folders and globs where input may be, too."""

    log: DecisionLog
    places: Sequence[str] = ()
    _packs: dict[str, Pack] = field(default_factory=dict[str, Pack])
    _digests: dict[tuple[Any, ...], str] = field(default_factory=dict[tuple[Any, ...], str])

    def find(self, batch: Batch) -> Found:
        """What a run was of. Raises Refused: where it is not there (AV534), masked (AV559), or not finished (AV561)."""
        pack, mask = self._ready(batch)
        lines = _manifest_lines(batch)
        header = _whole(batch, lines)
        place, files = self._input(header, mask, batch)
        sides, beside = self._sides(header, mask, batch)
        told = {**header, "files": files, **({"sides": beside} if beside else {})}
        return Found(batch, pack, mask, told, place, sides, lines, self.output(batch))

    def output(self, batch: Batch) -> Path | None:
        """Where the output of a run is, if it is still as recorded. Raises Refused as ``find`` does, but for input."""
        _, mask = self._ready(batch)
        place = batch.record.body["place"]
        if batch.done is None or not place or not Path(place).is_file():
            return None
        there = _input_at(place, batch)
        return Path(place) if there and mask.seal(self._digest(there)) == batch.done.body["result"] else None

    def _ready(self, batch: Batch) -> tuple[Pack, Mask]:
        if batch.done is None:
            raise refused("AV561", "no end of its run is recorded", "where it was stopped, the same command continues")
        for table in (batch.header, *batch.header["files"], *batch.header.get("sides", ())):
            if table["format"] not in tuple(Format):
                what = f"record {batch.record.id} names a format that there is not, `{table['format']}`"
                raise refused("AV534", what)
        try:
            pack = self.pack(batch.record.digest)
            return pack, self.log.mask(pack.model.types)
        except LogError as problem:
            raise Refused([problem.diagnostic]) from None

    def pack(self, digest: str) -> Pack:
        """A pack that the log holds, made once. Raises LogRefused, Refused."""
        if digest not in self._packs:
            self._packs[digest] = loaded_files(StoredPack(digest, self.log.get_pack(digest)).files)
        return self._packs[digest]

    def _input(self, header: Entry, mask: Mask, batch: Batch) -> tuple[str, list[Entry]]:
        recorded: list[Entry] = header["files"]
        format = common_format(recorded)
        where = [] if header["input"] == "-" else [_from(batch, header["input"])]
        why = "" if where else "it came from standard input"
        for place in [*where, *self.places, *_sent(batch)]:
            report = Report()
            inputs = find_inputs(place, format, report)
            if report.failed:
                why = why or f"the input `{header['input']}` is not there any more"
                continue
            found = [mask.seal(self._digest(file)) for file in inputs]
            if found == [file["digest"] for file in recorded]:
                true = zip(recorded, inputs, strict=True)
                return place, [{**file, "digest": self._digest(here)} for file, here in true]
            why = why or f"the input `{header['input']}` is not what was decided: its digest is another one"
        raise refused("AV534", why, HELP)

    def _sides(self, header: Entry, mask: Mask, batch: Batch) -> tuple[dict[str, str], list[Entry]]:
        found: dict[str, str] = {}
        true: list[Entry] = []
        for side in header.get("sides", ()):
            there = self._candidates(_from(batch, side["path"]), side["format"])
            file = next((file for file in there if mask.seal(self._digest(file)) == side["digest"]), None)
            if file is None:
                why = f"the side table `{side['path']}` is not there any more, or not what was decided"
                raise refused("AV534", why, HELP)
            found[side["type"]] = file.path
            true.append({**side, "digest": self._digest(file)})
        return found, true

    def _candidates(self, path: str, format: str) -> Iterator[Input]:
        for place in (path, *self.places):
            yield from find_inputs(place, Format(format), Report())

    def _digest(self, file: Input) -> str:
        key = file.path, file.size, file.changed
        if key not in self._digests:
            self._digests[key] = digest_of(file.path)
        return self._digests[key]


def _whole(batch: Batch, lines: Sequence[Entry]) -> Entry:
    """The header of a run; where its mapping is masked, from the manifest beside its output."""
    if not batch.masked:
        return batch.header
    if not lines:
        why = "its mapping is masked, and the manifest of its output is not there"
        raise refused("AV559", why, "put the output and its manifest back where they were")
    return {**batch.header, "adapter": lines[0]["adapter"]}


def _manifest_lines(batch: Batch) -> list[Entry]:
    """The manifest beside the output of a run, if it is still that of this run; else nothing."""
    place = batch.record.body["place"]
    if not place:
        return []
    try:
        lines = read_entries(manifest_of(Path(place)))
    except (Damaged, OSError, UnicodeDecodeError):
        return []
    return lines if lines[0]["hash"] == batch.hash else []


def _input_at(place: str, batch: Batch) -> Input | None:
    return next(iter(find_inputs(place, Format(batch.header["format"]), Report())), None)


def _sent(batch: Batch) -> list[str]:
    """Where the table is that was sent to a service, whatever it was called."""
    return [str(file) for file in sorted(Path(batch.record.body["folder"]).glob(f"{SENT}.*")) if file.is_file()]


def _from(batch: Batch, path: str) -> str:
    """A path as it is from here."""
    return str(Path(batch.record.body["folder"], path))
