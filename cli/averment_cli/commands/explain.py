"""``averment explain``: why a claim is made or a fact holds, as text, data, a page or a picture.

Of what batch wrote it decides one row again, with its whole warrant, byte for byte what ``decide`` gives.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from averment_cli.options import engine_option, given_sides, param_option, seconds_option, side_option

if TYPE_CHECKING:
    from averment.batch.explaining import Output
    from averment.diagnostics.diagnostic import Diagnostic
    from averment.model.case import Case
    from averment.outcome.explained import Explained
    from averment.outcome.outcome import Outcome
    from averment.pack import Pack

_FORMATS = ("text", "json", "html", "svg", "dot", "mermaid")


@click.command("explain")
@click.argument("facts", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--fact", metavar="FACT", help="Explain this fact, or all facts of this type, instead of the claim.")
@click.option("--why-not", "why_not", metavar="WHAT", help="Explain why this claim, rule or fact does not hold.")
@click.option(
    "--format",
    "format",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="For people, for programs, as a page that stands alone, or as a picture.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write to this file instead.")
@click.option(
    "--pack", "-p", metavar="PACK", help="A pack: its folder, or its name. Default: pm_tpm, or what OUT names."
)
@param_option
@engine_option
@seconds_option(5.0)
@click.option("--case", "case", metavar="ID", help="Of what batch wrote: the case of this name.")
@click.option("--row", type=click.IntRange(1), metavar="N", help="Of what batch wrote: row N of its input.")
@click.option("--input", "place", metavar="IN", help="Where the input of the batch is, if no longer where it was.")
@side_option("Where a side table of the batch is, if no longer where it was. Repeatable.")
def command(
    facts: Sequence[str],
    fact: str | None,
    why_not: str | None,
    format: str,
    output: str | None,
    pack: str | None,
    parameters: Sequence[str],
    engine: str | None,
    seconds: float,
    case: str | None,
    row: int | None,
    place: str | None,
    sides: Sequence[str],
) -> int:
    """Say why: every reason for a claim, or for any fact, down to the lines of the facts given.

    FACTS are fact files, as for averment decide; or, with --case or --row, a file that averment batch wrote. Then the
    case is taken from the input that was decided, which must still be as it was, and so must the pack. Where the file
    says of the case what is not decided of it, that is told, with exit code 1. Lines are those of the input; of a table
    that has none, the number of the row.

    \b
    averment explain case.yaml --format html -o case.html
    averment explain case.yaml --fact recommendation --format svg -o case.svg
    averment explain case.yaml --why-not product_manager
    averment explain decisions.parquet --case acme
    """
    from averment.core.composed import composed
    from averment_cli.questioning import decide_files
    from averment_cli.terminal import talk_findings

    if why_not is not None and (fact or format not in ("text", "json")):
        raise click.UsageError("--why-not is told as text or json, and of one thing: leave out the other option")
    case = None if case is None else composed(case)
    failed = False
    against: Diagnostic | None = None
    if case is not None or row is not None:
        if (case is None) == (row is None) or len(facts) != 1 or parameters:
            raise click.UsageError("name one file that batch wrote, and the case: --case ID or --row N")
        told = _of_batch(facts[0], case, row, pack, place, sides)
        found, against = [told[:3]], told[3]
    else:
        asked = decide_files(facts, pack or "pm_tpm", parameters, engine or "", of=None)
        failed = asked.failed
        found = [(asked.pack, read, outcome) for read, outcome in asked.cases]
    if format not in ("text", "json") and len(found) != 1:
        raise click.UsageError(f"--format {format} shows one case, and there are {len(found)}")
    whole = case is not None or row is not None
    pieces: list[str] = []
    for known, read, outcome in found:
        if why_not is not None:
            pieces.append(_denied(outcome, known, why_not, format, seconds, to_file=output is not None))
        elif whole and not fact and format == "json":
            pieces.append(outcome.canonical.decode() + "\n")
        else:
            pieces.append(_shown(outcome, fact or "", known, read, format, to_file=output is not None))
    _write(("\n" if format == "text" else "").join(pieces), output)
    if against is not None:
        sys.stdout.flush()
        talk_findings([against], {})
        return 1
    return 3 if failed else 0


def _host_output(path: Path) -> Output:
    from averment.batch.host_output import open_host_output  # which takes Arrow

    return open_host_output(path)


def _of_batch(
    output: str, case: str | None, row: int | None, pack: str | None, place: str | None, sides: Sequence[str]
) -> tuple[Pack, Case, Outcome, Diagnostic | None]:
    """The pack, the case, its outcome, and what there is against what the output says of it."""
    from averment.batch.explaining import find_rows, finding_of_row, open_output, read_row
    from averment.diagnostics.diagnostic import Diagnostic, Refused
    from averment_cli.reading import pack_of

    on_host = Path(output).is_dir()
    if not on_host and not Path(output).is_file():
        raise Refused([Diagnostic("AV532", f"there is no file `{output}`")])
    if on_host and case is None:
        raise click.UsageError("rows that a host decided have no numbers: name the case with --case")
    written = _host_output(Path(output)) if on_host else open_output(Path(output))
    known = pack_of(pack or written.pack["name"])
    if known.digest != written.pack["digest"]:
        what = f"`{output}` was decided by another pack than this `{known.name}`: {written.pack['digest']}"
        raise Refused([Diagnostic("AV532", what, (), ("name the pack that decided it with --pack",))])
    if on_host and case is not None:
        from averment.batch.host_output import read_named

        read = read_named(written, case, known.program(written.parameters), known.model.types, place)
        return known, read, known.decide(read, written.parameters, "", written.firings), None
    if case is not None:
        rows = find_rows(written, case)
        if len(rows) > 1:
            shown = ", ".join(map(str, rows[:8])) + (", …" if len(rows) > 8 else "")
            help = f"choose one with --row: {shown}"
            raise Refused([Diagnostic("AV533", f"{len(rows):,} rows are called `{case}`", (), (help,))])
        row = rows[0]
    assert row is not None
    read = read_row(written, row, known.model.types, place, dict(given_sides(sides)))
    outcome = known.decide(read, written.parameters, "", written.firings)
    return known, read, outcome, finding_of_row(written, row, outcome, known.program(written.parameters))


def _shown(outcome: Outcome, fact: str, pack: Pack, case: Case, format: str, *, to_file: bool) -> str:
    from averment.outcome.explained import explain

    explained = explain(outcome, fact)
    model, places = pack.model, case.places
    match format:
        case "html":
            from averment.render.html import page

            return page(explained, model, places)
        case "json":
            from averment.ir.digest import canonical
            from averment.render.explanation import explanation_document

            return canonical(explanation_document(explained, model, places)).decode() + "\n"
        case "text":
            from averment.render.display import Style
            from averment.render.text import explanation, fact_explanation
            from averment_cli.terminal import style

            look = Style() if to_file else style()
            if explained.named:
                return fact_explanation(explained, model, look, places)
            return explanation(outcome, model, look, places)
        case _:
            return _picture(explained, pack, case, format)


def _denied(outcome: Outcome, pack: Pack, asked: str, format: str, seconds: float, *, to_file: bool) -> str:
    from averment.ir.digest import canonical
    from averment.questions.why_not.why_not import why_not
    from averment.render.display import Style
    from averment.render.questions_text import heading
    from averment.render.why_not_tree import why_not_text
    from averment_cli.terminal import style

    found = why_not(outcome, asked)
    if format == "json":
        return canonical(found.document()).decode() + "\n"
    look = Style() if to_file else style()
    return heading(outcome, look) + "\n" + why_not_text(found, pack.model, look)


def _picture(explained: Explained, pack: Pack, case: Case, format: str) -> str:
    from averment.render.diagram import diagram
    from averment.render.dot import dot
    from averment.render.mermaid import mermaid
    from averment.render.svg import svg

    drawn = diagram(explained, pack.model, case.places)
    return {"svg": svg, "dot": dot, "mermaid": mermaid}[format](drawn)


def _write(text: str, output: str | None) -> None:
    """To a new file, in UTF-8; else to standard output, in UTF-8 too where a file would be."""
    from averment.ownership import write_new
    from averment_cli.terminal import data

    if output is None:
        data(text)
    else:
        write_new(Path(output), text.encode())
