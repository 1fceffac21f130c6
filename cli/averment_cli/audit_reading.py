"""``averment audit show``, ``list``, ``export`` and ``stats``: what the log says, of batches as of single cases."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from averment_cli.logs import batch_options, filter_of, filter_options, log_option, reading
from averment_cli.options import format_option

if TYPE_CHECKING:
    from averment.audit.export import Recorded
    from averment.audit.log import DecisionLog
    from averment.audit.record import Record
    from averment.audit.store import Filter
    from averment.replaying.rows import Decisions, Told

_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}


@click.command("show")
@log_option
@click.argument("id")
@click.option("--full", is_flag=True, help="Every reason, as a tree.")
@batch_options
@format_option
def show_command(log: str, id: str, full: bool, places: tuple[str, ...], masking_key: str | None, format: str) -> int:
    """Everything of one record, and of a decision the reasons.

    ID is its id, or its number; RUN/ROW is the decision of a row of a batch. Reasons are found by deciding again, with
    the pack in the log; where that does not come out as it was recorded, this is said: exit code 1.
    """
    from averment.audit.record import DECISION
    from averment_cli.audit_shown import decision_shown, row_shown
    from averment_cli.audit_text import shown
    from averment_cli.terminal import data, json_line, style

    with reading(log, masking_key) as opened:
        record, row = chosen(opened, id)
        if row:
            return row_shown(decisions_of(opened, places), record, row, full, format)
        if record.kind == DECISION:
            return decision_shown(opened, record, full, format)
        if format == "json":
            json_line(record.document())
            return 0
        data(shown(record, style()))
        if record.kind == "run":
            from averment.audit.batches import batch_of
            from averment_cli.audit_text import run_shown

            data("\n" + run_shown(batch_of(opened, record), style()))
    return 0


@click.command("list")
@log_option
@filter_options
@batch_options
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="No more than these.")
@click.option("--format", "format", type=click.Choice(["text", "json", "jsonl", "csv"]), default="text",
              show_default=True, help="For people, or for programs.")  # fmt: skip
def list_command(
    log: str, limit: int, format: str, places: tuple[str, ...], masking_key: str | None, **filters: Any
) -> int:
    """The latest decisions, runs of batches and packs, newest first.

    With --case, --claim or --status: the decisions that meet it, those of batches, too. Exit code 1 where some of these
    cannot be read; which, and why, is said.
    """
    from averment.audit.batches import batches
    from averment.audit.record import DONE, PART, RUN
    from averment_cli.audit_text import listed
    from averment_cli.terminal import data, json_line, style

    where = filter_of(filters)
    with reading(log, masking_key) as opened:
        found = decisions_of(opened, places)
        if of_decisions(where):
            told: Iterable[Told] = found.told(where, newest_first=True)
        else:
            told = (each for each in opened.records(where, newest_first=True) if each.kind not in (PART, DONE))
        records = list(islice(told, limit))
        if format == "text":
            runs = batches(opened) if any(record.kind == RUN for record in records) else []
            data(listed(records, style(), {batch.record.id: batch for batch in runs}))
        elif format == "json":
            json_line([record.document() for record in records])
        else:
            for line in _lines(records, format):
                data(line)
    return tell_left(found)


@click.command("export")
@log_option
@filter_options
@batch_options
@click.option("-o", "--output", required=True, type=click.Path(allow_dash=True, dir_okay=False), metavar="FILE",
              help="*.jsonl, *.csv or *.parquet; - is JSON Lines to standard output.")  # fmt: skip
@click.option("--format", "format", type=click.Choice(["jsonl", "csv", "parquet"]), help="Whatever FILE is called.")
@click.option("--decisions", is_flag=True, help="Decisions only, and each row of a batch as one.")
def export_command(
    log: str,
    output: str,
    format: str | None,
    decisions: bool,
    places: tuple[str, ...],
    masking_key: str | None,
    **filters: Any,
) -> int:
    """Every record, in order, for other programs. JSON Lines hold all that verifies the chain.

    With --decisions, and with --case, --claim or --status: the decisions, those in rows of batches, too (kind `row`).
    Exit code 1 where some of these cannot be read; which, and why, is said.
    """
    from averment.audit.export import write_parquet
    from averment.ownership import new_file
    from averment_cli.terminal import data, talk

    chosen = format or ("jsonl" if output == "-" else _SUFFIXES.get(Path(output).suffix.lower(), ""))
    if not chosen:
        raise click.UsageError(f"-o wants *.jsonl, *.csv or *.parquet, or say --format; not `{output}`")
    if output == "-" and chosen == "parquet":
        raise click.UsageError("Parquet is no text: write it to a file")
    count, where = Counter[str](), filter_of(filters)
    with reading(log, masking_key) as opened:
        found = decisions_of(opened, places)
        told: Iterable[Told] = found.told(where) if decisions or of_decisions(where) else opened.records(where)
        records = _counting(told, count)
        if output == "-":
            for line in _lines(records, chosen):
                data(line)
            sys.stdout.flush()
        elif chosen == "parquet":
            write_parquet(records, Path(output))
        else:
            with new_file(Path(output)) as file:
                file.writelines(line.encode() for line in _lines(records, chosen))
    rows = f", {count['row']:,} of them rows of batches" if count["row"] else ""
    talk(f"{count.total():,} records{rows}: {output}")
    return tell_left(found)


@click.command("stats")
@log_option
@filter_options
@batch_options
@format_option
def stats_command(log: str, format: str, places: tuple[str, ...], masking_key: str | None, **filters: Any) -> int:
    """How many decisions there are, by claim, status, pack and day.

    Cases of runs of the same order count once; decisions count each time.
    """
    from dataclasses import asdict

    from averment.audit.stats import stats
    from averment.replaying.rows import RowRecord
    from averment_cli.audit_text import counted
    from averment_cli.terminal import data, json_line, style

    where = filter_of(filters)
    with reading(log, masking_key) as opened:
        decisions = decisions_of(opened, places)
        rows = None
        if where.case:  # only the rows themselves tell how they are called
            told = [each for each in decisions.told(where) if isinstance(each, RowRecord)]
            rows = [(each.batch, each.claim, each.status) for each in told]
        found = stats(opened, where, rows)
    if format == "json":
        json_line(asdict(found))
    else:
        data(counted(found, style()))
    return tell_left(decisions)


def decisions_of(log: DecisionLog, places: tuple[str, ...]) -> Decisions:
    """The decisions in a log; tables of batches may be at ``places``, too."""
    from averment.replaying.finding import Finder
    from averment.replaying.rows import Decisions

    return Decisions(log, Finder(log, places))


def of_decisions(where: Filter) -> bool:
    """Whether a filter asks for what decisions are."""
    return bool(where.case or where.claim or where.status)


def chosen(log: DecisionLog, id: str) -> tuple[Record, int]:
    """The record of an id, and the row of its batch that the id names, or 0. Raises Refused (AV561)."""
    from averment.diagnostics.diagnostic import Diagnostic, Refused

    name, slash, number = id.partition("/")
    record = log.get(name)
    row = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    if record is None or bool(slash) != bool(row) or (row and record.kind != "run"):
        help = "`averment audit list` shows the ids there are; one that does not fit its record was altered"
        raise Refused([Diagnostic("AV561", f"the decision log `{log.name}` has no record `{id}`", help=(help,))])
    return record, row


def tell_left(found: Decisions) -> int:
    """Say which decisions of batches were left out, and why; the exit code."""
    from averment_cli.audit_text import left_out
    from averment_cli.terminal import talk

    for left in found.left:
        talk(left_out(left.cases, left.record.id, left.why))
    return 1 if found.left else 0


def _lines(records: Iterable[Recorded], format: str) -> Iterator[str]:
    from averment.audit.export import csv_lines, jsonl

    writers: dict[str, Callable[[Iterable[Recorded]], Iterator[str]]] = {"jsonl": jsonl, "csv": csv_lines}
    return writers[format](records)


def _counting(records: Iterable[Told], count: Counter[str]) -> Iterator[Told]:
    for record in records:
        count[record.kind] += 1
        yield record
