"""``averment audit``: whether the decision log is whole, what it says, and whether its decisions come out the same."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from averment_cli.logs import FILE, filter_of, filter_options, log_option, now, reading
from averment_cli.options import format_option

if TYPE_CHECKING:
    from averment.audit.log import DecisionLog
    from averment.audit.record import Record
    from averment.audit.replay import Replayed, StoredPack

_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}


@click.group("audit")
def command() -> None:
    """Verify, replay and read the decision log.

    \b
    averment audit verify --log sqlite:decisions.db --anchor anchor.json
    averment audit replay --log sqlite:decisions.db --all
    averment audit list --log sqlite:decisions.db --since 2026-11-01
    """


@command.command("verify")
@log_option
@click.option("--anchor", "anchor_file", type=FILE, metavar="FILE", help="An anchor, kept elsewhere, to hold it to.")
@click.option("--key", type=FILE, metavar="FILE", help="The Ed25519 public key (PEM) that signed the anchor.")
@format_option
def verify_command(log: str, anchor_file: str | None, key: str | None, format: str) -> int:
    """Is the log whole? Names the first bad record.

    Edits, removals and another order break the chain. A cut end, and a log written anew, show against an anchor only.
    """
    from averment.audit.anchor import read_anchor
    from averment.audit.verify import verify
    from averment.diagnostics.render_json import all_to_json
    from averment_cli.audit_text import verified
    from averment_cli.terminal import data, json_line, style

    if key and not anchor_file:
        raise click.UsageError("--key is for --anchor")
    anchor = read_anchor(Path(anchor_file).read_text("utf-8", "replace")) if anchor_file else None
    with reading(log) as opened:
        report = verify(opened, anchor, Path(key).read_bytes() if key else b"")
        if format == "json":
            document = {
                name: getattr(report, name) for name in ("log", "records", "head", "anchored", "first_bad", "whole")
            }
            json_line({**document, "diagnostics": all_to_json(report.diagnostics)})
        else:
            data(verified(report, opened.name, anchor, bool(key), style()))
    return 0 if report.whole else 1


@command.command("anchor")
@log_option
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write it here. Keep it elsewhere."
)
@click.option("--key", type=FILE, metavar="FILE", help="An Ed25519 private key (PEM) to sign it with.")
def anchor_command(log: str, output: str | None, key: str | None) -> None:
    """Write down how long the log is, and its head: what a later verify holds it to."""
    from averment.audit.anchor import draw
    from averment.ownership import write_new
    from averment_cli.terminal import data, talk

    with reading(log) as opened:
        drawn = draw(opened, now, Path(key).read_bytes() if key else b"")
    if output is None:
        data(drawn.text())
    else:
        write_new(Path(output), drawn.text().encode())
        talk(f"{drawn.size:,} records anchored in {output}: keep it where who writes the log cannot reach")


@command.command("replay")
@log_option
@click.option("--id", "ids", multiple=True, metavar="ID", help="This record; may be given again.")
@click.option("--all", "everything", is_flag=True, help="Every decision.")
@filter_options
@click.option("--pack", "-p", metavar="PACK", help="Decide with this pack instead: how many claims would turn?")
@click.option("--engine", type=click.Choice(["reference", "durable"]), default="reference", show_default=True,
              help="What infers.")  # fmt: skip
@format_option
def replay_command(
    log: str, ids: tuple[str, ...], everything: bool, pack: str | None, engine: str, format: str, **filters: Any
) -> int:
    """Decide recorded decisions again, and report any difference.

    Each is decided with its own pack, which the log holds, and must come out the same to the byte. With --pack they are
    decided with that pack, under its own parameters, and what turns is counted. Exit code 1 where one differs or is
    refused; what is masked cannot be decided again.
    """
    from averment.audit.record import DECISION
    from averment.audit.replay import flip_table, replay
    from averment.recording import Redecider
    from averment_cli.audit_text import flips, replay_line, replay_summary
    from averment_cli.terminal import data, json_line, style

    if bool(ids) + everything + any(value is not None for value in filters.values()) != 1:
        raise click.UsageError("say which: --id ID, --all, or filters such as --since TIME")
    other = _other_pack(pack) if pack else None
    redecider = Redecider(engine)
    decide = redecider.under_its_own_parameters if other else redecider
    counts: Counter[str] = Counter()
    with reading(log) as opened:
        _refuse_unknown(opened, ids)
        _refuse_undecided(opened, ids)
        again = replay(opened, decide, ids=ids or None, where=filter_of(filters, DECISION), pack=other)
        found = _tallied(again, counts)
        table = flip_table(found) if other else []
        for one in found:
            if format == "json":
                json_line(_replayed(one))
            else:
                data(replay_line(one, style()))
    if other is not None:
        if format == "json":
            json_line({"pack": other.digest, "counts": dict(counts), "flips": [flip._asdict() for flip in table]})
        else:
            data(flips(table, pack or "", style()))
            left = {state: counts[state] for state in ("masked", "refused") if counts[state]}
            data("".join(f"{count:,} {state}, not decided again\n" for state, count in left.items()))
        return 1 if counts["refused"] else 0
    if format != "json":
        data(replay_summary(counts, style()))
    return 1 if counts["differs"] or counts["refused"] else 0


@command.command("show")
@log_option
@click.argument("id")
@format_option
def show_command(log: str, id: str, format: str) -> None:
    """Everything of one record. ID is its id, or its number."""
    from averment_cli.audit_text import shown
    from averment_cli.terminal import data, json_line, style

    with reading(log) as opened:
        _refuse_unknown(opened, (id,))
        record = opened.get(id)
        assert record is not None
        if format == "json":
            json_line(record.document())
        else:
            data(shown(record, style()))


@command.command("list")
@log_option
@filter_options
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="No more than these.")
@click.option("--format", "format", type=click.Choice(["text", "json", "jsonl", "csv"]), default="text",
              show_default=True, help="For people, or for programs.")  # fmt: skip
def list_command(log: str, limit: int, format: str, **filters: Any) -> None:
    """The latest records, newest first."""
    from averment_cli.audit_text import listed
    from averment_cli.terminal import data, json_line, style

    with reading(log) as opened:
        records = list(opened.records(filter_of(filters), newest_first=True, limit=limit))
    if format == "text":
        data(listed(records, style()))
    elif format == "json":
        json_line([record.document() for record in records])
    else:
        for line in _lines(records, format):
            data(line)


@command.command("export")
@log_option
@filter_options
@click.option("-o", "--output", required=True, type=click.Path(allow_dash=True, dir_okay=False), metavar="FILE",
              help="*.jsonl, *.csv or *.parquet; - is JSON Lines to standard output.")  # fmt: skip
@click.option("--format", "format", type=click.Choice(["jsonl", "csv", "parquet"]), help="Whatever FILE is called.")
def export_command(log: str, output: str, format: str | None, **filters: Any) -> None:
    """Every record, in order, for other programs. JSON Lines hold all that verifies the chain."""
    from averment.audit.export import write_parquet
    from averment.ownership import new_file
    from averment_cli.terminal import data, talk

    chosen = format or ("jsonl" if output == "-" else _SUFFIXES.get(Path(output).suffix.lower(), ""))
    if not chosen:
        raise click.UsageError(f"-o wants *.jsonl, *.csv or *.parquet, or say --format; not `{output}`")
    if output == "-" and chosen == "parquet":
        raise click.UsageError("Parquet is no text: write it to a file")
    count = Counter[str]()
    with reading(log) as opened:
        records = _counting(opened.records(filter_of(filters)), count)
        if output == "-":
            for line in _lines(records, chosen):
                data(line)
            sys.stdout.flush()
        elif chosen == "parquet":
            write_parquet(records, Path(output))
        else:
            with new_file(Path(output)) as file:
                file.writelines(line.encode() for line in _lines(records, chosen))
    talk(f"{count.total():,} records: {output}")


@command.command("stats")
@log_option
@filter_options
@format_option
def stats_command(log: str, format: str, **filters: Any) -> None:
    """How many decisions there are, by claim, status, pack and day."""
    from dataclasses import asdict

    from averment.audit.stats import stats
    from averment_cli.audit_text import counted
    from averment_cli.terminal import data, json_line, style

    with reading(log) as opened:
        found = stats(opened, filter_of(filters))
    if format == "json":
        json_line(asdict(found))
    else:
        data(counted(found, style()))


def _refuse_unknown(log: DecisionLog, ids: Iterable[str]) -> None:
    from averment.diagnostics.diagnostic import Diagnostic, Refused

    for id in ids:
        if log.get(id) is None:
            help = "`averment audit list` shows the ids there are; one that does not fit its record was altered"
            raise Refused([Diagnostic("AV561", f"the decision log `{log.name}` has no record `{id}`", help=(help,))])


def _refuse_undecided(log: DecisionLog, ids: Iterable[str]) -> None:
    from averment.audit.record import DECISION, PART

    for id in ids:
        record = log.get(id)
        if record and record.kind != DECISION:
            what = "a part of a batch" if record.kind == PART else "a pack"
            raise click.UsageError(f"record `{id}` is of {what}: only the decisions of single cases are decided again")


def _other_pack(name: str) -> StoredPack:
    from averment.audit.replay import StoredPack
    from averment.recording import pack_bytes
    from averment_cli.reading import pack_of

    pack = pack_of(name)
    return StoredPack(pack.digest, pack_bytes(pack))


def _tallied(replayed: Iterable[Replayed], counts: Counter[str]) -> Iterator[Replayed]:
    for one in replayed:
        counts[one.state] += 1
        yield one


def _replayed(one: Replayed) -> dict[str, Any]:
    return {
        "id": one.record.id,
        "case": one.record.case,
        "state": one.state.value,
        "claim": one.claim,
        "differences": [found._asdict() for found in one.differences],
        "reason": one.reason,
    }


def _lines(records: Iterable[Record], format: str) -> Iterator[str]:
    from averment.audit.export import csv_lines, jsonl

    writers: dict[str, Callable[[Iterable[Record]], Iterator[str]]] = {"jsonl": jsonl, "csv": csv_lines}
    return writers[format](records)


def _counting(records: Iterable[Record], count: Counter[str]) -> Iterator[Record]:
    for record in records:
        count[record.kind] += 1
        yield record
