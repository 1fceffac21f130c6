"""Workbooks and JSON arrays in, workbooks out, and what a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]
from hypothesis import given
from hypothesis import strategies as st

from averment.batch.adapter import Adapter
from averment.batch.arrow import pa, parquet
from averment.batch.converting import Converted
from averment.batch.explaining import find_rows, open_output, read_row
from averment.batch.harmless import exact, harmless
from averment.batch.json_arrays import lines_of
from averment.batch.order import Order
from averment.batch.run import Result, run
from averment.batch.unit import Format
from averment.batch.verifying import told_by, verify
from averment.batch.workbooks import sheets_of
from averment.diagnostics.diagnostic import Refused
from averment.extras import MissingExtra
from averment.pack import Pack
from averment.recording import loaded_files

FILES = {
    "pack.yaml": "pack: loan\nversion: 1.0.0\ntitle: Loan\nclaim: {fact: decision, field: outcome}\n",
    "facts.yaml": """facts:
  person:
    cardinality: one
    fields: {income: {type: decimal, places: 2}, member: {type: boolean}, born: {type: date}, city: {type: text}}
  decision: {derived: true, fields: {outcome: {type: choice, of: [grant]}}}
""",
    "rules/r.yaml": """author: Office
rules:
  - rule: enough
    says: The income is enough.
    backing: judgement
    when: [{person: {income: ">= 1000"}}]
    then: [{decision: {outcome: grant}}]
