"""``--source ID=FILE``: the text of a source that the user holds, to verify a pack's citations against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Report
    from averment.model.model import Model
    from averment_cli.reading import Texts


def check_sources(model: Model, written: Sequence[str], report: Report, texts: Texts) -> str:
    """Verify each source given; what to say of how many paragraphs agree."""
    from averment.case_files import contents
    from averment.checks.digests import check_digests
    from averment.source.text import decode

    said = ""
    for text in written:
        name, file = _source_and_file(model, text)
        for shown, content in contents([file], report):
            decoded = decode(content, shown, report)
            if decoded is not None:
                texts.of[shown] = decoded
                source = model.sources[name]
                agreeing = check_digests(source, decoded, shown, report)
                total = sum(len(section.paragraphs) for section in source.sections)
                said += f"; {agreeing} of {total} paragraphs of {name} agree with {shown}"
    return said


def _source_and_file(model: Model, text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if equals and name in model.sources:
        return name, file
    if len(model.sources) == 1:
        return next(iter(model.sources)), text
    known = ", ".join(model.sources) or "none"
    raise click.UsageError(f"--source wants ID=FILE with a source of the pack ({known}), not `{text}`")
