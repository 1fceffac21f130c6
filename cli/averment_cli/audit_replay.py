"""``averment audit replay``: recorded decisions decided again, by their own pack or by another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from averment_cli.audit_reading import chosen, decisions_of
from averment_cli.logs import batch_options, filter_of, filter_options, log_option, reading
from averment_cli.options import format_option

if TYPE_CHECKING:
    from averment.audit.record import Record
    from averment.audit.replay import Replayed
    from averment.audit.store import Filter
    from averment.replaying.replaying import BatchReplayed
    from averment.replaying.rows import Decisions


@click.command("replay")
@log_option
@click.option("--id", "ids", multiple=True, metavar="ID", help="This record, or RUN/ROW; may be given again.")
@click.option("--all", "everything", is_flag=True, help="Every decision.")
@filter_options
@batch_options
@click.option("--pack", "-p", metavar="PACK", help="Decide with this pack, too: which claims would turn?")
@click.option("--engine", type=click.Choice(["reference", "durable"]),
              help="What infers. Default: reference, and batches as they were.")  # fmt: skip
@click.option(
    "--jobs", "-j", type=click.IntRange(1, 256), help="Processes that decide batches; by default as many as pay."
)
@format_option
def replay_command(
    log: str,
    ids: tuple[str, ...],
    everything: bool,
    places: tuple[str, ...],
    masking_key: str | None,
    pack: str | None,
    engine: str | None,
    jobs: int | None,
    format: str,
    **filters: Any,
) -> int:
    """Decide recorded decisions again, and report any difference.

    Each is decided with its own pack, which the log holds, and must come out the same to the byte. Batches are decided
    from their input, all rows at once; it is found where it was or by --input, and known by its digest. With --pack
    all are decided with that pack, too, under its own parameters, and what turns is told: how many, from which claim to
    which, by which rules, and the first ten by name.

    Exit code 1 where one differs, is refused, or is left out because its input is not there, which is said. What is
    masked cannot be decided again.
    """
    if bool(ids) + everything + any(value is not None for value in filters.values()) != 1:
        raise click.UsageError("say which: --id ID, --all, or filters such as --since TIME")
    where = filter_of(filters)
    with reading(log, masking_key) as opened:
        picked = [chosen(opened, id) for id in ids]
        _refuse_undecided(picked, ids)
        decisions = decisions_of(opened, places)
        if pack is not None:
            return _turned(decisions, picked, where, pack, engine or "reference", jobs or 0, format)
        return _replayed(decisions, picked, where, engine or "", jobs or 0, format)


def _replayed(
    decisions: Decisions, picked: list[tuple[Record, int]], where: Filter, engine: str, jobs: int, format: str
) -> int:
    from averment.audit.replay import replay
    from averment.engines import losses_of
    from averment.recording import Redecider
    from averment.replaying.replaying import BatchReplay
    from averment_cli.audit_text import batch_line, replay_line, replay_summary
    from averment_cli.terminal import data, json_line, style, talk_findings

    counts: Counter[str] = Counter()
    rows = runs = 0
    single = [record.id for record, _ in picked if record.kind == "decision"]
    again: Iterable[Replayed] = ()
    if single or not picked:
        again = replay(decisions.log, Redecider(engine or "reference"), ids=single or None, where=where)
    for one in again:
        counts[one.state] += 1
        if format == "json":
            json_line(_document(one))
        else:
            data(replay_line(one, style()))
    batch = BatchReplay(decisions, jobs, engine)
    for each in _batches(batch, picked, where):
        talk_findings(losses_of(each.losses), {})
        counts[each.state] += each.cases
        if each.state in ("same", "differs"):
            rows, runs = rows + each.cases, runs + 1
        if format == "json":
            json_line(_batch_document(each))
        else:
            data(batch_line(each, style()))
    if format != "json":
        data(replay_summary(counts, rows, runs, style()))
    return 1 if counts["differs"] or counts["refused"] or counts["left out"] else 0


def _batches(batch: Any, picked: list[tuple[Record, int]], where: Filter) -> Iterator[BatchReplayed]:
    from averment.audit.batches import batch_of

    if not picked:
        yield from batch.runs(where)
    for record, row in picked:
        if record.kind == "run":
            run = batch_of(batch.decisions.log, record)
            yield batch.row(run, row) if row else batch.run(run)


def _turned(
    decisions: Decisions,
    picked: list[tuple[Record, int]],
    where: Filter,
    name: str,
    engine: str,
    jobs: int,
    format: str,
) -> int:
    from averment.audit.batches import batch_of
    from averment.render.turns_text import turns_text
    from averment.replaying.turning import Turning
    from averment_cli.audit_text import left_out, many
    from averment_cli.reading import pack_of
    from averment_cli.terminal import data, json_line, style

    other = pack_of(name)
    turning = Turning(decisions, other, engine, jobs)
    if not picked:
        turning.all(where)
    for record, row in picked:
        if record.kind == "decision":
            turning.single(record)
        elif row:
            turning.row(batch_of(decisions.log, record), row)
        else:
            turning.run(batch_of(decisions.log, record), where)
    left = [{"id": each.record.id, "cases": each.cases, "code": each.why.code, "reason": each.why.message}
            for each in turning.left]  # fmt: skip
    if format == "json":
        pack = {"name": other.name, "version": other.version, "digest": other.digest}
        json_line({"pack": pack, **turning.turns.document, "left_out": left, "repeated_runs": turning.repeated})
    else:
        data(turns_text(turning.turns, style(), f"{other.name} {other.version}"))
        if turning.repeated:
            data(f"left out: {many(turning.repeated, 'earlier run')} of the same order, with the same cases\n")
        for each in turning.left:
            data(left_out(each.cases, each.record.id, each.why) + "\n")
    return 1 if any(each.why.code != "AV559" for each in turning.left) else 0


def _refuse_undecided(picked: list[tuple[Record, int]], ids: tuple[str, ...]) -> None:
    from averment.audit.record import DECISION, RUN

    words = {"part": "a part of a batch", "done": "the end of a batch", "pack": "a pack"}
    for (record, _), id in zip(picked, ids, strict=True):
        if record.kind not in (DECISION, RUN):
            what = words.get(record.kind, record.kind)
            raise click.UsageError(f"record `{id}` is of {what}: only decisions and whole batches are decided again")


def _document(one: Replayed) -> dict[str, Any]:
    return {
        "id": one.record.id,
        "case": one.record.case,
        "state": one.state.value,
        "claim": one.claim,
        "differences": [found._asdict() for found in one.differences],
        "reason": one.reason,
    }


def _batch_document(each: BatchReplayed) -> dict[str, Any]:
    return {
        "id": each.id,
        "input": each.input,
        "cases": each.cases,
        "state": each.state.value,
        "differences": list(each.differences),
        "reason": f"{each.why.code}: {each.why.message}" if each.why else "",
    }
