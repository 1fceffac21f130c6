"""``averment packs``: the packs that are installed."""

from __future__ import annotations

from pathlib import Path

import click

from averment_cli.options import format_option


@click.command("packs")
@format_option
def command(format: str) -> None:
    """List the installed packs: name, version and title."""
    from averment.shelf import installed_packs
    from averment_cli.terminal import data, json_line, style

    paint = style().paint
    for name, folder in installed_packs().items():
        version, title = _about(folder)
        if format == "json":
            json_line({"name": name, "version": version, "title": title, "folder": str(folder)})
        else:
            data(f"{paint(name, 'bold')}  {version}  {title}\n")


def _about(folder: Path) -> tuple[str, str]:
    """The version and the title that a pack's manifest gives; words instead where it cannot be read."""
    from averment.diagnostics.diagnostic import Report
    from averment.model.fields import words
    from averment.source.yaml_reader import read_yaml

    report = Report()
    try:
        documents = read_yaml((folder / "pack.yaml").read_bytes(), "pack.yaml", report)
    except OSError:
        documents = []
    if report.failed or not documents:
        return "?", "(unreadable: see `averment check`)"
    return words(documents[0], "version"), words(documents[0], "title")
