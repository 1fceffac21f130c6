"""The door matrix: whichever way a value is written, and through whichever door it comes, it is the same fact or the
same finding in the same words; only the place differs.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]
from tests.batch.ways import KINDS, MATRIX, UNKNOWN, Way

from averment.batch.order import Order
from averment.batch.run import run
from averment.batch.unit import Format
from averment.core.node import node_of
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.model.case import read_case
from averment.model.changing import changed
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.recording import loaded_files
from averment.surface.pack_files import read_case_file
from averment_cli.written import changes_of


def _pack(kind: str) -> Pack:
    """A pack that claims that a value is known, and says as the strength of that what it is."""
    echo = KINDS["integer" if kind == "set" else kind]
    rules = """  - {rule: here, backing: judgement, when: [{p: {x: $x}}], then: [{advice: {what: here}}]}
"""
    if kind == "set":
        for name in ("red", "green", "blue"):
            when, then = f"{{p: {{x: {name}}}}}", f"{{has: {{it: {name}}}}}"
            rules += f"  - {{rule: {name}, backing: judgement, when: [{when}], then: [{then}]}}\n"
    else:
        rules += "  - {rule: echo, backing: judgement, when: [{p: {x: $x}}], then: [{echo: {value: $x}}]}\n"
    strength = "" if kind == "set" else ", strength: {fact: echo, field: value}"
    texts = {
        "pack.yaml": f"pack: s\nversion: 1.0.0\ntitle: S\nclaim: {{fact: advice, field: what{strength}}}\n",
        "facts.yaml": f"""facts:
  p: {{cardinality: one, fields: {{x: {KINDS[kind]}, other: {{type: boolean}}}}}}
  has: {{derived: true, fields: {{it: {{type: choice, of: [red, green, blue]}}}}}}
  echo: {{derived: true, fields: {{value: {echo}}}}}
  advice: {{derived: true, fields: {{what: {{type: choice, of: [here]}}}}}}
""",
        "rules/a.yaml": f"author: A\nrules:\n{rules}",
    }
    return loaded_files({path: text.encode() for path, text in texts.items()})


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {kind: _pack(kind) for kind in KINDS}


def _seen(claim: str, strength: Any, fired: list[str] | tuple[str, ...]) -> str:
    """What the rules saw of the value."""
    if claim == "open":
        return UNKNOWN
    if strength is None:
        return " ".join(name for name in ("red", "green", "blue") if name in fired)
    return str(strength).lower() if isinstance(strength, bool) else str(strength)


def _of(outcome: Outcome) -> str:
    return _seen(outcome.claimed, outcome.strength, outcome.fired)


def _told(found: Diagnostic) -> str:
    return f"{found.code}: {found.line}"


def _document(pack: Pack, text: str, name: str) -> str:
    report = Report()
    nodes = read_case_file(text.encode(), name, report)
    case = None if report.failed else read_case(nodes[0], pack.model.types, report)
    return _told(report.diagnostics[0]) if case is None else _of(pack.decide(case))


def _set(pack: Pack, text: str) -> str:
    report = Report()
    changes = changes_of([f"p.x={text}"], report, None, pack.model.types)
    case = None
    if not report.failed:
        node = changed(node_of({"case": "a", "facts": {}}, "a"), changes, pack.model.types)
        case = read_case(node, pack.model.types, report)
    return _told(report.diagnostics[0]) if case is None else _of(pack.decide(case))


def _python(pack: Pack, value: Any) -> str:
    try:
        return _of(pack.decide({"p": {"x": value, "other": True}}))
    except Refused as refused:
        return _told(refused.diagnostics[0])


def _table(pack: Pack, table: Any) -> str:
    try:
        (row,) = pack.decide_table(table).to_pylist()
    except Refused as refused:
        return _told(refused.diagnostics[0])
    return row["error"] or _seen(row["claim"], row["strength"], _fired(pack, row["fired"]))


def _fired(pack: Pack, mask: bytes) -> list[str]:
    names = list(dict.fromkeys(rule.id for rule in pack.program().rules))
    return [name for place, name in enumerate(names) if mask[place // 8] >> place % 8 & 1]


def _through(table: Any) -> Any:
    """A table as Parquet gives it back."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    sink.seek(0)
    return pq.read_table(sink)


def _frames(array: Any) -> Iterator[tuple[str, Any]]:
    """The value in the frames of the libraries that are installed."""
    if "polars" in sys.modules or _installed("polars"):
        import polars

        try:
            yield "polars", polars.DataFrame({"x": polars.from_arrow(array)})
        except Exception as problem:
            assert "not" in str(problem)  # a type of Arrow's that Polars has not
    if _installed("pandas") and not pa.types.is_string_view(array.type):
        yield "pandas", pa.table({"x": array}).to_pandas()


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def _alone(pack: Pack, way: Way) -> Iterator[tuple[str, str]]:
    """What is seen of the value through each door that takes a case at a time."""
    if way.document is not None:
        yield "yaml", _document(pack, f"case: a\nfacts: {{p: {{x: {way.document}}}}}\n", "a.yaml")
        yield "json", _document(pack, f'{{"case": "a", "facts": {{"p": {{"x": {way.document}}}}}}}', "a.json")
        yield "--set", _set(pack, way.document)
    for value in way.objects:
        yield f"python {type(value).__name__}", _python(pack, value)
        yield f"python {type(value).__name__}, again", _python(pack, value)
    for array in way.arrays:
        table = pa.table({"x": array})
        yield f"arrow {array.type}", _table(pack, table)
        yield f"parquet {array.type}", _table(pack, table if pa.types.is_null(array.type) else _through(table))
        for name, frame in _frames(array):
            yield f"{name} {array.type}", _table(pack, frame)


