"""One row of a batch, again and in full: its case is found in the input by what the output says of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from averment.batch.adapter import restored
from averment.batch.fetching import Fetcher
from averment.batch.harmless import exact
from averment.batch.inputs import Input, digest_of, find_inputs, format_of
from averment.batch.manifest import Damaged, Entry, read_entries
from averment.batch.order import manifest_of, rejects_of
from averment.batch.output_rows import difference, expected_row, row_of, rows_of
from averment.batch.shape import Document, Shape
from averment.batch.sides import open_sides
from averment.batch.sources import Position, Source, open_source, units_of
from averment.batch.unit import Format, Unit
from averment.batch.written_rows import written_rows
from averment.core.node import Node, Span
from averment.core.program import FactType, Program
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report, refused
from averment.law.budget import FIRINGS
from averment.model.case import Case, read_case
from averment.outcome.outcome import Outcome

_BLOCK = 1 << 20
_INPUT = "say with --input where the file is that was decided"


@dataclass(frozen=True)
class Output:
    """An output of a batch: the header of its run, and its parts where the manifest is still there."""

    path: Path
    header: Entry
    parts: tuple[Entry, ...] = ()

    @property
    def pack(self) -> Mapping[str, str]:
        """``name``, ``version`` and ``digest``."""
        return self.header["pack"]  # type: ignore[no-any-return]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Every parameter of the run, as shown."""
        return self.header["parameters"]  # type: ignore[no-any-return]

    @property
    def harmless(self) -> bool:
        """Whether its cells are made harmless for spreadsheets."""
        return self.header["format"] == Format.CSV and self.header.get("cells") != "exact"

    @property
    def firings(self) -> int:
        """The budget of a case."""
        return self.header.get("firings", FIRINGS)  # type: ignore[no-any-return]


def open_output(path: Path) -> Output:
    """What an output says of its run. Raises Refused."""
    path = path.resolve() if path.is_symlink() else path  # its manifest is beside what the link leads to
    try:
        entries = read_entries(manifest_of(path))
        if entries and entries[0]["kind"] == "run":
            return _explainable(Output(path, entries[0], tuple(entry for entry in entries if entry["kind"] == "part")))
    except Damaged as damage:
        raise refused("AV527", f"the manifest of `{path}` is damaged: {damage}") from None
    except OSError:
        pass
    header = _metadata(path).get(b"averment.run")
    if header is None:
        raise refused("AV532", f"`{path}` does not say how it was made", f"its manifest is `{manifest_of(path)}`")
    return Output(path, json.loads(header))


def _explainable(output: Output) -> Output:
    if output.header["warrants"] == "full":
        raise refused("AV532", f"each line of `{output.path}` is a whole outcome already")
    return output


def find_rows(output: Output, case: str) -> list[int]:
    """The numbers of the input's rows whose case is called so. Raises Refused for one that is rejected or not there."""
    rows = [row for name, row in _named(output, case) if name == case]
    if rows:
        return rows
    for reject in _rejects(output.path):
        if reject["case"] == case:
            raise _rejected(f"case `{case}`", reject)
    raise refused("AV533", f"`{output.path}` has no case `{case}`")


def read_row(
    output: Output, row: int, types: Mapping[str, FactType], place: str | None, sides: Mapping[str, str] | None = None
) -> Case:
    """The case in a row of the input, which is at ``place`` if it is no longer where it was, and so for ``sides``, the
    side tables by type.

    Raises Refused where the input is not the one that was decided, or the row is no case.
    """
    for reject in _rejects(output.path):
        if reject["row"] == row:
            raise _rejected(f"row {row}", reject)
    source = _source(output, types, place, sides or {})
    report = Report()
    node = _node(source, output, row, types, report)
    case = None if node is None or report.failed else read_case(node, types, report)
    if case is None:
        raise Refused(report.diagnostics) if report.failed else refused("AV533", f"the input has no case in row {row}")
    return case


