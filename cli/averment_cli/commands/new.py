"""``averment new``: a pack to start from, which checks and decides at once."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

_PLACEHOLDER = "PACK_NAME"


@click.command("new")
@click.argument("folder", type=click.Path(), metavar="NAME")
def command(folder: str) -> None:
    """Start a pack of your own in the folder NAME: a small one that checks and decides at once.

    \b
    averment new my_pack
    averment check my_pack
    averment decide my_pack/cases --pack my_pack
    """
    from averment.model.names import is_name
    from averment.ownership import is_there
    from averment.render.case_schema import case_schema
    from averment_cli.commands.schema import write_schemas
    from averment_cli.reading import pack_of
    from averment_cli.terminal import data
    from averment_schemas import NAMES, load, text

    target = Path(folder)
    name = target.name
    if not is_name(name):
        fitting = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        mend = f": try `{fitting}`" if is_name(fitting) else ""
        raise click.UsageError(f"`{name}` cannot name a pack, which is a-z, 0-9 and _, a letter first{mend}")
    if is_there(target):
        raise click.UsageError(f"`{folder}` is already there")
    _copy(files("averment_cli").joinpath("starter"), target, name)
    own = json.dumps(case_schema(pack_of(folder).model, load("case")))
    write_schemas({**{each: text(each) for each in NAMES}, f"{name}.case": own}, target / "schemas")
    data(
        f"{folder} is a pack now: pack.yaml, facts.yaml, rules, a case, and schemas for your editor. Try\n\n"
        f"  averment check {folder}\n"
        f"  averment decide {folder}/cases --pack {folder}\n\n"
        f"After a change to facts.yaml: averment schema --pack {folder} -o {folder}/schemas\n"
    )


def _copy(source: Traversable, target: Path, name: str) -> None:
    """Copy the starter; nothing that is already there is overwritten."""
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name, name)
        else:
            content = entry.read_text(encoding="utf-8").replace(_PLACEHOLDER, name)
            (target / entry.name).write_text(content, encoding="utf-8")
