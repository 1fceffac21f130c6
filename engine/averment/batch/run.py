"""A batch: from the input's files to the output, resumable at every moment.

The run's header (pack, parameters, input, output) is the first entry of the manifest: a run goes on only where all of
it is as it was. When every part is there, the output is complete (text) or put together (else); it is synced, entered
and renamed. Its manifest is kept beside it as ``OUT.manifest``: the header, what the parts were, the output's digest.
"""

from __future__ import annotations

import errno
import json
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex

from averment.backends.columnar.support import unsupported
from averment.batch import inputs as files
from averment.batch.aside import aside
from averment.batch.assembling import ROWS, TEXT, WHOLE, assemble
from averment.batch.columns import Mapped
from averment.batch.deciding import Job
from averment.batch.inputs import Unreadable, digest_of
from averment.batch.manifest import NAME, Damaged, Entry, read_entries, sync_folder
from averment.batch.parts import Busy, Ends, Parts, held, remove
from averment.batch.pool import Lost, Run, workers
from averment.batch.rendering import CsvWriter
from averment.batch.side_join import SIDE_CHUNK, joined_units
from averment.batch.sides import Named, open_sides
from averment.batch.sources import CHUNK, TEXT_CHUNK, Position, Source, open_source
from averment.batch.summary import Summary
from averment.batch.unit import Format
from averment.batch.work import REJECTS
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.ir.program import FactType, Program

Progress = Callable[[int, float], None]
"""Told after each part: how many rows are done, and which share of the input."""
Record = Callable[[Entry], None]
"""Told of the run, then of each part once it lasts, as the manifest has them; by a run that goes on, of all again."""

_VERSION = 3
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Order:
    """What is to be done. ``name``: the input as it was asked for; ``alias``: what it is called, if not by its name."""

    program: Program
    types: Mapping[str, FactType]
    name: str
    output: Path
    format: Format
    input_format: Format | None = None
    mapping: Mapped = field(default_factory=dict[str, str])
    warrants: bool = False
    engine: str = ""
    jobs: int = 1
    chunk: int = 0  # rows of a unit; 0 is as many as suit the format
    restart: bool = False
    alias: str = ""
    sides: Named = ()


@dataclass(frozen=True)
class Result:
    """``fallback``: why the columnar kernel did not decide, if so. ``resumed``: how many rows were done before."""

    summary: Summary
    fallback: str
    resumed: int
    rejects: Path | None


def run(order: Order, progress: Progress = lambda _, __: None, record: Record = lambda _: None) -> Result:
    """Decide every row. Raises Refused, with what is wrong with the order, its input or an earlier run of it.

    What ``record`` raises ends the run, before the output is in its place; the same order goes on.
    """
    report = Report()
    found = files.find_inputs(order.name, order.input_format, report)
    if not report.failed:
        files.check_output(order.output, order.name, found, report)
    source = None if report.failed else open_source(found, order.types, order.mapping, report, bool(order.sides))
    if source is not None and not report.failed:
        source = open_sides(order.sides, source, order.types, report)
        if source.sides:
            files.check_output(order.output, order.name, [side.file for side in source.sides], report)
    if source is None or report.failed:
        raise Refused(report.diagnostics)
    if order.alias:
        source = replace(source, shapes=tuple(replace(shape, file=order.alias) for shape in source.shapes))
    try:
        with held(_folder(order.output)):
            return _run(order, source, progress, record)
    except Busy:
        what = f"another run is writing `{order.output}`"
        raise _refused("AV526", what, "wait for it, or write to another file") from None
    except Damaged as damage:
        what = f"the manifest of `{order.output}` is damaged: {damage}"
        raise _refused("AV527", what, "begin anew with --restart") from None
    except Lost as lost:
        what = f"a worker ended by itself ({lost})"
        raise _refused("AV530", what, "the same command goes on where it stopped; perhaps with fewer --jobs") from None
    except OSError as problem:
        if problem.errno not in _FULL:
            raise
        what = f"`{order.output}` cannot be written: {problem.strerror}"
        raise _refused("AV531", what, "make room; the same command goes on where it stopped") from None


