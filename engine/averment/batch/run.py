"""A batch: from the input's files to the output, resumable at every moment.

The run's header (pack, parameters, input, output) is the first entry of the manifest: a run goes on only where all of
it is as it was. When every part is there, the output is complete (text) or put together (else); it is synced, entered
and renamed. Its manifest is kept beside it as ``OUT.manifest``: the header, what the parts were, the output's digest.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING

from averment.batch import inputs as files
from averment.batch.against import job_against
from averment.batch.aside import aside
from averment.batch.earlier import Earlier, done_in, earlier
from averment.batch.inputs import Input, Unreadable
from averment.batch.job import Job
from averment.batch.manifest import NAME, Damaged, Entry, sync_folder
from averment.batch.order import (
    Order,
    columnar_of,
    difference,
    folder_of,
    header_of,
    manifest_of,
    metadata_of,
    rejects_of,
)
from averment.batch.parts import Busy, Ends, Parts, held
from averment.batch.pool import Lost, Run, as_many_as_pay, workers
from averment.batch.sides import open_sides
from averment.batch.sources import CHUNK, SIDE_CHUNK, TEXT_CHUNK, Position, Source, open_source, units_of
from averment.batch.summary import Summary
from averment.batch.text_rows import heading_of
from averment.batch.unit import REJECTS, ROWS, TEXT, Format
from averment.batch.workbook_output import need_writer, refuse_too_many, write_workbook
from averment.diagnostics.diagnostic import Refused, Report, refused
from averment.extras import MissingExtra, installed
from averment.model.evidence import refuse_table
from averment.outcome.turns import Turns

if TYPE_CHECKING:
    from averment.batch.assembling import Groups

Progress = Callable[[int, float], None]
"""Told after each part: how many rows are done, and which share of the input."""
Record = Callable[[Entry], None]
"""Told of the run, of each part once it lasts and of the end, as the manifest has them; by a run that goes on, of all
again."""

_PAUSE = 0.25  # seconds between commits: what was decided since the last is lost with a run that is killed
_SHARE = 20  # and no less than so many times what a commit takes
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Result:
    """``fallback``: why the columnar kernel did not decide, if so. ``resumed``: how many rows were done before.

    ``notes``: what was recognized of the input.
    """

    summary: Summary
    fallback: str
    resumed: int
    rejects: Path | None
    notes: tuple[str, ...] = ()


def run(order: Order, progress: Progress = lambda _, __: None, record: Record = lambda _: None) -> Result:
    """Decide every row. Raises Refused, with what is wrong with the order, its input or an earlier run of it.

    What ``record`` raises ends the run, before the output is in its place; the same order goes on.
    """
    report = Report()
    found = files.find_inputs(order.name, order.input_format, report)
    if not report.failed:
        files.check_output(order.output, order.name, found, report)
    if not report.failed and order.format is Format.XLSX:
        need_writer(order.output)
    if not report.failed and not installed("scale"):
        _check_plain(order, found)
    if report.failed:
        raise Refused(report.diagnostics)
    try:
        source = _opened(order, found, report)
        job, fallback = _job_of(order, source)
        folder = folder_of(order.output)
        with workers(order.jobs or as_many_as_pay(found), job, folder) as decide, held(folder, order.output.name):
            summary, resumed = _run(order, source, job, decide, progress, record)
        rejects = rejects_of(order.output)
        return Result(summary, fallback, resumed, rejects if rejects.exists() else None, _notes(order, source))
    except Busy:
        what = f"another run is writing `{order.output}`"
        raise refused("AV526", what, "wait for it, or write to another file") from None
    except Damaged as damage:
        what = f"the manifest of `{order.output}` is damaged: {damage}"
        raise refused("AV527", what, "start over with --restart") from None
    except Lost as lost:
        what = f"a worker ended by itself ({lost})"
        raise refused("AV530", what, "the same command continues where it stopped; try fewer --jobs") from None
    except OSError as problem:
        if problem.errno not in _FULL:
            raise
        what = f"`{order.output}` cannot be written: {problem.strerror}"
        raise refused("AV531", what, "make room; the same command continues where it stopped") from None


def _opened(order: Order, found: Sequence[Input], report: Report) -> Source:
    """The input, ready to be read. Raises Refused."""
    source = open_source(found, order.types, order.mapping, report, bool(order.sides))
    if not report.failed:
        source = open_sides(order.sides, source, order.types, report)
        if source.sides:
            files.check_output(order.output, order.name, [side.file for side in source.sides], report)
    if report.failed:
        raise Refused(report.diagnostics)
    if order.side_names:
        called = [replace(side.shape, file=order.side_names[side.kind.name]) for side in source.sides]
        sides = zip(source.sides, called, strict=True)
        source = replace(source, sides=tuple(replace(side, shape=shape) for side, shape in sides))
    if order.names:
        named = zip(source.shapes, order.names, strict=True)
        source = replace(source, shapes=tuple(replace(shape, file=name) for shape, name in named))
    return source


def _check_plain(order: Order, inputs: Sequence[Input]) -> None:
    """Raises MissingExtra for what takes more than Python to decide."""
    rows = (Format.PARQUET, Format.ARROW)
    tables = [file.path for file in inputs if file.format in rows or file.compression == "zstd"]
    tables += [file for _, file in order.sides]
    if tables or order.format in rows:
        raise MissingExtra("scale", f"`{(*tables, order.output)[0]}`")


def _job_of(order: Order, source: Source) -> tuple[Job, str]:
    """What workers are told; and why the columnar kernel does not decide, if so."""
    if against := refuse_table(order.types):
        raise Refused([against])
    kernel, fallback = columnar_of(order)
    job = Job(
        order.program,
        order.types,
        source.inputs,
        source.shapes,
        order.engine,
        kernel,
        order.warrants,
        order.format,
        order.firings,
        order.exact or order.format is not Format.CSV,
    )
    return replace(job, against=job_against(order, source, job)), fallback


def _run(
    order: Order, source: Source, job: Job, decide: Run, progress: Progress, record: Record
) -> tuple[Summary, int]:
    """Do what is left of the run; what it came to, and how many rows were done before."""
    folder = folder_of(order.output)
    before = earlier(order.output, done_in(folder))
    if order.restart:
        (folder / NAME).unlink(missing_ok=True)
    with closing(Parts(folder)) as parts:
        header = aside(lambda: header_of(order, source, job.columnar))  # the input is digested beside the work
        batch = _Batch(
            order,
            source,
            parts,
            before,
            header,
            Summary(order.rules, turns=Turns() if order.against else None),
            progress,
            record,
        )
        resumed = batch.go_on(decide)
    return batch.summary, resumed


def _notes(order: Order, source: Source) -> tuple[str, ...]:
    """What was recognized of the texts, and not stated."""
    told = [(file.dialect, shape.file) for file, shape in zip(source.inputs, source.shapes, strict=True)]
    told += [(side.file.dialect, side.shape.file) for side in source.sides]
    stated = order.mapping.dialect if order.mapping.stated else None
    sentences = (dialect.sentence(file) for dialect, file in told if dialect != stated)
    chosen = order.mapping.sheet
    books = [(file, shape.file) for file, shape in zip(source.inputs, source.shapes, strict=True)]
    sheets = (_of_sheet(file, name) for file, name in books if file.sheets[1:] and not chosen)
    return tuple(said for said in (*sentences, *sheets) if said)


def _of_sheet(file: Input, name: str) -> str:
    """What is said where a sheet is read beside which others are empty."""
    return f"`{name}`: the sheet `{file.sheet}` is read, the only one that holds cells"


@dataclass
class _Batch:
    """A run and how far it is. ``written`` are parts that are not committed yet, each with what follows it; ``due`` is
    when they are to be.
    """

    order: Order
    source: Source
    parts: Parts
    before: Earlier
    header: Future[Entry]
    summary: Summary
    progress: Progress
    record: Record
    written: list[tuple[Ends, Entry, Position]] = field(default_factory=list[tuple[Ends, Entry, Position]])
    due: float = 0
    groups: Groups | None = None

    def go_on(self, decide: Run) -> int:
        """Do what is left; how many rows were done before."""
        if self.parts.header is not None:
            self._refuse_another()
        elif not self.order.restart and self._finished():
            return self.summary.rows
        self.parts.recover()
        for entry in self.parts.manifest.entries:
            self.record(entry)
        for entry in self.parts.committed:
            self.summary.add(entry)
        resumed = self.summary.rows
        if not self.parts.done:
            self._decide(decide)
            for file in files.touched([*self.source.inputs, *(side.file for side in self.source.sides)]):
                raise refused("AV528", f"`{file.path}` was written to while it was read", "run again with --restart")
            self._finish()
        self._put_in_place()
        return resumed

    def _refuse_another(self) -> None:
        """Raises Refused where what is begun is not this run."""
        assert self.parts.header is not None
        what = difference(self.parts.header, self.header.result())
        if what:
            help = "run it as it was started, or start over with --restart"
            raise refused("AV529", f"`{self.order.output}` is unfinished and cannot continue: {what}", help)

    def _finished(self) -> bool:
        """Whether this very run has already made the output; if so, ``summary`` has what it came to."""
        if not self.before.whole or difference(self.before.entries[0], self.header.result()):
            return False
        for entry in self.before.entries:
            self.record(entry)
            if entry["kind"] == "part":
                self.summary.add(entry)
        return True

    def _decide(self, decide: Run) -> None:
        """Decide what is left. Parts are committed some at a time, once the input is digested, and the header known."""
        committed, chunk = self.parts.committed, self.order.chunk
        position = Position(*committed[-1]["next"]) if committed else Position()
        if self.order.format is Format.PARQUET:
            from averment.batch.assembling import Groups

            self.groups = Groups(self.parts)
        usual = SIDE_CHUNK if self.source.sides else TEXT_CHUNK if self.order.format.text else CHUNK
        try:
            for unit, after, done in decide(units_of(self.source, position, chunk or usual)):
                about: Entry = {
                    "first": unit.first,
                    "rows": unit.rows,
                    "file": unit.file,
                    "offset": unit.offset,
                    "next": after.told(),
                    "decided": done.decided,
                    "alone": done.alone,
                    "counts": sorted(done.counts.items()),
                    **({} if done.turns is None else {"turns": done.turns}),
                }
                contents = done.contents if self.groups is None else self.groups.of(about, done.contents)
                self.written.append((self.parts.add(contents), about, after))
                if monotonic() >= self.due and self.header.done():
                    self._commit()
            if self.written or self.parts.header is None:
                self._commit()
        except Unreadable as problem:
            raise refused("AV523", f"`{problem.path}` cannot be read to its end: {problem.why}") from None

    def _commit(self) -> None:
        """Commit the parts that are written; before the first of them, the run's header."""
        began = monotonic()
        if self.parts.header is None:
            self.parts.manifest.append(self._named())
            self.record(self.parts.manifest.entries[-1])
        entries = self.parts.commit([(ends, about) for ends, about, _ in self.written])
        self.due = began + max(_PAUSE, _SHARE * (monotonic() - began))
        for entry, (_, about, after) in zip(entries, self.written, strict=True):
            self.record(entry)
            self.summary.add(about)
            if self.order.format is Format.XLSX:
                refuse_too_many(self.order.output, self.summary.rows)
            self.progress(self.summary.rows, _share(self.source, after))
        self.written.clear()

    def _named(self) -> Entry:
        """The header, with whose output it is, and which run of the order: two of one order are two."""
        return {**self.header.result(), "id": token_hex(16), "output": self.order.output.name}

    def _finish(self) -> None:
        """Write what is left of the output, and enter that all is done."""
        format, parts, program = self.order.format, self.parts, self.order.program
        if format.text:
            digest = parts.complete(TEXT, b"" if parts.committed else heading_of(format, program))
        elif format is Format.XLSX:
            rows, rejects = parts.slices(ROWS), parts.slices(REJECTS)
            digest = write_workbook(parts.folder / TEXT, rows, rejects, self.summary.document, program)
        else:
            from averment.batch.assembling import write_arrow

            about = metadata_of(self.order, self.header.result())
            if self.groups is not None:
                digest = self.groups.complete(about, program)
            else:
                digest = write_arrow(parts.slices(ROWS), parts.folder / TEXT, about, program)
        counts = {"rows": self.summary.rows, "decided": self.summary.decided}
        parts.manifest.append({"kind": "done", "digest": digest, **counts})
        self.record(parts.manifest.entries[-1])

    def _put_in_place(self) -> None:
        """Move what is done from the run's folder to where it belongs; a run killed meanwhile moves the rest."""
        output, folder = self.order.output, self.parts.folder
        if all(REJECTS not in entry["files"] for entry in self.parts.committed):
            self.before.remove(rejects_of(output))
        for name, target in ((TEXT, output), (REJECTS, rejects_of(output)), (NAME, manifest_of(output))):
            if (folder / name).exists():
                self.before.put(folder / name, target)
                sync_folder(output.parent)


def _share(source: Source, after: Position) -> float:
    total = source.size
    before = sum(file.size for file in source.inputs[: after.file])
    file = source.inputs[after.file]
    part = (
        after.offset if file.format.text and file.origin is not Format.XLSX and not file.compression else file.size // 2
    )
    return min((before + part) / total, 1.0) if total else 1.0
