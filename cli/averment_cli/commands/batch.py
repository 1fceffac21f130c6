"""``averment batch``: the many cases of a table, each decided on its own, one after the other."""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from averment_cli.options import engine_option, pack_option, param_option

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Report
    from averment.outcome.outcome import Outcome
    from averment.pack import Pack
    from averment_cli.tables import Row

_JSON_LINES = (".jsonl", ".ndjson")
_EVERY = 0.2  # seconds between two figures of progress


@click.command("batch")
@click.argument("table", type=click.Path(allow_dash=True, dir_okay=False), metavar="IN")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(allow_dash=True, dir_okay=False),
    metavar="OUT",
    help="Where outcomes go: *.jsonl, *.csv, or - for standard output.",
)
@pack_option
@param_option
@engine_option
def command(table: str, output: str, pack: str, parameters: Sequence[str], engine: str | None) -> int:
    """Decide the many cases of a table.

    IN is *.jsonl (a case a line) or *.csv (columns case and TYPE.FIELD, an empty cell is unknown, a set is a|b); - is
    JSON Lines from standard input. A row that cannot be decided becomes an error in OUT and stops nothing: then the
    exit code is 1. OUT is there whole or not at all.

    \b
    averment batch cases.csv -o outcomes.csv
    averment batch cases.jsonl -o outcomes.jsonl --pack my_pack
    """
    from averment.diagnostics.diagnostic import Report
    from averment.pipeline import decide
    from averment_cli.reading import Texts, pack_of, stop_if_failed
    from averment_cli.terminal import talk
    from averment_cli.written import parameters_of

    report, texts = Report(), Texts()
    if table != "-" and not table.lower().endswith((*_JSON_LINES, ".csv")):
        raise click.UsageError(f"IN is *.jsonl, *.ndjson, *.csv or -, not `{table}`")
    if output != "-" and not output.lower().endswith((*_JSON_LINES, ".csv")):
        raise click.UsageError(f"OUT is *.jsonl, *.ndjson, *.csv or -, not `{output}`")
    known = pack_of(pack)
    overrides = parameters_of(parameters, known.model, report)
    stop_if_failed(report, texts)
    ready = known.engine(overrides, engine or "")
    decided = failed = 0
    progress = _Progress()
    with _input(table, report) as rows_of:
        stop_if_failed(report, texts)
        with _output(output) as write:
            for row in rows_of(known, report):
                outcome = None if row.case is None else decide(ready, row.case, row.report)
                decided, failed = decided + (outcome is not None), failed + (outcome is None)
                write(outcome, row)
                progress.show(decided + failed)
            progress.clear()
            stop_if_failed(report, texts)
    talk(f"{decided:,} decided, {failed:,} failed: {output}")
    return 1 if failed else 0


@contextmanager
def _input(table: str, report: Report) -> Generator[Callable[[Pack, Report], Iterator[Row]], None, None]:
    """The open table; what it gives reads its rows under a pack."""
    from averment.source.text import start_of
    from averment.surface.folder import reason
    from averment_cli.reading import STANDARD_INPUT
    from averment_cli.tables import csv_rows, json_rows

    if table == "-":
        yield lambda pack, _: json_rows(sys.stdin.buffer, STANDARD_INPUT, pack.model)
        return
    try:
        stream = open(table, "rb")  # noqa: PTH123, SIM115 - closed below, once it is known that it opened
    except (OSError, ValueError) as problem:
        report.error("AV117", f"`{table}` cannot be read: {reason(problem)}", start_of(table))
        yield lambda pack, report: iter(())
        return
    with stream:
        if table.lower().endswith(".csv"):
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
            yield lambda pack, report: csv_rows(text, table, pack.model, report)
        else:
            yield lambda pack, _: json_rows(stream, table, pack.model)


@contextmanager
def _output(output: str) -> Generator[Callable[[Outcome | None, Row], None], None, None]:
    """Something that writes a row's outcome. A file appears under its name only once it is whole."""
    if output == "-":
        yield _json_writer(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    target = Path(output)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as stream:
        try:
            if output.lower().endswith(".csv"):
                text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
                yield _csv_writer(text)
                text.flush()
                text.detach()
            else:
                yield _json_writer(stream)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).chmod(0o666 & ~_umask())
            Path(stream.name).replace(target)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise


def _json_writer(stream: Any) -> Callable[[Outcome | None, Row], None]:
    from averment.ir.digest import canonical

    def write(outcome: Outcome | None, row: Row) -> None:
        line = (
            canonical({"case": row.name, "row": row.number, "error": _error(row)})
            if outcome is None
            else outcome.canonical
        )
        stream.write(line + b"\n")

    return write


def _csv_writer(stream: IO[str]) -> Callable[[Outcome | None, Row], None]:
    from averment_cli.tables import COLUMNS

    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)

    def write(outcome: Outcome | None, row: Row) -> None:
        if outcome is None:
            error = _error(row)
            writer.writerow([row.name, "", "", "", "", row.number, f"{error['code']}: {error['message']}"])
        else:
            strength = "" if outcome.strength is None else outcome.strength
            hangs_on = "|".join(outcome.hangs_on)
            writer.writerow([row.name, outcome.claim, outcome.status.value, strength, hangs_on, row.number, ""])

    return write


def _error(row: Row) -> dict[str, Any]:
    """The first finding of a row, and how many more there are."""
    from averment.diagnostics.render_json import to_json

    first, *others = row.report.diagnostics
    return {**to_json(first), "more": len(others)}


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _Progress:
    """How many rows are done, on a terminal only."""

    def __init__(self) -> None:
        self._wanted = sys.stderr.isatty()
        self._next = time.monotonic() + _EVERY

    def show(self, done: int) -> None:
        if self._wanted and time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            sys.stderr.write(f"\r{done:,} rows")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._wanted:
            sys.stderr.write("\r\x1b[K")
