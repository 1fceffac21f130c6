"""Tables of notebooks: as many rows out as in, each as ``decide`` has it."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

import averment
from averment.batch.table import TableDecider
from averment.diagnostics.diagnostic import Refused


@pytest.fixture(scope="module")
def decider(pack: averment.Pack) -> TableDecider:
    return TableDecider(pack.program(), pack.model.types)


def columns_of(documents: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = sorted(
        {f"{type}.{name}" for document in documents for type, record in document["facts"].items() for name in record}
    )
    columns: dict[str, list[Any]] = {"case": [document["case"] for document in documents]}
    for name in names:
        type, _, field = name.partition(".")
        columns[name] = [document["facts"].get(type, {}).get(field) for document in documents]
    return columns


@pytest.mark.parametrize("library", ["table", "batch", "polars", "pandas"])
def test_tables_of_every_library(library: str, pack: averment.Pack, cases: Any, decider: TableDecider) -> None:
    documents = cases(50)
    given: Any = pa.table(columns_of(documents))
    if library == "batch":
        given = given.combine_chunks().to_batches()[0]
    elif library == "polars":
        given = pytest.importorskip("polars").from_arrow(given)
    elif library == "pandas":
        pytest.importorskip("pandas")
        given = given.to_pandas(types_mapper=__import__("pandas").ArrowDtype)
    found = decider.decide(given)
    rules = json.loads(found.schema.metadata[b"averment.rules"])
    assert found.schema.metadata[b"averment.pack"].decode() == pack.digest
    for document, row in zip(documents, found.to_pylist(), strict=True):
        outcome = pack.decide(pack.case(document["facts"], document["case"]))
        fired = int.from_bytes(row["fired"], "little")
        assert (row["case"], row["claim"], row["status"]) == (document["case"], outcome.claim, outcome.status.value)
        assert (row["strength"], row["error"]) == (outcome.strength, None)
        assert json.loads(row["hangs_on"]) == list(outcome.hangs_on)
        assert sorted(rule for bit, rule in enumerate(rules) if fired >> bit & 1) == list(outcome.fired)


def test_a_bad_row_stays_in_its_place(decider: TableDecider) -> None:
    found = decider.decide(pa.table({"technical_complexity": ["high", "hgih", None]})).to_pylist()
    assert [row["status"] is None for row in found] == [False, True, False]
    assert found[1]["error"].startswith("AV303: ")
    assert "case" not in found[0]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
@pytest.mark.parametrize("names", [None, ["a", "b", "c", "d"], ["a", None, " ", "d"]], ids=["no", "all", "some"])
def test_strings_in_every_form(kind: Any, names: list[str | None] | None, decider: TableDecider) -> None:
    table = pa.table({
        "technical_complexity": pa.array(["high", "low", "high", "hgih"], kind),
        "product.technologies": pa.array([["api"], None, ["api", "nope"], []], pa.list_(kind)),
    })  # fmt: skip
    if names is not None:
        table = table.append_column("case", pa.array(names, kind))
    found = decider.decide(table).to_pylist()
    assert [row.get("case") for row in found[:2]] == ([None] * 2 if names is None else ["a", names[1] or "row 2"])
    assert [(row["error"] or "")[:5] for row in found] == ["", "", "AV303", "AV303"]


def test_what_is_no_table_or_no_column_is_refused(decider: TableDecider) -> None:
    with pytest.raises(TypeError):
        decider.decide([1, 2])
    with pytest.raises(Refused, match=r"AV123.*technical_complexty"):
        decider.decide(pa.table({"technical_complexty": ["high"]}))
    mapped = decider.decide(pa.table({"TC": ["high"], "x": [1]}), {"TC": "product.technical_complexity", "x": "ignore"})
    assert mapped.num_rows == 1
