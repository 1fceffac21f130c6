"""The questions that ``averment adapt`` asks about what is not sure of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from averment_cli.terminal import talk

if TYPE_CHECKING:
    from averment.drafting.draft import Choice, Draft


def choose(draft: Draft) -> Draft:
    """The draft with what was answered; an empty answer leaves a column as it was drafted."""
    for line in draft.unsure:
        for doubt in line.doubts:
            talk(f"\n`{line.heading}`: {doubt}")
        for number, choice in enumerate(line.choices, 1):
            talk(f"  {number}  {_told(choice)}")
        usual = "" if line.chosen is None else str(line.chosen + 1)
        answer = click.prompt(
            "which one", default=usual, show_default=bool(usual), type=_Number(len(line.choices)), err=True
        )
        if answer:
            chosen = line.choices[int(answer) - 1]
            draft = draft.with_choice(line.heading, None if chosen.to == "ignore" else int(answer) - 1)
    return draft


def _told(choice: Choice) -> str:
    from averment.drafting.mapping_text import flow

    if choice.to == "ignore":
        return "none of these: leave it out"
    return f"{choice.to} {flow(choice.said)}" if choice.said else choice.to


class _Number(click.ParamType[str]):
    """The number of a choice, or nothing."""

    name = "number"

    def __init__(self, most: int) -> None:
        self._most = most

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        plain = str(value).strip()
        if plain and not (plain.isdecimal() and 1 <= int(plain) <= self._most):
            self.fail(f"a number from 1 to {self._most}, or nothing to leave it as it is")
        return plain
