"""Whether an output is what its pack makes of its input: held to its manifest, and decided again, every row of it.

Its manifest must be whole, and have the digests of the output, its rejects and the input. Then the input is decided
again, as the manifest says it was, and what comes of it must be the same to the byte.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from averment.batch.again import order_again
from averment.batch.against import told_against
from averment.batch.earlier import output_digest, rejects_digest
from averment.batch.inputs import digest_of
from averment.batch.manifest import Damaged, Entry, read_entries
from averment.batch.order import Against, manifest_of, rejects_of
from averment.batch.output_rows import Row, difference, rows_of
from averment.batch.run import run
from averment.batch.sides import Named
from averment.batch.unit import Format
from averment.core.program import FactType, Program
from averment.diagnostics.diagnostic import Diagnostic, refused

_COUNTED = ("claim:", "status:", "rule:", "reject:", "presumed:")


@dataclass(frozen=True)
class Proof:
    """What was found against an output, if anything; how many rows it has, and how many were rejected; of which formats
    of the input nobody can know whether they were damaged before they were decided; and how the engine was lost.
    """

    found: tuple[Diagnostic, ...]
    rows: int = 0
    rejected: int = 0
    unsure: tuple[str, ...] = ()
    losses: Mapping[str, int] = field(default_factory=dict[str, int])


def told_by(output: Path) -> list[Entry]:
    """The manifest of an output. Raises Refused."""
    try:
        return read_entries(manifest_of(output))
    except Damaged as damage:
        raise refused("AV527", f"the manifest of `{output}` is damaged: {damage}") from None
    except OSError:
        what = f"`{output}` has no manifest, so nothing can be proved of it"
        raise refused("AV532", what, f"it is `{manifest_of(output)}`") from None


def verify(
    output: Path,
    entries: list[Entry],
    program: Program,
    types: Mapping[str, FactType],
    place: str = "",
    jobs: int = 1,
    against: Against | None = None,
    sides: Named = (),
) -> Proof:
    """Prove an output. ``place`` and ``sides``: where its input and its side tables are, if no longer where they were;
    ``against``: what its run was held against, if anything. Raises Refused for another input.
    """
    header, rejects = entries[0], rejects_of(output)
    rows, decided = entries[-1]["rows"], entries[-1]["decided"]
    found: list[str] = []
    if not output.is_file():
        found.append(f"`{output}` is not there")
    elif digest_of(str(output)) != output_digest(entries):
        found.append(f"`{output}` is not as its run left it: its digest is another one")
    there = rejects.is_file() or rejects.is_symlink()
    if there != bool(rejects_digest(entries)):
        found.append(f"`{rejects}` is {'there, and no row was rejected' if there else 'not there'}")
    elif there and digest_of(str(rejects)) != rejects_digest(entries):
        found.append(f"`{rejects}` is not as its run left it: its digest is another one")
    with tempfile.TemporaryDirectory(prefix="averment-") as folder:
        again = Path(folder, f"again.{header['format']}")
        result = run(replace(order_again(header, program, types, place, again, jobs, sides), against=against))
        for path, other, format in (
            (output, again, Format(header["format"])),
            (rejects, rejects_of(again), Format.JSONL),
        ):
            if path.is_file() and other.is_file() and digest_of(str(path)) != digest_of(str(other)):
                found.append(first_difference(path, other, format, header["rules"]))
        counts = {name: number for name, number in result.summary.counts.items() if name.startswith(_COUNTED)}
        if not found and (
            _counts(entries) != counts or (rows, decided) != (result.summary.rows, result.summary.decided)
        ):
            found.append(f"the manifest of `{output}` does not count what is decided")
        if not found and told_against(entries) != result.summary.turns:
            found.append(f"the manifest of `{output}` does not tell what turns")
    formats = {file["format"] for file in header["files"]} - {Format.PARQUET}
    against_it = tuple(Diagnostic("AV538", what) for what in found)
    return Proof(against_it, rows, rows - decided, tuple(sorted(formats)), result.summary.losses)


def _counts(entries: list[Entry]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for entry in entries[1:-1]:
        for name, number in entry["counts"]:
            if name.startswith(_COUNTED):
                found[name] = found.get(name, 0) + number
    return found


def first_difference(path: Path, again: Path, format: Format, rules: list[str]) -> str:
    """The first row in which a file differs from what is decided."""
    pairs = zip_longest(_readable(path, format, rules), rows_of(again, format, rules))
    for number, (said, found) in enumerate(pairs, 1):
        if isinstance(said, str):
            return f"`{path}` cannot be read from its row {number:,} on: {said}"
        where = _where(found or said or {}, number)
        if said is None:
            return f"`{path}` has no {where}"
        if found is None:
            return f"`{path}` has a {where}, which is not decided"
        what = difference(said, found)
        if what:
            return f"`{path}`, {where}: {what}"
    return f"`{path}` has the rows that are decided, and otherwise it differs from what was written"


def _readable(path: Path, format: Format, rules: list[str]) -> Iterator[Row | str]:
    """The rows, and in the end why there are no more that can be read."""
    try:
        yield from rows_of(path, format, rules)
    except Exception as problem:
        yield str(problem).partition("\n")[0] or type(problem).__name__


def _where(row: Mapping[str, Any], number: int) -> str:
    return f"row {row.get('row', number)} (case `{row.get('case')}`)"
