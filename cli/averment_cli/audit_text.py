"""What the audit commands say to people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from averment.diagnostics.render_text import visible
from averment.render.display import Style
from averment_cli.grid import grid

if TYPE_CHECKING:
    from averment.audit.anchor import Anchor
    from averment.audit.batches import Batch
    from averment.audit.record import Record
    from averment.audit.replay import Replayed
    from averment.audit.stats import Stats
    from averment.audit.verify import VerifyReport
    from averment.diagnostics.diagnostic import Diagnostic
    from averment.replaying.replaying import BatchReplayed
    from averment.replaying.rows import Told

_MARKS = {"same": "good", "differs": "bad", "masked": "doubt", "refused": "bad"}


def verified(report: VerifyReport, name: str, anchor: Anchor | None, trusted: bool, style: Style) -> str:
    """Whether a log is whole, up to where, and what says so."""
    rows = [["log", report.log], ["head", report.head]]
    if anchor and report.whole:
        signed = (
            "signed by the key given"
            if trusted
            else "signed, by whom was not asked"
            if anchor.signature
            else "unsigned"
        )
        rows.append(["anchor", f"agrees: {many(anchor.size, 'record')} at {moment(anchor.time)}, {signed}"])
    if not anchor:
        rows.append(["anchor", "none given: a cut end or a rewritten log would not show"])
    if report.whole:
        mark = style.paint(f"{style.glyphs.holds} whole", "headline-good")
        return f"{mark}: {many(report.records, 'record')} in {visible(name)}\n{indented(rows, style)}"
    said = "".join(
        f"{style.paint(f'{style.glyphs.against} {found.code}', 'headline-bad')} {visible(found.message)}\n"
        + "".join(f"  {style.paint('help', 'dim')}: {visible(help)}\n" for help in found.help)
        for found in report.diagnostics
    )
    before = "nothing before it is whole" if not report.records else f"whole up to record {report.records:,}"
    return f"{said}  {before}, in {visible(name)}\n{indented(rows[:2], style)}"


def listed(records: Iterable[Told], style: Style, runs: Mapping[str, Batch] | None = None) -> str:
    """A line for each record; ``runs``: of batches, by id."""
    rows = [
        [record.id, moment(record.time), *_of_run(record, (runs or {})[record.id])]
        if record.id in (runs or {})
        else [record.id, moment(record.time), _subject(record), record.claim, record.status]
        for record in records
    ]
    return grid(rows, style, ("id", "time", "case", "claim", "status"))


def shown(record: Record, style: Style) -> str:
    """Everything of a record."""
    body = dict(record.body)
    facts, parameters = body.pop("facts", None), body.pop("parameters", None)
    head = style.paint(_subject(record), "bold") + (f": {visible(record.claim)}" if record.claim else "")
    rows = [["id", record.id], ["time", moment(record.time)], ["kind", record.kind]]
    if record.status:
        rows.append(["status", record.status])
    rows += [["pack", f"{record.pack} {body.pop('pack_version', '')}".strip()], ["digest", record.digest]]
    rows += [[name.replace("_", " "), _plain(value)] for name, value in body.items() if value != ""]
    rows += [["key", record.key]] if record.key else []
    rows += [["previous", record.previous], ["hash", record.hash]]
    text = f"{head}\n{indented(rows, style)}"
    for title, content in (("facts", facts), ("parameters", parameters)):
        if content is not None:
            lines = [[name, _plain(value)] for name, value in _paths(content)] or [["none", ""]]
            text += f"\n{style.paint(title, 'bold')}\n{indented(lines, style)}"
    return text


def replay_line(one: Replayed, style: Style) -> str:
    """What became of a record that was decided again; nothing of one that came out the same."""
    if one.state == "same":
        return ""
    head = f"{style.paint(one.state, _MARKS[one.state])}  {one.record.id}  {visible(_subject(one.record))}"
    if one.reason:
        return f"{head}: {visible(one.reason)}\n"
    rows = [[found.what, f"{found.recorded} → {found.now}"] for found in one.differences]
    return f"{head}\n{indented(rows, style)}"


def replay_summary(counts: Mapping[str, int], rows: int, runs: int, style: Style) -> str:
    """How many were decided again, so many ``rows`` of ``runs`` of batches among them, and with what result."""
    if not any(counts.values()):
        return "No decision meets this: nothing was decided again.\n"
    words = {"same": "the same, to the byte", "differs": "different"}
    parts = [f"{counts[state]:,} {word}" for state, word in words.items() if counts.get(state)]
    left = [
        f"{counts[state]:,} {state}, not decided again"
        for state in ("masked", "refused", "left out")
        if counts.get(state)
    ]
    clean = not any(counts.get(state) for state in ("differs", "refused", "left out"))
    glyph = style.paint(style.glyphs.holds if clean else style.glyphs.against, "good" if clean else "bad")
    again = sum(counts.get(state, 0) for state in words)
    of = f", {rows:,} of them of {many(runs, 'batch', 'batches')}" if runs else ""
    said = [f"{many(again, 'decision')} decided again{of}: {', '.join(parts)}"] if again else []
    return f"{glyph} {'; '.join([*said, *left])}\n"


def batch_line(each: BatchReplayed, style: Style) -> str:
    """What became of decisions of a batch that were decided again; nothing of what came out the same."""
    if each.state == "same":
        return ""
    if each.why is not None:
        return left_out(each.cases, each.id, each.why) + "\n"
    head = f"{style.paint(each.state, _MARKS[each.state])}  {each.id}  {visible(each.input)}"
    return f"{head}\n" + "".join(f"  {visible(said)}\n" for said in each.differences)


def left_out(cases: int, id: str, why: Diagnostic) -> str:
    """Which decisions were left out, and why."""
    help = f" ({'; '.join(why.help)})" if why.help else ""
    return f"left out: {many(cases, 'decision')}, {id}: {visible(why.message)}{visible(help)}"


def run_shown(batch: Batch, style: Style) -> str:
    """What a run came to."""
    end = "finished" if batch.done else "its end is not recorded"
    rows = [["rows", f"{batch.rows:,}"], ["cases", f"{batch.cases:,}"], ["parts", f"{len(batch.parts):,}, {end}"]]
    text = indented(rows, style)
    for title in ("claims", "statuses", "presumed", "rules", "rejected"):
        found = batch.counts(title)
        if found:
            lines = [
                [name, f"{count:,}"] for name, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
            ]
            text += f"\n{style.paint(title, 'bold')}\n" + indented(lines, style)
    return text


def counted(stats: Stats, style: Style) -> str:
    """The numbers of a log."""
    runs = f"{many(stats.runs, 'run')} of {many(stats.orders, 'batch', 'batches')}"
    unfinished = f", {stats.unfinished:,} without an end" if stats.unfinished else ""
    rows = [
        ["cases", f"{stats.cases:,}", "runs of the same order counted once" if stats.runs > stats.orders else ""],
        ["decisions", f"{stats.decided:,}", f"{stats.single:,} single, {runs}{unfinished}"],
        ["packs", f"{stats.packs:,}", ""],
        ["records", f"{stats.records:,}", ""],
    ]
    text = grid(rows, style, right=(1,))
    for title, found, unit in (
        ("claim", stats.claims, "cases"),
        ("status", stats.statuses, "cases"),
        ("presumably", stats.presumed, "cases"),
        ("pack", stats.by_pack, "cases"),
        ("day", stats.by_day, "decisions"),
    ):
        if found:
            text += "\n" + grid([[name, f"{count:,}"] for name, count in found.items()], style, (title, unit), (1,))
    return text


def moment(time: str) -> str:
    """A recorded time as a person reads it, to the second, in UTC."""
    return time.partition(".")[0].replace("T", " ") + "Z"


def _subject(record: Told) -> str:
    """The case of a decision; else what is recorded."""
    if record.kind in ("decision", "row"):
        return record.case
    body = record.document()
    match record.kind:
        case "pack":
            return f"(pack {body['pack']})"
        case "run":
            return f"(batch {body['run']['input']})"
        case "part":
            return f"({body.get('cases', 0):,} cases of a batch)"
        case _:
            return f"(end of a batch of {body.get('cases', 0):,} cases)"


def _of_run(record: Told, batch: Batch) -> list[str]:
    claims = ", ".join(f"{claim} {count:,}" for claim, count in batch.counts("claims").most_common(3))
    statuses = ", ".join(f"{status} {count:,}" for status, count in batch.counts("statuses").most_common(3))
    told = f"{_subject(record)[1:-1]}: {many(batch.cases, 'case')}{'' if batch.done else ', not finished'}"
    return [f"({told})", claims, statuses]


def _paths(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Facts as one line each: fields of a single record by name, records of a list whole."""
    for name, held in facts.items():
        if isinstance(held, dict) and held:
            for field, value in held.items():  # pyright: ignore[reportUnknownVariableType]
                yield f"{name}.{field}", value
        elif isinstance(held, list) and held:
            for number, one in enumerate(held, 1):  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
                yield f"{name} {number}", one
        else:
            yield name, held


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def indented(rows: list[list[str]], style: Style) -> str:
    """Names, and what is said of each."""
    width = max(len(row[0]) for row in rows)
    return "".join(
        f"  {style.paint(visible(name).ljust(width), 'dim')}  {visible(value)}".rstrip() + "\n" for name, value in rows
    )


def many(count: int, word: str, words: str = "") -> str:
    """A number of things."""
    return f"{count:,} {word if count == 1 else words or word + 's'}"