""",
}


@pytest.fixture(scope="module")
def loan() -> Pack:
    return loaded_files({path: text.encode() for path, text in FILES.items()})


def ordered(loan: Pack, table: Path, out: str = "out.jsonl", **more: Any) -> Order:
    output = table.parent / out
    return Order(loan.program(), loan.model.types, str(table), output, Format(output.suffix[1:]), **more)


def decided(result: Result, order: Order) -> dict[str, str]:
    assert order.format is Format.JSONL
    return {row["case"]: row["claim"] for row in map(json.loads, order.output.read_text().splitlines())}


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return path


ROWS = [
    ["case", "income", "member", "born"],
    ["a", 2000.0, True, datetime(1990, 1, 31)],
    ["b", "", "", ""],
    [],
    ["c", 5],
]


def test_a_workbook_is_read_as_its_csv_would_be(loan: Pack, tmp_path: Path) -> None:
    order = ordered(loan, workbook(tmp_path / "t.xlsx", empty=[], people=[[], *ROWS], more=[]))
    result = run(order)
    assert decided(result, order) == {"a": "grant", "b": "open", "c": "gap"}
    assert result.notes == (f"`{order.name}`: the sheet `people` is read, the only one that holds cells",)
    assert run(order).resumed == 4
    header = told_by(order.output)[0]
    assert [(file["format"], file["sheet"]) for file in header["files"]] == [("xlsx", "people")]
    assert not verify(order.output, told_by(order.output), loan.program(), loan.model.types).found
    output = open_output(order.output)
    case = read_row(output, find_rows(output, "c")[0], loan.model.types, None)
    assert loan.decide(case).claim == "gap"


def test_of_several_sheets_one_has_to_be_named(loan: Pack, tmp_path: Path) -> None:
    table = workbook(tmp_path / "t.xlsx", other=[["x"], [1]], empty=[], people=ROWS)
    several = r"AV523.*has 2 sheets, and nothing says which to read.*--sheet NAME.*its sheets are `other`, `people`"
    with pytest.raises(Refused, match=several) as refused:
        run(ordered(loan, table))
    assert len(refused.value.diagnostics) == 1 and not (tmp_path / "out.jsonl").exists()


def test_a_sheet_is_named(loan: Pack, tmp_path: Path) -> None:
    table = workbook(tmp_path / "t.xlsx", other=[["x"], [1]], people=ROWS)
    order = ordered(loan, table, mapping=Adapter(sheet="people", document='{"sheet": "people"}'))
    assert set(decided(run(order), order)) == {"a", "b", "c"}
    assert not verify(order.output, told_by(order.output), loan.program(), loan.model.types).found
    with pytest.raises(Refused, match=r"has no sheet `peple`.*did you mean `people`.*its sheets are `other`, `people`"):
        run(ordered(loan, table, mapping=Adapter(sheet="peple")))
    (tmp_path / "t.csv").write_text("case,income\na,1\n")
    with pytest.raises(Refused, match="is no workbook, and has no sheet `people`"):
        run(ordered(loan, tmp_path / "t.csv", mapping=Adapter(sheet="people")))


def test_what_is_no_workbook(loan: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(Refused, match=r"AV523.*is not a workbook that can be read") as refused:
        run(ordered(loan, tmp_path / "t.xlsx"))
    assert len(refused.value.diagnostics) == 1
    table = workbook(tmp_path / "u.xlsx", people=ROWS)
    with pytest.raises(Refused, match="--input-format xlsx") as refused:
        run(ordered(loan, table, input_format=Format.CSV))
    assert "UTF-8" not in str(refused.value)
    with pytest.raises(Refused, match="no sheet of it holds a cell"):
        run(ordered(loan, workbook(tmp_path / "v.xlsx", people=[])))
    monkeypatch.setattr("averment.extras.find_spec", lambda module: None if "calamine" in module else module)
    with pytest.raises((MissingExtra, Refused), match=r"needs the extra `tables`.*averment\[tables\]"):
        run(ordered(loan, table))


@pytest.mark.parametrize("scale", [True, False])
def test_a_workbook_is_written(loan: Pack, tmp_path: Path, scale: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text("case,income\n=1+1,2000\nb,many\n-5,1\n")
    order = ordered(loan, tmp_path / "t.csv", "out.xlsx")
    if not scale:
        monkeypatch.setattr("averment.batch.run.installed", lambda extra: extra != "scale")
        monkeypatch.setattr("averment.batch.pool.installed", lambda extra: extra != "scale")
    run(order)
    book = python_calamine.CalamineWorkbook.from_path(str(order.output))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(sheets) == ["decisions", "rejects", "summary"]
    assert [row[:4] for row in sheets["decisions"]] == [
        ["case", "row", "claim", "status"],
        ["=1+1", 1.0, "grant", "settled"],
        ["-5", 3.0, "gap", "gap"],
    ]
    assert "b" in sheets["rejects"][1] and "AV312" in sheets["rejects"][1]
    assert ["claims", "grant", 1.0] in sheets["summary"]
    assert not verify(order.output, told_by(order.output), loan.program(), loan.model.types).found
    assert find_rows(open_output(order.output), "=1+1") == [1]


def test_more_than_a_sheet_holds_is_refused(loan: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("averment.batch.workbook_output.ROWS", 3)
    (tmp_path / "t.csv").write_text("case,income\na,1\nb,1\nc,1\n")
    with pytest.raises(Refused, match=r"AV531.*a sheet of a workbook has 3 rows.*write CSV or Parquet"):
        run(ordered(loan, tmp_path / "t.csv", "out.xlsx"))


TEXTS = ["=1+1", "+cmd", "-x", "@SUM", "\tx", "'=1", "''@", "'plain", "plain", "-5", "+4.5e3", "＝1", "a=b", ""]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_harmless_comes_back(text: str) -> None:
    assert exact(harmless(text)) == text
    assert harmless(text)[:1] not in tuple("=+-@\t\r") or text in ("-5", "+4.5e3")
    assert (harmless(text) == text) == (text in ("'plain", "plain", "-5", "+4.5e3", "a=b", ""))


@given(st.text(alphabet="'=+-@\t5a", max_size=6))
def test_harmless_loses_nothing(text: str) -> None:
    assert exact(harmless(text)) == text


@pytest.mark.parametrize("programs", [False, True])
@pytest.mark.parametrize("engine", ["", "reference"])
def test_formulas_are_made_harmless(loan: Pack, tmp_path: Path, programs: bool, engine: str) -> None:
    lines = [json.dumps({"case": name, "facts": {"person": {"income": 2000}}}) for name in TEXTS if name.strip()]
    (tmp_path / "t.jsonl").write_text("\n".join(lines) + "\n")
    order = ordered(loan, tmp_path / "t.jsonl", "out.csv", exact=programs, engine=engine)
    run(order)
    names = [row["case"] for row in csv.DictReader(io.StringIO(order.output.read_text(), newline=""))]
    wanted = [text for text in TEXTS if text.strip()]
    assert names == (wanted if programs else [harmless(text) for text in wanted])
    assert not verify(order.output, told_by(order.output), loan.program(), loan.model.types).found
    for number, text in enumerate(wanted, 1):
        assert find_rows(open_output(order.output), text) == [number]


def array(text: str, size: int = 1 << 18) -> list[str]:
    """The lines of the elements, with white space as if it were nowhere within a text."""
    return [" ".join(line.split()) for line in elements(text, size)]


def elements(text: str, size: int) -> list[str]:
    lines = Converted(lines_of(_Slow(text.encode(), size)))  # type: ignore[arg-type]
    return [line for line in lines.read().decode().split("\n") if line.strip()]


class _Slow(io.BytesIO):
    """A stream that gives few bytes at once."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._size)


ARRAYS = [
    ("[]", []),
    (" [ ] ", []),
    ('[{"a": 1}]', ['{"a": 1}']),
    ('\ufeff[{"a": [1, 2]},\n {"b": {"c": "],\\"{"}}]\n', ['{"a": [1, 2]}', '{"b": {"c": "],\\"{"}}']),
    ("[1,,2]", ["1", ",", "2"]),
    ("[1,]", ["1", ","]),
    ("[1] 2", ["1", "2"]),
    ('["a\\\\", "b"]', ['"a\\\\"', '"b"']),
]


