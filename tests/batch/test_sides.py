"""Side tables: the records of a case in a table of their own say what they say in the case itself."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.batch.side_tables import apart, sides_of, write

import averment
from averment.batch.explaining import find_rows, open_output, read_row
from averment.batch.order import rejects_of
from averment.batch.parts import Parts
from averment.diagnostics.diagnostic import Refused


@pytest.fixture(scope="module")
def nested(cases: Callable[[int], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Cases with records of many types, some of them with none."""
    rng = random.Random(11)
    made = cases(160)
    for document in made:
        names = [f"c{number}" for number in range(rng.choice((0, 0, 2, 5)))]
        teams = ["edge", "ml", "café"][: rng.randint(1, 3)]
        document["facts"] |= {
            "team": [{"name": team, "engineers": rng.randint(0, 40)} for team in teams if rng.random() < 0.8],
            "component": [{"name": name, "team": rng.choice(teams)} for name in names],
            "dependency": [{"from": name, "to": rng.choice(names)} for name in names if rng.random() < 0.7],
            "milestone": [
                {"name": name} | ({"kind": rng.choice(("new_api", "pricing"))} if rng.random() < 0.8 else {})
                for name in ("spring", "autumn")[: rng.randint(0, 2)]
            ],
        }
    return made


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
@pytest.mark.parametrize("main", ["jsonl", "csv", "parquet", "arrow"])
def test_the_same_as_nested(
    main: str, ending: str, nested: Any, batch: Any, lines: Any, table: Any, tmp_path: Path
) -> None:
    expected, _ = batch(lines(nested, "nested.jsonl"), "expected.jsonl")
    cases, records = apart(nested)
    place = lines(cases, "main.jsonl") if main == "jsonl" else table(cases, f"main.{main}")
    sides = sides_of(records, tmp_path, ending)
    for chunk, jobs in ((0, 1), (37, 1), (50, 2)):
        found, result = batch(place, sides=sides, chunk=chunk, jobs=jobs, restart=True)
        assert found.read_bytes() == expected.read_bytes(), (chunk, jobs)
        assert result.rejects is None


def test_whole_outcomes_and_explanations(
    nested: Any, batch: Any, lines: Any, table: Any, tmp_path: Path, pack: averment.Pack
) -> None:
    cases, records = apart(nested[:40])
    sides = sides_of(records, tmp_path, "csv")
    place = table(cases, "main.csv")
    expected, _ = batch(lines(nested[:40], "nested.jsonl"), "expected.jsonl", warrants=True)
    whole, _ = batch(place, "whole.jsonl", sides=sides, warrants=True)
    assert whole.read_bytes() == expected.read_bytes()
    documents = whole.read_bytes().splitlines()
    for name in ("out.jsonl", "out.parquet"):
        output, _ = batch(place, name, sides=sides, chunk=7)
        (tmp_path / f"{name}.manifest").rename(tmp_path / "kept") if name == "out.parquet" else None
        written = open_output(output)
        for row in (1, 8, 33, 40):
            case = read_row(written, row, pack.model.types, None)
            assert pack.decide(case).canonical == documents[row - 1]
            assert find_rows(written, case.name) == [row]


MAIN = "case,engineering.team_size\na,3\nb,4\nc,5\nd,6\n"
SIDE = "case,name,team\na,x,edge\na,y,ml\nb,x,edge\nd,x,edge\n"


@pytest.fixture
def decided(batch: Any, tmp_path: Path) -> Callable[..., tuple[list[Any], list[Any]]]:
    """Decide CSV with the side table of components: the cases that have an outcome, and the rejects."""

    def decide(main: str | bytes, side: str | bytes, **options: Any) -> tuple[list[Any], list[Any]]:
        for name, text in (("main.csv", main), ("side.csv", side)):
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        given = (("component", str(tmp_path / "side.csv")),)
        output, result = batch(tmp_path / "main.csv", sides=given, restart=True, **options)
        names = [json.loads(line)["case"] for line in output.read_bytes().splitlines()]
        return names, [json.loads(line) for line in result.rejects.read_bytes().splitlines()] if result.rejects else []

    return decide


