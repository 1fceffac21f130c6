"""``averment matters``: which facts decide, which cannot, and how far each number may move."""

from __future__ import annotations

from collections.abc import Sequence

import click

from averment_cli.options import format_option, of_option, pack_option, param_option, seconds_option


@click.command("matters")
@click.argument("facts", nargs=-1, required=True, type=click.Path(allow_dash=True))
@of_option
@seconds_option(10.0)
@pack_option
@param_option
@format_option
def command(facts: Sequence[str], of: str, seconds: float, pack: str, parameters: Sequence[str], format: str) -> int:
    """Show which facts matter, and by what margin.

    Which facts given are decisive, which only play a part, and which cannot turn the claim in whatever combination;
    and how far each number, level and parameter may move, alone, before the claim turns: the nearest first.

    \b
    averment matters case.yaml
    averment matters case.yaml --param decision_margin=3
    """
    from averment.questions.judging.knowledge import Knowledge
    from averment.questions.matters.matters import matters
    from averment.render.weighing import matters_text
    from averment_cli.questioning import decide_files, print_each

    asked = decide_files(facts, pack, parameters, of=of)
    knowledge = Knowledge(asked.pack, asked.parameters)
    return print_each(asked, lambda case: matters(case.outcome, knowledge, seconds=seconds), format, matters_text)
