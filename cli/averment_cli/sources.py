"""``--source ID=FILE``: the text of a source that the user holds, to verify a pack's citations against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from averment.checks.subject import Held
    from averment.diagnostics.diagnostic import Report
    from averment.model.model import Model
    from averment_cli.reading import Texts


def held_texts(model: Model, written: Sequence[str], report: Report, texts: Texts) -> list[Held]:
    """The text of each source given."""
    from averment.case_files import contents
    from averment.checks.subject import Held
    from averment.source.text import decode

    found: list[Held] = []
    for text in written:
        name, file = _source_and_file(model, text)
        for shown, content in contents([file], report):
            decoded = decode(content, shown, report)
            if decoded is not None:
                texts.of[shown] = decoded
                found.append(Held(model.sources[name], shown, decoded))
    return found


def agreement(held: Iterable[Held]) -> list[str]:
    """How many paragraphs of each source its text agrees with, in words."""
    from averment.checks.paragraphs import agreeing

    return [
        f"{agreeing(each)} of {sum(len(section.paragraphs) for section in each.source.sections)} paragraphs"
        f" of {each.source.name} agree with {each.file}"
        for each in held
    ]


def _source_and_file(model: Model, text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if equals and name in model.sources:
        return name, file
    if len(model.sources) == 1:
        return next(iter(model.sources)), text
    known = ", ".join(model.sources) or "none"
    raise click.UsageError(f"--source wants ID=FILE with a source of the pack ({known}), not `{text}`")
