"""``averment decide``: the claim of each case, and every reason for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from averment_cli.logs import record_options, recording
from averment_cli.options import DEFAULT_PACK, engine_option, firings_option, format_option, pack_option, param_option

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Report
    from averment.model.case import Case
    from averment.outcome.outcome import Outcome
    from averment.pack import Pack
    from averment_cli.reading import Texts


class _Typed(NamedTuple):
    """What was typed, for a command that decides the same again."""

    files: bool
    options: str
    settings: str


@click.command("decide")
@click.argument("facts", nargs=-1, type=click.Path(allow_dash=True))
@pack_option
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TYPE.FIELD=VALUE",
    help="Set a field of every case, whatever its file says.",
)
@param_option
@format_option
@click.option(
    "--quiet", "-q", is_flag=True, help="One line a case: case, claim, status and strength, with tabs between."
)
@click.option("--table", is_flag=True, help="The claims of all cases, each with the names of its cases.")
@click.option("--full", is_flag=True, help="Every reason, down to the facts given, instead of one screen.")
@engine_option
@firings_option
@record_options
def command(
    facts: Sequence[str],
    pack: str,
    settings: Sequence[str],
    parameters: Sequence[str],
    format: str,
    quiet: bool,
    table: bool,
    full: bool,
    engine: str | None,
    firings: int,
    log: str | None,
    requester: str | None,
    masking_key: str | None,
) -> int:
    """Decide cases, and say why.

    FACTS are YAML, JSON or JSON Lines: files, folders, or - for standard input. Without any, --set gives the facts of
    one case. What can be decided is decided; what is wrong with other cases is told, with exit code 3. With --log, a
    decision that cannot be recorded is not shown: exit code 3 too.

    \b
    averment decide case.yaml
    averment decide case.yaml --set product.technical_complexity=high
    averment decide case.yaml --full
    averment decide cases/ --quiet
    averment decide cases/ --table
    averment decide case.yaml --log sqlite:decisions.db
    """
    from averment.diagnostics.diagnostic import Report
    from averment_cli.reading import Texts, pack_of, tell
    from averment_cli.written import parameters_of

    if not facts and not settings:
        raise click.UsageError("name a fact file, a folder or -, or give facts with --set")
    if quiet and format == "json":
        raise click.UsageError("--quiet is text: leave out one of --quiet and --format json")
    if table and (quiet or full or format == "json"):
        raise click.UsageError("--table tells all cases at once: leave out --quiet, --full and --format json")
    report, texts = Report(), Texts()
    known = pack_of(pack)
    overrides = parameters_of(parameters, known.model, report, texts)
    cases = _cases(facts, settings, known, report, texts)
    failed = tell(report, texts)
    if not cases:
        return 3 if failed else 0
    told: list[Outcome] = []
    options = _written("--pack", [] if pack == DEFAULT_PACK else [pack]) + _written("--param", parameters)
    typed = _Typed(bool(facts), options, _written("--set", settings))
    with recording(
        log, requester, masking_key, known, lambda: known.engine(overrides, engine or "", firings).name
    ) as record:
        for number, (case, outcome) in enumerate(_decided(known, cases, overrides, engine or "", firings, report)):
            if outcome is not None:
                record(outcome, case)
                if table:
                    told.append(outcome)
                else:
                    _print(outcome, case, known, format, quiet, full, typed, first=number == 0)
    if told:
        _print_table(told)
    return 3 if tell(report, texts) or failed else 0


def _decided(
    pack: Pack, cases: list[Case], overrides: Mapping[str, Any], engine: str, firings: int, report: Report
) -> Iterator[tuple[Case, Outcome | None]]:
    for case, outcome, found in pack.decide_all(cases, overrides, engine, firings):
        report.extend(found.diagnostics)
        yield case, outcome


def _cases(facts: Sequence[str], settings: Sequence[str], pack: Pack, report: Report, texts: Texts) -> list[Case]:
    from averment.case_files import read_cases, sound_cases
    from averment.core.node import node_of
    from averment.model.changing import changed
    from averment_cli.reading import stop_if_failed
    from averment_cli.written import changes_of, refuse_misplaced

    changes = changes_of(settings, report, texts, pack.model.types)
    stop_if_failed(report, texts)
    refuse_misplaced(changes, pack.model.types)
    documents = read_cases(facts, report, texts.of, pack.model.types)
    if changes and not facts:
        documents = [node_of({"case": "case", "facts": {}}, "--set")]
    types = pack.model.types
    return sound_cases((changed(document, changes, types) for document in documents), types, report)


def _print_table(outcomes: Sequence[Outcome]) -> None:
    from averment.render.claims_table import claims_table
    from averment_cli.terminal import data, style

    data(claims_table(outcomes, style()))


def _written(option: str, values: Sequence[str]) -> str:
    """An option with each of its values, as they would be typed after a command."""
    from shlex import quote

    return "".join(f" {option} {quote(value)}" for value in values)


def _print(
    outcome: Outcome, case: Case, pack: Pack, format: str, quiet: bool, full: bool, typed: _Typed, *, first: bool
) -> None:
    from averment_cli.terminal import data, raw_line, style

    if format == "json":
        raw_line(outcome.canonical)
    elif quiet:
        from averment.render.text import summary

        data(summary(outcome))
    elif full:
        from averment.render.text import explanation

        data(("" if first else "\n") + explanation(outcome, pack.model, style(), case.places))
    else:
        from averment.render.screen import screen

        file = case.place.file if typed.files and case.place else ""
        # What was set goes with `decide` alone: of the case in the file the other commands would tell something else.
        more = f"averment decide{file and ' '}{file}{typed.options}{typed.settings} --full" if typed.settings else ""
        data(("" if first else "\n") + screen(outcome, pack.model, style(), case.places, file, typed.options, more))
