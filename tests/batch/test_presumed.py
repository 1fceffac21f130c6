"""A pack that presumes, over tables: what `decide` says of a case, every format of a batch says of its row."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import averment

FACTS = """
facts:
  trip:
    cardinality: one
    fields:
      weather: {type: choice, of: [dry, wet], presume: {value: dry, says: It seldom rains.}}
      distance: {type: integer, min: 0, max: 100, presume: 3}
      hurry: {type: boolean}
  errand:
    cardinality: many
    key: name
    fields: {name: {type: text}, heavy: {type: boolean, presume: false}}
  way: {derived: true, fields: {by: {type: choice, of: [foot, bus]}}}
  degree: {derived: true, fields: {much: {type: level, of: [slight, clear]}}}
"""
PACK = (
    "{pack: trips, version: 1.0.0, title: Trips, claim: {fact: way, field: by, strength: {fact: degree, field: much}}}"
)
RULES = """
author: Nobody
rules:
  - {rule: bus-in-the-wet, says: It is wet., backing: judgement, when: [trip: {weather: wet}], then: [way: {by: bus}]}
  - {rule: bus-far, says: It is far., backing: judgement, when: [trip: {distance: "> 5"}], then: [way: {by: bus}]}
  - {rule: bus-heavy, says: It is heavy., backing: judgement, when: [errand: {heavy: true}], then: [way: {by: bus}]}
  - rule: on-foot
    says: Nothing speaks against it.
    backing: judgement
    when: [trip: {weather: dry, distance: "<= 5"}, not: {errand: {heavy: true}}]
    then: [way: {by: foot}]
  - {rule: near, says: It is near., backing: judgement, when: [trip: {distance: "<= 2"}], then: [degree: {much: clear}]}
  - {rule: far, says: It is far., backing: judgement, when: [trip: {distance: "> 2"}], then: [degree: {much: slight}]}
"""
CASES: list[dict[str, Any]] = [
    {"case": "settled", "facts": {"trip": {"weather": "wet"}}},
    {"case": "presumed", "facts": {"trip": {"hurry": True}}},
    {"case": "partly", "facts": {"trip": {"distance": 1}}},
    {"case": "records", "facts": {"trip": {"weather": "dry", "distance": 4}, "errand": [{"name": "post"}]}},
    {"case": "heavy", "facts": {"trip": {"weather": "dry", "distance": 4}, "errand": [{"name": "a", "heavy": True}]}},
]


PRESUMPTION = re.compile(r", presume: (\{[^}]*\}|\w+)")


@pytest.fixture(scope="module")
def trips(tmp_path_factory: pytest.TempPathFactory) -> averment.Pack:
    return loaded(tmp_path_factory.mktemp("trips"), FACTS)


def loaded(folder: Path, facts: str) -> averment.Pack:
    (folder / "rules").mkdir()
    for name, text in (("facts.yaml", facts), ("pack.yaml", PACK), ("rules/rules.yaml", RULES)):
        (folder / name).write_text(text)
    return averment.load(folder)


def expected(pack: averment.Pack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for case in CASES:
        outcome = pack.decide(case["facts"])
        said = outcome.presumed
        found.append(
            {
                "case": case["case"],
                "claim": outcome.claim,
                "status": outcome.status.value,
                "presumed": said.claim if said else None,
                "presumed_strength": said.strength if said else None,
                "presuming": list(said.presuming) if said else [],
            }
        )
    return found


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of an output, as JSON Lines have them."""
    match path.suffix:
        case ".jsonl":
            return [json.loads(line) for line in path.read_text().splitlines()]
        case ".csv":
            with path.open(newline="") as stream:
                rows: list[dict[str, Any]] = list(csv.DictReader(stream))
            return [row | {"presuming": row["presuming"].split("|") if row["presuming"] else []} for row in rows]
        case ".parquet":
            rows = pq.read_table(path).to_pylist()
        case _:
            rows = pa.ipc.open_file(path).read_all().to_pylist()
    return [row | {"presuming": json.loads(row["presuming"] or "[]")} for row in rows]


@pytest.mark.parametrize("output", ["out.jsonl", "out.csv", "out.parquet", "out.arrow"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_format_says_what_decide_says(
    output: str, jobs: int, trips: averment.Pack, batch: Callable[..., Any], lines: Callable[..., Path]
) -> None:
    path, result = batch(lines(CASES), output, of=trips, jobs=jobs)
    told = [
        {key: (None if row[key] == "" else row[key]) for key in wanted}
        for row, wanted in zip(read(path), expected(trips), strict=True)
    ]
    assert told == expected(trips)
    assert result.summary.document["presumed"] == {"foot": 3}
    assert result.summary.document["statuses"] == {"presumed": 3, "settled": 2}


def test_the_rows_tell_what_is_expected(trips: averment.Pack) -> None:
    said = {row.pop("case"): row for row in expected(trips)}
    assert said["settled"]["status"] == "settled" and said["heavy"]["claim"] == "bus"
    assert said["presumed"] | {"presuming": ["trip.distance", "trip.weather"]} == said["presumed"]
    assert said["partly"]["presuming"] == ["trip.weather"] and said["partly"]["presumed_strength"] == "clear"
    assert said["records"]["presuming"] == ['errand["post"].heavy']


def test_a_pack_without_presumptions_has_no_such_columns(
    tmp_path: Path, batch: Callable[..., Any], lines: Callable[..., Path]
) -> None:
    (folder := tmp_path / "trips").mkdir()
    facts, gone = PRESUMPTION.subn("", FACTS)
    path, _ = batch(lines(CASES), "out.csv", of=loaded(folder, facts))
    assert gone == 3
    assert path.read_text().splitlines()[0] == "case,row,claim,status,strength,hangs_on,fired,pack"