BAD = [  # what is instead of row 3, `b,x,edge`; of which case that is a reject, with which code and which row to blame
    ("b,,edge", "b", "AV342", 3),
    ("b,x,edge,more", "b", "AV124", 3),
    ("b,x", "b", "AV124", 3),
    (b"b,\xff,edge", "b", "AV110", 3),
    (b"b,x\0y,edge", "b", "AV109", 3),
    ('b,"x"y,edge', "b", "AV124", 3),
    ("b,x,edge\nb,x,ml", "b", "AV343", 4),
    ("b,w,edge\n\nb,,edge", "b", "AV342", 5),
    (b"\xff\na,z,edge", "a", "AV110", 3),  # whose it is tell the rows around it
]


@pytest.mark.parametrize(("instead", "case", "code", "row"), BAD)
@pytest.mark.parametrize("chunk", [0, 1])
def test_a_bad_row_rejects_its_case(
    instead: str | bytes, case: str, code: str, row: int, chunk: int, decided: Any
) -> None:
    line = instead if isinstance(instead, bytes) else instead.encode()
    names, (reject,) = decided(MAIN, SIDE.encode().replace(b"b,x,edge", line), chunk=chunk)
    assert names == [name for name in "abcd" if name != case]
    assert (reject["case"], reject["code"], reject["row"]) == (case, code, "abcd".index(case) + 1)
    assert (Path(reject["side"]["file"]).name, reject["side"]["row"]) == ("side.csv", row)


def test_a_bad_value_in_a_table(batch: Any, tmp_path: Path) -> None:
    (tmp_path / "main.csv").write_text("case,team_size\na,3\nb,4\n")
    write(tmp_path / "main.parquet", [{"case": "a", "team_size": 3}, {"case": "b", "team_size": 4}])
    for ending in ("csv", "parquet"):
        rows = [{"case": "a", "name": "x", "engineers": 3}, {"case": "b", "name": "x", "engineers": -1}]
        side = write(tmp_path / f"side.{ending}", rows)
        for main in ("csv", "parquet"):
            _, result = batch(tmp_path / f"main.{main}", sides=(("team", str(side)),), restart=True)
            reject = json.loads(result.rejects.read_bytes())
            assert (reject["case"], reject["code"]) == ("b", "AV313"), reject
            assert reject["side"] == {"file": str(side), "row": 2}


REFUSED = [  # the cases, the side table, and the code and what is said of them
    (MAIN, SIDE + "e,x,edge\n", "AV347", "row 5 of `"),
    (MAIN, SIDE + "b,z,edge\n", "AV347", "is of case `b`, which does not come in `"),
    (MAIN, SIDE.replace("a,x", "shpo,x"), "AV347", "row 1 of `"),
    (MAIN, SIDE.replace("\na,x", "\n,x"), "AV347", "row 1 of `"),
    (MAIN, SIDE.replace("\nd,x", "\n,x"), "AV347", "does not say which case it is of"),
    (MAIN.replace("b,4", "a,4"), SIDE.replace("b,x", "a,z"), "AV536", "the case `a` comes again in row 2 of `"),
]


@pytest.mark.parametrize(("main", "side", "code", "said"), REFUSED)
@pytest.mark.parametrize("chunk", [0, 1])
def test_rows_of_no_case(main: str, side: str, code: str, said: str, chunk: int, decided: Any) -> None:
    with pytest.raises(Refused) as refused:
        decided(main, side, chunk=chunk)
    (found,) = refused.value.diagnostics
    assert (found.code, said in found.message) == (code, True), found


@pytest.mark.parametrize("chunk", [0, 1])
@pytest.mark.parametrize("line", [b"\xff", b"b", b"b,4,5"])
def test_rows_of_a_case_that_cannot_be_read(line: bytes, chunk: int, decided: Any) -> None:
    names, (reject,) = decided(MAIN.encode().replace(b"b,4", line), SIDE, chunk=chunk)
    assert (names, reject["row"]) == (["a", "c", "d"], 2)
    names, (reject,) = decided(MAIN.encode().replace(b"d,6", line), SIDE, chunk=chunk)  # whose rows come last
    assert (names, reject["row"]) == (["a", "b", "c"], 4)
    with pytest.raises(Refused, match="AV347"):
        decided(MAIN.encode().replace(b"b,4", line), SIDE + "e,x,edge\nf,x,edge\n", chunk=chunk)


