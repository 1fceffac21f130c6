"""What hosts run, without a host: one row out for each row in, the same as decided here, wherever it has travelled."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from averment import Refused
from averment.scale.rows import deciding, metadata


def decided(work: Any, table: Any, as_text: Any) -> dict[str, str]:
    return {row["case"]: as_text(row) for row in work(table).to_pylist()}


def test_rows_are_those_decided_here(pack: str, cases: Any, here: Any, as_text: Any) -> None:
    expected = here()
    found = decided(deciding(pack, cases.schema)[0], cases, as_text)
    assert found == expected
    assert sum('"error": null' not in row for row in found.values()) == 2
    for status in ("settled", "open", "gap", "conflict"):
        assert any(f'"status": "{status}"' in row for row in found.values()), status


def test_rows_do_not_depend_on_how_they_are_cut(pack: str, cases: Any, here: Any, as_text: Any) -> None:
    work = deciding(pack, cases.schema)[0]
    found: dict[str, str] = {}
    for start in range(0, 600, 7):
        found |= decided(work, cases.slice(start, 7), as_text)
    assert found == here()


def test_a_program_decides_the_same_after_its_journey(pack: str, cases: Any, here: Any, as_text: Any) -> None:
    work = pickle.loads(pickle.dumps(deciding(pack, cases.schema, {"dear": 90})[0]))
    found = decided(work, cases, as_text)
    assert found == here({"dear": 90})
    assert found != here()


def test_types_are_those_foretold(pack: str, cases: Any) -> None:
    work, foretold = deciding(pack, cases.schema)
    for table in (cases, cases.slice(0, 0), cases.slice(17, 1), cases.slice(20, 5)):
        assert work(table).schema.equals(foretold, check_metadata=True)
    assert not any("dictionary" in str(column.type) for column in foretold)
    assert sorted(json.loads(metadata(foretold)["averment.rules"])) == ["plain", "technical", "two-teams", "web"]


def test_a_case_needs_no_name(pack: str, cases: Any) -> None:
    nameless = cases.drop_columns(["case"])
    work, foretold = deciding(pack, nameless.schema)
    assert work(nameless).column_names == foretold.names == deciding(pack, cases.schema)[1].names[1:]


def test_a_column_that_is_no_field_is_refused(pack: str, cases: Any) -> None:
    with pytest.raises(Refused, match="product\\.rsk"):
        deciding(pack, cases.rename_columns(["case", "product.rsk", *cases.column_names[2:]]).schema)
