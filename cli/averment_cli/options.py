"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

DEFAULT_PACK = "pm_tpm"

_Command = Callable[..., Any]


def pack_option(command: _Command) -> _Command:
    """``--pack``: a folder, or the name of an installed pack."""
    return click.option(
        "--pack",
        "-p",
        default=DEFAULT_PACK,
        show_default=True,
        metavar="PACK",
        help="A pack: its folder, or its name if installed.",
        shell_complete=complete_pack,
    )(command)


def formats_option(*others: str) -> Callable[[_Command], _Command]:
    """``--format text|…``."""
    return click.option(
        "--format",
        "format",
        type=click.Choice(["text", *others]),
        default="text",
        show_default=True,
        help="For people, or for programs.",
    )


format_option = formats_option("json")
"""``--format text|json``."""


def seconds_option(
    default: float, help: str = "Stop after S seconds a case, with what is found and certain by then."
) -> Callable[[_Command], _Command]:
    """``--seconds``: how long one case may take."""
    return click.option(
        "--seconds",
        type=click.FloatRange(0, min_open=True),
        default=default,
        show_default=True,
        metavar="S",
        help=help,
    )


def of_option(command: _Command) -> _Command:
    """``--of RESULT``."""
    return click.option(
        "--of",
        default="",
        metavar="RESULT",
        help='Ask of a result, not of the claim: of a choice, level or truth value, or a test: "amount >= 100".',
    )(command)


def engine_option(command: _Command) -> _Command:
    """``--engine reference|durable``."""
    return click.option(
        "--engine",
        type=click.Choice(["durable", "reference"]),
        help="What infers. Default: durable where it is installed and can run the pack, else reference.",
        show_default=False,
    )(command)


def firings_option(command: _Command) -> _Command:
    """``--firings N``."""
    return click.option(
        "--firings",
        type=click.IntRange(min=1),
        default=200_000,
        show_default=True,
        metavar="N",
        help="What a case may have of them; past that it has no outcome.",
    )(command)


def param_option(command: _Command) -> _Command:
    """``--param NAME=VALUE``, any number of times."""
    return click.option(
        "--param", "parameters", multiple=True, metavar="NAME=VALUE", help="Override a parameter of the pack."
    )(command)


def source_option(command: _Command) -> _Command:
    """``--source ID=FILE``, any number of times."""
    return click.option(
        "--source",
        "sources",
        multiple=True,
        metavar="ID=FILE",
        help="Verify citations against the text of a source that you hold. ID may be left out if there is one.",
    )(command)


def side_option(help: str) -> Callable[[_Command], _Command]:
    """``--side TYPE=FILE``, any number of times."""
    return click.option("--side", "sides", multiple=True, metavar="TYPE=FILE", help=help)


def given_sides(given: Sequence[str]) -> list[tuple[str, str]]:
    """What is given as TYPE=FILE. Raises UsageError for what is not."""
    found: list[tuple[str, str]] = []
    for each in given:
        type, equals, file = each.partition("=")
        if not type or not equals or not file:
            raise click.UsageError(f"--side is TYPE=FILE, as in --side component=components.csv, not `{each}`")
        found.append((type, file))
    return found


def complete_pack(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """The installed packs, and folders."""
    from click.shell_completion import CompletionItem

    from averment.shelf import installed_packs

    names = [CompletionItem(name) for name in installed_packs() if name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="dir")]
