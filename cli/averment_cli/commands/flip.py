"""``averment flip``: the smallest change of the facts given that turns the claim."""

from __future__ import annotations

from collections.abc import Sequence

import click

from averment_cli.options import format_option, of_option, pack_option, param_option, seconds_option


@click.command("flip")
@click.argument("facts", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--to", metavar="CLAIM", help="Turn it to this claim. Default: to any other that the pack declares.")
@click.option(
    "--most", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="Show up to N answers."
)
@of_option
@seconds_option(5.0)
@pack_option
@param_option
@format_option
def command(
    facts: Sequence[str],
    to: str | None,
    of: str,
    most: int,
    seconds: float,
    pack: str,
    parameters: Sequence[str],
    format: str,
) -> int:
    """Find the smallest change that turns the claim.

    Smallest are the fewest fields; among those, the least declared cost times distance. A field that the pack marks as
    fixed stays. Each change shown was decided, and does turn the claim; that nothing smaller does is proved. Values
    that do alike are one answer; a new one stands for any text that neither the case nor a rule names.

    \b
    averment flip case.yaml
    averment flip case.yaml --to product_manager
    """
    from averment.questions.flip.flip import flip
    from averment.render.flip_text import flips_text
    from averment_cli.questioning import decide_files, print_each

    asked = decide_files(facts, pack, parameters, of=of)
    return print_each(asked, lambda case: flip(case.outcome, to, most, seconds=seconds), format, flips_text)