def _node(source: Source, output: Output, row: int, types: Mapping[str, FactType], report: Report) -> Node | None:
    start, rows = Position(), 0
    for entry in output.parts:
        if entry["first"] <= row < entry["first"] + entry["rows"]:
            start, rows = _position(entry, output), entry["rows"]
    for unit, _ in units_of(source, start, rows or 65_536):
        if unit.first <= row < unit.first + unit.rows:
            fetched = Fetcher(source.inputs, source.shapes).fetch(unit)
            node = _document(fetched, source, types)(row - unit.first, report)
            shape = source.shapes[unit.file]
            return (
                None
                if node is None
                else at_line(node, shape.file, _line(source.inputs[unit.file], fetched, row, shape))
            )
    return None


def _line(file: Input, unit: Unit, row: int, shape: Shape) -> int:
    """The line on which a row of a text starts; of a table, which has none, the number of the row in it."""
    if not unit.format.text or file.origin is not None:
        return unit.index + row - unit.first + 1
    at = written_rows(unit, shape).offset(row - unit.first)
    line = 1
    with file.open() as stream:
        while at > 0 and (block := stream.read(min(at, _BLOCK))):
            line, at = line + block.count(b"\n"), at - len(block)
    return line


def at_line(node: Node, file: str, line: int) -> Node:
    """The node of a line that was read by itself, with the places of it and of all in it as they are in the file.

    What stands in another file, as the rows of side tables do, stays where it is.
    """
    value = node.value
    if isinstance(value, dict):
        value = {key: at_line(child, file, line) for key, child in value.items()}
    elif isinstance(value, list):
        value = [at_line(child, file, line) for child in value]
    keys = {key: _moved(span, file, line) for key, span in node.keys.items()}
    return node._replace(value=value, span=_moved(node.span, file, line), keys=keys)


def _moved(span: Span, file: str, line: int) -> Span:
    if span.file != file:
        return span
    return span._replace(line=span.line + line - 1, end_line=span.end_line + line - 1)


def _document(unit: Unit, source: Source, types: Mapping[str, FactType]) -> Document:
    """The documents of the rows of a unit; what takes Arrow is loaded only for tables."""
    shape = source.shapes[unit.file]
    if unit.format.text and not unit.sides:
        return written_rows(unit, shape).document
    from averment.batch.deciding import reader_of
    from averment.batch.side_records import with_sides

    return with_sides(reader_of(unit, shape).read(unit), unit.sides, types).document


def _position(entry: Entry, output: Output) -> Position:
    """Where a part starts: where the one before it ended, or at the head of its file."""
    number = output.parts.index(entry)
    before = Position(*output.parts[number - 1]["next"]) if number else Position()
    return before if before.file == entry["file"] else replace(before, file=entry["file"], index=0, offset=0)


def _source(output: Output, types: Mapping[str, FactType], place: str | None, sides: Mapping[str, str]) -> Source:
    header = output.header
    recorded: list[dict[str, str]] = header["files"]
    report = Report()
    if place is None:
        missing = next((file["path"] for file in recorded if not Path(file["path"]).is_file()), None)
        if missing:
            raise refused("AV534", f"the input `{missing}` is not there any more", "say where it is with --input")
        found = [_as_recorded(Path(file["path"]), file) for file in recorded]
    else:
        files = find_inputs(place, Format(recorded[0]["format"]) if len(recorded) == 1 else None, report)
        if report.failed:
            raise Refused(report.diagnostics)
        found = [_as_recorded(Path(file.path), was) for file, was in zip(files, recorded, strict=False)]
    refuse_another_input(found, recorded, place or "")
    beside: list[dict[str, str]] = header.get("sides", [])
    source = open_source(
        found, types, restored(header.get("adapter", ""), dict(header["mapping"])), report, bool(beside)
    )
    if report.failed:
        raise Refused(report.diagnostics)
    shapes = tuple(replace(shape, file=was["path"]) for shape, was in zip(source.shapes, recorded, strict=True))
    strange = [type for type in sides if type not in {was["type"] for was in beside}]
    if strange:
        raise refused("AV534", f"no side table of `{strange[0]}` was decided", "leave out --side")
    now = [{**was, "path": sides.get(was["type"], was["path"])} for was in beside]
    return _with_sides(Source(source.inputs, shapes), now, types, report)


