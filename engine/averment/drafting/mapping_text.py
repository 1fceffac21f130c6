"""A draft as the text of a mapping file: what is certain as its lines, what is not as comments with the choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from averment.batch.adapter import IGNORE
from averment.core.text import hidden
from averment.drafting.draft import Choice, Draft, Line
from averment.source.yaml_written import scalar

MARK = "# ?"
_WIDE = 110
_LISTED = 12


def mapping_text(draft: Draft, table: str, pack: str, seal: str = "") -> str:
    """The file; ``seal`` is put under its first line, so that it can be written anew until somebody edits it."""
    lines = [
        f"# How `{_comment(table)}` is read under {pack}, drafted by averment adapt.",
        *([f"# {seal}"] if seal else []),
    ]
    if any(line.doubts for line in draft.lines):
        lines.append(
            f"# See what is marked {MARK[2]}. To choose a line that is a comment, put it in the place of its column's."
        )
    lines += [f"# Note: {_comment(note)}." for note in draft.notes]
    lines += mapping_lines(draft)
    if draft.left_out:
        lines += _listed("Columns that are no fields of the pack", [f"`{_comment(name)}`" for name in draft.left_out])
    if draft.absent:
        lines.append("# Fields without a column, unknown in each case:")
        for each in draft.absent:
            maybe = f" (is it {' or '.join(f'`{_comment(name)}`' for name in each.columns)}?)" if each.columns else ""
            lines.append(f"#   {each.path}{maybe}")
    if draft.many:
        lines += _listed("Records for which there are side tables, with --side TYPE=FILE", draft.many)
    return "\n".join(lines) + "\n"


def mapping_lines(draft: Draft) -> list[str]:
    """The lines of the file that are more than comments on the whole."""
    lines = [f"{key}: {flow(value)}" for key, value in draft.stated.items()]
    if draft.names:
        lines.append(f"names: [{scalar(draft.names)}]")
    if draft.lines:
        lines.append("columns:")
        for line in draft.lines:
            lines += _line(line)
    if "rest" in draft.document:
        lines.append("rest: ignore")
    return lines


def _line(line: Line) -> Iterator[str]:
    for doubt in line.doubts:
        yield f"  {MARK} {_comment(line.heading)}: {_comment(doubt)}."
    if hidden(line.heading):
        yield f"  # a column whose name has characters that do not show, which may be {line.choices[0].to}"
        return
    for place, choice in enumerate(line.choices):
        if place == line.chosen:
            yield from _entry(line.heading, choice)
        elif line.doubts and choice.to != IGNORE:
            for text in _entry(line.heading, choice):
                yield f"  #{text[1:]}"


def _entry(heading: str, choice: Choice) -> Iterator[str]:
    """The lines that say what a column is."""
    if not choice.said:
        yield f"  {scalar(heading)}: {scalar(choice.to)}"
        return
    told = f"  {scalar(heading)}: {flow({'to': choice.to, **choice.said})}"
    if len(told) <= _WIDE:
        yield told
        return
    yield f"  {scalar(heading)}:"
    yield f"    to: {scalar(choice.to)}"
    for key, value in choice.said.items():
        if isinstance(value, Mapping) and len(flow(value)) > _WIDE:
            yield f"    {key}:"
            yield from (f"      {scalar(cell)}: {flow(to)}" for cell, to in cast("Mapping[str, Any]", value).items())
        else:
            yield f"    {key}: {flow(value)}"


def flow(value: Any) -> str:
    """A value on one line of YAML."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        return "{" + ", ".join(f"{scalar(key)}: {flow(of)}" for key, of in pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, cast("Sequence[Any]", value))) + "]"
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return f"{Decimal(value):f}"
    return "null" if value is None else scalar(str(value))


def _comment(text: str) -> str:
    """A text as a comment may have it: on one line, with nothing that does not show."""
    return " ".join("".join(sign if not hidden(sign) else "�" for sign in text).split())


def _listed(what: str, names: Any) -> Iterator[str]:
    shown = list(names)
    more = f", and {len(shown) - _LISTED} more" if len(shown) > _LISTED else ""
    yield f"# {what}: {', '.join(shown[:_LISTED])}{more}"
