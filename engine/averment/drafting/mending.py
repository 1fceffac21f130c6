"""The rows without an outcome, grouped by what was wrong with them, and what a mapping file would have to say for them.

A group is of one code and one field; a row is in the group of its first mistake. What mends it is found as drafts are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from averment.batch.adapter import Adapter
from averment.core.program import FactType
from averment.drafting.draft import Choice, Draft, Line
from averment.drafting.likeness import heading_of
from averment.drafting.mapping_text import mapping_lines
from averment.drafting.reading import Reading, read_column
from averment.drafting.sample import Column

_DISTINCT = 1000  # values of a group that are told apart
_SHOWN = 3  # values of a group that are told
_GROUPS = 8  # that are told
_MENDS = {
    "values": "a mapping of values does it",
    "true_words": "words for true and false do it",
    "false_words": "words for true and false do it",
    "date": "a way to write days does it",
    "time": "a way to write times does it",
    "unit": "a unit of time does it",
    "decimal": "a mark for decimals does it",
    "thousands": "a mark for thousands does it",
    "separator": "a mark between elements does it",
}


@dataclass
class Group:
    """Rows of one mistake: its ``code``, the ``path`` of the field and the ``column`` it is read from, where it is
    about one, and the first ``message``. ``values``: what was there, and how often.
    """

    code: str
    path: str
    column: str
    message: str
    wanted: str
    rows: int = 0
    values: Counter[str] = field(default_factory=Counter[str])

    @property
    def document(self) -> dict[str, Any]:
        """As a summary in JSON has it."""
        about = {"field": self.path, "column": self.column, "wanted": self.wanted} if self.path else {}
        values = [[value, number] for value, number in self.values.most_common(_SHOWN)]
        return {"code": self.code, "rows": self.rows, "message": self.message, **about, "values": values}


def groups_in(rejects: Path) -> list[Group]:
    """The groups of a file of rejects, the largest first."""
    with rejects.open("rb") as stream:
        return groups_of(map(json.loads, stream))


def groups_of(rejects: Iterable[Mapping[str, Any]]) -> list[Group]:
    """The groups of some rejects, the largest first."""
    found: dict[tuple[str, str], Group] = {}
    for reject in rejects:
        path = reject.get("field", "")
        group = found.get((reject["code"], path))
        if group is None:
            told = reject["message"], reject.get("wanted", "")
            group = found[reject["code"], path] = Group(reject["code"], path, reject.get("column", ""), *told)
        group.rows += 1
        value = reject.get("value")
        if value is not None and (value in group.values or len(group.values) < _DISTINCT):
            group.values[value] += 1
    return sorted(found.values(), key=lambda group: (-group.rows, group.code, group.path))


@dataclass(frozen=True)
class Mend:
    """What a mapping would say for a group, and how many of its rows that mends."""

    line: Line
    missing: tuple[str, ...]
    rows: int


def mend(group: Group, types: Mapping[str, FactType], adapter: Adapter) -> Mend | None:
    """What mends some of a group, if a mapping can."""
    type, _, name = group.path.partition(".")
    if not group.column or not group.values or type not in types:
        return None
    of = types[type].fields[types[type].position[name]]
    column = Column(group.column, 0, dict(sorted(group.values.items(), key=lambda item: (-item[1], item[0]))), False)
    reading = read_column(column, heading_of(""), of)
    rows = reading.fits + sum(group.values[word] for word in reading.missing)
    if not rows:
        return None
    return Mend(
        Line(group.column, (Choice(group.path, _beside(reading, adapter, group.column)),)), reading.missing, rows
    )


def _beside(reading: Reading, adapter: Adapter, heading: str) -> dict[str, Any]:
    """What the line of a column says now, and beside it what it would have to."""
    plain: dict[str, Any] = json.loads(adapter.document) if adapter.document else {}
    held: Any = plain.get("columns", {}).get(heading)
    now: dict[str, Any] = dict(cast("dict[str, Any]", held)) if isinstance(held, dict) else {}
    now.pop("to", None)
    values = {**now.get("values", {}), **reading.said.get("values", {})}
    return {**now, **reading.said, **({"values": values} if values else {})}


@dataclass(frozen=True)
class Mended:
    """What is said of rejects: a sentence for each group, the ``lines`` of a mapping that would mend some of them, with
    the words for what is ``missing`` that it would have to know, and how many ``rows`` that mends.
    """

    sentences: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()
    rows: int = 0

    @property
    def text(self) -> list[str]:
        """The lines as a mapping file has them."""
        stated = {"missing": self.missing[0] if len(self.missing) == 1 else self.missing} if self.missing else {}
        told = tuple(line for line in self.lines if line.choices[0].said or not stated)
        return mapping_lines(Draft(stated, told)) if self.rows else []


def mended(groups: list[Group], types: Mapping[str, FactType], adapter: Adapter) -> Mended:
    """What is to be said of the largest groups, and what a mapping would have to say."""
    mends = [mend(group, types, adapter) for group in groups[:_GROUPS]]
    sentences = [_sentence(group, types, found) for group, found in zip(groups[:_GROUPS], mends, strict=True)]
    rest = groups[_GROUPS:]
    if rest:
        sentences.append(f"{sum(group.rows for group in rest):,} more rows: {len(rest):,} other mistakes")
    lines = [found for found in mends if found is not None]
    words = tuple(sorted({word for found in lines for word in found.missing}))
    return Mended(tuple(sentences), tuple(each.line for each in lines), words, sum(found.rows for found in lines))


def rejects_text(groups: list[Group], types: Mapping[str, FactType], adapter: Adapter) -> Iterator[str]:
    """What is said of rejects: each group on a line, and the lines of a mapping that would mend some."""
    found = mended(groups, types, adapter)
    yield "rejects:"
    yield from (f"  {sentence}" for sentence in found.sentences)
    if found.rows:
        yield f"in a mapping file (--mapping) this would fix {found.rows:,} rows:"
        yield from (f"  {line}" for line in found.text)


def _sentence(group: Group, types: Mapping[str, FactType], found: Mend | None) -> str:
    rows = f"{group.rows:,} row{'' if group.rows == 1 else 's'}"
    if not group.path:
        return f"{rows}: {group.code}: {group.message}"
    name = group.column or group.path
    shown = [f"`{value}`" + (f" ({number:,})" if len(group.values) > 1 else "")
             for value, number in group.values.most_common(_SHOWN)]  # fmt: skip
    more = len(group.values) - len(shown)
    told = ", ".join(shown) + (f" and {more:,} more" if more > 0 else "") if shown else "no value of it"
    mends = ""
    if found is not None:
        how = next(
            (words for key, words in _MENDS.items() if key in found.line.choices[0].said),
            "words for what is missing do it",
        )
        mends = f": {how}" + ("" if found.rows == group.rows else f" for {found.rows:,} of them")
    return f"{rows}: `{name}` is {told}, {_wanted(group, types)}{mends}"


def _wanted(group: Group, types: Mapping[str, FactType]) -> str:
    type, _, name = group.path.partition(".")
    values = types[type].fields[types[type].position[name]].values if type in types else ()
    if values:
        shown = list(values[:12])
        more = ["…"] if len(values) > 12 else []
        return "wanted " + " or ".join(part for part in (", ".join([*shown[:-1], *more]), shown[-1]) if part)
    return f"but {group.wanted}" if group.wanted else group.code
