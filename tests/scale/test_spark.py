"""Spark, for real: the same bytes a row as here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::ResourceWarning", "ignore::DeprecationWarning"
)


@pytest.fixture(scope="module")
def frame(spark_session: Any, cases: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("spark") / "cases.parquet"
    pq.write_table(cases, path)
    return spark_session.read.parquet(str(path)).repartition(3)


@pytest.mark.parametrize("parameters", [None, {"dear": 90}])
def test_rows_are_those_decided_here(frame: Any, pack: str, here: Any, as_text: Any, parameters: Any) -> None:
    from averment.scale import spark

    decided = spark.decide(frame, pack, parameters)
    found = {row["case"]: as_text(row.asDict()) for row in decided.collect()}
    assert found == here(parameters)
    assert sorted(json.loads(decided.schema["fired"].metadata["averment.rules"])) == [
        "plain",
        "technical",
        "two-teams",
        "web",
    ]


def test_files(spark_session: Any, cases: Any, pack: str, here: Any, as_text: Any, tmp_path: Path) -> None:
    from averment.scale.files import decide_files

    pq.write_table(cases, tmp_path / "cases.parquet")
    summary = decide_files([str(tmp_path / "cases.parquet")], str(tmp_path / "out"), pack, "spark")
    assert {row["case"]: as_text(row) for row in pq.read_table(tmp_path / "out").to_pylist()} == here()
    assert (summary.rows, summary.errors.total()) == (600, 2)
