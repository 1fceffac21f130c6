"""``averment whatif``: the outcome under other facts and parameters, and where along a range the claim turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from averment_cli.options import format_option, of_option, pack_option, seconds_option

if TYPE_CHECKING:
    from averment.outcome.outcome import Outcome
    from averment.questions.judging.knowledge import Knowledge
    from averment.questions.whatif import Sweep, WhatIf
    from averment_cli.questioning import Asked, Decided


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
@of_option
@seconds_option(5.0)
@pack_option
@format_option
def command(
    facts: Sequence[str],
    settings: Sequence[str],
    unset: Sequence[str],
    parameters: Sequence[str],
    sweep: str | None,
    of: str,
    seconds: float,
    pack: str,
    format: str,
) -> int:
    """Show what would be otherwise under other facts or parameters.

    The claim before and after, and which of the reasons go and which come. Of several cases: how many turn, from which
    claim to which, by which rules, and the first ten by name. With --sweep: where along a range the claim turns.

    \b
    averment whatif case.yaml --set engineering.team_size=4
    averment whatif case.yaml --unset product.audience --param decision_margin=3
    averment whatif cases --param decision_margin=3
    averment whatif case.yaml --sweep engineering.team_size=0..200
    """
    from averment.questions.judging.knowledge import Knowledge
    from averment.render.what_if_text import sweep_text, whatif_text
    from averment_cli.questioning import decide_files, print_each

    if not (settings or unset or parameters or sweep):
        raise click.UsageError("say what is to change: --set, --unset, --param or --sweep")
    along = _range(sweep) if sweep else None
    asked = decide_files(facts, pack, (), of=of or ("" if sweep else None))
    change, overrides = _changes(asked, settings, unset, parameters, seconds)
    if along is None and len(asked.cases) > 1:
        return _summarized(asked, change, overrides, format)
    if along is None:
        return print_each(asked, change, format, whatif_text, shown=lambda found: found.before)
    after: list[Outcome] = []

    def swept(case: Decided) -> Sweep:
        found = change(case).after
        after[:] = [found]
        return _swept(Knowledge(asked.pack, overrides), found, along, seconds)

    return print_each(asked, swept, format, sweep_text, shown=lambda _: after[0])


def _summarized(asked: Asked, change: Callable[[Decided], WhatIf], overrides: Mapping[str, Any], format: str) -> int:
    """What turns among many cases; as JSON after the answer of each."""
    from averment.outcome.turns import Turns, rewritten_rules
    from averment.render.turns_text import turns_text
    from averment_cli.questioning import Answers
    from averment_cli.terminal import data, json_line, style

    turns = Turns()
    rewritten = rewritten_rules(asked.pack.program({}), asked.pack.program(dict(overrides)))
    answers = Answers(asked, change)
    for _, found in answers:
        turns.add(found.before, found.after, rewritten)
        if format == "json":
            json_line(found.document())
    if format == "json":
        json_line({"question": "turns", **turns.document})
    else:
        data(turns_text(turns, style()))
    return answers.end()


def _changes(
    asked: Asked, settings: Sequence[str], unset: Sequence[str], parameters: Sequence[str], seconds: float
) -> tuple[Callable[[Decided], WhatIf], dict[str, Any]]:
    """What gives a case under the changes, and the parameters it has then."""
    from averment.diagnostics.diagnostic import Report
    from averment.model.encoding import plain_value
    from averment.questions.judging.knowledge import Knowledge
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
    knowledge = Knowledge(asked.pack)
    return lambda case: whatif(knowledge, case.case, sets, unset, overrides, seconds), overrides


def _range(text: str) -> _Range:
    from averment_cli.questioning import value_of

    name, equals, ends = text.rpartition("=")
    if not equals:
        return _Range(text, None, None)
    low, dots, high = ends.partition("..")
    if not (name and dots and low and high):
        raise click.UsageError(f"--sweep wants NAME or NAME=LOW..HIGH, as engineering.team_size=0..200, not `{text}`")
    return _Range(name, value_of(low, "--sweep"), value_of(high, "--sweep"))


def _swept(knowledge: Knowledge, outcome: Outcome, along: _Range, seconds: float) -> Sweep:
    from averment.questions.whatif import sweep

    found = sweep(knowledge, outcome, along.name, along.low, along.high, seconds)
    if not found.stretches:
        raise click.UsageError(f"--sweep {along.name}: there is nothing from {along.low} to {along.high}")
    return found