def _refused(code: str, message: str, *help: str) -> Refused:
    return Refused([Diagnostic(code, message, (), help)])


def _folder(output: Path) -> Path:
    return output.with_name(f"{output.name}.parts")


def manifest_of(output: Path) -> Path:
    """Where the manifest of a finished output is."""
    return output.with_name(f"{output.name}.manifest")


def rejects_of(output: Path) -> Path:
    """Where the rows without an outcome are."""
    return output.with_name(f"{output.name}.rejects")


def _run(order: Order, source: Source, progress: Progress, record: Record) -> Result:
    kernel, fallback = _columnar(order)
    folder = _folder(order.output)
    if order.restart:
        (folder / NAME).unlink(missing_ok=True)
    shapes, engine = source.shapes, order.engine
    job = Job(order.program, order.types, source.inputs, shapes, engine, kernel, order.warrants, order.format)
    with closing(Parts(folder)) as parts, workers(job, order.jobs, folder) as run:
        header = aside(lambda: _header(order, source, kernel))  # the input is digested while the workers begin
        summary, resumed = _go_on(order, source, parts, run, header, progress, record)
    remove(folder)
    return Result(summary, fallback, resumed, _rejects(order.output))


def _go_on(
    order: Order,
    source: Source,
    parts: Parts,
    run: Run,
    header: Future[Entry],
    progress: Progress,
    record: Record,
) -> tuple[Summary, int]:
    """What the whole run came to, and how many of its rows were done before."""
    summary = Summary(tuple(dict.fromkeys(rule.id for rule in order.program.rules)))
    if parts.header is not None:
        _same_run(parts.header, header.result(), order.output)
    elif not order.restart and _finished(order.output, header, summary, record):
        return summary, summary.rows
    parts.recover()
    for entry in parts.told:
        record(entry)
    for entry in parts.committed:
        summary.add(entry)
    resumed = summary.rows
    if not parts.done:
        _decide(order, source, parts, run, header, summary, progress, record)
        for file in files.touched([*source.inputs, *(side.file for side in source.sides)]):
            raise _refused("AV528", f"`{file.path}` was written to while it was read", "run again with --restart")
        _finish(order, parts, header.result(), summary)
    _put_in_place(order.output, parts)
    return summary, resumed


def _columnar(order: Order) -> tuple[bool, str]:
    """Whether the kernel decides, and if not, why."""
    if order.engine or order.warrants:
        return False, ""
    against = unsupported(order.program)
    return not against, "; ".join(found.message for found in against)


def _header(order: Order, source: Source, columnar: bool) -> Entry:
    """What the run is: all that its output depends on. Raises OSError."""
    program, inputs = order.program, files.digested(source.inputs)
    sides = files.digested([side.file for side in source.sides])
    beside = [
        {"type": side.kind.name, "path": side.shape.file, "format": file.format.value, "digest": file.digest}
        for side, file in zip(source.sides, sides, strict=True)
    ]
    return ({"sides": beside} if beside else {}) | {
        "kind": "run",
        "version": _VERSION,
        "pack": {"name": program.name, "version": program.version, "digest": program.digest},
        "parameters": dict(program.parameters),
        "input": order.alias or order.name,
        "files": [
            {"path": shape.file, "format": file.format.value, "digest": file.digest}
            for shape, file in zip(source.shapes, inputs, strict=True)
        ],
        "mapping": [[heading, target] for heading, target in sorted(order.mapping.items())],
        "format": order.format.value,
        "warrants": "full" if order.warrants else "none",
        "engine": "columnar" if columnar else order.engine or "reference",
        "rules": list(dict.fromkeys(rule.id for rule in program.rules)),
    }


_SAID = {
    "pack": "the pack has changed",
    "rules": "the pack has changed",
    "parameters": "a parameter has changed",
    "files": "the input has changed",
    "input": "the input is another one",
    "sides": "a side table has changed",
    "mapping": "the mapping of columns has changed",
}


def _same_run(before: Entry, now: Entry, output: Path) -> None:
    for key in (*now, "sides"):
        if before.get(key) != now.get(key):
            what = _SAID.get(key, f"`{key}` is another one")
            help = "run it as it was begun, or begin anew with --restart"
            raise _refused("AV529", f"`{output}` is begun and cannot go on: {what}", help)


