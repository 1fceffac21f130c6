"""A bad row is one reject with its place, and harms no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from averment.batch import lines as cutting
from averment.batch.lines import pieces

GOOD = b'{"case":"a","facts":{"product":{"technical_complexity":"high"}}}'
LONG = b'{"case":"' + b"x" * (5 * 1024 * 1024) + b'"}'
BAD = {
    "truncated": (GOOD[:-9], "AV113"),
    "NUL": (b'{"case":"\0"}', "AV109"),
    "NULs": (b"\0" * 40, "AV109"),
    "escaped NUL": (GOOD.replace(b'"a"', b'"a\\u0000"'), "AV109"),
    "zero width": (GOOD.replace(b'"a"', '"a\u200b"'.encode()), "AV109"),
    "lone surrogate": (GOOD.replace(b'"a"', b'"\\ud800"'), "AV109"),
    "delete": (GOOD.replace(b'"a"', b'"a\x7f"'), "AV109"),
    "not UTF-8": (GOOD.replace(b'"a"', b'"\xff"'), "AV110"),
    "overlong": (LONG, "AV524"),
    "duplicate key": (GOOD.replace(b'"high"', b'"low","technical_complexity":"high"'), "AV101"),
    "two on a line": (GOOD + GOOD, "AV113"),
    "not an object": (b"[1, 2]", "AV203"),
    "a list of facts": (b'{"case":"a","facts":[]}', "AV203"),
    "without facts": (b'{"case":"a"}', None),
    "null in a set": (GOOD.replace(b'"technical_complexity":"high"', b'"technologies":[null]'), None),
    "blank name": (GOOD.replace(b'"a"', b'"  "'), "AV346"),
    "no name": (GOOD.replace(b'"case":"a",', b""), None),
    "long name": (GOOD.replace(b'"a"', b'"' + b"a" * 201 + b'"'), None),
    "unknown field": (GOOD.replace(b"technical_complexity", b"technical_complexty"), "AV301"),
    "unknown type": (GOOD.replace(b"product", b"produce"), "AV302"),
    "unknown value": (GOOD.replace(b"high", b"hihg"), "AV303"),
    "wrong type": (GOOD.replace(b'"high"', b"3"), "AV312"),
    "NaN": (GOOD.replace(b'"high"', b"NaN"), None),
    "beyond 64 bit": (
        GOOD.replace(b'product":{"technical_complexity":"high"', b'engineering":{"team_size":99999999999999999999'),
        None,
    ),
    "a fraction": (GOOD.replace(b'product":{"technical_complexity":"high"', b'engineering":{"team_size":1.5'), "AV314"),
    "out of range": (
        GOOD.replace(b'product":{"technical_complexity":"high"', b'engineering":{"team_size":-1'),
        "AV313",
    ),
}


def rejected(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.with_name(f"{out.name}.rejects").read_bytes().splitlines()]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("last", [False, True])
def test_one_bad_line_is_one_reject(bad: str, last: bool, tmp_path: Path, batch: Any) -> None:
    line, code = BAD[bad]
    before = b"".join(GOOD.replace(b'"a"', f'"n{number}"'.encode()) + b"\n" for number in range(30))
    (tmp_path / "in.jsonl").write_bytes(before + line + (b"" if last else b"\n" + GOOD + b"\n"))
    out, result = batch(tmp_path / "in.jsonl")
    (reject,) = rejected(out)
    assert (reject["row"], reject["offset"], reject["file"]) == (31, len(before), str(tmp_path / "in.jsonl"))
    assert code in (None, reject["code"])
    assert (result.summary.decided, result.summary.rejected) == (30 + (not last), 1)
    rows = [json.loads(row)["row"] for row in out.read_bytes().splitlines()]
    assert rows == [*range(1, 31), *([] if last else [32])]


def test_every_kind_of_bad_line_in_one_file(tmp_path: Path, batch: Any) -> None:
    content = b"\n".join(part for line, _ in BAD.values() for part in (line, GOOD, b""))
    (tmp_path / "in.jsonl").write_bytes(content)
    out, result = batch(tmp_path / "in.jsonl", chunk=5)
    assert [reject["row"] for reject in rejected(out)] == [1 + 3 * number for number in range(len(BAD))]
    assert result.summary.decided == len(BAD)
    for reject in rejected(out):
        assert content[: reject["offset"]].count(b"\n") == reject["row"] - 1


FINE = {
    "escapes": GOOD.replace(b'"a"', b'"caf\\u00e9 \\"x\\" \\ud83d\\ude00"'),
    "UTF-8": GOOD.replace(b'"a"', '"café"'.encode()),
    "spaces": b"  " + GOOD.replace(b":", b" : ").replace(b",", b" ,\t") + b" \r",
    "the word null": GOOD.replace(b'"a"', b'"null"'),
    "an expectation": GOOD[:-1] + b',"expect":{"claim":"open"}}',
    "keys in another order": b'{"facts":{"product":{"technical_complexity":"high"}},"case":"a"}',
}


@pytest.mark.parametrize("fine", FINE)
def test_what_is_unusual_and_right_is_decided(fine: str, tmp_path: Path, batch: Any) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([GOOD, FINE[fine], b"", b"   ", GOOD]))
    out, result = batch(tmp_path / "in.jsonl")
    assert (result.summary.decided, result.summary.rejected) == (3, 0)
    rows = [json.loads(row) for row in out.read_bytes().splitlines()]
    assert [row["row"] for row in rows] == [1, 2, 5]
    assert len({(row["claim"], tuple(row["fired"])) for row in rows}) == 1


@pytest.mark.parametrize(
    "facts", [b'{"product":{"technical_complexity":null}}', b"{}", b"null", b'{"product":null,"component":null}']
)
def test_what_is_null_or_left_out_is_not_known(facts: bytes, tmp_path: Path, batch: Any) -> None:
    line = b'{"case":"a","facts":' + facts + b"}\n"
    (tmp_path / "in.jsonl").write_bytes(GOOD + b"\n" + line * 3)
    out, result = batch(tmp_path / "in.jsonl")
    assert (result.summary.decided, result.summary.rejected) == (4, 0)
    _, *rows = [json.loads(row) for row in out.read_bytes().splitlines()]
    assert {row["claim"] for row in rows} == {"open"}
    assert all("product.technical_complexity" in row["hangs_on"] for row in rows)


CSV_BAD = {
    b"a,hgih": "AV303",
    b"a": "AV124",
    b"a,high,x": "AV124",
    b'a,"high': "AV124",
    b'a,"hi"gh': "AV124",
    b"a\x00,high": "AV109",
    b"a\xff,high": "AV110",
    b"  ,high": "AV346",
}


@pytest.mark.parametrize("bad", CSV_BAD)
def test_one_bad_record_is_one_reject(bad: bytes, tmp_path: Path, batch: Any) -> None:
    head = b"case,product.technical_complexity\n"
    before = head + b"".join(b'"n,%d",high\n' % number for number in range(20))
    (tmp_path / "in.csv").write_bytes(before + bad + b"\nz,low\n,high\n")
    out, result = batch(tmp_path / "in.csv")
    (reject,) = rejected(out)
    assert (reject["code"], reject["row"], reject["offset"]) == (CSV_BAD[bad], 21, len(before))
    assert result.summary.decided == 22


def test_bad_rows_of_a_table(cases: Any, table: Any, batch: Any) -> None:
    documents = cases(40)
    documents[3]["facts"]["product"]["technical_complexity"] = "hgih"
    documents[7]["case"] = "  "
    out, _ = batch(table(documents, "in.parquet"))
    found = [(reject["row"], reject["code"], reject["case"]) for reject in rejected(out)]
    assert found == [(4, "AV303", "case 3"), (8, "AV346", "  ")]


CUTS = [
    (b"", False, []),
    (b"a\nb", False, [(0, b"a\nb", 2)]),
    (b"a\n\nb\n", False, [(0, b"a\n\n", 2), (3, b"b\n", 1)]),
    (b"\xef\xbb\xbfa\n", False, [(3, b"a\n", 1)]),
    (b'1,"x\ny"\n2,z\n3', True, [(0, b'1,"x\ny"\n2,z\n', 2), (12, b"3", 1)]),
    (b'1,"x\n2,"y"\n3\n', True, [(0, b'1,"x\n2,"y"\n', 2), (11, b"3\n", 1)]),
    (b'5" pipe,2\n3,4\n', True, [(0, b'5" pipe,2\n3,4\n', 2)]),
    (b'"a""b",1\r\n2,3', True, [(0, b'"a""b",1\r\n2,3', 2)]),
]


@pytest.mark.parametrize(("data", "quoted", "expected"), CUTS)
def test_where_text_is_cut(data: bytes, quoted: bool, expected: list[Any], tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(data)
    with (tmp_path / "text").open("rb") as stream:
        assert [(piece.offset, piece.data, piece.rows) for piece in pieces(stream, quoted, 2)] == expected


def test_a_record_longer_than_a_piece_is_told_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "PIECE", 64)
    monkeypatch.setattr(cutting, "_READ", 16)
    (tmp_path / "text").write_bytes(b"a\n" * 3 + b"z" * 500 + b"\nb\n" + b"y" * 100)
    with (tmp_path / "text").open("rb") as stream:
        found = [(piece.offset, piece.rows, piece.overlong) for piece in pieces(stream, False, 10)]
    assert found == [(0, 3, 0), (6, 1, 501), (507, 1, 0), (509, 1, 100)]
