"""Which column of a table is which field of the pack: by name, or as a mapping file says.

A column is called ``TYPE.FIELD``, or by the bare name of a field that no other type of one record has, or ``case``; a
column of structs may be called by a type of one record, one of lists of structs by a type of many. A mapping gives one
of those names or ``ignore`` for columns that are called otherwise. The index of a frame of pandas that nobody named has
the names of the cases, where nothing else has them. A column that is none of this is an error; with ``rest`` it is left
out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from averment.batch.adapter import IGNORE, Mapped, adapter_of
from averment.batch.dialects import marks_in
from averment.core.composed import composed
from averment.core.node import Span
from averment.core.program import FactType
from averment.core.suggest import did_you_mean
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.diagnostics.few import MOST
from averment.model.names import suggestion

CASE = "case"
MAX_COLUMNS = 100_000
_FEW = 5  # unknown columns that are told one by one
_LONG = 60  # characters of a heading that is told among many
_LOOKED_AT = 200  # of many unknown columns, for what they may be meant for
_UNNAMED = re.compile(r"__index_level_[0-9]+__")  # pyarrow's heading of an index of pandas that nobody named


@dataclass(frozen=True, slots=True)
class Target:
    """What a column holds: a field of a type, or all the records of a type (no field), or (no type) the case's name."""

    type: str
    field: str = ""

    @property
    def path(self) -> str:
        return f"{self.type}.{self.field}" if self.field else self.type or CASE


def map_columns(
    headings: Sequence[str],
    types: Mapping[str, FactType],
    mapped: Mapped,
    file: str,
    report: Report,
    spans: Sequence[Span] = (),
    sided: bool = False,
) -> dict[int, Target]:
    """The target of each column by its place. Columns to be ignored are left out; every mistake is reported, where the
    heading is written (``spans``), or of the file. ``sided``: side tables have facts, so that this one may have none.
    """
    if len(headings) > MAX_COLUMNS:
        what = f"`{file}` has {len(headings):,} columns; a table may have {MAX_COLUMNS:,}"
        report.error("AV524", what, start_of(file), "", "leave out the columns that are no fields")
        return {}
    adapter = adapter_of(mapped)
    columns = dict.fromkeys(adapter.names, IGNORE) | dict(adapter.columns)
    given = {name: type for name, type in types.items() if not type.derived}
    unknown: list[tuple[str, str, Span]] = []
    again: dict[str, list[tuple[str, Span]]] = {}
    bare: dict[str, list[Target]] = {}
    indexes: dict[int, str] = {}
    for name, type in given.items():
        if type.one:
            for field in type.fields:
                bare.setdefault(field.name, []).append(Target(name, field.name))
    paths = [f"{name}.{field.name}" for name, type in given.items() if type.one for field in type.fields]
    names = [CASE, *given, *paths]
    found: dict[int, Target] = {}
    first: dict[str, str] = {}
    headings = [composed(heading) for heading in headings]
    for place, heading in enumerate(headings):
        written = columns.get(heading, heading)
        if heading in columns and written == IGNORE:
            continue
        if heading not in columns and _UNNAMED.fullmatch(heading):
            indexes[place] = heading
            continue
        span = spans[place] if spans else start_of(file)
        target = _target(written, given, bare)
        if target is None and adapter.rest and heading not in columns and len(bare.get(heading, ())) < 2:
            continue
        if target is None:
            if not _told_apart(heading, written, names, bare, span, report):
                unknown.append((heading, written, span))
        elif target.path in first:
            again.setdefault(target.path, []).append((heading, span))
        else:
            found[place] = target
            first[target.path] = heading
    if indexes and _names_cases(indexes, CASE in first or bool(adapter.names), adapter.rest, file, report):
        found[next(iter(indexes))] = Target("")
    for path, others in again.items():
        heading, span = others[0]
        more = f" and {len(others) - 1:,} more" if len(others) > 1 else ""
        message = f"the columns `{first[path]}` and `{heading}`{more} are {'all' if more else 'both'} `{path}`"
        help = f"map {'all but one' if more else 'one'} of them to `{IGNORE}` in a mapping file"
        report.add(Diagnostic("AV123", message, (Label(span, "again"),), (help,)))
    _tell_unknown(unknown, [*names, *(name for name, some in bare.items() if len(some) == 1)], file, report)
    known = set(headings)
    for heading in columns:
        if heading not in known:
            near = suggestion(heading, headings)
            report.error("AV520", f"`{file}` has no column `{heading}`, which the mapping names", None, "", *near)
    if not (report.failed or sided or any(target.type for target in found.values())):
        report.error("AV522", f"no column of `{file}` is a field of this pack", None, "", *suggestion("", names))
    return found


