"""The decisions of batches, one a row, read as records: from the output where it is as recorded, else decided again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from heapq import merge
from pathlib import Path
from typing import Any

from averment.audit.batches import Batch, batch_of, batches, strays
from averment.audit.log import DecisionLog
from averment.audit.mask import is_masked
from averment.audit.record import DECISION, Record
from averment.audit.store import Filter
from averment.batch.explaining import Output, read_row
from averment.batch.harmless import exact
from averment.batch.order import rejects_of
from averment.batch.output_rows import Row, rows_of
from averment.batch.unit import Format
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.model.case import Case
from averment.model.evidence import evidence_of
from averment.pack import Pack
from averment.replaying.finding import Finder, Found
from averment.replaying.rerunning import decided_again, differences

ROW = "row"


@dataclass(frozen=True)
class RowRecord:
    """The decision of one row of a batch, as a record of the log would have it. ``said``: what the output has of it."""

    batch: Batch
    part: Record
    row: int
    said: Row

    kind = ROW

    @property
    def sequence(self) -> int:
        return self.batch.record.sequence

    @property
    def id(self) -> str:
        """That of the run, and the number of the row in its input."""
        return f"{self.batch.record.id}/{self.row}"

    @property
    def time(self) -> str:
        """When its part was recorded."""
        return self.part.time

    @property
    def case(self) -> str:
        return str(self.said["case"])

    @property
    def claim(self) -> str:
        return str(self.said["claim"])

    @property
    def status(self) -> str:
        return str(self.said["status"])

    def document(self) -> dict[str, Any]:
        """As that of a record: the row beside what its run and its part say."""
        run, part = self.batch.record, self.part
        made = {name: part.body[name] for name in ("engine", "version", "requester", "pack_version", "parameters")}
        claim: Any = self.said.get("presumed")
        if self.batch.header["warrants"] == "full" and claim:
            claim = claim["claim"]
        fired = self.said["fired"]
        return {
            "sequence": self.sequence,
            "id": self.id,
            "time": self.time,
            "kind": ROW,
            "case": self.case,
            "pack": run.pack,
            "digest": run.digest,
            "claim": self.claim,
            "status": self.status,
            **made,
            **({"presumed": claim} if claim else {}),
            "fired": fired.split("|") if isinstance(fired, str) and fired else fired or [],
            "row": self.row,
            "order": self.batch.order,
            "part": part.id,
        }


Told = Record | RowRecord


@dataclass(frozen=True)
class Left:
    """Decisions that were left out, how many, and why."""

    record: Record
    cases: int
    why: Diagnostic


@dataclass
class Decisions:
    """The decisions in a log: single ones, and those of batches. ``left``: what could not be read."""

    log: DecisionLog
    finder: Finder
    jobs: int = 0
    left: list[Left] = field(default_factory=list[Left])

    def told(self, where: Filter, *, newest_first: bool = False) -> Iterator[Told]:
        """Those that meet ``where``, by when they, or the runs they are of, were recorded."""
        single = self.log.records(replace(where, kind=DECISION), newest_first=newest_first)
        runs = sorted(batches(self.log, where), key=lambda batch: batch.record.sequence, reverse=newest_first)
        self.left += [Left(part, part.body["cases"], UNKNOWN) for part in strays(self.log, where)]
        rows = (row for batch in runs for row in self.rows(batch, where))
        both: tuple[Iterator[Told], Iterator[Told]] = single, rows
        yield from merge(*both, key=lambda told: told.sequence, reverse=newest_first)

    def rows(self, batch: Batch, where: Filter) -> Iterator[RowRecord]:
        """The rows of a run that meet ``where``. One that cannot be read is ``left``, and has none."""
        if not batch.number(where):
            return
        try:
            with self.output(batch) as path:
                for number, said in numbered(path, batch):
                    part = batch.part_of(number)
                    if part is not None and meets(said, where):
                        yield RowRecord(batch, part, number, said)
        except Refused as problem:
            self.left.append(Left(batch.record, batch.cases, problem.diagnostics[0]))

    @contextmanager
    def output(self, batch: Batch) -> Generator[Path]:
        """The output of a run, as it was recorded. Raises Refused where it is gone and does not come out the same."""
        there = self.finder.output(batch)
        if there is not None:
            yield there
            return
        found = self.finder.find(batch)
        with decided_again(found, self.jobs) as again:
            for what in differences(found, again):
                raise Refused([differing(what)])
            yield again.output


UNKNOWN = Diagnostic("AV561", "the run it is of is not in the log: an earlier averment recorded it")


def differing(what: str) -> Diagnostic:
    """What there is against a decision that does not come out as it was recorded."""
    return Diagnostic("AV538", f"decided again, it is not what was recorded: {what}")


def meets(said: Row, where: Filter) -> bool:
    """Whether a row is what ``where`` asks for."""
    wanted = (("case", where.case), ("claim", where.claim), ("status", where.status))
    return all(not value or said[name] == value for name, value in wanted)


def numbered(path: Path, batch: Batch) -> Iterator[tuple[int, Row]]:
    """The rows of an output, each with its number in the input; of whole outcomes those that were not rejected."""
    rows: Iterable[Row] = rows_of(path, Format(batch.header["format"]), batch.header["rules"])
    if Output(path, batch.header).harmless:
        rows = ({**row, "case": exact(row["case"])} for row in rows)
    if batch.header["warrants"] != "full":
        yield from ((int(row["row"]), row) for row in rows)
        return
    rejects = rejects_of(path)
    bad = {row["row"] for row in rows_of(rejects, Format.JSONL, ())} if rejects.is_file() else set[int]()
    numbers = (number for number in range(1, batch.rows + 1) if number not in bad)
    yield from zip(numbers, rows, strict=False)


def said_of(decisions: Decisions, batch: Batch, row: int) -> Row:
    """What the output has of a row. Raises Refused (AV533) where the row has no outcome."""
    with decisions.output(batch) as path:
        for number, said in numbered(path, batch):
            if number == row:
                return said
    raise Refused([Diagnostic("AV533", f"row {row} has no outcome: it was rejected")])


def case_in_log(decisions: Decisions, record: Record, row: int) -> tuple[Pack, Case, Record]:
    """The pack and the case of a recorded decision, or of a ``row`` of a recorded run, and the record that proves it.

    Raises Refused: where it is none (AV561), is masked (AV559), or its input is not there (AV534).
    """
    if row:
        batch = batch_of(decisions.log, record)
        part, found = part_with(batch, row), decisions.finder.find(batch)
        return found.pack, case_of(found, row), part
    if record.kind != DECISION:
        help = "`averment audit list` with --case, --claim or --status shows those of decisions"
        raise Refused([Diagnostic("AV561", f"record `{record.id}` is no decision", (), (help,))])
    if is_masked(record.facts):
        raise Refused([Diagnostic("AV559", f"facts of case `{record.case}` are masked in the log")])
    pack = decisions.finder.pack(record.digest)
    return pack, recorded_case(pack, record), record


def recorded_case(pack: Pack, record: Record) -> Case:
    """The case that a record holds, with the evidence that it had. Raises Refused where the pack does not take it."""
    case = pack.case(record.facts, record.case or "case")
    return replace(case, evidence=evidence_of(record.evidence)) if record.evidence is not None else case


ReadCase = Callable[[Found, int], Case]
"""The case in a row of the input of a run. Raises Refused where it is none."""


def case_of(found: Found, row: int) -> Case:
    """The case in a row of the input of a run. Raises Refused where it is none."""
    output = Path(found.batch.record.body["place"] or "-")
    return read_row(Output(output, found.header), row, found.pack.model.types, found.place, found.sides)


def part_with(batch: Batch, row: int) -> Record:
    """The part that has a row. Raises Refused (AV561) where none has."""
    part = batch.part_of(row)
    if part is None:
        raise Refused([Diagnostic("AV561", f"run {batch.record.id} has no row {row}: it has {batch.rows:,}")])
    return part
