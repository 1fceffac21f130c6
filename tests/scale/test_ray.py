"""Ray Data, for real: the same bytes a row as here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::ResourceWarning", "ignore::DeprecationWarning"
)


@pytest.mark.parametrize("parameters", [None, {"dear": 90}])
def test_rows_are_those_decided_here(
    ray_cluster: Any, cases: Any, pack: str, here: Any, as_text: Any, parameters: Any
) -> None:
    from averment.scale import ray

    dataset = ray_cluster.from_arrow([cases.slice(start, 200) for start in (0, 200, 400)])
    found = {row["case"]: as_text(row) for row in ray.decide(dataset, pack, parameters).take_all()}
    assert found == here(parameters)


def test_files(ray_cluster: Any, cases: Any, pack: str, here: Any, as_text: Any, tmp_path: Path) -> None:
    from averment.scale.files import decide_files

    pq.write_table(cases, tmp_path / "cases.parquet")
    summary = decide_files([str(tmp_path / "cases.parquet")], str(tmp_path / "out"), pack, "ray")
    assert {row["case"]: as_text(row) for row in pq.read_table(tmp_path / "out").to_pylist()} == here()
    assert (summary.rows, summary.errors.total()) == (600, 2)
    rules = pq.read_schema(tmp_path / "out" / "_common_metadata").metadata[b"averment.rules"]
    assert sorted(json.loads(rules)) == ["plain", "technical", "two-teams", "web"]
