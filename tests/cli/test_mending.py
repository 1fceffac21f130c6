"""Rows that cannot be decided: what is told of each, how they are grouped, and the mapping lines that mend them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from averment.batch.arrow import csv as arrow_csv
from averment.batch.arrow import pa, parquet

FACTS = """facts:
  guest:
    cardinality: one
    fields:
      level: {type: level, of: [third, second, first]}
      regular: {type: boolean}
      bill: {type: decimal, places: 2}
      card: {type: integer, sensitive: drop}
  decision: {derived: true, fields: {outcome: {type: choice, of: [upgrade]}}}
"""
RULES = """author: Office
rules:
  - rule: fine
    backing: judgement
    when: [{guest: {level: first}}]
    then: [{decision: {outcome: upgrade}}]
"""
TABLE = """case,pclass,regular,bill,card
a,1st class,yes,"1.234,50",41
b,2nd class,no,NA,42
c,3rd class,true,3,43
d,1st class,yes,4,secret
"""
MAPPING = "columns: {pclass: level}\n"


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    folder = tmp_path / "hotel"
    (folder / "rules").mkdir(parents=True)
    (folder / "facts.yaml").write_text(FACTS)
    (folder / "rules" / "rules.yaml").write_text(RULES)
    (folder / "pack.yaml").write_text(
        "pack: hotel\nversion: 1.0.0\ntitle: H\nclaim: {fact: decision, field: outcome}\n"
    )
    (tmp_path / "map.yaml").write_text(MAPPING)
    (tmp_path / "t.csv").write_text(TABLE)
    texts = arrow_csv.ConvertOptions(column_types=dict.fromkeys(["pclass", "regular", "bill", "card"], pa.string()))
    parquet.write_table(arrow_csv.read_csv(tmp_path / "t.csv", convert_options=texts), tmp_path / "t.parquet")
    return folder


def test_rejects_are_grouped_and_mended(averment: Any, hotel: Path) -> None:
    folder = hotel.parent
    mapping, out = folder / "map.yaml", folder / "out.csv"
    summary = folder / "summary.json"
    for _ in range(4):  # a row is told by its first mistake, so what is left shows when that is mended
        ended = averment("batch", folder / "t.csv", "-p", hotel, "--mapping", mapping, "-o", out, "--summary", summary)
        if "would fix" not in ended.err:
            break
        assert ended.code == (1 if "4 rejected" in ended.err else 0)
        said = yaml.safe_load(ended.err.partition("would fix")[2].partition("\n")[2])
        held = yaml.safe_load(mapping.read_text())
        held["columns"] |= said.pop("columns", {})
        mapping.write_text(yaml.safe_dump(held | said))
    assert ended.code == 0
    assert "1 row: `card` is no value of it, but `guest.card` is a whole number" in ended.err
    (group,) = json.loads(summary.read_text())["rejects"]
    assert (group["rows"], group["field"], group["values"]) == (1, "guest.card", [])
    (reject,) = (json.loads(line) for line in out.with_name("out.csv.rejects").read_text().splitlines())
    assert "secret" not in json.dumps(reject)
    assert reject["record"]["facts"]["guest"]["card"] == "(sensitive)"
    assert (reject["field"], reject["column"], reject["wanted"]) == (
        "guest.card", "card", "`guest.card` is a whole number",
    )  # fmt: skip


@pytest.mark.parametrize("table", ["t.csv", "t.parquet"])
def test_each_reject_tells_all(averment: Any, hotel: Path, table: str) -> None:
    folder = hotel.parent
    mapping, out = folder / "map.yaml", folder / "out.csv"
    ended = averment("batch", folder / table, "-p", hotel, "--mapping", mapping, "-o", out)
    assert ended.code == 1  # not one row could be decided
    first = "4 rows: `pclass` is `1st class` (2), `2nd class` (1), `3rd class` (1), wanted third, second or first"
    assert f"{first}: a mapping of values does it" in ended.err
    assert (
        'pclass: {to: guest.level, values: {"3rd class": third, "2nd class": second, "1st class": first}}' in ended.err
    )
    reject = json.loads(out.with_name("out.csv.rejects").read_text().splitlines()[0])
    assert reject["value"] == "1st class"
    assert reject["wanted"] == "one of third, second, first"
    assert reject["help"] == ["its values are `third`, `second`, `first`"]
    assert reject["record"]["facts"]["guest"]["bill"] == "1.234,50"


def test_what_is_no_record_is_told_as_it_was(averment: Any, hotel: Path) -> None:
    folder = hotel.parent
    (hotel / "facts.yaml").write_text(FACTS.replace(", sensitive: drop", ""))
    (folder / "t.csv").write_text("case,level\na,first\nb,first,second\n")
    averment("batch", folder / "t.csv", "-p", hotel, "-o", folder / "out.csv")
    reject = json.loads((folder / "out.csv.rejects").read_text())
    assert (reject["code"], reject["text"]) == ("AV124", "b,first,second")
