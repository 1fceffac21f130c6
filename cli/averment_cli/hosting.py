"""A batch on a host, Spark or Ray, which has its own way of reading, writing and going on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from averment.pack import Pack

_OPTIONS = {"sides": "side", "reader": "for"}


def decide_on(context: click.Context, host: str, pack: Pack, overrides: Mapping[str, Any], firings: int) -> int:
    """Decide on a host, which has its own way of reading, writing and going on: the options of ours do not apply."""
    from averment.scale.files import decide_files
    from averment_cli.terminal import talk

    ours = ("engine", "format", "input_format", "mapping", "delimiter", "sheet", "reader", "sides", "warrants", "jobs",
            "chunk", "summary", "restart", "log", "requester", "masking_key")  # fmt: skip
    for name in ours:
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError(f"--{_OPTIONS.get(name, name).replace('_', '-')} is not for --on {host}")
    if "-" in (context.params["table"], context.params["output"]):
        raise click.UsageError(f"--on {host} needs files: name them")
    found = decide_files([context.params["table"]], context.params["output"], pack, host, overrides, firings)
    talk(f"{found.rows:,} rows, {found.errors.total():,} of them without an outcome")
    for told in (found.claims, found.statuses):
        talk("  ".join(f"{word} {count:,}" for word, count in sorted(told.items())))
    rejected = found.errors.total()
    return 1 if rejected and (context.params["strict"] or rejected == found.rows) else 0
