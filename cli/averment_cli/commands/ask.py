"""``averment ask``: a consultation in the terminal, which asks only what still matters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from averment_cli.options import format_option, of_option, pack_option, param_option, seconds_option

if TYPE_CHECKING:
    from averment.model.case import Case
    from averment.outcome.outcome import Outcome
    from averment_cli.questioning import Asked


@click.command("ask")
@click.argument("facts", required=False, type=click.Path())
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the facts here in the end; - prints."
)
@click.option("--presumably", is_flag=True, help="Stop as soon as what the pack presumes of most cases settles it.")
@of_option
@pack_option
@param_option
@seconds_option(5.0, "Look for the best next question for S seconds, then ask one that is left.")
@format_option
def command(
    facts: str | None,
    output: str | None,
    presumably: bool,
    of: str,
    pack: str,
    parameters: Sequence[str],
    seconds: float,
    format: str,
) -> int:
    """Ask only what still matters, until the claim is settled.

    Begins with the case in FACTS, or with nothing known. Which question comes next rests on what the pack's example
    cases answered; the claim never does. Records of which there may be any number are told with add and remove. The
    facts can be saved as a fact file, for averment decide and the other commands. With --format json the consultation
    as a document goes to standard output in the end, and the talk to standard error.

    \b
    averment ask
    averment ask case.yaml -o answered.yaml
    """
    from averment.examples import usual_of
    from averment.ownership import is_there
    from averment.questions.ask.consultation import consult
    from averment.questions.ask.live import Live
    from averment_cli.consulting import Talk
    from averment_cli.terminal import json_line

    if facts == "-":
        raise click.UsageError("the answers come from standard input: name a fact file")
    if output == "-" and format == "json":
        raise click.UsageError("both --format json and -o - print to standard output: leave out one")
    if output not in (None, "-") and not Path(output or "").absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder to write `{output}` into")
    if output not in (None, "-") and is_there(Path(output or "")):
        raise click.UsageError(f"`{output}` is there already: name another file")
    asked, case, begun = _begun(facts, pack, parameters, of)
    with Live(asked.pack.engine(asked.parameters)) as live:
        state = consult(begun, live.evaluate, usual_of(asked.pack), presumably, seconds)
        talk = Talk(asked.pack, pack, case, state, aside=format == "json" or output == "-")
        try:
            code = talk.hold()
        except KeyboardInterrupt:
            talk.say("\n")
            code = 130
        talk.end(output)
        if format == "json":
            json_line(talk.state.document())
    return code


def _begun(facts: str | None, pack: str, parameters: Sequence[str], of: str) -> tuple[Asked, Case, Outcome]:
    from averment.model.case import blank_case
    from averment_cli.questioning import decide_files

    if facts is None:
        asked = decide_files((), pack, parameters, of=of)
        case = blank_case(asked.pack.model.types, "consultation")
        return asked, case, asked.pack.decide(case, asked.parameters)
    asked = decide_files([facts], pack, parameters, of=of)
    if len(asked.cases) != 1:
        raise click.UsageError(f"a consultation is about one case, and `{facts}` has {len(asked.cases)}")
    ((case, outcome),) = asked.cases
    return asked, case, outcome
