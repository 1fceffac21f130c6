"""The draft of a job's mapping: kept beside it as it was found, so that a page shows columns without another look."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from averment.batch.adapter import Adapter
from averment.batch.inputs import Input, find_inputs
from averment.diagnostics.diagnostic import Refused, Report
from averment.drafting.draft import Choice, Draft, draft
from averment.drafting.mending import Mended
from averment.drafting.sample import Column, Sample, holds_cases, look
from averment.pack import Pack
from averment_service.job import MENDS

_FILE = "draft.json"
_CELLS = 4  # that are shown of a column
_LONG = 60


@dataclass(frozen=True)
class Seen:
    """A column of the table: some of its cells, the ways in which it may be taken, and what is not sure of the way that
    was ``chosen``.
    """

    heading: str
    cells: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    chosen: int | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What looking at the table found: its columns in their order, notes on the whole, how many rows were looked at,
    and the columns that may hold a field that has none, by its path.
    """

    columns: tuple[Seen, ...]
    notes: tuple[str, ...]
    rows: int
    perhaps: dict[str, tuple[str, ...]]

    def taken(self, number: int, choice: Choice, doubts: Iterable[str]) -> Kept:
        """The same where somebody says what a column is."""
        seen = self.columns[number]
        choices = seen.choices if choice in seen.choices else (*seen.choices, choice)
        now = replace(seen, choices=choices, chosen=choices.index(choice), doubts=tuple(doubts))
        return replace(self, columns=(*self.columns[:number], now, *self.columns[number + 1 :]))


def drafted_of(table: Path, pack: Pack) -> tuple[Draft, Sample] | None:
    """The draft of a table, found by looking at it; None of lines of cases, which have no columns. Raises: Refused."""
    report = Report()
    if holds_cases(_input_of(table, report), report):
        return None
    sample = sample_of(table, Adapter())
    return draft(sample, pack.model.types), sample


def sample_of(table: Path, adapter: Adapter) -> Sample:
    """What the table holds. Raises: Refused."""
    report = Report()
    sample = look(_input_of(table, report), report, adapter)
    if sample is None:
        raise Refused(report.diagnostics)
    return sample


def _input_of(table: Path, report: Report) -> Input:
    files = find_inputs(str(table), None, report)
    if not files or report.failed:
        raise Refused(report.diagnostics)
    return files[0]


def kept_of(found: Draft, sample: Sample) -> Kept:
    """What is kept of a draft."""
    lines = {line.heading: line for line in found.lines}
    columns: list[Seen] = []
    for column in sample.columns:
        line = lines.get(column.heading)
        if line is None:
            columns.append(Seen(column.heading, _cells(column)))
        else:
            columns.append(Seen(column.heading, _cells(column), line.choices, line.chosen, line.doubts))
    perhaps = {each.path: each.columns for each in found.absent if each.columns}
    return Kept(tuple(columns), found.notes, sample.rows, perhaps)


def save_kept(folder: Path, kept: Kept) -> None:
    (folder / _FILE).write_text(json.dumps(asdict(kept), default=str), encoding="utf-8")


def read_kept(folder: Path) -> Kept:
    """What was kept of the draft of a job."""
    told: dict[str, Any] = json.loads((folder / _FILE).read_bytes())
    columns = [
        Seen(
            each["heading"],
            tuple(each["cells"]),
            tuple(Choice(**choice) for choice in each["choices"]),
            each["chosen"],
            tuple(each["doubts"]),
        )
        for each in told["columns"]
    ]
    perhaps = {path: tuple(headings) for path, headings in told["perhaps"].items()}
    return Kept(tuple(columns), tuple(told["notes"]), told["rows"], perhaps)


class Mends(NamedTuple):
    """What is said of the rejects of a job: sentences, and what would mend ``rows`` of them: ``text`` as a mapping has
    it, which takes columns as ``choices`` say, each with these words for what is ``missing``.
    """

    sentences: tuple[str, ...] = ()
    choices: tuple[tuple[str, Choice], ...] = ()
    missing: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    rows: int = 0


def save_mends(folder: Path, found: Mended) -> None:
    """Keep what would mend the rejects of a job."""
    choices = [(line.heading, asdict(choice)) for line in found.lines for choice in line.choices]
    told = {"sentences": found.sentences, "choices": choices, "missing": found.missing, "text": found.text}
    (folder / MENDS).write_text(json.dumps({**told, "rows": found.rows}, default=str), encoding="utf-8")


def read_mends(folder: Path) -> Mends:
    told: dict[str, Any] = json.loads((folder / MENDS).read_bytes())
    choices = tuple((heading, Choice(**choice)) for heading, choice in told["choices"])
    return Mends(tuple(told["sentences"]), choices, tuple(told["missing"]), tuple(told["text"]), told["rows"])


def _cells(column: Column) -> tuple[str, ...]:
    return tuple(cell if len(cell) <= _LONG else f"{cell[:_LONG]}…" for cell in list(column.counts)[:_CELLS])