def _finished(output: Path, header: Future[Entry], summary: Summary, record: Record) -> bool:
    """Whether this very run has already made the output; if so, ``summary`` has what it came to."""
    try:
        entries = read_entries(manifest_of(output))
        now = header.result()
        if not entries or any(entries[0].get(key) != now.get(key) for key in (*now, "sides")):
            return False
        if entries[-1]["kind"] != "done" or digest_of(str(output)) != entries[-1]["digest"]:
            return False
    except (Damaged, OSError):
        return False
    for entry in entries[:-1]:
        record(entry)
        if entry["kind"] == "part":
            summary.add(entry)
    return True


def _decide(
    order: Order,
    source: Source,
    parts: Parts,
    run: Run,
    header: Future[Entry],
    summary: Summary,
    progress: Progress,
    record: Record,
) -> None:
    """Decide what is left. Parts are committed as soon as the digest of the input is known, and the run's header is."""
    position = Position(*parts.committed[-1]["next"]) if parts.committed else Position()
    usual = SIDE_CHUNK if source.sides else TEXT_CHUNK if order.format.text else CHUNK
    stream = joined_units(source, position, order.chunk or usual)
    written: deque[tuple[Ends, Entry, Position]] = deque()

    def commit() -> None:
        if parts.header is None:
            parts.manifest.append({**header.result(), "id": token_hex(16)})  # two runs of one order are two
            record(parts.manifest.entries[-1])
        while written:
            ends, about, after = written.popleft()
            parts.commit(ends, about)
            record(parts.manifest.entries[-1])
            summary.add(about)
            progress(summary.rows, _share(source, after))

    try:
        for unit, after, done in run(stream):
            about: Entry = {
                "first": unit.first,
                "rows": unit.rows,
                "file": unit.file,
                "offset": unit.offset,
                "next": after.told(),
                "decided": done.decided,
                "alone": done.alone,
                "counts": sorted(done.counts.items()),
            }
            written.append((parts.add(done.contents), about, after))
            if header.done():
                commit()
        commit()
    except Unreadable as problem:
        raise _refused("AV523", f"`{problem.path}` cannot be read to its end: {problem.why}") from None


def _share(source: Source, after: Position) -> float:
    total = source.size
    before = sum(file.size for file in source.inputs[: after.file])
    file = source.inputs[after.file]
    part = after.offset if file.format.text and not file.compression else file.size // 2
    return (before + part) / total if total else 1.0


def _finish(order: Order, parts: Parts, header: Entry, summary: Summary) -> None:
    """Write what is left of the output, and enter that all is done."""
    if order.format.text:
        heading = CsvWriter.heading if order.format is Format.CSV else b""
        digest = parts.complete(TEXT, b"" if parts.committed else heading)
    else:
        slices = parts.slices(ROWS, WHOLE)
        digest = assemble(slices, parts.folder / TEXT, order.format, _metadata(order, header))
    parts.manifest.append({"kind": "done", "digest": digest, "rows": summary.rows, "decided": summary.decided})


def _put_in_place(output: Path, parts: Parts) -> None:
    """Move what is done from the run's folder to where it belongs; a run killed meanwhile moves the rest."""
    if all(REJECTS not in entry["files"] for entry in parts.committed):
        rejects_of(output).unlink(missing_ok=True)
    for name, target in ((TEXT, output), (REJECTS, rejects_of(output)), (NAME, manifest_of(output))):
        if (parts.folder / name).exists():
            (parts.folder / name).replace(target)
            sync_folder(output.parent)


def _metadata(order: Order, header: Entry) -> dict[str, str]:
    program = order.program
    return {
        "averment.pack": program.digest,
        "averment.name": program.name,
        "averment.version": program.version,
        "averment.rules": json.dumps(header["rules"]),
        "averment.run": json.dumps(header, sort_keys=True, ensure_ascii=False),
    }


def _rejects(output: Path) -> Path | None:
    path = rejects_of(output)
    return path if path.exists() else None
