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
    from averment.audit.record import Record
    from averment.audit.replay import Flip, Replayed
    from averment.audit.stats import Stats
    from averment.audit.verify import VerifyReport

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
        rows.append(["anchor", f"agrees: {_many(anchor.size, 'record')} at {moment(anchor.time)}, {signed}"])
    if not anchor:
        rows.append(["anchor", "none given: a cut end or a log written anew would not show"])
    if report.whole:
        mark = style.paint(f"{style.glyphs.holds} whole", "headline-good")
        return f"{mark}: {_many(report.records, 'record')} in {visible(name)}\n{_indented(rows, style)}"
    said = "".join(
        f"{style.paint(f'{style.glyphs.against} {found.code}', 'headline-bad')} {visible(found.message)}\n"
        + "".join(f"  {style.paint('help', 'dim')}: {visible(help)}\n" for help in found.help)
        for found in report.diagnostics
    )
    before = "nothing before it is whole" if not report.records else f"whole up to record {report.records:,}"
    return f"{said}  {before}, in {visible(name)}\n{_indented(rows[:2], style)}"


def listed(records: Iterable[Record], style: Style) -> str:
    """A line for each record."""
    rows = [[record.id, moment(record.time), _subject(record), record.claim, record.status] for record in records]
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
    text = f"{head}\n{_indented(rows, style)}"
    for title, content in (("facts", facts), ("parameters", parameters)):
        if content is not None:
            lines = [[name, _plain(value)] for name, value in _paths(content)] or [["none", ""]]
            text += f"\n{style.paint(title, 'bold')}\n{_indented(lines, style)}"
    return text


def replay_line(one: Replayed, style: Style) -> str:
    """What became of a record that was decided again; nothing of one that came out the same."""
    if one.state == "same":
        return ""
    head = f"{style.paint(one.state, _MARKS[one.state])}  {one.record.id}  {visible(_subject(one.record))}"
    if one.reason:
        return f"{head}: {visible(one.reason)}\n"
    rows = [[found.what, f"{found.recorded} → {found.now}"] for found in one.differences]
    return f"{head}\n{_indented(rows, style)}"


def replay_summary(counts: Mapping[str, int], style: Style) -> str:
    """How many were decided again, and with what result."""
    if not any(counts.values()):
        return "No decision meets this: nothing was decided again.\n"
    words = {"same": "the same, to the byte", "differs": "different"}
    parts = [f"{counts[state]:,} {word}" for state, word in words.items() if counts.get(state)]
    left = [f"{counts[state]:,} {state}, not decided again" for state in ("masked", "refused") if counts.get(state)]
    clean = not counts.get("differs") and not counts.get("refused")
    glyph = style.paint(style.glyphs.holds if clean else style.glyphs.against, "good" if clean else "bad")
    again = sum(counts.get(state, 0) for state in words)
    said = [f"{_many(again, 'decision')} decided again: {', '.join(parts)}"] if again else []
    return f"{glyph} {'; '.join([*said, *left])}\n"


def flips(table: Iterable[Flip], pack: str, style: Style) -> str:
    """How many decisions another pack turns."""
    found = list(table)
    if not found:
        return "No decision was decided again.\n"
    total, stay = sum(flip.decisions for flip in found), sum(flip.decisions for flip in found if flip[0] == flip[1])
    rows = [
        [flip.before, flip.after if flip.after != flip.before else "as before", f"{flip.decisions:,}"] for flip in found
    ]
    text = grid(rows, style, ("recorded", f"with {pack}", "decisions"), right=(2,))
    return f"{text}\n{_many(total - stay, 'decision')} of {total:,} would turn\n"


def counted(stats: Stats, style: Style) -> str:
    """The numbers of a log."""
    rows = [
        ["decisions", f"{stats.decided:,}", f"{stats.single:,} single, {_many(stats.parts, 'part')} of batches"],
        ["packs", f"{stats.packs:,}", ""],
        ["records", f"{stats.records:,}", ""],
    ]
    text = grid(rows, style, right=(1,))
    tables = (("claim", stats.claims), ("status", stats.statuses), ("pack", stats.by_pack), ("day", stats.by_day))
    for title, found in tables:
        if found:
            text += "\n" + grid(
                [[name, f"{count:,}"] for name, count in found.items()], style, (title, "decisions"), (1,)
            )
    return text


def moment(time: str) -> str:
    """A recorded time as a person reads it, to the second, in UTC."""
    return time.partition(".")[0].replace("T", " ") + "Z"


def _subject(record: Record) -> str:
    """The case of a decision; else what is recorded."""
    if record.kind == "part":
        return f"({record.body.get('cases', 0):,} cases of a batch)"
    return f"(pack {record.pack})" if record.kind == "pack" else record.case


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


def _indented(rows: list[list[str]], style: Style) -> str:
    width = max(len(row[0]) for row in rows)
    return "".join(
        f"  {style.paint(visible(name).ljust(width), 'dim')}  {visible(value)}".rstrip() + "\n" for name, value in rows
    )


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
