"""A recorded run decided again, all rows at once, and held to all that the log says of it.

The output must be the same to the byte, and so must the rejects; claims, statuses and rules must count as its parts do;
and where the manifest of the output is still there, its lines must make the records there are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from averment.audit.batches import KINDS, BatchEntries
from averment.audit.record import Maker, Record
from averment.batch.again import order_again
from averment.batch.inputs import digest_of
from averment.batch.manifest import line_hash
from averment.batch.order import Against, rejects_of
from averment.batch.run import run
from averment.batch.summary import Summary
from averment.batch.unit import TEXT, Format
from averment.batch.verifying import first_difference
from averment.replaying.finding import HELP, Found

_NOBODY = Maker("", "", "")


@dataclass(frozen=True)
class Again:
    """What a run came to when it was decided again: its output, and the numbers."""

    output: Path
    summary: Summary


@contextmanager
def decided_again(found: Found, jobs: int = 0, engine: str = "", against: Against | None = None) -> Generator[Again]:
    """The run once more; what it writes is gone afterwards. ``engine``: another than decided it, if any.

    Raises Refused, where what was found is no longer there.
    """
    header, pack = found.header, found.pack
    with tempfile.TemporaryDirectory(prefix="averment-") as folder:
        output = Path(folder, f"again.{header['format']}")
        program = pack.program(header["parameters"])
        sides = tuple(found.sides.items())
        order = order_again(header, program, pack.model.types, found.place, output, jobs, sides, HELP)
        result = run(replace(order, against=against, engine=engine or order.engine))
        yield Again(output, result.summary)


def differences(found: Found, again: Again) -> Iterator[str]:
    """What tells a run decided again from what is recorded of it; nothing where it is the same."""
    done, batch = found.batch.done, found.batch
    assert done is not None
    if found.mask.seal(digest_of(str(again.output))) != done.body["result"]:
        yield _where(found, again)
    rejects = rejects_of(again.output)
    written = found.mask.seal(digest_of(str(rejects))) if rejects.is_file() else ""
    if written != done.body["rejects"]:
        yield "the rows that are rejected, or why, are others than recorded"
    counts = again.summary.counts
    for kind, name in KINDS.items():
        now = {key.partition(":")[2]: number for key, number in counts.items() if key.startswith(f"{kind}:")}
        then = batch.counts(name)
        for key in sorted(now.keys() | then.keys()):
            if now.get(key, 0) != then[key]:
                yield f"{name}: {then[key]:,} `{key}` recorded, and it comes to {now.get(key, 0):,}"
    for what, recorded, number in (
        ("rows", batch.rows, again.summary.rows),
        ("rows in all", done.body["rows"], again.summary.rows),
        ("cases", batch.cases, again.summary.decided),
        ("cases in all", done.body["cases"], again.summary.decided),
    ):
        if recorded != number:
            yield f"{what}: {recorded:,} recorded, and it comes to {number:,}"
    yield from _altered(found)
    yield from _misfits(found)


def _where(found: Found, again: Again) -> str:
    """The first row that differs, if the recorded output is still there; else the first part that does."""
    format = Format(found.header["format"])
    if found.output is not None:
        return first_difference(found.output, again.output, format, found.header["rules"])
    for part in found.batch.parts if format.text else ():
        size, digest = part.body["files"].get(TEXT, (0, ""))
        if size and found.mask.seal(_digest_to(again.output, size)) != digest:
            rows = f"{part.body['first']:,} to {part.body['first'] + part.body['rows'] - 1:,}"
            return f"the output differs first in rows {rows}, which are record {part.id}"
    return "the output is another than recorded: its digest is another one"


def _digest_to(path: Path, size: int) -> str:
    with path.open("rb") as stream:
        return "sha256:" + sha256(stream.read(size)).hexdigest()


def damage(found: Found) -> Iterator[str]:
    """Whether the output that the run left is no longer as it left it."""
    if found.lines and found.output is None:
        yield f"`{found.batch.record.body['place']}` is not as its run left it: its digest is another one"


def _altered(found: Found) -> Iterator[str]:
    """Where the log does not fit itself."""
    batch = found.batch
    header = {**found.header, "hash": batch.hash}
    if not found.mask.sensitive and line_hash(header) != batch.hash:
        yield f"record {batch.record.id} is not the run that its key names"
    if BatchEntries(header, found.mask).order != batch.order:
        yield f"record {batch.record.id} is not of the order that it names"
    row = 1
    for number, part in enumerate(batch.parts):
        if part.key != f"part:{batch.hash}/{number}" or part.body["first"] != row or part.body["order"] != batch.order:
            yield f"record {part.id} is not the part that is next"
        row += part.body["rows"]


def _misfits(found: Found) -> Iterator[str]:
    """Where records are not what the lines of the output's manifest make, if it is still there."""
    batch, lines = found.batch, found.lines
    if not lines:
        return
    entries = BatchEntries(lines[0], found.mask)
    ends = [line["files"]["rejects"][1] for line in lines[1:-1] if "rejects" in line["files"]]
    wanted = [
        (batch.record, entries.run(_NOBODY)),
        *zip(batch.parts, (entries.part(line, _NOBODY) for line in lines[1:-1]), strict=False),
        *([(batch.done, entries.done(lines[-1], ends[-1] if ends else "", _NOBODY))] if batch.done else []),
    ]
    if len(batch.parts) != len(lines) - 2:
        yield f"{len(batch.parts)} parts are recorded, and the manifest of the output has {len(lines) - 2}"
    for record, entry in wanted:
        if not entry.agrees(record):
            yield f"record {record.id} is not what the manifest of the output has: {_what(record)}"


def _what(record: Record) -> str:
    return f"rows from {record.body['first']:,} on" if "first" in record.body else f"its {record.kind}"
