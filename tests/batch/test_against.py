"""A batch held against another pack or other parameters tells what each case, decided twice, tells: by every door."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import averment
from averment.batch.manifest import Manifest
from averment.batch.order import Against, manifest_of
from averment.batch.verifying import told_by, verify
from averment.diagnostics.diagnostic import Refused, Report
from averment.outcome.outcome import Outcome
from averment.outcome.turns import Turns, rewritten_rules
from averment.pipeline import decide

FACTS = """
facts:
  trip:
    cardinality: one
    fields:
      weather: {type: choice, of: [dry, wet], presume: {value: dry, says: It seldom rains.}}
      distance: {type: integer, min: 0, max: 100}
      %s
  reason: {derived: true, fields: {of: {type: choice, of: [water, length]}, weight: {type: integer, min: 0, max: 9}}}
  way: {derived: true, fields: {by: {type: choice, of: [foot, bus]}}}
"""
PACK = """
pack: trips
version: %s
title: Trips
claim: {fact: way, field: by}
parameters:
  far: {type: integer, min: 0, max: 100, value: 30, says: From here on it is far.}
"""
RULES = """
author: Nobody
rules:
  - rule: wet
    says: It is wet.
    backing: judgement
    when: [trip: {weather: wet}]
    then: [reason: {of: water, weight: %d}]
  - rule: distant
    says: It is far.
    backing: judgement
    when: [trip: {distance: ">= far"}]
    then: [reason: {of: length, weight: 2}]
  - rule: by-bus
    says: Much speaks for the bus.
    backing: judgement
    when: [sum: {of: reason, field: weight, as: $sum}, test: $sum >= 2]
    then: [way: {by: bus}]
  - rule: on-foot
    says: Little speaks for the bus.
    backing: judgement
    when: [sum: {of: reason, field: weight, as: $sum}, test: $sum < 2]
    then: [way: {by: foot}]