@pytest.mark.parametrize("size", [1, 3, 1 << 18])
@pytest.mark.parametrize(("text", "lines"), ARRAYS)
def test_arrays(text: str, lines: list[str], size: int) -> None:
    assert array(text, size) == lines


@pytest.mark.parametrize("text", ["[", '[{"a": 1}', '[{"a": 1},', '["a'])
def test_an_array_that_does_not_end(text: str) -> None:
    with pytest.raises(EOFError):
        array(text)


_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=3), of, max_size=3), max_leaves=8)  # fmt: skip  # noqa: E501


@given(st.lists(_JSON, max_size=5), st.sampled_from([None, 2]), st.integers(1, 40))
def test_every_array_comes_apart(values: list[Any], indent: int | None, size: int) -> None:
    assert list(map(json.loads, elements(json.dumps(values, indent=indent), size))) == values


FLAT = [
    {"case": "a", "income": 2000, "city": "Köln"},
    {"case": "b", "member": True, "income": None},
    {"case": "c", "income": 1.50, "born": "1990-01-31"},
]
SHAPES = {
    "array.json": json.dumps(FLAT, indent=2),
    "lines.jsonl": "\n".join(map(json.dumps, FLAT)) + "\n",
    "array.jsonl": json.dumps(FLAT),
    "lines.json": "\n".join(map(json.dumps, FLAT)) + "\n",
    "cases.json": json.dumps(
        [{"case": each["case"], "facts": {"person": {key: each[key] for key in list(each)[1:]}}} for each in FLAT]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_records_of_json(name: str, loan: Pack, tmp_path: Path) -> None:
    (tmp_path / name).write_text(SHAPES[name])
    order = ordered(loan, tmp_path / name, "out.jsonl")
    assert decided(run(order), order) == {"a": "grant", "b": "open", "c": "gap"}
    assert not verify(order.output, told_by(order.output), loan.program(), loan.model.types).found
    output = open_output(order.output)
    case = read_row(output, find_rows(output, "c")[0], loan.model.types, None)
    assert 150 in case.facts[0].values


BROKEN = [
    (
        '[{"case": "a", "income": 1}, {"case": "b", "income": 1, "income": 2}]',
        "record 2 is not JSON: the key `income` is",
    ),
    ('[{"case": "a", "income": 1}, 5]', "record 2 is no record"),
    ('[{"case": "a", "income": 1}', "the array does not end"),
    ('{\n"case": "a"\n}', "is no JSON array, nor lines of JSON"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_records_that_cannot_be_read(text: str, said: str, loan: Pack, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(Refused, match=said):
        run(ordered(loan, tmp_path / "t.json"))


INDEXES = [
    ([{"kind": "range", "name": None, "start": 2, "stop": -2, "step": -2}], ["2", "0"]),
    ([{"kind": "range", "name": None, "start": 0, "stop": 2, "step": 1}], None),
    ([{"kind": "range", "name": None, "start": 5, "stop": 9, "step": 1}], None),  # of a table of other rows
    ([], None),
]


@pytest.mark.parametrize(("index", "names"), INDEXES)
def test_the_index_of_a_part_of_a_frame(index: list[Any], names: list[str] | None, loan: Pack, tmp_path: Path) -> None:
    """As pandas says it in the metadata of a table; a file has no column of it, so that a run would drop it."""
    table = pa.table({"income": [2000, 5]}).replace_schema_metadata({"pandas": json.dumps({"index_columns": index})})
    assert loan.decide_table(table).to_pydict().get("case") == names
    parquet.write_table(table, tmp_path / "t.parquet")
    with pa.ipc.new_file(str(tmp_path / "t.arrow"), table.schema) as writer:
        writer.write_table(table)
    for name in ("t.parquet", "t.arrow"):
        order = ordered(loan, tmp_path / name, f"of-{name}.jsonl")
        if names is None:
            assert list(decided(run(order), order)) == ["row 1", "row 2"]
        else:
            with pytest.raises(Refused, match=r"AV123.*\(2 to 0\) stands in no column.*index=True"):
                run(order)


def test_an_index_of_labels_names_the_cases(loan: Pack, tmp_path: Path) -> None:
    table = pa.table({"income": [2000, 5], "__index_level_0__": ["x", "y"]})
    assert loan.decide_table(table).column("case").to_pylist() == ["x", "y"]
    parquet.write_table(table, tmp_path / "t.parquet")
    order = ordered(loan, tmp_path / "t.parquet")
    assert decided(run(order), order) == {"x": "grant", "y": "gap"}


def test_the_sheet_of_a_side_table_is_called_as_its_type(tmp_path: Path) -> None:
    table = workbook(tmp_path / "t.xlsx", people=ROWS, component=[["name"], ["a"]])
    assert sheets_of(str(table), "", "component") == ("component", ("people", "component"))
    with pytest.raises(Refused, match="call one `team`"):
        sheets_of(str(table), "", "team")
