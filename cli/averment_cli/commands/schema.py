"""``averment schema``: the JSON Schemas that editors complete from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from averment_schemas import NAMES

    return [name for name in NAMES if name.startswith(incomplete)]


@click.command("schema")
@click.argument("name", required=False, shell_complete=_complete)
@click.option(
    "--pack", "-p", metavar="PACK", help="The schema of this pack's own fact files: its real fields and values."
)
@click.option("-o", "--output", type=click.Path(file_okay=False), metavar="DIR", help="Write into this folder instead.")
def command(name: str | None, pack: str | None, output: str | None) -> None:
    """Print the schemas that editors complete from.

    Without NAME, list them; with -o, write them all. An editor finds the schema of a YAML file by its first line:

    \b
    # yaml-language-server: $schema=schemas/case.schema.json

    \b
    averment schema rules
    averment schema --pack my_pack > my_pack.case.schema.json
    averment schema -o schemas
    """
    from averment.core.suggest import did_you_mean
    from averment_cli.terminal import data, style, talk
    from averment_schemas import NAMES, load, text

    if name is not None and name not in NAMES:
        near = did_you_mean(name, NAMES)
        raise click.UsageError(
            f"there is no schema `{name}`; " + (f"did you mean {near}?" if near else ", ".join(NAMES))
        )
    if pack is not None:
        if name not in (None, "case"):
            raise click.UsageError("--pack makes the schema of fact files: leave out NAME")
        texts = {f"{Path(pack).resolve().name if pack == '.' else Path(pack).name}.case": _of_pack(pack)}
    elif name is not None:
        texts = {name: text(name)}
    elif output is not None:
        texts = {each: text(each) for each in NAMES}
    else:
        for each in NAMES:
            schema = load(each)
            data(f"{style().paint(f'{each:<17}', 'bold')}{_sentence(schema)}\n")
        return
    if output is None:
        data("".join(texts.values()))
        return
    for path in write_schemas(texts, Path(output)):
        talk(f"wrote {path}")


def write_schemas(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write schemas into a folder, under a seal each: so one that nobody has edited can be written anew."""
    from averment.ownership import UNSEALED, write_sealed

    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{name}.schema.json" for name in texts]
    for path, content in zip(written, texts.values(), strict=True):
        document = {"$schema": None, "$comment": UNSEALED, **json.loads(content)}
        write_sealed(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return written


def _of_pack(pack: str) -> str:
    from averment.render.case_schema import case_schema
    from averment_cli.reading import pack_of
    from averment_schemas import load

    return json.dumps(case_schema(pack_of(pack).model, load("case")), indent=2, ensure_ascii=False) + "\n"


def _sentence(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description") or schema.get("title") or "")
