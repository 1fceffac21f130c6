"""A table with everything in it, decided here; and the hosts, local and small, where they are installed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import averment

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

FACTS = """
facts:
  product:
    cardinality: one
    fields:
      risk: {type: level, of: [low, medium, high]}
      tags: {type: set, of: [api, web]}
      price: {type: integer, min: 0, max: 100}
  component: {cardinality: many, key: name, fields: {name: {type: text}, team: {type: text}}}
  crossing: {derived: true, fields: {name: {type: text}}}
  role: {derived: true, fields: {name: {type: choice, of: [pm, tpm]}}}
"""
RULES = """
author: Tests
rules:
  - rule: two-teams
    backing: judgement
    when: [component: {name: $c, team: $t}, component: {team: $u}, test: $t != $u]
    then: [crossing: {name: $c}]
  - rule: technical
    backing: judgement
    when: [product: {risk: high, tags: api, price: ">= dear"}, crossing: {}]
    then: [role: {name: tpm}]
  - rule: plain
    backing: judgement
    when: [product: {risk: low}]
    then: [role: {name: pm}]
  - rule: web
    backing: judgement
    when: [product: {tags: web, price: ">= dear"}]
    then: [role: {name: pm}]
"""
PACK = """
pack: small
version: 1.0.0
title: A pack for tests of hosts
claim: {fact: role, field: name}
parameters:
  dear: {type: integer, value: 50, min: 0, max: 100, says: From which price on something is dear.}
"""


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a pack with one record, many records, and a parameter."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "rules").mkdir()
    for name, text in (("pack.yaml", PACK), ("facts.yaml", FACTS), ("rules/roles.yaml", RULES)):
        (folder / name).write_text(text)
    return str(folder)


@pytest.fixture(scope="session")
def cases() -> Any:
    """Cases of every status, with nulls, empty lists and two rows that are none."""
    rows = []
    for number in range(600):
        rows.append(
            {
                "case": f"c{number:04}",
                "product.risk": ("low", "high", None, "medium", "high")[number % 5],
                "product.tags": (["api"], ["web", "api"], [], None)[number // 4 % 4],
                "product.price": None if number % 11 == 0 else number % 101,
                "component": [
                    {"name": f"n{place}", "team": f"t{place % (1 + number % 3)}"} for place in range(number % 4)
                ],
            }
        )
    rows[17]["product.risk"] = "hihg"
    rows[590]["product.price"] = 1000
    return pa.Table.from_pylist(rows)


@pytest.fixture
def here(pack: str, cases: Any) -> Any:
    """What is decided of the cases on this machine, each row as JSON, by case."""

    def decided(parameters: dict[str, Any] | None = None) -> dict[str, str]:
        found = averment.load(pack).decide_table(cases, parameters)
        rows = zip(cases.column("case").to_pylist(), found.to_pylist(), strict=True)
        return {case: text({**row, "case": case}) for case, row in rows}

    return decided


@pytest.fixture
def as_text() -> Any:
    """A decided row as JSON with sorted keys."""
    return text


def text(row: dict[str, Any]) -> str:
    return json.dumps({**row, "fired": None if row["fired"] is None else bytes(row["fired"]).hex()}, sort_keys=True)


@pytest.fixture(scope="session")
def workers() -> Iterator[None]:
    """Python workers that find what this process imports."""
    before = dict(os.environ)
    os.environ["PYTHONPATH"] = os.pathsep.join(str(Path(place).resolve()) for place in sys.path if place)
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def spark_session(workers: None) -> Iterator[Any]:
    """Spark in this process, on two cores."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java, and there is none")
    builder = sql.SparkSession.builder.master("local[2]").appName("tests")
    builder = builder.config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
    session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "100").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def ray_cluster(workers: None) -> Iterator[Any]:
    """Ray on this machine, on two cores."""
    ray = pytest.importorskip("ray", reason="ray is not installed")
    data = pytest.importorskip("ray.data", reason="ray is installed without its data part")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=200_000_000)
    data.DataContext.get_current().enable_progress_bars = False
    yield data
    ray.shutdown()