"""


ROWS = 120


def written(folder: Path, version: str, wet: int, more: str = "") -> averment.Pack:
    (folder / "rules").mkdir(parents=True)
    for name, text in (
        ("facts.yaml", FACTS % more),
        ("pack.yaml", PACK % version),
        ("rules/rules.yaml", RULES % wet),
    ):
        (folder / name).write_text(text)
    return averment.load(folder)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> averment.Pack:
    return written(tmp_path_factory.mktemp("here") / "trips", "1.0.0", wet=2, more="hurry: {type: boolean}")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> averment.Pack:
    """The same pack but for a weight, and for a field that no rule asks for."""
    return written(tmp_path_factory.mktemp("there") / "trips", "2.0.0", wet=1)


@pytest.fixture(scope="module")
def trips() -> list[dict[str, Any]]:
    rng = random.Random(3)
    values = {"weather": ["dry", "wet", None], "distance": [0, 10, 29, 30, 50, 51, 100, None], "hurry": [True, None]}
    drawn = [{name: rng.choice(some) for name, some in values.items()} for _ in range(ROWS)]
    return [{name: value for name, value in trip.items() if value is not None} for trip in drawn]


def documents(trips: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"case": f"t{number}", "facts": {"trip": trip}} for number, trip in enumerate(trips)]


def outcome(pack: averment.Pack, trip: dict[str, Any], name: str, **parameters: Any) -> Outcome:
    found = decide(pack.engine(parameters), pack.case({"trip": trip}, name), Report())
    assert found is not None
    return found


def expected(trips: list[dict[str, Any]], here: averment.Pack, there: averment.Pack, **parameters: Any) -> Turns:
    """What turns, each case decided twice by itself."""
    found, rewritten = Turns(), rewritten_rules(here.program(), there.program(parameters))
    known = there.model.types["trip"].position
    for number, trip in enumerate(trips):
        kept = {name: value for name, value in trip.items() if name in known}
        name = f"t{number}"
        found.add(outcome(here, trip, name), outcome(there, kept, name, **parameters), rewritten, number + 1)
    return found


def tabled(trips: list[dict[str, Any]], path: Path) -> Path:
    columns = {"case": [f"t{number}" for number in range(len(trips))]}
    columns |= {f"trip.{name}": [trip.get(name) for trip in trips] for name in ("weather", "distance", "hurry")}
    table = pa.table(columns)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    elif path.suffix == ".arrow":
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    else:
        with path.open("w", newline="") as stream:
            texts = csv.writer(stream)
            texts.writerow(columns)
            texts.writerows(
                ["" if cell is None else str(cell).lower() for cell in row]
                for row in zip(*columns.values(), strict=True)
            )
    return path


@pytest.fixture(params=["in.csv", "in.parquet", "in.arrow", "in.jsonl"])
def source(request: pytest.FixtureRequest, trips: list[dict[str, Any]], tmp_path: Path, lines: Any) -> Path:
    if request.param == "in.jsonl":
        path: Path = lines(documents(trips))
        return path
    return tabled(trips, tmp_path / request.param)


def under(pack: averment.Pack, **parameters: Any) -> Against:
    return Against(pack.program(parameters), pack.model.types)


@pytest.mark.parametrize("output", ["out.csv", "out.jsonl", "out.parquet", "out.arrow"])
def test_every_format_tells_what_turns(
    output: str, source: Path, trips: list[dict[str, Any]], here: averment.Pack, batch: Any
) -> None:
    wanted = expected(trips, here, here, far=51)
    assert 0 < wanted.turned < ROWS and any(answer.presumed for pair in wanted.kinds for answer in pair)
    path, result = batch(source, output, of=here, against=under(here, far=51), chunk=50)
    assert result.summary.turns == wanted and result.summary.document["turns"] == wanted.document
    bytes_against = path.read_bytes()
    entries = told_by(path)
    assert entries[0]["against"]["parameters"] == {"far": 51}
    for file in (path, manifest_of(path)):
        file.unlink()
    plain, _ = batch(source, output, of=here, chunk=50)
    assert plain.read_bytes() == bytes_against


@pytest.mark.parametrize(
    "options", [{"warrants": True}, {"engine": "reference"}, {"jobs": 2, "chunk": 17}, {"plain": True}]
)
def test_so_does_every_way_to_decide(
    options: dict[str, Any],
    trips: list[dict[str, Any]],
    here: averment.Pack,
    batch: Any,
    lines: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    how = {name: value for name, value in options.items() if name != "plain"}
    if not how:
        monkeypatch.setattr("averment.batch.pool.installed", lambda _: False)
    _, result = batch(
        lines(documents(trips)), of=here, against=under(here, far=51), **({} if options.get("plain") else options)
    )
    assert result.summary.turns == expected(trips, here, here, far=51)


def test_a_pack_that_lacks_a_column_decides_without_it(
    trips: list[dict[str, Any]], here: averment.Pack, there: averment.Pack, batch: Any, tmp_path: Path
) -> None:
    _, result = batch(tabled(trips, tmp_path / "in.csv"), of=here, against=under(there))
    wanted = expected(trips, here, there)
    assert result.summary.turns == wanted
    assert any("wet" in turn.otherwise for turn in wanted.kinds.values()), "the rule with another weight is responsible"


def test_a_case_that_only_one_pack_can_decide_is_counted_apart(
    here: averment.Pack, there: averment.Pack, batch: Any, lines: Any
) -> None:
    cases = [{"case": "a", "facts": {"trip": {"weather": "dry", "hurry": True}}}, {"case": "b", "facts": {"trip": {}}}]
    _, result = batch(lines(cases), of=here, against=under(there))
    assert (result.summary.turns.cases, result.summary.turns.apart) == (1, 1)


def test_what_turns_is_proved_with_the_output(
    trips: list[dict[str, Any]], here: averment.Pack, batch: Any, lines: Any
) -> None:
    path, _ = batch(lines(documents(trips)), of=here, against=under(here, far=51))
    entries = told_by(path)

    def proof() -> Any:
        return verify(path, told_by(path), here.program(), here.model.types, against=under(here, far=51))

    assert not proof().found
    manifest_of(path).unlink()
    forged = Manifest(manifest_of(path))
    for entry in entries:
        if "turns" in entry:
            entry["turns"]["turns"][0]["cases"] -= 1
        forged.append({key: value for key, value in entry.items() if key not in ("hash", "previous")})
    assert [found.message for found in proof().found] == [f"the manifest of `{path}` does not tell what turns"]


def test_a_run_held_against_something_else_is_another_run(
    trips: list[dict[str, Any]], here: averment.Pack, batch: Any, lines: Any
) -> None:
    source = lines(documents(trips))
    for far in (51, 40):
        path, result = batch(source, of=here, against=under(here, far=far))
        assert result.summary.turns == expected(trips, here, here, far=far)
        assert json.loads(manifest_of(path).read_text().splitlines()[0])["against"]["parameters"] == {"far": far}


def test_an_input_of_which_the_other_pack_knows_nothing_is_refused(
    here: averment.Pack, batch: Any, tmp_path: Path, pack: averment.Pack
) -> None:
    source = tabled([{"weather": "dry"}], tmp_path / "in.csv")
    with pytest.raises(Refused) as refused:
        batch(source, of=here, against=under(pack))
    assert f"(of {pack.name} {pack.version})" in str(refused.value)
