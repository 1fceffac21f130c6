"""A mapping file: how a foreign table is read as one of the pack's own.

It is YAML of the schema ``mapping``: marks and words of the table; for each column its target (see ``columns``), or
with ``to`` the words and marks of its own; ``rest: ignore``, ``names`` and ``constants``. It is data: nothing in it is
run.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from averment.batch.dialects import PLAIN, Dialect
from averment.core.composed import composed
from averment.core.node import Node
from averment.diagnostics.diagnostic import Report
from averment.source.yaml_reader import read_yaml
from averment.surface.shape import check_shape

IGNORE = "ignore"
_REST = "*"
_TEXT = ("delimiter", "quote", "encoding")
_LISTS = {"missing": "missing", "true_words": "true", "false_words": "false", "date": "date", "time": "time"}
_IN_DATES, _IN_TIMES = re.compile("YYYY|MMM|MM?|DD?|HH?|mm|ss"), re.compile("HH?|mm|ss")


@dataclass(frozen=True)
class Rule:
    """How the cells of a column are read; each is as in a mapping file."""

    missing: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    unit: str = ""
    decimal: str = ""
    thousands: str = ""
    separator: str = ""
    factor: Decimal | None = None
    round: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Adapter:
    """What a mapping file says. ``columns``: the target of each; ``rules``: of those that have one, else ``rule``.

    ``dialect`` has what is ``stated`` of it. ``document`` is what the file said, where it is more than ``columns``.
    """

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    rest: bool = False
    rule: Rule = Rule()
    rules: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    names: tuple[str, ...] = ()
    constants: Mapping[str, Any] = field(default_factory=dict[str, Any])
    dialect: Dialect = PLAIN
    stated: tuple[str, ...] = ()
    sheet: str = ""
    document: str = ""

    def __bool__(self) -> bool:
        return self != Adapter()

    @property
    def converts(self) -> bool:
        """Whether it does more to the cells than to name their columns."""
        return bool(self.rule != Rule() or self.rules or self.names or self.constants)

    def rule_of(self, heading: str) -> Rule:
        return self.rules.get(heading, self.rule)


Mapped = Adapter | Mapping[str, str]
"""A mapping, or just the target of each column."""


def adapter_of(mapped: Mapped) -> Adapter:
    return mapped if isinstance(mapped, Adapter) else Adapter(dict(mapped))


def read_mapping(data: bytes, file: str, report: Report) -> Adapter:
    """What a mapping file says; mistakes in it are reported."""
    documents = read_yaml(data, file, report)
    if report.failed or not documents:
        return Adapter()
    return read_document(documents[0], report)


def read_document(document: Node, report: Report) -> Adapter:
    """What the document of a mapping file says; mistakes in it are reported."""
    if not check_shape(document, "mapping", report):
        return Adapter()
    encoding = document.get("encoding")
    if encoding is not None and not _is_encoding(encoding.text):
        help = "write utf-8, utf-16, cp1252, latin-1 or another that Python knows"
        report.error("AV520", f"`{encoding.text}` is not an encoding", encoding.span, "unknown", help)
    for held in (document, *(column for _, column in _columns(document))):
        for node in _nodes(held.get("date")):
            if _parts(_IN_DATES, node.text) not in ("DMY", "DHMYm", "DHMYms"):
                help = "write YYYY, MM and DD where they stand, as DD.MM.YYYY, and of a time HH, mm and ss"
                report.error("AV520", f"`{node.text}` does not say how a day is written", node.span, "", help)
        for node in _nodes(held.get("time")):
            if _parts(_IN_TIMES, node.text) not in ("Hm", "Hms"):
                help = "write HH, mm and ss where they stand, as HH.mm"
                report.error("AV520", f"`{node.text}` does not say how a time is written", node.span, "", help)
        _check_marks(held, "decimal", "thousands", report)
    _check_marks(document, "delimiter", "quote", report)
    return Adapter() if report.failed else _read(document.plain())


def _parts(known: re.Pattern[str], form: str) -> str:
    return "".join(sorted(part[0] for part in known.findall(form)))


def _check_marks(held: Node, one: str, other: str, report: Report) -> None:
    first, second = held.get(one), held.get(other)
    if first is not None and second is not None and first.text == second.text:
        what = f"`{one}` and `{other}` are the same mark, so that neither can be told"
        report.error("AV520", what, second.span, "again", "write the mark that the table has")
    for mark in (first, second):
        if mark is not None and mark.text in ("\n", "\r"):
            report.error("AV520", "a line break ends a record, and is no mark within it", mark.span)


def _columns(document: Node) -> list[tuple[str, Node]]:
    columns = document.get("columns")
    return [] if columns is None else [(name, node) for name, node in columns.items() if isinstance(node.value, dict)]


def _nodes(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return node.value if isinstance(node.value, list) else [node]


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)  # which refuses codecs that are not of texts
    except LookupError:
        return False
    return True


def _read(plain: Mapping[str, Any]) -> Adapter:
    base = read_rule(plain, Rule())
    columns: dict[str, str] = {}
    rules: dict[str, Rule] = {}
    for written, held in plain.get("columns", {}).items():
        heading = composed(written)
        if isinstance(held, str):
            columns[heading] = held
        else:
            columns[heading] = held["to"]
            rules[heading] = read_rule(held, base)
    stated = tuple(key for key in _TEXT if key in plain)
    rest = "rest" in plain or columns.get(_REST) == IGNORE
    if rest:
        columns.pop(_REST, None)
    found = Adapter(
        columns,
        rest,
        base,
        rules,
        tuple(map(composed, plain.get("names", ()))),
        plain.get("constants", {}),
        _dialect({key: plain[key] for key in stated}),
        stated,
        plain.get("sheet", ""),
    )
    simple = replace(found, columns={}) == Adapter()
    return found if simple else replace(found, document=json.dumps(plain, sort_keys=True, default=str))


def _dialect(stated: dict[str, Any]) -> Dialect:
    if "encoding" in stated:
        stated["encoding"] = codecs.lookup(stated["encoding"]).name
    return replace(PLAIN, **stated)


def restored(document: str, columns: Mapping[str, str]) -> Adapter:
    """The mapping that a run had, of its ``document`` and ``columns``."""
    return _read(json.loads(document)) if document else Adapter(dict(columns))


def with_stated(adapter: Adapter, **stated: str) -> Adapter:
    """The mapping that states this as well: ``delimiter``, ``sheet``."""
    plain = {**(json.loads(adapter.document) if adapter.document else {"columns": dict(adapter.columns)})}
    return _read(plain | stated) if stated else adapter


def read_rule(held: Mapping[str, Any], base: Rule) -> Rule:
    """What a mapping file has ``held`` of a column, or of all, where all else is as in ``base``."""
    given: dict[str, Any] = {name: _listed(held[key]) for key, name in _LISTS.items() if key in held}
    given |= {key: held[key] for key in ("decimal", "thousands", "separator", "unit") if key in held}
    factor = Decimal(str(held["factor"])) if "factor" in held else None
    places: int | None = held.get("round")
    return replace(base, **given, factor=factor, round=places, values=held.get("values", {}))


def _listed(words: str | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)
