"""``averment batch``: the many cases of a table, each decided on its own, with the rules that fired for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from averment_cli.holding import against_of, named_against
from averment_cli.hosting import decide_on
from averment_cli.logs import record_options, recording_parts
from averment_cli.options import engine_option, firings_option, given_sides, pack_option, param_option, side_option
from averment_cli.progress import Progress
from averment_cli.proving import prove
from averment_cli.streams import input_of, interruptible, output_of

if TYPE_CHECKING:
    from averment.batch.adapter import Adapter
    from averment.batch.order import Order
    from averment.batch.run import Result
    from averment.batch.unit import Format
    from averment.diagnostics.diagnostic import Diagnostic, Report
    from averment_cli.reading import Texts

_MARKS = {"tab": "\t", "\\t": "\t"}
_MOST = 100  # rejects said where there is no file for them
_FORMATS = ["csv", "jsonl", "parquet", "arrow", "xlsx"]
_INPUTS = [*_FORMATS, "json"]
_SAID = ["text", "json"]


@click.command("batch")
@click.argument("table", metavar="IN", required=False)
@click.option("-o", "--output", metavar="OUT", help="Where decisions go; - is standard output.")
@click.option("--verify", type=click.Path(exists=True, dir_okay=False), metavar="OUT", help="Prove OUT instead; IN: where its input is now.")  # fmt: skip  # noqa: E501
@pack_option
@param_option
@engine_option
@firings_option
@click.option(
    "--format",
    type=click.Choice([*_FORMATS, *_SAID]),
    help="What OUT holds; by default as its name says. text and json: what --verify says.",
)
@click.option("--input-format", type=click.Choice(_INPUTS), help="What IN holds. Default: as its name says.")
@click.option(
    "--mapping", type=click.Path(dir_okay=False), metavar="FILE", help="Which column is which field (see below)."
)
@click.option("--delimiter", metavar="MARK", help="What divides the columns of IN: ; or tab, say. Default: as is seen.")
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook. Default: the only one that holds cells.")
@click.option("--for", "reader", type=click.Choice(["spreadsheets", "programs"]), default="spreadsheets", help="Who reads CSV (see below). Default: spreadsheets.")  # fmt: skip  # noqa: E501
@side_option("A table of the records of a type of many (see below). Repeatable.")
@click.option(
    "--warrants",
    type=click.Choice(["none", "full"]),
    default="none",
    help="full: whole outcomes, as decide gives them.",
)
@click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Processes that decide; by default as many as pay.")
@click.option("--chunk", type=click.IntRange(1, 1_000_000), help="Rows decided and made to last at once.")
@click.option(
    "--summary", type=click.Path(dir_okay=False), metavar="FILE", help="Write the summary there as JSON, too."
)
@click.option("--strict", is_flag=True, help="Exit with 1 where some row could not be decided.")
@click.option("--restart", is_flag=True, help="Forget what an earlier run of this output has done.")
@click.option(
    "--against",
    "against",
    multiple=True,
    metavar="PACK|NAME=VALUE",
    help="Decide by this, too, and say what turns (see below). Repeatable.",
)
@click.option("--on", "host", type=click.Choice(["spark", "ray"]), help="Decide Parquet on a host; OUT is a folder.")
@record_options
@click.pass_context
def command(
    context: click.Context,
    table: str | None,
    output: str | None,
    verify: str | None,
    pack: str,
    parameters: Sequence[str],
    engine: str | None,
    firings: int,
    format: str | None,
    input_format: str | None,
    mapping: str | None,
    delimiter: str | None,
    sheet: str | None,
    reader: str,
    sides: Sequence[str],
    warrants: str,
    jobs: int | None,
    chunk: int | None,
    summary: str | None,
    strict: bool,
    restart: bool,
    against: Sequence[str],
    host: str | None,
    log: str | None,
    requester: str | None,
    masking_key: str | None,
) -> int:
    """Decide the many cases of a table.

    IN is a file, a folder or a glob: *.jsonl, *.csv (either also .gz or .zst), *.parquet, *.arrow, *.json (an array of
    records), or a workbook (*.xlsx, *.xls, *.ods); - is JSON Lines from standard input. Columns are called case and
    TYPE.FIELD, or FIELD where only one type has it. An empty cell is unknown; in CSV a set is a|b. A line of JSON is
    {"case": …, "facts": {…}}, as in a fact file; flat records, {"case": …, "FIELD": …}, are read as CSV of them is.

    The records of a type of many are a column TYPE of lists of structs, in Parquet and Arrow; or they are in a table of
    their own, in CSV, too: --side TYPE=FILE, with the columns case and FIELD, a record a row, in the order in which the
    cases come in IN. A case without rows there has no such records; one with a bad row is rejected.

    OUT is written over only where it is as an earlier run left it, which OUT.manifest proves; and so is OUT.rejects,
    where the rows go that cannot be decided. A run that was stopped, by whatever, continues when the same command is
    given again. OUT is the same, byte for byte, for any --jobs and --chunk.

    In CSV, a text that a spreadsheet would take for a formula, as =A1, has an apostrophe before it; numbers have none.
    With --for programs it is as it is. OUT as *.xlsx has sheets of the decisions, the rejects and the summary.

    Exit code 0: OUT is written. 1: it is, but not one row could be decided, or with --strict, some could not. 3: it is
    not, because the input or something else is not as it should be.

    With --log, each part of the run is recorded, once however often the run is stopped, before OUT is in its place; a
    log that cannot be written stops the run: exit code 3.

    \b
    averment batch cases.csv -o decisions.csv
    averment batch cases/ -o decisions.parquet --jobs 8
    averment batch cases.csv -o decisions.csv --side component=components.csv --side dependency=dependencies.csv
    averment batch cases/ -o decisions --on spark
    averment batch cases.csv -o decisions.csv --log sqlite:decisions.db
    averment explain decisions.parquet --case acme

    --against names another pack, or a parameter with another value, or both: each case is decided by that as well, and
    the summary says how many turn, from which claim to which, by which rules, and the first ten by name. OUT stays as
    it is; OUT.manifest holds what turns, and --verify proves it.

    \b
    averment batch cases.csv -o decisions.csv --against decision_margin=3
    averment batch cases.csv -o decisions.csv --against ./next

    --verify proves an output that batch wrote, every row of it and the rejects: by its manifest, its input and its
    pack, which decides once more. What differs first is named: exit code 1. IN and --side say where the input and its
    side tables are, if they are no longer where they were.

    A mapping file is YAML, for a table in other words. It names marks, words for what is missing, ways to write days,
    values, constants, and which column is which field (averment schema mapping):

    \b
    delimiter: ";"
    missing: [NA, "-"]
    columns:
      Team size: engineering.team_size
      Complexity: {to: product.technical_complexity, values: {H: high, L: low}}
    rest: ignore
    """
    from averment.audit.errors import LogUnavailable
    from averment.batch.order import Order
    from averment.batch.run import run
    from averment.batch.unit import Format
    from averment.diagnostics.diagnostic import Report
    from averment_cli.reading import Texts, pack_of, stop_if_failed
    from averment_cli.written import parameters_of

    if verify is not None:
        return prove(context, Path(verify), table or "", pack, jobs or 0, against, given_sides(sides), format or "text")
    if table is None or output is None:
        raise click.UsageError("name a table, and with -o where decisions go; or --verify an output")
    if format in _SAID:
        raise click.UsageError(f"--format {format} is of --verify: OUT is {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}")
    report, texts = Report(), Texts()
    known = pack_of(pack)
    overrides = parameters_of(parameters, known.model, report)
    if host:
        stop_if_failed(report, texts)
        if against:
            raise click.UsageError(f"{host} decides each case once: without --on, --against decides each twice here")
        return decide_on(context, host, known, overrides, firings)
    other = against_of(against, known, overrides)
    kind = _format(output, format, warrants)
    mapped = mapping_of(mapping, delimiter, sheet, report, texts)
    beside = given_sides(sides)
    _check_places(table, input_format, output, summary, beside, report)
    stop_if_failed(report, texts)
    program = known.program(overrides)
    scratch: list[Path] = []
    with (
        recording_parts(log, requester, masking_key, known, output) as record,
        interruptible(output, scratch),
        input_of(table, scratch) as name,
        output_of(output, scratch) as target,
    ):
        order = Order(
            program=program,
            types=known.model.types,
            name=name,
            output=target,
            format=kind,
            input_format=Format(input_format) if input_format else Format.JSONL if table == "-" else None,
            mapping=mapped,
            warrants=warrants == "full",
            engine=engine or "",
            jobs=jobs or 0,
            chunk=chunk or 0,
            restart=restart,
            alias="-" if table == "-" else "",
            names=("-",) if table == "-" else (),
            sides=beside,
            firings=firings,
            exact=reader == "programs",
            against=other,
        )
        progress = Progress()
        try:
            result = run(order, progress.show, record)
        except LogUnavailable as problem:
            raise LogUnavailable(_resumable(problem.diagnostic, output)) from None
        finally:
            progress.clear()
        _say(result, order, output, summary)
    rejected = result.summary.rejected
    return 1 if rejected and (strict or not result.summary.decided) else 0


def _format(output: str, format: str | None, warrants: str) -> Format:
    from averment.batch.inputs import format_of
    from averment.batch.unit import Format

    told, compression = format_of(output)
    chosen = Format(format) if format else Format.JSONL if output == "-" else told
    if (
        chosen in (None, Format.JSON)
        or compression
        or (chosen is Format.XLSX and told and not output.endswith(".xlsx"))
    ):
        raise click.UsageError(
            f"OUT is *.jsonl, *.csv, *.parquet, *.arrow, *.xlsx or -, not `{output}`; or say --format"
        )
    if output == "-" and not chosen.text:
        raise click.UsageError(f"{chosen} needs a file: name one with -o")
    if warrants == "full" and chosen is not Format.JSONL:
        raise click.UsageError("whole outcomes are JSON Lines: name OUT *.jsonl")
    return chosen


def _check_places(
    table: str,
    format: str | None,
    output: str,
    summary: str | None,
    sides: Sequence[tuple[str, str]],
    report: Report,
) -> None:
    """The summary may not be put in the place of input or output, or of anything but a file; nor may the output."""
    from averment.batch.inputs import check_output, find_inputs
    from averment.batch.unit import Format
    from averment.ownership import is_sealed, refuse_taken

    if summary and output != "-" and Path(summary).resolve() == Path(output).resolve():
        raise click.UsageError("--summary and -o name the same file")
    found = () if table == "-" else find_inputs(table, Format(format) if format else None, report)
    beside = [input for _, file in sides for input in find_inputs(file, None, report)]
    for place in (output, summary):
        if place and place != "-" and not report.failed:
            check_output(Path(place), table, [*found, *beside], report)
    if summary and not report.failed and not is_sealed(Path(summary)):
        refuse_taken(Path(summary))


def mapping_of(name: str | None, delimiter: str | None, sheet: str | None, report: Report, texts: Texts) -> Adapter:
    """The mapping in a file, and what is stated beside it. Raises UsageError."""
    from averment.batch.adapter import Adapter, read_mapping, with_stated
    from averment.case_files import contents

    found = Adapter()
    for shown, data in contents([name], report) if name is not None else ():
        texts.of[shown] = data.decode("utf-8", "replace")
        found = read_mapping(data, shown, report)
    stated = {} if delimiter is None else {"delimiter": mark_of(delimiter)}
    return with_stated(found, **stated, **({} if sheet is None else {"sheet": sheet}))


def mark_of(delimiter: str) -> str:
    """The mark that --delimiter names. Raises UsageError."""
    mark = _MARKS.get(delimiter, delimiter)
    if len(mark) != 1 or mark in '\r\n"':
        raise click.UsageError(f"--delimiter is one character, or `tab`, not `{delimiter}`")
    return mark


def _resumable(found: Diagnostic, output: str) -> Diagnostic:
    return found if output == "-" else replace(found, help=(*found.help, "the same command continues where it stopped"))


def _say(result: Result, order: Order, output: str, summary: str | None) -> None:
    from averment.drafting.mending import groups_in, rejects_text
    from averment.engines import losses_of
    from averment.ir.digest import canonical
    from averment.ownership import UNSEALED, write_sealed
    from averment.render.turns_text import turns_text
    from averment_cli.terminal import style, talk, talk_findings

    for note in result.notes:
        talk(f"note: {note}")
    if result.fallback:
        talk(f"note: not decided in columns but case by case: {result.fallback}")
    if result.resumed:
        talk(f"note: {result.resumed:,} rows were done before")
    talk_findings(losses_of(result.summary.losses), {})
    groups = groups_in(result.rejects) if result.summary.rejected and result.rejects else []
    talk(result.summary.text())
    if result.summary.turns is not None and order.against is not None:
        talk(turns_text(result.summary.turns, replace(style(), colour=False), named_against(order)).rstrip())
    if result.summary.rejected and result.rejects is not None and output != "-":
        rejected = result.summary.rejected
        talk(f"warning: {rejected:,} row{'' if rejected == 1 else 's'} could not be decided: see {result.rejects}")
        for line in rejects_text(groups, order.types, order.mapping):
            talk(line)
    elif result.rejects is not None:
        for reject in map(json.loads, islice(result.rejects.read_bytes().splitlines(), _MOST)):
            talk(f"row {reject['row']}: {reject['code']}: {reject['message']}")
    if summary:
        told = {"rejects": [group.document for group in groups]} if groups else {}
        document = {"output": output, "seal": UNSEALED, **result.summary.document, **told}
        Path(summary).parent.mkdir(parents=True, exist_ok=True)
        write_sealed(Path(summary), canonical(document).decode() + "\n")