def refuse_another_input(
    found: Sequence[Input], recorded: Sequence[Mapping[str, str]], place: str, help: str = _INPUT
) -> None:
    """Raises Refused where files are not those that were decided."""
    if len(found) != len(recorded):
        raise refused("AV534", f"`{place}` holds {len(found)} tables, and {len(recorded)} were decided")
    for file, was in zip(found, recorded, strict=True):
        if digest_of(file.path) != was["digest"]:
            what = f"`{file.path}` is not what was decided: its digest is another one"
            raise refused("AV534", what, help)


def finding_of_row(output: Output, row: int, outcome: Outcome, program: Program) -> Diagnostic | None:
    """What there is against an output's row, where it is not what is decided of the case."""
    format = Format(output.header["format"])
    try:
        said = row_of(output.path, format, output.header["rules"], row)
    except (ValueError, KeyError, OSError) as problem:
        return Diagnostic("AV538", f"`{output.path}` cannot be read: {problem}")
    if said is None:
        return Diagnostic("AV538", f"`{output.path}` has no row {row}, which is decided")
    what = difference(said, expected_row(outcome, row, format, program, not output.harmless))
    return Diagnostic("AV538", f"`{output.path}`, row {row} (case `{outcome.case.name}`): {what}") if what else None


def _with_sides(
    source: Source, recorded: Sequence[Mapping[str, str]], types: Mapping[str, FactType], report: Report
) -> Source:
    for was in recorded:
        if not Path(was["path"]).is_file():
            what = f"the side table `{was['path']}` is not there any more"
            raise refused("AV534", what, f"say where it is with --side {was['type']}=FILE")
        if digest_of(was["path"]) != was["digest"]:
            what = f"`{was['path']}` is not what was decided: its digest is another one"
            raise refused("AV534", what, f"say with --side {was['type']}=FILE where the file is that was decided")
    found = open_sides([(was["type"], was["path"]) for was in recorded], source, types, report)
    if report.failed:
        raise Refused(report.diagnostics)
    return found


def _as_recorded(path: Path, was: Mapping[str, str]) -> Input:
    return Input(str(path), Format(was["format"]), format_of(path.name)[1], path.stat().st_size, 0)


# --- the output itself ------------------------------------------------------------------------------------------------


def _named(output: Output, case: str) -> Iterator[tuple[str, int]]:
    """The name of the case and the number of the row, of rows of the output: of all those of this case at least."""
    path, kind = output.path, Format(output.header["format"])
    if kind is Format.JSONL:
        start = f'{{"case":{json.dumps(case, ensure_ascii=False)},"row":'.encode()
        with path.open("rb") as stream:
            for line in stream:
                if line.startswith(start):
                    yield case, json.loads(line)["row"]
    elif kind is Format.CSV:
        with path.open(encoding="utf-8", newline="") as text:
            for record in csv.DictReader(text):
                yield exact(record["case"]) if output.harmless else record["case"], int(record["row"])
    elif kind is Format.XLSX:
        yield from ((row["case"], int(row["row"])) for row in rows_of(path, kind, output.header["rules"]))
    else:
        for batch in _batches(path, kind):
            yield from zip(batch.column("case").to_pylist(), batch.column("row").to_pylist(), strict=True)


def _batches(path: Path, kind: Format) -> Iterator[Any]:
    from averment.batch.arrow import open_parquet, pa

    if kind is Format.PARQUET:
        with open_parquet(path) as opened:
            yield from opened.iter_batches(columns=["case", "row"])
        return
    with pa.OSFile(str(path)) as stream:
        reader = pa.ipc.open_file(stream)
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)


def _metadata(path: Path) -> Mapping[bytes, bytes]:
    format = format_of(path.name)[0]
    if format is None or format.text or format.foreign:
        return {}
    from averment.batch.arrow import pa, parquet

    try:
        if format is Format.PARQUET:
            return parquet.read_schema(path).metadata or {}
        with pa.OSFile(str(path)) as stream:
            return pa.ipc.open_file(stream).schema.metadata or {}
    except (OSError, pa.ArrowInvalid):
        return {}


def _rejects(path: Path) -> Iterator[dict[str, Any]]:
    if rejects_of(path).is_file():
        with rejects_of(path).open("rb") as stream:
            yield from map(json.loads, stream)


def _rejected(what: str, reject: Mapping[str, Any]) -> Refused:
    why = f"{reject['code']}: {reject['message']}"
    return refused("AV533", f"{what} has no outcome: {why}", f"row {reject['row']} of the input")
