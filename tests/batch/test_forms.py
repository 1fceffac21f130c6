"""Tables as Arrow has them: which columns can hold what they are called after, and single cells that are no values."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import averment
from averment.batch.table import TableDecider
from averment.diagnostics.diagnostic import Refused

_STRUCT = pa.struct([("name", pa.string()), ("team", pa.string())])


@pytest.fixture(scope="module")
def decider(pack: averment.Pack) -> TableDecider:
    return TableDecider(pack.program(), pack.model.types)


def utf8(*texts: bytes | None) -> pa.Array:
    """Strings of these bytes, which nobody has looked at."""
    return pa.array(texts, pa.binary()).view(pa.string())


ASTRAY = [  # a column, and what is said of it
    ("component", [[{"name": "a", "teem": "b"}]], "AV301", "`teem`, in the column `component`, is not a field", "team"),
    ("product", [{"stge": "idea"}], "AV301", "`stge`, in the column `product`, is not a field", "stage"),
    ("component", ["a"], "AV123", "the column `component` cannot hold this", "a list of structs"),
    ("component", [["a"]], "AV123", "the column `component` cannot hold this", "a list of structs"),
    ("component", [{"name": "a"}], "AV123", "the column `component` cannot hold this", "a list of structs"),
    ("product", ["idea"], "AV123", "the column `product` cannot hold this", "a struct"),
    ("product.stage", [{"a": 1}], "AV123", "the column `product.stage` cannot hold this", "one value"),
    ("product.stage", [["idea"]], "AV123", "the column `product.stage` cannot hold this", "one value"),
    ("technologies", [[["api"]]], "AV123", "the column `technologies` cannot hold this", "a list of texts"),
    ("case", [["a"]], "AV123", "the column `case` cannot hold this", "one text or number"),
]


@pytest.mark.parametrize(("heading", "cells", "code", "message", "help"), ASTRAY)
def test_a_column_that_cannot_hold_it(
    heading: str,
    cells: list[Any],
    code: str,
    message: str,
    help: str,
    decider: TableDecider,
    tmp_path: Path,
    batch: Any,
) -> None:
    table = pa.table({heading: cells, "team_size": [3]})
    pq.write_table(table, tmp_path / "in.parquet")
    for decide in (lambda: decider.decide(table), lambda: batch(tmp_path / "in.parquet")):
        with pytest.raises(Refused) as refused:
            decide()
        (found,) = refused.value.diagnostics
        assert (found.code, message in found.message) == (code, True), found
        assert help in " ".join(found.help)


def test_a_field_in_two_columns(decider: TableDecider) -> None:
    with pytest.raises(Refused, match="both hold"):
        decider.decide(pa.table({"product": [{"stage": "idea"}], "product.stage": ["launched"]}))


FORMS = [  # a column, and the facts it gives
    ("component", pa.nulls(2), [None, None]),
    ("component", pa.array([[], None], pa.list_(pa.null())), [[], None]),
    ("component", pa.array([[{"name": "a"}], None], pa.list_view(_STRUCT)), [[{"name": "a"}], None]),
    ("component", pa.array([None, [{"name": "a"}]], pa.large_list_view(_STRUCT)), [None, [{"name": "a"}]]),
    ("component", pa.array([[{"name": "a"}], None], pa.list_(_STRUCT, 1)), [[{"name": "a"}], None]),
    (
        "component",  # a null over a record that is there all the same
        pa.ListArray.from_arrays([0, 1, 2], pa.array([{"name": "a"}, {"name": "b"}]), mask=pa.array([True, False])),
        [None, [{"name": "b"}]],
    ),
    ("product", pa.nulls(2), [None, None]),
    ("product.stage", pa.nulls(2), [None, None]),
    ("product.stage", pa.RunEndEncodedArray.from_arrays([1, 2], ["idea", "mature"]), ["idea", "mature"]),
    ("product.technologies", pa.nulls(2), [None, None]),
    ("product.technologies", pa.array([[], None], pa.list_(pa.null())), [[], None]),
    ("product.technologies", pa.array([["api"], None], pa.list_(pa.string(), 1)), [["api"], None]),
    ("product.technologies", pa.array([["api"], None], pa.list_view(pa.string())), [["api"], None]),
    ("engineering.team_size", pa.array([Decimal(45), None], pa.decimal128(38, 0)), [45, None]),
    ("engineering.team_size", pa.nulls(2), [None, None]),
    ("engineering.rework_share", pa.array([Decimal("4.5"), None], pa.decimal64(15, 1)), ["4.5", None]),
]


@pytest.mark.parametrize(("heading", "column", "given"), FORMS)
def test_every_form_of_a_column(
    heading: str, column: Any, given: list[Any], decider: TableDecider, pack: averment.Pack
) -> None:
    rows = decider.decide(pa.table({heading: column, "headcount": [3, 4]})).to_pylist()
    type, _, field = heading.partition(".")
    for row, value, headcount in zip(rows, given, (3, 4), strict=True):
        facts: dict[str, Any] = {"company": {"headcount": headcount}}
        if value is not None:
            facts[type] = {field: value} if field else value
        outcome = pack.decide(facts)
        assert (row["error"], row["claim"]) == (None, outcome.claim)
        assert json.loads(row["hangs_on"]) == list(outcome.hangs_on)
        assert int.from_bytes(row["fired"], "little").bit_count() == len(outcome.fired)


CELLS = [  # a column whose second cell is no value, and what is said of that
    ("case", utf8(b"a", b"b\xff"), "AV110: the name of this case is not UTF-8"),
    ("case", pa.array([b"a", b"\xff"]), "AV110: the name of this case is not UTF-8"),
    ("product.stage", utf8(b"idea", b"\xff"), "AV312: a text that is not UTF-8 is not a value of `product.stage`"),
    (
        "product.stage",
        utf8(b"idea", b"\xff").dictionary_encode(),
        "AV312: a text that is not UTF-8 is not a value of `product.stage`",
    ),
    (
        "product.technologies",
        pa.ListArray.from_arrays([0, 1, 2], utf8(b"api", b"\xff")),
        "AV312: a text that is not UTF-8 is not a value of `product.technologies`",
    ),
    (
        "product.stage",
        pa.array([None, 2**62], pa.timestamp("us")),
        "AV312: `148108-07-06T14:00:27.387904` is not a value",
    ),
]


@pytest.mark.parametrize(("heading", "column", "message"), CELLS)
def test_a_cell_without_a_value_is_one_reject(
    heading: str, column: Any, message: str, decider: TableDecider, tmp_path: Path, batch: Any
) -> None:
    table = pa.table({heading: column, "team_size": [3, 4]})
    good, bad = decider.decide(table).to_pylist()
    assert good["error"] is None
    assert message in bad["error"]
    pq.write_table(table, tmp_path / "in.parquet")
    _, result = batch(tmp_path / "in.parquet")
    assert (result.summary.decided, result.summary.rejected) == (1, 1)


DAYS = [  # what a table has for a day, and the day, or why it is none
    (pa.array([date(2024, 2, 29)]), "2024-02-29"),
    (pa.array([date(2024, 2, 29)], pa.date64()), "2024-02-29"),
    (pa.array([datetime(2024, 2, 29)], pa.timestamp("ns")), "2024-02-29"),
    (
        pa.array([datetime(2024, 2, 29, 23, 59)], pa.timestamp("us")),
        "AV312: `2024-02-29T23:59:00` is not a date of the calendar",
    ),
    (pa.array([1709164800000000001], pa.timestamp("ns")), "AV312: `2024-02-29T00:00:00.000000001` is not a value"),
    (pa.array([2**31 - 1], pa.int32()).view(pa.date32()), "AV312: `5881580-07-11` is not a value"),
    (pa.array([-(2**31)], pa.int32()).view(pa.date32()), "AV312: `-5877641-06-23` is not a value"),
]


@pytest.mark.parametrize(("cell", "expected"), DAYS)
def test_days(cell: Any, expected: str, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("pack: days\nversion: 1.0.0\ntitle: Days\nclaim: {fact: out, field: late}\n")
    (tmp_path / "facts.yaml").write_text(
        "facts:\n  letter: {cardinality: one, fields: {sent: {type: date}}}\n"
        "  out: {derived: true, fields: {late: {type: choice, of: [late, leap]}}}\n"
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "days.yaml").write_text(
        "author: A\nrules:\n- {rule: leap, says: It was sent on that day., backing: judgement,"
        " when: [letter: {sent: 2024-02-29}], then: [out: {late: leap}]}\n"
    )
    (found,) = averment.load(tmp_path).decide_table(pa.table({"sent": cell})).to_pylist()
    if expected.startswith("AV"):
        assert expected in found["error"]
    else:
        assert (found["claim"], found["error"]) == ("leap", None)