def _batch(
    pack: Pack, ways: list[Way], path: Path, write: Callable[[Way], str] | None = None, head: str = ""
) -> dict[str, str]:
    """What a batch sees of the values, each in a row of the name of its way."""
    if write is None:
        _workbook(ways, path)
    else:
        path.write_text(head + "".join(write(way) for way in ways), encoding="utf-8")
    result = run(Order(pack.program(), pack.model.types, str(path), path.with_suffix(".out"), Format.JSONL))
    rows = [json.loads(line) for line in path.with_suffix(".out").read_text(encoding="utf-8").splitlines()]
    seen = {row["case"]: _seen(row["claim"], row["strength"], row["fired"]) for row in rows}
    if result.rejects:
        for line in Path(result.rejects).read_text(encoding="utf-8").splitlines():
            reject = json.loads(line)
            seen[reject["case"] or ways[reject["row"] - 1].name] = f"{reject['code']}: {reject['message']}"
    return seen


def _json_line(way: Way) -> str:
    return f'{{"case": "{way.name}", "facts": {{"p": {{"x": {way.document}}}}}}}\n'


def _element(ways: list[Way]) -> Callable[[Way], str]:
    """The lines as elements of an array."""
    return lambda way: _json_line(way)[:-1] + ("]\n" if way is ways[-1] else ",\n  ")


def _workbook(ways: list[Way], path: Path) -> None:
    """The values in a workbook, as it has them: numbers as floats, days as times, truth values; else as texts."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["case", "x"])
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    clock, length = book.add_format({"num_format": "hh:mm:ss"}), book.add_format({"num_format": "[h]:mm:ss"})
    for row, way in enumerate(ways, 1):
        sheet.write_string(row, 0, way.name)
        value = next((each for each in way.objects if _is_native(each)), way.cell)
        match value:
            case datetime() | date():
                sheet.write_datetime(row, 1, datetime(*value.timetuple()[:6]), day)
            case time():
                sheet.write_datetime(row, 1, value, clock)  # pyright: ignore[reportArgumentType]
            case timedelta():
                sheet.write_datetime(row, 1, value, length)  # pyright: ignore[reportArgumentType]
            case bool() | int() | float():
                sheet.write(row, 1, value)
            case _:
                sheet.write_string(row, 1, next(csv.reader([_csv_line(way)]))[1])
    book.close()


def _is_native(value: Any) -> bool:
    """Whether a cell of a workbook holds a value other than as text."""
    if isinstance(value, int | float):
        return type(value) in (bool, int, float) and abs(value) <= 2**53
    if isinstance(value, time | datetime):
        return not value.microsecond and value.tzinfo is None
    return type(value) is date or (type(value) is timedelta and value >= timedelta() and not value.microseconds)


def _csv_line(way: Way) -> str:
    cell = way.cell or ""
    quoted = cell if cell.startswith('"') or not set(cell) & set('",') else '"' + cell.replace('"', '""') + '"'
    return f"{way.name},{quoted}\n"


@pytest.mark.parametrize("kind", KINDS)
def test_every_door_reads_alike(kind: str, packs: dict[str, Pack], tmp_path: Path) -> None:
    pack = packs[kind]
    ways = [way for way in MATRIX if way.kind == kind]
    seen: dict[str, dict[str, str]] = {way.name: dict(_alone(pack, way)) for way in ways}
    for some in ("all", "good"):  # what is refused keeps no other row from being read many at once
        kept = [way for way in ways if some == "all" or not way.is_.startswith("AV")]
        lines = [way for way in kept if way.document is not None]
        cells = [way for way in kept if way.cell is not None]
        for name, told in _batch(pack, lines, tmp_path / f"{some}.jsonl", _json_line).items():
            seen[name][f"jsonl, {some}"] = told
        for name, told in _batch(pack, lines, tmp_path / f"{some}.json", _element(lines), "[").items():
            seen[name][f"array, {some}"] = told
        for name, told in _batch(pack, cells, tmp_path / f"{some}.csv", _csv_line, "case,x\n").items():
            seen[name][f"csv, {some}"] = told
        for name, told in _batch(pack, cells, tmp_path / f"{some}.xlsx").items():
            seen[name][f"workbook, {some}"] = told
    differing: list[str] = []
    for way in ways:
        found = seen[way.name]
        assert found, way.name
        right = all(told == way.is_ or told.startswith(f"{way.is_}: ") for told in found.values())
        if len(set(found.values())) != 1 or not right:
            for told in dict.fromkeys(found.values()):
                doors = ", ".join(door for door, other in found.items() if other == told)
                differing.append(f"{way.name} ({way.is_}): {told} [{doors}]")
    assert not differing, "\n".join(differing)
