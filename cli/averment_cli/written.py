"""What is written on the command line itself: ``--param NAME=VALUE`` and ``--set TYPE.FIELD=VALUE``.

A value is written as in a fact file: ``high``, ``12``, ``true``, ``[api, web]``, ``2024-01-31``. What is wrong with it
is shown in the argument, as in a line of a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from averment.core.node import Node, Span
    from averment.core.program import FactType
    from averment.diagnostics.diagnostic import Report
    from averment.model.changing import Change
    from averment.model.model import Model
    from averment_cli.reading import Texts

_PATH = re.compile(r"([a-z][a-z0-9_]*)(\[.*\])?\.([a-z][a-z0-9_]*)", re.DOTALL)


def parameters_of(
    written: Iterable[str], model: Model, report: Report, texts: Texts | None = None, option: str = "--param"
) -> dict[str, Any]:
    """``NAME=VALUE`` of each ``--param``, or other ``option``, as values that fit the parameters of the pack.

    Findings quote ``texts``.
    """
    from averment.core.node import data_of
    from averment.model.names import is_name
    from averment.model.parameters import read_override

    found: dict[str, Any] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not is_name(name):
            raise click.UsageError(f"{option} wants NAME=VALUE, not `{text}`")
        if name in found:
            raise click.UsageError(f"{option} gives `{name}` twice")
        node = _value(option, name, value, report, texts)
        if node is not None and read_override(name, node, dict(model.parameters), report) is not None:
            found[name] = data_of(node)
    return found


def changes_of(
    written: Iterable[str],
    report: Report,
    texts: Texts | None = None,
    types: Mapping[str, FactType] | None = None,
) -> list[Change]:
    """``TYPE.FIELD=VALUE`` or ``TYPE["KEY"].FIELD=VALUE`` of each ``--set``.

    Findings quote from ``texts``, but for what may be meant for a sensitive field of these ``types``.
    """
    from averment.case_files import may_be_secret
    from averment.core.composed import composed
    from averment.model.changing import Change

    found: list[Change] = []
    seen: set[tuple[str, str, str]] = set()
    for text in map(composed, written):
        path, equals, value = _halves(text)
        match = _PATH.fullmatch(path)
        if not equals or not match:
            raise click.UsageError(f"--set wants TYPE.FIELD=VALUE, as product.team_size=12, not `{text}`")
        try:
            key: list[Any] = json.loads(match[2]) if match[2] else []
        except (ValueError, RecursionError):
            raise click.UsageError(
                f'--set wants a key as JSON, as component["camera"].team=edge, not `{path}`'
            ) from None
        target = match[1], json.dumps(key), match[3]
        if target in seen:
            raise click.UsageError(f"--set gives `{path}` twice")
        seen.add(target)
        quoted = None if may_be_secret((match[3],), types or {}) else texts
        node = _value("--set", path, value, report, quoted)
        if node is not None:
            places = _place("--set", path, *match.span(1)), _place("--set", path, *match.span(3))
            found.append(Change(match[1], tuple(key), match[3], node, places))
    return found


def refuse_misplaced(changes: Iterable[Change], types: Mapping[str, FactType]) -> None:
    """Refuse a key that a type does not have, and one that is not told whole: it would be silently passed over."""
    for type, key, field, *_ in changes:
        declared = types.get(type)
        if declared is None:
            continue
        wanted = () if declared.one else declared.key
        if len(key) != len(wanted):
            path = f"{type}[{', '.join(wanted)}]" if wanted else type
            raise click.UsageError(f"--set names a record of `{type}` as {path}.{field}=VALUE")
        if field in wanted:
            raise click.UsageError(f"--set cannot change `{type}.{field}`: it tells the record from the others")


def _value(option: str, name: str, text: str, report: Report, texts: Texts | None) -> Node | None:
    """The value after ``OPTION NAME=``, placed in the argument as that is written."""
    from dataclasses import replace

    from averment.core.node import Span
    from averment.diagnostics.diagnostic import Label
    from averment.source.yaml_reader import read_yaml

    before = len(report.diagnostics)
    place = f"{option} {name}"
    if texts is not None:
        texts.of[place] = f"{place}={text}"
    documents = read_yaml(text.encode("utf-8", "surrogateescape"), place, report)
    by, lines = len(place) + 1, text.split("\n")
    end = Span(place, len(lines), len(lines[-1]) + 1, len(lines), len(lines[-1]) + 1)
    for number, found in enumerate(report.diagnostics[before:], before):
        spans = [end if label.span.line > end.line else label.span for label in found.labels]
        labels = tuple(Label(_moved(span, by), label.text) for span, label in zip(spans, found.labels, strict=True))
        report.diagnostics[number] = replace(found, labels=labels)
    return _moved_node(documents[0], by) if len(documents) == 1 and len(report.diagnostics) == before else None


def _moved_node(node: Node, by: int) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _moved_node(child, by) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_moved_node(child, by) for child in value]
    keys = {key: _moved(span, by) for key, span in node.keys.items()}
    return node._replace(value=value, span=_moved(node.span, by), keys=keys)


def _moved(span: Span, by: int) -> Span:
    """The span after ``by`` columns of its first line."""
    column = span.column + (by if span.line == 1 else 0)
    return span._replace(column=column, end_column=span.end_column + (by if span.end_line == 1 else 0))


def _place(option: str, path: str, start: int, end: int) -> Span:
    """Where a part of ``path`` stands in the argument."""
    from averment.core.node import Span

    before = len(option) + 2
    return Span(f"{option} {path}", 1, before + start, 1, before + end)


def _halves(text: str) -> tuple[str, str, str]:
    """Split at the first ``=`` that is not in the brackets of a key."""
    bracket = text.find("[")
    start = text.rfind("]", bracket, text.find("=", text.find("]", bracket))) if 0 <= bracket < text.find("=") else 0
    place = text.find("=", max(start, 0))
    return (text, "", "") if place < 0 else (text[:place], "=", text[place + 1 :])
