"""The rows of batches that are on record, told as single decisions are.

The log holds a batch by its parts; what was decided of a row stands in its output, and follows from its input. So a row
is listed where the output is still as recorded, and opened where the input is; where that is gone, it is told why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from averment.audit.batches import Batch, batch_of, batches
from averment.audit.given import given_facts
from averment.audit.log import DecisionLog
from averment.audit.mask import is_masked
from averment.audit.record import Record
from averment.audit.replay import Difference, Replayed, State
from averment.audit.store import Filter
from averment.batch.explaining import Output
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.model.case import Case
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.replaying.finding import Finder, Found
from averment.replaying.replaying import BatchReplay
from averment.replaying.rows import ROW, Decisions, ReadCase, RowRecord, case_of, part_with
from averment_service import apart
from averment_service.places import by_name, retold
from averment_service.problems import REQUEST, TOO_MUCH, problem
from averment_service.service import Service

MOST_AGAIN = 20_000  # decisions that are decided again at once


@dataclass(frozen=True)
class RowDecision(Record):
    """The decision of a row. Its ``sequence`` is that of its run; ``said``: as whoever lists decisions is told."""

    row: int
    batch: Batch
    said: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.batch.record.id}/{self.row}"

    @cached_property
    def body(self) -> dict[str, Any]:
        return self.said

    def document(self) -> dict[str, Any]:
        return self.said


class Left(NamedTuple):
    """A run of which the rows are not told, how many they are, and why."""

    run: str
    cases: int
    why: Diagnostic


class Cursor(NamedTuple):
    """Where a page begins: below this ``sequence`` or, where there is a ``row``, behind this row of that run."""

    sequence: int = 0
    row: int = 0

    def __str__(self) -> str:
        return f"{self.sequence}/{self.row}" if self.row else str(self.sequence)


def cursor_of(told: str) -> Cursor:
    """A cursor as it was told. Raises: Problem (422)."""
    sequence, _, row = told.partition("/")
    if not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (sequence, row or "0")):
        raise problem(422, REQUEST, "`before` is not what an answer called `next`")
    return Cursor(int(sequence), int(row or 0))


class Page(NamedTuple):
    """Decisions, the newest first; rows of a run stand together, in their order. ``next``: where the next begins."""

    records: list[Record]
    next: Cursor | None
    left: list[Left]


class Rows:
    """The decisions of a log, single ones and rows."""

    def __init__(self, service: Service, log: DecisionLog) -> None:
        self._service, self._log = service, log
        self._finder = service.finder(log)

    def page(self, where: Filter, after: Cursor, limit: int) -> Page:
        """So many of the decisions that meet ``where``, behind a cursor. What is left behind the last of them is told
        on the next page, if there is any.
        """
        found: list[Record] = []
        left: list[Left] = []
        before = 0  # of those left, as the last decision of the page was found
        for record in self._told(where, after, left):
            if len(found) == limit:
                last = found[-1]
                row = last.row if isinstance(last, RowDecision) else 0
                return Page(found, Cursor(last.sequence, row), left[:before])
            found.append(record)
            before = len(left)
        return Page(found, None, left)

    def _told(self, where: Filter, after: Cursor, left: list[Left]) -> Iterator[Record]:
        runs = sorted(batches(self._log, where), key=lambda batch: -batch.record.sequence)
        upper = after.sequence
        for batch in runs:
            at = batch.record.sequence
            if after.sequence and (at > after.sequence or (at == after.sequence and not after.row)):
                continue
            yield from self._singles(where, at, upper)
            skipped = after.row if at == after.sequence else 0
            yield from self._rows(batch, where, skipped, left)
            upper = at
        yield from self._singles(where, 0, upper)

    def _singles(self, where: Filter, above: int, below: int) -> Iterator[Record]:
        return self._log.records(replace(where, before=below), after=above, newest_first=True)

    def _rows(self, batch: Batch, where: Filter, skipped: int, left: list[Left]) -> Iterator[Record]:
        """The rows of a run behind one, where its output is there; else it is ``left``."""
        if not batch.number(where):
            return
        try:
            if self._finder.output(batch) is None:
                raise Refused([_gone(batch, self._finder)])
        except Refused as refused:
            left.append(Left(batch.record.id, batch.number(where), self._hidden(batch, refused).diagnostics[0]))
            return
        for row in Decisions(self._log, self._finder).rows(batch, where):
            if row.row > skipped:
                yield _decision(row)

    def open(self, run: Record, row: int) -> tuple[RowDecision, Replayed, Outcome | None, Pack | None]:
        """A row of a run, decided again. Raises: Refused where there is no such row, Problem (413)."""
        batch = batch_of(self._log, run)
        try:
            part = part_with(batch, row)
            if batch.rows > MOST_AGAIN and self._finder.output(batch) is None:
                help = "run `averment audit replay`"
                raise problem(413, TOO_MUCH, "all rows would have to be decided again, which are too many", help)
            again = BatchReplay(Decisions(self._log, self._finder), read=self._read(batch)).row(batch, row)
        except Refused as refused:
            raise self._hidden(batch, refused) from None
        outcome = again.outcome
        if outcome is None:
            why = [again.why] if again.why else []
            raise self._hidden(batch, Refused(why))
        found = self._finder.find(batch)
        facts, _ = found.mask.facts(given_facts(outcome.case, found.pack.model.types))
        masked = is_masked(facts)
        told = _decision(RowRecord(batch, part, row, _said(outcome, batch)), facts)
        differences = tuple(Difference("outcome", None, each) for each in again.differences)
        state = State.MASKED if masked and again.state is State.SAME else again.state
        replayed = Replayed(told, state, outcome.claimed, differences)
        return (told, replayed, None, None) if masked else (told, replayed, outcome, found.pack)

    def _read(self, batch: Batch) -> ReadCase:
        """What reads the case of a row: of a table that was sent with all that keeps it from taking too much."""
        folder = Path(batch.record.body["folder"])
        if not self._service.jobs.holds(folder):
            return case_of

        def read(found: Found, row: int) -> Case:
            output = Output(Path(batch.record.body["place"]), found.header)
            return apart.case_of(folder, found.pack, output, row)

        return read

    def _hidden(self, batch: Batch, refused: Refused) -> Refused:
        """What is wrong, without saying where anything is or was."""
        folder, place = str(batch.record.body["folder"]), str(batch.record.body["place"] or "")
        sides = [str(side["path"]) for side in batch.header.get("sides", ())]
        paths = [str(batch.header["input"]), place, *sides]
        named = by_name([folder, *paths, *(str(Path(folder, path)) for path in paths)])
        return Refused([*self._service.places.told(retold(each, named) for each in refused.diagnostics)])


def _gone(batch: Batch, finder: Finder) -> Diagnostic:
    """Why the rows of a run are not listed, and what can be done."""
    message = "its output is not there any more, or not as it was recorded, so its rows are not listed"
    try:
        finder.find(batch)
    except Refused as refused:
        return Diagnostic("AV534", f"{message}; {refused.diagnostics[0].message}", (), refused.diagnostics[0].help)
    return Diagnostic("AV534", message, (), ("its input is there: a row can be opened by its number",))


def _said(outcome: Outcome, batch: Batch) -> dict[str, Any]:
    """What the output of a run has of a row."""
    presumed: Any = outcome.presumed.claim if outcome.presumed else None
    if presumed and batch.header["warrants"] == "full":
        presumed = {"claim": presumed}
    told = {"case": outcome.name, "claim": outcome.claim, "status": outcome.status.value, "presumed": presumed}
    return {**told, "fired": list(outcome.fired)}


def _decision(row: RowRecord, facts: dict[str, Any] | None = None) -> RowDecision:
    said = {**row.document(), **({} if facts is None else {"facts": facts})}
    run = row.batch.record
    fixed = row.sequence, "", "", row.time, ROW, "", row.case, run.pack, run.digest, row.claim, row.status
    return RowDecision(*fixed, json.dumps(said), row.row, row.batch, said)
