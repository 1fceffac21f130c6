"""Reading the pack that the command line names, and saying what was found."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from averment.dataclass import dataclass

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Report
    from averment.pack import Pack
    from averment.pack_cache import PackCache


@dataclass(slots=True)
class Texts:
    """The files read so far, by their names in spans: findings quote from them."""

    of: dict[str, str] = field(default_factory=dict[str, str])


def stop_if_failed(report: Report, texts: Texts) -> None:
    """Say what was found; if any of it is an error, that is the end, with exit code 3."""
    if tell(report, texts):
        raise click.exceptions.Exit(3)


def tell(report: Report, texts: Texts) -> bool:
    """Say what was found, and forget it; whether any of it is an error."""
    from averment_cli.terminal import talk_findings

    failed = report.failed
    talk_findings(report.diagnostics, texts.of)
    report.diagnostics.clear()
    return failed


def read_pack(name: str, report: Report, texts: Texts, cache: PackCache | None = None) -> Pack | None:
    """The pack in a folder or installed under a name, with all that was found in it."""
    from averment.pack import compile_folder
    from averment.shelf import find_pack

    folder = find_pack(name, report)
    return None if folder is None else compile_folder(folder, report, texts.of, cache)


def pack_of(name: str) -> Pack:
    """The pack, where nothing in it is wrong; else what is, and exit code 3."""
    from averment.diagnostics.diagnostic import Report
    from averment.pack_cache import pack_cache

    report, texts = Report(), Texts()
    pack = read_pack(name, report, texts, pack_cache())
    stop_if_failed(report, texts)
    assert pack is not None
    return pack


def default_pack() -> str:
    """The folder one is in, where it is a pack; else the pack about product managers."""
    return "." if Path("pack.yaml").is_file() else "pm_tpm"
