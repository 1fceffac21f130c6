"""How a table is to be read, as a page shows it: each column with some of its cells and what it is taken for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from averment.batch.adapter import IGNORE, Adapter, read_mapping
from averment.batch.columns import CASE, map_columns
from averment.core.program import Field
from averment.diagnostics.diagnostic import Diagnostic, Report
from averment.drafting.draft import Choice
from averment.drafting.editing import said_of, with_column
from averment.pack import Pack
from averment.render.phrases import noun, words
from averment_service.apart import apart
from averment_service.drafting import fields_of, stated_in
from averment_service.job import MAPPING, Job
from averment_service.job_draft import Kept, Mends, Seen, read_kept, save_kept
from averment_service.pages.sessions import Form

_COLUMN, _WAY = "column.", "way:"


class Option(NamedTuple):
    value: str
    shown: str


@dataclass(frozen=True)
class Column:
    """A column. ``ways`` are those of the draft, where it has several; ``chosen`` is the value of an option."""

    number: int
    seen: Seen
    cells: tuple[str, ...]
    secret: bool
    ways: tuple[Option, ...]
    chosen: str
    reads: str
    doubts: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{_COLUMN}{self.number}"


class Missing(NamedTuple):
    """A field that no column holds, and the columns that may."""

    path: str
    noun: str
    perhaps: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """The mapping of a job. ``groups``: the fields that a column may be, by their types; ``findings``: what keeps the
    table from being read so.
    """

    text: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    missing: tuple[Missing, ...]
    findings: tuple[Diagnostic, ...]
    kept: Kept


def mapping_view(folder: Path, job: Job, pack: Pack) -> View:
    """The mapping of the job in a folder, as it is now."""
    kept, text = read_kept(folder), (folder / MAPPING).read_text("utf-8-sig")
    report = Report()
    adapter = read_mapping(text.encode(), MAPPING, report)
    if not kept.columns:  # lines of cases
        return View(text, (), (), (), tuple(report.diagnostics), kept)
    headings = [seen.heading for seen in kept.columns]
    targets = map_columns(headings, pack.model.types, adapter, job.name, report)
    paths = {place: target.path for place, target in targets.items()}
    fields = fields_of(pack)
    columns = tuple(
        _column(number, seen, text, adapter, paths.get(number, ""), fields) for number, seen in enumerate(kept.columns)
    )
    held = {*paths.values(), *adapter.constants}
    missing = tuple(
        Missing(path, noun(field), kept.perhaps.get(path, ())) for path, field in fields.items() if path not in held
    )
    return View(text, columns, _groups(pack), missing, tuple(report.diagnostics), kept)


def corrected(folder: Path, view: View, form: Form, pack: Pack) -> str:
    """The text of the mapping after what a form says of its columns: those that it does not change stay as written.

    What is found out of the cells on the way is kept with the draft.
    """
    said = {each.number: form[each.name][-1] for each in view.columns if each.name in form}
    changed = {number: value for number, value in said.items() if value and value != view.columns[number].chosen}
    text, kept, fields = view.text, view.kept, fields_of(pack)
    ways = {number: _chosen(kept.columns[number], value) for number, value in changed.items()}
    wanted = {str(number): value for number, value in changed.items() if ways[number][0] is None and value in fields}
    taken: dict[str, Any] = apart("take", folder, pack, wanted) if wanted else {}
    for number, value in changed.items():
        choice, doubts = ways[number]
        if str(number) in taken:
            told, doubts = taken[str(number)]
            choice = Choice(**told)
        elif choice is None and value in (CASE, IGNORE):
            choice = Choice(value)
        if choice is not None:
            text = with_column(text, kept.columns[number].heading, choice)
            kept = kept.taken(number, choice, doubts)
    save_kept(folder, kept)
    return text


def mended_text(text: str, mends: Mends) -> str:
    """The text of the mapping after what would mend its rejects."""
    stated = _words(stated_in(text).get("missing"))
    for heading, choice in mends.choices:
        now = said_of(text, heading) or {}
        known = [*stated, *_words(now.get("missing")), *_words(choice.said.get("missing")), *mends.missing]
        missing = {"missing": list(dict.fromkeys(known))} if mends.missing else {}
        text = with_column(text, heading, Choice(choice.to, {**choice.said, **missing}))
    return text


def _chosen(seen: Seen, value: str) -> tuple[Choice | None, list[str]]:
    """The way of the draft that an option names, or the only one in which it takes the column for this."""
    if value.startswith(_WAY):
        number = int(value.removeprefix(_WAY)) if value.removeprefix(_WAY).isdecimal() else len(seen.choices)
        return (seen.choices[number], []) if number < len(seen.choices) else (None, [])
    ways = [choice for choice in seen.choices if choice.to == value and value != IGNORE]
    return (ways[0], []) if len(ways) == 1 else (None, [])


def _column(number: int, seen: Seen, text: str, adapter: Adapter, path: str, fields: Mapping[str, Field]) -> Column:
    said = said_of(text, seen.heading)
    ways = [choice for choice in seen.choices if choice.to != IGNORE]
    offered = ways if len(ways) > 1 else []
    options = tuple(Option(f"{_WAY}{seen.choices.index(way)}", _way(way, fields)) for way in offered)
    chosen = str(said["to"]) if said else path or (IGNORE if adapter.rest or seen.heading in adapter.names else "")
    chosen = path or chosen
    now = {"to": path, **{key: value for key, value in said.items() if key != "to"}} if said else {"to": chosen}
    for option, way in zip(options, offered, strict=True):
        if now == {"to": way.to, **way.said}:
            chosen = option.value
    drafted = seen.choices[seen.chosen].to if seen.chosen is not None and seen.choices else IGNORE
    doubts = seen.doubts if drafted == (path or now["to"]) or not said else ()
    secret = any(way.to in fields and fields[way.to].sensitive for way in (*ways, Choice(path)))
    return Column(number, seen, () if secret else seen.cells, secret, options, chosen, _reads(now), tuple(doubts))


def _way(choice: Choice, fields: Mapping[str, Field]) -> str:
    told = noun(fields[choice.to]) if choice.to in fields else choice.to
    reads = _reads(choice.said)
    return f"{told}: {reads}" if reads else told


_TOLD = {
    "values": "{}",
    "true_words": "yes: {}",
    "false_words": "no: {}",
    "missing": "not known: {}",
    "date": "days as {}",
    "time": "times as {}",
    "unit": "in {}",
    "decimal": "decimal mark {}",
    "thousands": "thousands mark {}",
    "separator": "divided by {}",
    "factor": "times {}",
}
_FEW = 8


def _reads(said: Mapping[str, Any]) -> str:
    """How the cells of a column are read, in few words."""
    parts: list[str] = []
    for key, told in _TOLD.items():
        if key in said:
            held: Any = said[key]
            if isinstance(held, Mapping):
                of = cast("Mapping[str, Any]", held)
                pairs = [f"{cell} is {'not known' if value is None else value}" for cell, value in of.items()]
                held = ", ".join(pairs[:_FEW]) + (f" and {len(pairs) - _FEW} more" if len(pairs) > _FEW else "")
            elif isinstance(held, list | tuple):
                held = ", ".join(map(str, cast("list[Any]", held)))
            parts.append(told.format(held))
    return "; ".join(parts)


def _groups(pack: Pack) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    types = [type for type in pack.model.types.values() if type.one and not type.derived]
    return tuple(
        (words(type.name), tuple(Option(f"{type.name}.{field.name}", noun(field)) for field in type.fields))
        for type in types
    )


def _words(held: Any) -> list[str]:
    return [] if held is None else [held] if isinstance(held, str) else list(held)
