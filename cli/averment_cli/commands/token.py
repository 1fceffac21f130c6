"""``averment token``: who may ask a service."""

from __future__ import annotations

from pathlib import Path

import click

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group("token")
def command() -> None:
    """Add, list and remove the tokens of a service.

    \b
    averment token add tokens.yaml ann --role evaluator
    averment serve --tokens tokens.yaml --log sqlite:decisions.db
    """
    from averment.extras import need

    need("serve", "`averment token`")


@command.command("add")
@_file
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="viewer, evaluator, auditor, agent or admin.")
def _add(file: Path, name: str, roles: tuple[str, ...]) -> None:
    """Make a token for NAME, and print it: this once, for FILE has only its hash."""
    from averment_cli.terminal import data
    from averment_service.tokens import add

    data(add(file, name, roles) + "\n")


@command.command("list")
@_file
def _list(file: Path) -> None:
    """Name and roles of each token."""
    from averment_cli.terminal import data
    from averment_service.tokens import listed

    for name, roles, _ in listed(file):
        data(f"{name}  {', '.join(roles)}\n")


@command.command("remove")
@_file
@click.argument("name")
def _remove(file: Path, name: str) -> None:
    """Take the token of NAME back."""
    from averment_service.tokens import remove

    remove(file, name)
