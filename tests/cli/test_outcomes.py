"""What ``decide`` and ``batch`` hand to programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import averment_knowledge
import averment_schemas

_CASES = Path(averment_knowledge.__file__).parent / "pm_tpm" / "cases"
_SCHEMA = jsonschema.Draft202012Validator(averment_schemas.load("outcome"))


def test_every_outcome_of_the_example_cases_is_as_the_schema_says(averment: Any) -> None:
    ran = averment("decide", _CASES, "--format", "json")
    outcomes = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert len(outcomes) == len({outcome["case"] for outcome in outcomes}) >= 20
    for outcome in outcomes:
        _SCHEMA.validate(outcome)


def test_the_edges_of_a_warrant_lead_from_node_to_node(averment: Any) -> None:
    for line in averment("decide", _CASES, "--format", "json").out.splitlines():
        warrant = json.loads(line)["warrant"]
        nodes = {node["id"]: node["kind"] for node in warrant["nodes"]}
        assert len(nodes) == len(warrant["nodes"])
        assert set(warrant["claims"]) <= nodes.keys()
        for edge in warrant["edges"]:
            assert (nodes[edge["from"]], nodes[edge["to"]]) == (
                ("firing", "fact") if edge["role"] == "concludes" else ("fact", "firing")
            )


def test_the_schema_refuses_what_is_no_outcome(averment: Any, case: Path) -> None:
    outcome = json.loads(averment("decide", case, "--format", "json").out)
    for spoil in (
        lambda: outcome.pop("facts"),
        lambda: outcome["warrant"]["nodes"][0].update(kind="thought"),
        lambda: outcome["warrant"]["edges"][0].update(role="hunch"),
        lambda: outcome["warrant"]["nodes"][-1]["backing"].clear(),
        lambda: outcome["warrant"]["nodes"][-1].update(colour="red"),
    ):
        whole = json.dumps(outcome)
        spoil()
        assert not _SCHEMA.is_valid(outcome)
        outcome.clear()
        outcome.update(json.loads(whole))


@pytest.mark.parametrize("engine", ["durable", "reference"])
def test_the_engine_makes_no_difference(averment: Any, engine: str) -> None:
    default = averment("decide", _CASES, "--format", "json").out
    assert averment("decide", _CASES, "--format", "json", "--engine", engine).out == default


def test_a_batch_decides_as_decide_does(averment: Any, tmp_path: Path) -> None:
    lines = averment("decide", _CASES, "--format", "json").out
    table, out = tmp_path / "cases.jsonl", tmp_path / "out" / "outcomes.jsonl"
    cases = [json.loads(line) for line in lines.splitlines()]
    table.write_text(
        "".join(json.dumps({"case": each["case"], "facts": each["facts"]}) + "\n" for each in cases), "utf-8"
    )
    assert averment("batch", table, "-o", out, "--warrants", "full").code == 0
    decided = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    # What was assumed in the fact file is given in the table; nothing else may differ.
    assert [(each["case"], each["claim"], each["strength"], each["warrant"]["edges"]) for each in decided] == [
        (each["case"], each["claim"], each["strength"], each["warrant"]["edges"]) for each in cases
    ]


def test_a_table_may_come_from_a_spreadsheet(averment: Any, tmp_path: Path) -> None:
    table, out = tmp_path / "cases.csv", tmp_path / "outcomes.csv"
    table.write_bytes(
        b"\xef\xbb\xbfcase,product.technical_complexity,product.technologies,engineering.rework_share\r\n"
        b'"caf\xc3\xa9, small",high,api|machine_learning,12.5\r\n'
        b"\r\n"
        b"caf\xe9,high,,\r\n"
        b"nan,high,,NaN\r\n"
    )
    ran = averment("batch", table, "-o", out)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert (ran.code, [row["case"] for row in rows]) == (0, ["caf\u00e9, small"])
    rejects = [json.loads(line) for line in out.with_name("outcomes.csv.rejects").read_bytes().splitlines()]
    assert [(reject["row"], reject["code"]) for reject in rejects] == [(3, "AV110"), (4, "AV312")]
    assert averment("batch", table, "-o", out, "--strict").code == 1


def test_an_output_that_does_not_come_to_its_end_leaves_the_old_one(
    averment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, out = tmp_path / "cases.jsonl", tmp_path / "outcomes.jsonl"
    table.write_text('{"case": "shop", "facts": {"product": {"stage": "idea"}}}\n' * 3, "utf-8")
    assert averment("batch", table, "-o", out).code == 0
    old = out.read_text("utf-8")
    table.write_text(table.read_text("utf-8") * 2, "utf-8")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("averment_cli.commands.batch.Progress.show", interrupted)
    assert averment("batch", table, "-o", out).code == 130
    assert out.read_text("utf-8") == old
    monkeypatch.undo()
    assert averment("batch", table, "-o", out).code == 0
    assert len(out.read_text("utf-8").splitlines()) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cases.jsonl",
        "outcomes.jsonl",
        "outcomes.jsonl.manifest",
    ]


def test_the_schema_of_a_pack_knows_its_fields_and_values(averment: Any, tmp_path: Path) -> None:
    schema = jsonschema.Draft202012Validator(json.loads(averment("schema", "--pack", "pm_tpm").out))
    schema.check_schema(schema.schema)
    for line in averment("decide", _CASES, "--format", "json").out.splitlines():
        outcome = json.loads(line)
        schema.validate({"case": outcome["case"], "facts": outcome["facts"]})
    for facts in (
        {"product": {"technical_complexty": "high"}},
        {"product": {"technical_complexity": "hgh"}},
        {"engineering": {"team_size": -1}},
        {"component": [{"team": "edge"}]},
        {"recommendation": [{"role": "product_manager"}]},
    ):
        assert not schema.is_valid({"case": "shop", "facts": facts}), facts


def test_a_new_pack_carries_schemas_that_its_files_fit(averment: Any, tmp_path: Path) -> None:
    assert averment("new", tmp_path / "trips").code == 0
    for file in (tmp_path / "trips").rglob("*.yaml"):
        line = file.read_text("utf-8").partition("\n")[0]
        schema = file.parent / line.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(schema.read_text("utf-8"))["$schema"]
    ran = averment("check", tmp_path / "trips")
    assert (ran.code, ran.out.endswith("no findings\n")) == (0, True)
