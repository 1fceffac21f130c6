"""``averment explain``: one row of a batch again, with its whole warrant, byte for byte what ``decide`` gives."""

from __future__ import annotations

from pathlib import Path

import click

from averment_cli.options import format_option


@click.command("explain")
@click.argument("output", type=click.Path(dir_okay=False), metavar="OUT")
@click.option("--case", "case", metavar="ID", help="The case of this name.")
@click.option("--row", type=click.IntRange(1), metavar="N", help="The case in row N of the input, as OUT counts.")
@click.option("--pack", "-p", metavar="PACK", help="Where the pack is. Default: the installed one that OUT names.")
@click.option("--input", "place", metavar="IN", help="Where the input is, if it is no longer where it was.")
@format_option
def command(output: str, case: str | None, row: int | None, pack: str | None, place: str | None, format: str) -> int:
    """Explain a row of what batch wrote.

    OUT is a file that averment batch wrote. The case is taken from the input that was decided, which must still be as
    it was, and so must the pack.

    \b
    averment explain decisions.parquet --case acme
    averment explain decisions.csv --row 12 --format json
    """
    if (case is None) == (row is None):
        raise click.UsageError("name the case: --case ID or --row N")
    return _explain_row(output, case, row, pack, place, format)


def _explain_row(
    output: str, case: str | None, row: int | None, pack: str | None, place: str | None, format: str
) -> int:
    from averment.batch.explaining import find_rows, open_output, read_row
    from averment.diagnostics.diagnostic import Diagnostic, Refused
    from averment.render.text import explanation
    from averment_cli.reading import pack_of
    from averment_cli.terminal import data, raw_line, style

    if not Path(output).is_file():
        raise Refused([Diagnostic("AV532", f"there is no file `{output}`")])
    written = open_output(Path(output))
    known = pack_of(pack or written.pack["name"])
    if known.digest != written.pack["digest"]:
        what = f"`{output}` was decided by another pack than this `{known.name}`: {written.pack['digest']}"
        raise Refused([Diagnostic("AV532", what, (), ("name the pack that decided it with --pack",))])
    if case is not None:
        rows = find_rows(written, case)
        if len(rows) > 1:
            shown = ", ".join(map(str, rows[:8])) + (", …" if len(rows) > 8 else "")
            help = f"choose one with --row: {shown}"
            raise Refused([Diagnostic("AV533", f"{len(rows):,} rows are called `{case}`", (), (help,))])
        row = rows[0]
    assert row is not None
    read = read_row(written, row, known.model.types, place)
    outcome = known.decide(read, written.parameters)
    if format == "json":
        raw_line(outcome.canonical)
    else:
        data(explanation(outcome, known.model, style(), read.places))
    return 0
