"""An output is proved, or what differs first is named; and a row explained is held to what the output says of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

import averment
from averment.batch.adapter import Adapter
from averment.batch.explaining import finding_of_row, open_output, read_row
from averment.batch.order import rejects_of
from averment.batch.verifying import Proof, told_by, verify
from averment.diagnostics.diagnostic import Refused

OUTPUTS = ["out.jsonl", "out.csv", "out.parquet", "out.arrow"]


@pytest.fixture
def proved(pack: averment.Pack) -> Any:
    def prove(output: Path) -> Proof:
        entries = told_by(output)
        return verify(output, entries, pack.program(entries[0]["parameters"]), pack.model.types)

    return prove


@pytest.fixture
def source(cases: Any, lines: Any) -> Path:
    documents = cases(30)
    documents[4]["facts"]["product"] = {"technical_complexity": "hgih"}
    path: Path = lines(documents)
    return path


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_output_as_it_was_left_is_proved(output: str, source: Path, batch: Any, proved: Any) -> None:
    out, _ = batch(source, output, chunk=7)
    assert proved(out) == Proof((), 30, 1, ("jsonl",))


@pytest.mark.parametrize("options", [{"warrants": True}, {"engine": "reference"}, {"mapping": Adapter()}])
def test_so_is_one_made_otherwise(options: dict[str, Any], source: Path, batch: Any, proved: Any) -> None:
    out, _ = batch(source, **options)
    assert not proved(out).found


def _turned(path: Path, row: int) -> None:
    """Claim something else of a row, in any format."""
    if path.suffix in (".jsonl", ".csv"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        place = next(number for number, line in enumerate(lines) if f'"row":{row},' in line or f",{row}," in line[:20])
        old = next(claim for claim in ("technical_product_manager", "product_manager", "open") if claim in lines[place])
        lines[place] = lines[place].replace(old, "gap", 1)
        path.write_text("".join(lines), "utf-8")
        return
    table = pq.read_table(path) if path.suffix == ".parquet" else pa.ipc.open_file(path).read_all()
    place = table.column("row").to_pylist().index(row)
    claims = table.column("claim").to_pylist()
    claims[place] = "gap"
    index = table.schema.get_field_index("claim")
    table = table.set_column(
        index, table.schema.field("claim"), pa.array(claims).cast(table.schema.field("claim").type)
    )
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_row_turned_is_named(output: str, source: Path, pack: averment.Pack, batch: Any, proved: Any) -> None:
    out, _ = batch(source, output)
    case = read_row(open_output(out), 9, pack.model.types, None)
    outcome = pack.decide(case)
    assert finding_of_row(open_output(out), 9, outcome, pack.program()) is None
    _turned(out, 9)
    said = [found.message for found in proved(out).found]
    assert "its digest is another one" in said[0]
    assert f"`{out}`, row 9 (case `case 8`): `claim` is `gap`, and comes to `{outcome.claim}`" in said[1]
    finding = finding_of_row(open_output(out), 9, outcome, pack.program())
    assert finding is not None
    assert finding.message in said[1]


def test_a_reject_turned_or_lost_is_named(source: Path, batch: Any, proved: Any) -> None:
    out, _ = batch(source)
    rejects = rejects_of(out)
    kept = rejects.read_bytes()
    rejects.write_bytes(kept.replace(b"AV303", b"AV304"))
    assert "row 5 (case `case 4`): `code` is `AV304`, and comes to `AV303`" in proved(out).found[1].message
    rejects.unlink()
    assert "is not there" in proved(out).found[0].message
    rejects.write_bytes(kept)
    assert not proved(out).found


def test_another_input_proves_nothing(source: Path, batch: Any, proved: Any) -> None:
    out, _ = batch(source)
    source.write_bytes(source.read_bytes().replace(b"case 3", b"case 9", 1))
    with pytest.raises(Refused, match="AV534"):
        proved(out)


def test_a_few_harms_are_all_noticed() -> None:
    """The long run is the program's own."""
    program = Path(__file__).parents[2] / "benchmarks" / "falsified.py"
    command = [sys.executable, str(program), "--draws", "40", "--rows", "12"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    assert ran.stdout.endswith("none unnoticed\n")


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_bit_flipped_under_a_checksum_is_told(version: str, cases: Any, table: Any, batch: Any) -> None:
    """Every eighth byte of the pages: what is decided of the file is the same, or it is refused."""
    path = table(cases(30), "in.parquet")
    pq.write_table(pq.read_table(path), path, write_page_checksum=True, data_page_version=version)
    good = path.read_bytes()
    whole = batch(path, "whole.csv")[0].read_bytes()
    footer = len(good) - 8 - int.from_bytes(good[-8:-4], "little")
    refused = 0
    for place in range(4, footer, max(1, footer // 60)):
        data = bytearray(good)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        try:
            out, _ = batch(path, f"{place}.csv")
        except Refused as problem:
            assert problem.diagnostics[0].code == "AV523"
            refused += 1
        else:
            assert out.read_bytes() == whole, place
    assert refused > 30


def test_lines_are_those_of_the_input(cases: Any, lines: Any, table: Any, batch: Any, pack: averment.Pack) -> None:
    documents = cases(5)
    documents[1]["case"] = "two\nlines"
    for path, line in ((table(documents, "in.csv"), 6), (lines(documents), 4), (table(documents, "in.parquet"), 4)):
        out, _ = batch(path, f"{path.name}.out.jsonl")
        read = read_row(open_output(out), 4, pack.model.types, None)
        assert {(span.file, span.line) for span in read.places.values()} == {(str(path), line)}
        assert read.place is not None
        assert read.place.line == line