def test_rows_apart_of_one_name_have_the_rows_in_their_place(decided: Any, tmp_path: Path) -> None:
    names, _ = decided(MAIN + "a,7\n", SIDE + "a,z,edge\n", warrants=True)
    assert names == ["a", "b", "c", "d", "a"]
    found = [json.loads(line)["facts"]["component"] for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [[record["name"] for record in records] for records in found] == [["x", "y"], ["x"], [], ["x"], ["z"]]


def test_records_here_and_there(batch: Any, lines: Any, tmp_path: Path) -> None:
    (tmp_path / "side.csv").write_text(SIDE)
    documents = [{"case": name, "facts": {"engineering": {"team_size": 3}}} for name in "abcd"]
    documents[2]["facts"]["component"] = []
    output, result = batch(lines(documents), sides=(("component", str(tmp_path / "side.csv")),))
    reject = json.loads(result.rejects.read_bytes())
    assert (reject["case"], reject["code"]) == ("c", "AV535")
    assert len(output.read_bytes().splitlines()) == 3


def _columns(rows: list[dict[str, Any]]) -> pa.Table:
    """A table of rows, with every column that any of them has; ``from_pylist`` takes those of the first."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def test_tables_in_memory(nested: Any, table: Any, pack: averment.Pack) -> None:
    cases, records = apart(nested)
    main = pq.read_table(table(cases, "main.parquet"))
    rng = random.Random(3)
    sides = {name: _columns(rng.sample(rows, len(rows))) for name, rows in records.items()}
    whole = main
    for name in sides:
        whole = whole.append_column(name, pa.array([each["facts"].get(name, []) for each in nested]))
    expected = pack.decide_table(whole)
    assert pack.decide_table(main, sides=sides).equals(expected)
    polars = pytest.importorskip("polars")
    frames = {name: polars.from_arrow(side) for name, side in sides.items()}
    assert pack.decide_table(polars.from_arrow(main), sides=frames).equals(expected)
    pandas = pytest.importorskip("pandas")
    plain = {name: pandas.DataFrame(side.to_pylist()) for name, side in sides.items()}
    plain["team"]["engineers"] = plain["team"]["engineers"].astype("Int64")
    assert pack.decide_table(main, sides=plain).equals(expected)


CASES = pa.table({"case": ["a", "b"], "team_size": [3, 4]})
TABLES = [  # a table of cases, side tables, and the code and what is said
    (CASES, {"compnent": {"case": ["a"], "name": ["x"], "team": ["e"]}}, "AV302", "`compnent` is not a fact type"),
    (CASES, {"product": {"case": ["a"], "stage": ["idea"]}}, "AV535", "`product` has one record a case"),
    (CASES, {"core_work": {"case": ["a"]}}, "AV344", "`core_work` is derived"),
    (CASES, {"component": {"case": ["a"], "nam": ["x"], "team": ["e"]}}, "AV301", "`nam` is not a field of"),
    (CASES, {"component": {"case": ["a"], "team": ["e"]}}, "AV535", "has no column `name`, which is of the key"),
    (CASES, {"component": {"name": ["a"], "team": ["e"]}}, "AV535", "has no column `case`, which says whose"),
    (CASES, {"component": {"case": ["a"], "name": ["x"], "component.name": ["x"]}}, "AV123", "are both"),
    (CASES, {"component": {"case": ["a"], "name": [["x"]]}}, "AV123", "cannot hold this"),
    (CASES.drop_columns("case"), {"component": {"case": ["a"], "name": ["x"]}}, "AV535", "by which side tables"),
    (CASES, {"component": {"case": ["a", "c"], "name": ["x", "x"]}}, "AV347", "row 2 of `component` is of case `c`"),
    (CASES, {"component": {"case": ["a", None], "name": ["x", "x"]}}, "AV347", "row 2 of `component` does not say"),
    (pa.table({"case": ["a", "b", "a"]}), {"component": {"case": ["a"], "name": ["x"]}}, "AV536", "in row 3 of"),
]


@pytest.mark.parametrize(("table", "sides", "code", "said"), TABLES)
def test_tables_that_do_not_fit(table: pa.Table, sides: Any, code: str, said: str, pack: averment.Pack) -> None:
    with pytest.raises(Refused) as refused:
        pack.decide_table(table, sides={name: pa.table(columns) for name, columns in sides.items()})
    (found,) = refused.value.diagnostics
    assert (found.code, said in found.message) == (code, True), found


def test_nested_and_beside(pack: averment.Pack) -> None:
    table = CASES.append_column("component", pa.array([[{"name": "x"}], None]))
    with pytest.raises(Refused, match="AV535"):
        pack.decide_table(table, sides={"component": pa.table({"case": ["a"], "name": ["x"]})})


def test_a_row_in_memory_that_is_none(pack: averment.Pack) -> None:
    side = pa.table({"case": ["b", "a"], "name": [None, "x"], "team": ["e", "e"]})
    errors = pack.decide_table(CASES, sides={"component": side}).column("error").to_pylist()
    assert errors == [None, "AV342: this `component` is given without `name`: which one is it? (row 1 of `component`)"]


@pytest.mark.parametrize(
    "column", [[7, 8], ["7", "8"], pa.array(["7", "8"]).dictionary_encode(), pa.array([7, 8], pa.int16())]
)
def test_the_name_of_a_case_may_be_a_number(column: Any, pack: averment.Pack) -> None:
    side = pa.table({"case": ["8", "7", "8"], "name": ["x", "y", "z"]})
    assert pack.decide_table(pa.table({"case": column}), sides={"component": side}).column("error").null_count == 2


class Stop(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "arrow"])
def test_a_run_that_is_stopped_goes_on(
    ending: str, nested: Any, batch: Any, table: Any, tmp_path: Path, interrupt: Any
) -> None:
    cases, records = apart(nested[:40])
    main = table(cases, "main.csv")
    broken = main.read_bytes().splitlines(keepends=True)
    broken[11] = b"\xff\n"  # a case that nobody can read, and its records
    main.write_bytes(b"".join(broken))
    records["component"][9]["name"] = None
    sides = sides_of(records, tmp_path, ending.removesuffix(".gz"))
    if ending.endswith(".gz"):
        for _, file in sides:
            Path(f"{file}.gz").write_bytes(gzip.compress(Path(file).read_bytes()))
        sides = tuple((name, f"{file}.gz") for name, file in sides)
    whole, _ = batch(main, sides=sides)
    wanted = whole.read_bytes(), rejects_of(whole).read_bytes()
    assert len(wanted[1].splitlines()) == 2
    for after in (1, 2, 3, 5):
        interrupt(main, f"{after}.jsonl", sides=sides, chunk=6, after=after)
        again, result = batch(main, f"{after}.jsonl", sides=sides, chunk=6)
        assert result.resumed == 6 * after
        assert (again.read_bytes(), rejects_of(again).read_bytes()) == wanted


def test_another_side_table_is_another_run(decided: Any, batch: Any, tmp_path: Path) -> None:
    decided(MAIN, SIDE)
    main, side = tmp_path / "main.csv", tmp_path / "side.csv"
    sides = (("component", str(side)),)
    assert batch(main, sides=sides)[1].resumed == 4
    assert batch(main)[1].resumed == 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Parts, "complete", _stop)
        with pytest.raises(Stop):
            batch(main, "begun.jsonl", sides=sides)
    side.write_text(SIDE.replace("ml", "web"))
    for now in (sides, ()):
        with pytest.raises(Refused, match="a side table has changed"):
            batch(main, "begun.jsonl", sides=now)


def _stop(*_: Any) -> None:
    raise Stop


def test_many_files_of_cases(nested: Any, batch: Any, lines: Any, table: Any, tmp_path: Path, pack: Any) -> None:
    cases, records = apart(nested[:45])
    expected, _ = batch(lines(nested[:45], "nested.jsonl"), "expected.jsonl", warrants=True)
    documents = expected.read_bytes().splitlines()
    (tmp_path / "cases").mkdir()
    for start, name in ((0, "1.csv"), (15, "2.parquet"), (30, "3.csv")):
        table(cases[start : start + 15], name).rename(tmp_path / "cases" / name)
    sides = sides_of(records, tmp_path, "parquet")
    whole, _ = batch(tmp_path / "cases", sides=sides, warrants=True, chunk=7)
    assert whole.read_bytes() == expected.read_bytes()
    output, _ = batch(tmp_path / "cases", "out.jsonl", sides=sides, chunk=7, jobs=2)
    for row in (1, 15, 16, 18, 31, 45):
        assert pack.decide(read_row(open_output(output), row, pack.model.types, None)).canonical == documents[row - 1]


def test_a_side_table_without_rows(decided: Any, pack: averment.Pack) -> None:
    for nothing in ("case,name,team\n", "case,name,team\n\n"):
        assert decided(MAIN, nothing) == (["a", "b", "c", "d"], [])
    none = pa.table({"case": pa.array([], pa.string()), "name": pa.array([], pa.string())})
    nothing = CASES.append_column("component", pa.array([[], []], pa.list_(pa.struct([("name", pa.string())]))))
    assert pack.decide_table(CASES, sides={"component": none}).equals(pack.decide_table(nothing))


def test_a_case_without_rows_has_no_records(batch: Any, tmp_path: Path) -> None:
    demo = averment.load(Path(__file__).parents[1] / "unit" / "sample")
    (tmp_path / "main.csv").write_text("case\na\nb\n")
    (tmp_path / "side.csv").write_text("case,name,size\nb,core,12\n")
    output, _ = batch(tmp_path / "main.csv", of=demo, sides=(("team", str(tmp_path / "side.csv")),), warrants=True)
    facts = [json.loads(line)["facts"] for line in output.read_bytes().splitlines()]
    assert [each["team"] for each in facts] == [[], [{"name": "core", "size": 12}]]  # a type that may be unknown


@pytest.mark.parametrize("length", [5 * 1024 * 1024, 9 * 1024 * 1024])  # that is held, and that is not
def test_a_row_beyond_all_bounds(length: int, decided: Any) -> None:
    long = "x" * length
    names, (reject,) = decided(MAIN, SIDE.replace("a,y,ml\n", f"a,{long},ml\na,y,ml\n"))
    assert names == ["b", "c", "d"]
    assert (reject["case"], reject["code"], reject["side"]["row"]) == ("a", "AV524", 2)
    with pytest.raises(Refused, match=r"row 3 of .* does not say which case it is of: this record has"):
        decided(MAIN, SIDE.replace("b,x", f"{long},x"))


def test_a_damaged_side_table_is_told_by_name(decided: Any, batch: Any, tmp_path: Path) -> None:
    decided(MAIN, SIDE)
    side = write(tmp_path / "side.parquet", [{"case": "a", "name": f"x{number}"} for number in range(500)])
    whole = side.read_bytes()
    side.write_bytes(whole[:4] + b"\xff" * 60 + whole[64:])
    with pytest.raises(Refused, match=r"AV523: `.*side.parquet` cannot be read to its end"):
        batch(tmp_path / "main.csv", sides=(("component", str(side)),), restart=True)


def test_the_output_is_no_side_table(decided: Any, batch: Any, tmp_path: Path) -> None:
    decided(MAIN, SIDE)
    with pytest.raises(Refused, match=r"AV531: .* it is the input"):
        batch(tmp_path / "main.csv", "side.csv", sides=(("component", str(tmp_path / "side.csv")),))
    assert (tmp_path / "side.csv").read_text() == SIDE


def test_a_name_that_only_looks_the_same_is_told_by_its_characters(pack: Any) -> None:
    cases = pa.table({"case": ["acme"], "team_size": [3]})
    side = pa.table({"case": ["\u0430cme"], "name": ["x"], "team": ["e"]})  # the first letter is Cyrillic
    with pytest.raises(Refused) as refused:
        pack.decide_table(cases, sides={"component": side})
    (found,) = refused.value.diagnostics
    assert found.code == "AV347"
    assert "U+0430 CYRILLIC SMALL LETTER A" in found.help[-1]
