"""``averment whatif``: the outcome under other facts and parameters, and where along a range the claim turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from averment_cli.options import format_option, pack_option

if TYPE_CHECKING:
    from averment.outcome.outcome import Outcome
    from averment.pack import Pack
    from averment.questions.whatif import Sweep, WhatIf
    from averment_cli.questioning import Asked


class _Range(NamedTuple):
    """What to sweep: a field or parameter, from ``low`` to ``high`` where they are told."""

    name: str
    low: Any
    high: Any


@click.command("whatif")
@click.argument("facts", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--set", "settings", multiple=True, metavar="TYPE.FIELD=VALUE", help="What if this field held this?")
@click.option("--unset", "unset", multiple=True, metavar="TYPE.FIELD", help="What if this field were not known?")
@click.option("--param", "parameters", multiple=True, metavar="NAME=VALUE", help="What if this parameter were this?")
@click.option(
    "--sweep",
    metavar="NAME[=LOW..HIGH]",
    help="Show the claim for every value of this field (TYPE.FIELD) or parameter, after the changes above.",
)
@pack_option
@format_option
def command(
    facts: Sequence[str],
    settings: Sequence[str],
    unset: Sequence[str],
    parameters: Sequence[str],
    sweep: str | None,
    pack: str,
    format: str,
) -> int:
    """Show what would be otherwise under other facts or parameters.

    The claim before and after, and which of the reasons go and which come. With --sweep: where along a range the claim
    turns.

    \b
    averment whatif case.yaml --set engineering.team_size=4
    averment whatif case.yaml --unset product.audience --param decision_margin=3
    averment whatif case.yaml --sweep engineering.team_size=0..200
    """
    from averment.render.what_if_text import sweep_text, whatif_text
    from averment_cli.questioning import decide_files, print_answers

    if not (settings or unset or parameters or sweep):
        raise click.UsageError("say what is to change: --set, --unset, --param or --sweep")
    along = _range(sweep) if sweep else None
    asked = decide_files(facts, pack, ())
    changed = list(_changed(asked, settings, unset, parameters))
    if along is None:
        print_answers([(found.before, found) for found, _ in changed], format, whatif_text)
    else:
        swept = [(found.after, _swept(asked.pack, found.after, overrides, along)) for found, overrides in changed]
        print_answers(swept, format, sweep_text)
    return 0


def _changed(
    asked: Asked, settings: Sequence[str], unset: Sequence[str], parameters: Sequence[str]
) -> Iterator[tuple[WhatIf, dict[str, Any]]]:
    """Each case under the changes, with the parameters it has then."""
    from averment.diagnostics.diagnostic import Report
    from averment.ir.values import plain_value
    from averment.questions.knowledge import Knowledge
    from averment.questions.whatif import whatif
    from averment_cli.questioning import path_of
    from averment_cli.reading import Texts, stop_if_failed
    from averment_cli.written import changes_of, parameters_of, refuse_misplaced

    report, texts = Report(), Texts()
    overrides = parameters_of(parameters, asked.pack.model, report, texts)
    changes = changes_of(settings, report, texts, asked.pack.model.types)
    refuse_misplaced(changes, asked.pack.model.types)
    stop_if_failed(report, texts)
    sets = {path_of(change.type, change.key, change.field): plain_value(change.value) for change in changes}
    for path in unset:
        if path in sets:
            raise click.UsageError(f"`{path}` cannot be both set and unset")
    for case, _ in asked.cases:
        yield whatif(Knowledge(asked.pack), case, sets, unset, overrides), overrides


def _range(text: str) -> _Range:
    from averment_cli.questioning import value_of

    name, equals, ends = text.rpartition("=")
    if not equals:
        return _Range(text, None, None)
    low, dots, high = ends.partition("..")
    if not (name and dots and low and high):
        raise click.UsageError(f"--sweep wants NAME or NAME=LOW..HIGH, as engineering.team_size=0..200, not `{text}`")
    return _Range(name, value_of(low, "--sweep"), value_of(high, "--sweep"))


def _swept(pack: Pack, outcome: Outcome, parameters: dict[str, Any], along: _Range) -> Sweep:
    from averment.questions.knowledge import Knowledge
    from averment.questions.whatif import sweep

    found = sweep(Knowledge(pack, parameters), outcome, along.name, along.low, along.high)
    if not found.stretches:
        raise click.UsageError(f"--sweep {along.name}: there is nothing from {along.low} to {along.high}")
    return found
