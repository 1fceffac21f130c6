"""``--against``: another pack, or parameters with other values, that the cases of a batch are decided by as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from averment.batch.order import Against, Order
    from averment.pack import Pack


def against_of(written: Sequence[str], pack: Pack, parameters: Mapping[str, Any]) -> Against | None:
    """What ``--against`` names: a pack, or this one under its ``parameters``; with the parameters that are told."""
    from averment.batch.order import Against
    from averment.diagnostics.diagnostic import Report
    from averment_cli.reading import Texts, pack_of, stop_if_failed
    from averment_cli.written import parameters_of

    if not written:
        return None
    settings = [text for text in written if _is_setting(text)]
    names = [text for text in written if not _is_setting(text)]
    if len(names) > 1:
        raise click.UsageError(f"--against names one pack, not both `{names[0]}` and `{names[1]}`")
    other = pack_of(names[0]) if names else pack
    report, texts = Report(), Texts()
    overrides = parameters_of(settings, other.model, report, texts, option="--against")
    stop_if_failed(report, texts)
    program = other.program(overrides if names else {**parameters, **overrides})
    return Against(program, other.model.types)


def proved_against(header: Mapping[str, Any], pack: Pack, written: Sequence[str]) -> Against | None:
    """What the run of this header was held against; ``written`` names its pack, where it is another than ``pack``."""
    from averment.batch.order import Against
    from averment.diagnostics.diagnostic import Diagnostic, Refused
    from averment_cli.reading import pack_of

    told = header.get("against")
    if told is None:
        if written:
            raise click.UsageError("that output was compared with nothing: leave out --against")
        return None
    if len(written) > 1 or any(map(_is_setting, written)):
        raise click.UsageError("to prove an output, --against names a pack: its manifest has the parameters")
    other = pack_of(written[0]) if written else pack
    if other.digest != told["pack"]["digest"]:
        what = f"it was compared with another pack: {told['pack']['name']} {told['pack']['version']}"
        raise Refused([Diagnostic("AV532", what, (), ("name that pack with --against",))])
    return Against(other.program(told["parameters"]), other.model.types)


def named_against(order: Order) -> str:
    """What an order is held against, in a sentence: the pack where it is another, and the parameters that differ."""
    assert order.against is not None
    here, there = order.program, order.against.program
    other = here.digest != there.digest
    settings = [
        f"{name}={_shown(value)}"
        for name, value in there.parameters.items()
        if name not in here.parameters or here.parameters[name] != value
    ]
    pack = [f"{there.name} {there.version}"] if other or not settings else []
    return " with ".join([*pack, *([", ".join(settings)] if settings else [])])


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_setting(text: str) -> bool:
    from averment.model.names import is_name

    name, equals, _ = text.partition("=")
    return bool(equals) and is_name(name)