def _names_cases(indexes: Mapping[int, str], named: bool, rest: bool, file: str, report: Report) -> bool:
    """Whether the index of a frame has the names of the cases; where it is neither that nor left out, that is reported,
    for nothing of a frame is dropped.
    """
    heading = next(iter(indexes.values()))
    if not named and len(indexes) == 1:
        return True
    if named and not rest:
        what = f"the index (`{heading}`) would name the cases of `{file}`, and something else does"
        help = f"map `{heading}` to `{IGNORE}`, or leave the index out: reset_index(drop=True), to_parquet(index=False)"
        report.error("AV123", what, start_of(file), "", help)
    elif not named:
        levels = ", ".join(indexes.values())
        what = f"the index of `{file}` has {len(indexes)} levels, which may name the cases only together"
        report.error("AV123", what, start_of(file), "", f"say so in a mapping file: names: [{levels}]")
    return False


def _target(written: str, given: Mapping[str, FactType], bare: Mapping[str, list[Target]]) -> Target | None:
    if written == CASE:
        return Target("")
    name, dot, field = written.partition(".")
    type = given.get(name)
    if type is not None and not dot:
        return Target(name)
    if type is not None and type.one and field in type.position:
        return Target(name, field)
    targets = bare.get(written, [])
    return targets[0] if len(targets) == 1 else None


def _told_apart(
    heading: str, written: str, names: list[str], bare: Mapping[str, list[Target]], span: Span, report: Report
) -> bool:
    """Report a column that may be one of several fields, or cannot be what it is of; whether it is such a one."""
    several = bare.get(written, ())
    if len(several) > 1:
        paths = " or ".join(f"`{target.path}`" for target in several)
        message, help = f"the column `{heading}` may be {paths}", f"call it {paths}"
        report.error("AV123", message, span, "which one?", help)
        return True
    owner, dot, _ = written.partition(".")
    if dot and owner in names and not any(name.startswith(f"{owner}.") for name in names):
        help = f"put them in a side table, or in a column `{owner}` of lists, or give such cases as JSON Lines"
        report.error("AV123", f"`{owner}` has any number of records, which no column can hold", span, "", help)
        return True
    return False


def _tell_unknown(unknown: Sequence[tuple[str, str, Span]], names: Sequence[str], file: str, report: Report) -> None:
    """Report columns that are no fields: a few each by itself, and many at once."""
    away = f"map it to `{IGNORE}`, or all that is left with `rest: {IGNORE}`, in a mapping file"
    if len(unknown) <= _FEW:
        for heading, written, span in unknown:
            what = f"the column `{heading}`"
            if written != heading:
                what = f"`{written}`, which {what} is mapped to,"
            marks = " or ".join(marks_in(heading))
            divided = f"if columns are divided by {marks}, say so with --delimiter"
            said = (divided,) if marks else (*suggestion(written, names), f"or leave the column out: {away}")
            report.error("AV123", f"{what} is no field of this pack", span, "unknown column", *said)
        return
    first = [(heading, written) for heading, written, _ in unknown if len(heading) <= _LONG][:_LOOKED_AT]
    near = {heading: found for heading, written in first if (found := did_you_mean(written, names))}
    shown = sorted((heading for heading, _ in first), key=lambda heading: heading not in near)[:MOST]
    rest = len(unknown) - len(shown)
    listed = ", ".join(f"`{heading}`" for heading in shown) + (f" and {rest:,} more" if rest else "")
    helps = [f"`{heading}`: did you mean `{found}`?" for heading, found in near.items()][:MOST]
    what = f"{len(unknown):,} columns of `{file}` are no fields of this pack: {listed}"
    help = f"say which is which in a mapping file, and leave out the others with `rest: {IGNORE}`"
    report.error("AV123", what, unknown[0][2], "the first of them", *helps, help)
