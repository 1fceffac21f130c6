"""``averment coverage``: which paragraphs of its sources the rules of a pack rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from averment_cli.options import complete_pack, format_option, source_option

if TYPE_CHECKING:
    from averment.checks.coverage import Covered
    from averment.render.display import Style
    from averment.render.tree import Branch


@click.command("coverage")
@click.argument("pack", required=False, shell_complete=complete_pack)
@source_option
@format_option
def command(pack: str | None, sources: Sequence[str], format: str) -> int:
    """Show which paragraphs of a source back which rules, and which back none.

    PACK is a folder or the name of an installed pack: by default the folder you are in, if it is one, else pm_tpm.
    """
    from averment.checks import lost_paragraph, unlisted_paragraph
    from averment.checks.check import run
    from averment.checks.coverage import coverage
    from averment.checks.subject import Subject
    from averment.diagnostics.diagnostic import Report
    from averment_cli.reading import Texts, default_pack, pack_of
    from averment_cli.sources import agreement, held_texts
    from averment_cli.terminal import data, json_line, style, talk, talk_findings

    read = pack_of(default_pack() if pack is None else pack)
    paragraphs = list(coverage(read.model))
    judged = [rule.id for rule in read.model.rules if all(backing.judgement for backing in rule.backing)]
    report, texts = Report(), Texts()
    held = tuple(held_texts(read.model, sources, report, texts))
    report.extend(run((lost_paragraph.CHECK, unlisted_paragraph.CHECK), Subject(read.model, read.program(), held=held)))
    if format == "json":
        json_line({"pack": read.name, "paragraphs": [_row(paragraph) for paragraph in paragraphs], "judgement": judged})
    else:
        data(_table(paragraphs, style()))
        missing = sum(paragraph.missing for paragraph in paragraphs)
        omitted = sum(not paragraph.rules and bool(paragraph.omitted) for paragraph in paragraphs)
        backing = len(paragraphs) - missing - omitted
        of_all = f"{len(judged)} of {len(read.model.own_rules)} rules rest on judgement alone"
        data(f"\nparagraphs: {backing} behind rules, {omitted} omitted, {missing} uncovered\n{of_all}\n")
    talk_findings(report.diagnostics, texts.of)
    if held:
        talk("; ".join(agreement(held)))
    return 1 if report.failed else 0


def _row(paragraph: Covered) -> dict[str, Any]:
    return {
        "source": paragraph.source,
        "section": paragraph.section,
        "paragraph": paragraph.paragraph,
        "digest": paragraph.digest,
        "rules": list(paragraph.rules),
        "omitted": paragraph.omitted,
    }


def _table(paragraphs: Sequence[Covered], style: Style) -> str:
    """A tree of sources, sections and paragraphs; what is omitted takes one line a section."""
    from averment.render.tree import draw

    sources: dict[str, dict[str, list[Covered]]] = {}
    for paragraph in paragraphs:
        sources.setdefault(paragraph.source, {}).setdefault(paragraph.section, []).append(paragraph)
    rows: list[str] = []
    for source, sections in sources.items():
        rows.append(style.paint(source, "bold"))
        rows += draw([_section(name, found, style) for name, found in sections.items()], style)
    return "\n".join(rows) + "\n" if rows else "the pack cites no source\n"


def _section(name: str, paragraphs: Sequence[Covered], style: Style) -> Branch:
    from averment.render.display import Piece
    from averment.render.tree import Branch, say

    glyphs = style.glyphs
    reason = next((paragraph.omitted for paragraph in paragraphs if not paragraph.rules), "")
    unheld = not all(paragraph.digest for paragraph in paragraphs)
    branch = Branch([say(Piece(name, "bold"), Piece(f"{glyphs.dot}not verified" if unheld else "", "dim"))])
    if reason:
        branch.lines.append(say(Piece(f"{glyphs.doubtful} omitted: {reason}", "dim")))
    for paragraph in paragraphs:
        place = f"{glyphs.paragraph}{paragraph.paragraph}  "
        if paragraph.rules:
            mark = Piece(f"{glyphs.holds} ", "good")
            branch.children.append(Branch([say(mark, place, ", ".join(paragraph.rules), hang=6)]))
        elif paragraph.missing:
            mark = Piece(f"{glyphs.against} ", "bad")
            branch.children.append(Branch([say(mark, place, Piece("no rule rests on it", "bad"))]))
    return branch
