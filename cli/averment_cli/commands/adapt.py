"""``averment adapt``: the mapping file for a table in other words, drafted by looking at it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from averment_cli.options import pack_option

if TYPE_CHECKING:
    from averment.drafting.draft import Draft
    from averment.drafting.sample import Sample
    from averment.pack import Pack

_FORMATS = ["csv", "jsonl", "json", "parquet", "arrow", "xlsx"]


@click.command("adapt")
@click.argument("table", metavar="TABLE")
@pack_option
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Write the mapping there; by default it is printed.")  # fmt: skip  # noqa: E501
@click.option("--input-format", type=click.Choice(_FORMATS), help="What TABLE holds. Default: as its name says.")
@click.option("--delimiter", metavar="MARK", help="What divides the columns: ; or tab, say. Default: as is seen.")
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook. Default: the only one that holds cells.")
@click.option("--ask/--no-ask", default=None, help="Ask about what is not sure. Default: on a terminal.")
def command(
    table: str,
    pack: str,
    output: str | None,
    input_format: str | None,
    delimiter: str | None,
    sheet: str | None,
    ask: bool | None,
) -> int:
    """Look at a table, and draft the mapping file that batch reads it with.

    Columns are matched to the fields of the pack by name, label and values. The marks of the table, its words for what
    is missing, its ways to write days and numbers, and its spellings of truth values, choices and levels are found by
    looking. What is not sure is a comment with the choices, or asked about on a terminal. Fields without a column are
    named at the end of the file.

    The file is for editing. FILE is written over only where nobody has edited it.

    Exit code 0: the draft is written. 1: it is, but no column is certainly a field. 3: the table cannot be read.

    \b
    averment adapt passengers.csv --pack titanic -o titanic.yaml
    averment batch passengers.csv --pack titanic --mapping titanic.yaml -o decisions.csv
    """
    from averment.drafting.draft import draft
    from averment.drafting.mapping_text import mapping_text
    from averment.ownership import UNSEALED, write_sealed
    from averment_cli.reading import pack_of
    from averment_cli.terminal import data

    known = pack_of(pack)
    sample = _look(table, input_format, delimiter, sheet)
    found = draft(sample, known.model.types)
    if found.unsure and (ask if ask is not None else sys.stdin.isatty() and sys.stderr.isatty()):
        from averment_cli.choosing import choose

        found = choose(found)
    called = f"{known.name} {known.version}"
    if output in (None, "-"):
        data(mapping_text(found, table, called))
    else:
        write_sealed(Path(output or ""), mapping_text(found, table, called, UNSEALED))
    _say(found, sample, table, known, pack, output)
    return 0 if any(line.choice is not None and line.choice.to not in ("case", "ignore") for line in found.lines) else 1


def _look(table: str, input_format: str | None, delimiter: str | None, sheet: str | None) -> Sample:
    """What the table holds, or the first of a folder's. Raises Refused."""
    from averment.batch.inputs import find_inputs
    from averment.batch.unit import Format
    from averment.diagnostics.diagnostic import Refused, Report
    from averment.drafting.sample import look
    from averment_cli.commands.batch import mapping_of
    from averment_cli.reading import Texts

    report = Report()
    files = find_inputs(table, Format(input_format) if input_format else None, report)
    stated = mapping_of(None, delimiter, sheet, report, Texts())
    sample = look(files[0], report, stated) if files and not report.failed else None
    if sample is None:
        raise Refused(report.diagnostics)
    return sample


def _say(found: Draft, sample: Sample, table: str, known: Pack, pack: str, output: str | None) -> None:
    """Say what was found, what is not sure, and how to go on."""
    from shlex import quote

    from averment_cli.terminal import talk

    taken = [line for line in found.lines if line.choice is not None and line.choice.to != "ignore"]
    total = len(sample.columns)
    talk(f"{len(taken)} of {total} column{'' if total == 1 else 's'} of `{table}` taken for fields or names of cases")
    doubted = [line.heading for line in found.lines if line.doubts]
    if doubted:
        talk(f"not sure of {', '.join(f'`{heading}`' for heading in doubted)}: see the comments")
    if found.absent:
        paths = [each.path for each in found.absent]
        more = f" and {len(paths) - 6} more" if len(paths) > 6 else ""
        talk(f"no column for {', '.join(f'`{path}`' for path in paths[:6])}{more}")
    if output not in (None, "-"):
        talk(f"wrote {output}; next:")
        talk(f"  averment batch {quote(table)} --pack {quote(pack)} --mapping {quote(output or '')} -o decisions.csv")
