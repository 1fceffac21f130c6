"""``averment missing``: what would settle an open claim, and what to ask next."""

from __future__ import annotations

from collections.abc import Sequence

import click

from averment_cli.options import format_option, of_option, pack_option, param_option, seconds_option


@click.command("missing")
@click.argument("facts", nargs=-1, required=True, type=click.Path(allow_dash=True))
@of_option
@seconds_option(5.0)
@pack_option
@param_option
@format_option
def command(facts: Sequence[str], of: str, seconds: float, pack: str, parameters: Sequence[str], format: str) -> int:
    """Show what an open claim is missing.

    The claims that are still possible, each with answers that would settle it; the least sets of facts that settle the
    claim; and what to ask next, the questions first that settle most by themselves. averment ask asks them.

    \b
    averment missing case.yaml
    """
    from averment.questions.missing.missing import missing
    from averment.render.questions_text import missing_text
    from averment_cli.questioning import decide_files, print_each

    asked = decide_files(facts, pack, parameters, of=of)
    return print_each(asked, lambda case: missing(case.outcome, seconds=seconds), format, missing_text)
