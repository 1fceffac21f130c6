"""The decision log through the command line, on every store: recording, verifying, replaying, reading; and that no
secret gets out.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.stores import Log

_PACK = {
    "pack.yaml": """pack: loans
version: 1.0.0
title: May the loan be given?
claim: {fact: advice, field: what}
parameters: {limit: {type: integer, value: 30, min: 0, max: 100}}
""",
    "facts.yaml": """facts:
  person:
    cardinality: one
    fields:
      name: {type: text, sensitive: drop}
      insurance: {type: text, sensitive: hash}
      card: {type: text, sensitive: last4}
      salary: {type: integer, min: 0, max: 999999999999, sensitive: hash}
      age: {type: integer, min: 0, max: 200}
  advice: {derived: true, fields: {what: {type: choice, of: [give, refuse]}}}
  greeting: {derived: true, fields: {text: {type: text}, amount: {type: integer}}}
""",
    "rules/all.yaml": """author: The authors
rules:
  - rule: old-enough
    says: The person is $a years old.
    backing: judgement
    when: [{person: {age: $a}}, {test: $a >= limit}]
    then: [{advice: {what: give}}]
  - rule: too-young
    says: The person is $a years old.
    backing: judgement
    when: [{person: {age: $a}}, {test: $a < limit}]
    then: [{advice: {what: refuse}}]
  - rule: greet
    says: $n earns $s.
    backing: judgement
    when: [{person: {name: $n, salary: $s}}]
    then: [{greeting: {text: $n, amount: $s}}]
""",
}
_CANARIES = ("Canary-Name-7391", "Canary-Insurance-5528", "Canary-Card-1864-XYZW", "739155281864")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pack, two cases without secrets and one of nothing but."""
    monkeypatch.chdir(tmp_path)
    for name, text in _PACK.items():
        place = tmp_path / "loans" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    (tmp_path / "two.yaml").write_text(
        "case: ann\nfacts: {person: {age: 40}}\n---\ncase: bob\nfacts: {person: {age: 20}}\n"
    )
    name, insurance, card, salary = _CANARIES
    person = f"{{name: {name}, insurance: {insurance}, card: {card}, salary: {salary}, age: 50}}"
    (tmp_path / "secret.yaml").write_text(f"case: eve\nfacts:\n  person: {person}\n")
    return tmp_path


@pytest.fixture
def decide(averment: Any, log: Log) -> Any:
    """Decide two cases on the record."""

    def call(*more: str) -> Any:
        words = ("two.yaml", "-p", "loans", "-q", "--log", log.address, *log.key, "--requester", "ann", *more)
        return averment("decide", *words)

    return call


@pytest.fixture
def audit(averment: Any, log: Log) -> Any:
    """An audit command on the log."""
    return lambda command, *more: averment("audit", command, "--log", log.address, *more)


def test_each_decision_is_recorded_before_it_is_shown(decide: Any, audit: Any, log: Log, world: Path) -> None:
    ran = decide()
    assert ran.code == 0
    assert f"2 decisions recorded in `{log.name}`" in ran.err
    (row, *_) = list(csv.DictReader(io.StringIO(audit("list", "--format", "csv").out)))
    assert (row["case"], row["claim"], row["status"], row["requester"]) == ("bob", "refuse", "settled", "ann")
    assert len(audit("list", "--format", "jsonl").out.splitlines()) == 3


@pytest.mark.parametrize("address", ["sqlite:no/such/folder/log.db", "sqlite:.", "mysql://x", "sqlite:two.yaml"])
def test_what_cannot_be_recorded_is_not_reported(averment: Any, world: Path, address: str) -> None:
    ran = averment("decide", "two.yaml", "-p", "loans", "-q", "--log", address)
    assert (ran.code, ran.out) == (3, "")
    assert ("AV55" in ran.err or "AV537" in ran.err) and "recorded in" not in ran.err


def test_a_log_that_fails_half_way_stops_what_follows(decide: Any, log: Log, world: Path) -> None:
    decide()
    log.refuse("case_name", "bob")
    ran = decide()
    assert ran.code == 3
    assert ran.out == "ann\tgive\tsettled\t\n"
    assert f"recorded in `{log.name}`: 4-" in ran.err


def test_nothing_is_appended_to_a_broken_chain(decide: Any, audit: Any, averment: Any, log: Log, world: Path) -> None:
    decide()
    log.alter("UPDATE averment_record SET claim = 'refuse' WHERE sequence = 2")
    (world / "cases.csv").write_text("case,age\nann,40\n")
    for ran in (
        decide(),
        averment("batch", "cases.csv", "-o", "out.csv", "-p", "loans", "--log", log.address, *log.key),
    ):
        assert (ran.code, ran.out) == (3, "")
        assert f"AV552]: nothing is appended to `{log.name}`: record 2 is not what was recorded" in ran.err
    assert not (world / "out.csv").exists()
    assert len(audit("list", "--format", "jsonl").out.splitlines()) == 3


def test_verify_holds_the_log_to_an_anchor(decide: Any, audit: Any, log: Log, world: Path) -> None:
    decide()
    assert audit("anchor", "-o", "anchor.json").code == 0
    assert audit("verify", "--anchor", "anchor.json").code == 0
    log.alter("DELETE FROM averment_record WHERE sequence = 3")
    assert audit("verify").code == 0
    ran = audit("verify", "--anchor", "anchor.json", "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)["diagnostics"][0]["code"] == "AV554"
    log.alter("UPDATE averment_record SET claim = 'refuse' WHERE sequence = 2")
    ran = audit("verify")
    assert ran.code == 1
    assert "record 2 is not what was recorded" in ran.out and "whole up to record 1" in ran.out


def test_a_signed_anchor_proves_who_drew_it(decide: Any, audit: Any, world: Path) -> None:
    keys = pytest.importorskip("tests.keys", exc_type=ImportError)
    for name in ("mine", "other"):
        private, public = keys.new_keys()
        Path(f"{name}.key").write_bytes(private)
        Path(f"{name}.pub").write_bytes(public)
    decide()
    assert audit("anchor", "-o", "anchor.json", "--key", "mine.key").code == 0
    assert audit("verify", "--anchor", "anchor.json", "--key", "mine.pub").code == 0
    ran = audit("verify", "--anchor", "anchor.json", "--key", "other.pub")
    assert ran.code == 3
    assert "AV556" in ran.err
    anchor = Path("anchor.json").read_text("utf-8")
    Path("anchor.json").write_text(anchor.replace('"size": 3', '"size": 2'), "utf-8")
    ran = audit("verify", "--anchor", "anchor.json")
    assert ran.code == 3 and "the signature of the anchor does not hold" in ran.err  # and not: the log is altered


def test_a_replay_says_what_it_did_not_decide(decide: Any, audit: Any, averment: Any, log: Log, world: Path) -> None:
    decide()
    ran = audit("replay", "--since", "2100-01-01")
    assert (ran.code, ran.out) == (0, "No decision meets this: nothing was decided again.\n")
    ran = audit("replay", "--id", "1")
    assert ran.code == 2 and "record `1` is of a pack" in ran.err
    assert averment("decide", "secret.yaml", "-p", "loans", "--log", log.address, *log.key).code == 0
    ran = audit("replay", "--all")
    assert "2 decisions decided again: 2 the same, to the byte; 1 masked, not decided again\n" in ran.out


def test_replays_are_the_same_after_the_pack_has_changed(decide: Any, audit: Any, world: Path) -> None:
    decide()
    rules = world / "loans" / "pack.yaml"
    for value in ("35", "45", "15"):
        rules.write_text(_PACK["pack.yaml"].replace("value: 30", f"value: {value}"), "utf-8")
        decide()
    ran = audit("replay", "--all")
    assert ran.code == 0
    assert "8 decisions decided again: 8 the same, to the byte" in ran.out
    found = json.loads(audit("replay", "--all", "--pack", "loans", "--format", "json").out)
    (turn,) = found["turns"]
    assert (turn["before"]["claim"], turn["after"]["claim"]) == ("refuse", "give")
    assert (found["cases"], found["turned"], len(found["first"])) == (8, 4, 4)
    assert (turn["no_longer"], turn["now"]) == ({"too-young": 4}, {"old-enough": 4})


def test_a_replay_that_differs_is_told_and_fails(
    decide: Any, audit: Any, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide()
    from averment.recording import Redecider

    def another(self: Any, *given: Any) -> Any:
        return {**real(self, *given), "claim": "refuse"}

    real = Redecider.__call__
    monkeypatch.setattr(Redecider, "__call__", another)
    ran = audit("replay", "--id", "2", "--format", "json")
    assert ran.code == 1
    document = json.loads(ran.out)
    assert document["state"] == "differs"
    assert document["differences"][0] == {"what": "claim", "recorded": "give", "now": "refuse"}


def test_show_stats_and_filters(decide: Any, audit: Any, world: Path) -> None:
    decide()
    assert json.loads(audit("show", "2", "--format", "json").out)["case"] == "ann"
    shown = audit("show", "2").out
    assert "person.age  40" in shown and "decided again, it is the same, to the byte" in shown
    assert "ann: give · settled" in shown and "Because" in shown
    assert json.loads(audit("show", "2", "--format", "json").out)["again"]["outcome"]["fired"] == ["old-enough"]
    assert json.loads(audit("stats", "--format", "json").out)["claims"] == {"give": 1, "refuse": 1}
    assert audit("list", "--claim", "give").out.count("\n") == 2
    assert audit("list", "--since", "2999-01-01").out.count("\n") == 1
    assert audit("list", "--since", "soon").code == 2
    assert "AV561" in audit("show", "99").err
    assert audit("replay").code == 2


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows of an export in any of its formats."""
    match file.suffix:
        case ".jsonl":
            return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        case ".csv":
            return [*csv.DictReader(io.StringIO(file.read_text("utf-8")))]
        case _:
            return pytest.importorskip("pyarrow.parquet").read_table(file).to_pylist()


@pytest.mark.parametrize("name", ["all.jsonl", "all.csv", "all.parquet"])
def test_export_writes_every_record(decide: Any, audit: Any, world: Path, name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    decide()
    ran = audit("export", "-o", name)
    assert (ran.code, "3 records" in ran.err) == (0, True)
    written = rows_of(Path(name))
    shown = [json.loads(audit("show", number, "--format", "json").out) for number in ("1", "2", "3")]
    assert [(int(row["sequence"]), row["kind"], row["hash"]) for row in written] == [
        (record["sequence"], record["kind"], record["hash"]) for record in shown
    ]
    assert [(row["case"], row["claim"]) for row in written[1:]] == [("ann", "give"), ("bob", "refuse")]


def test_no_secret_is_in_any_log_error_or_file(log: Log, averment: Any, world: Path) -> None:
    given = {path for path in world.rglob("*") if path.is_file()}
    said: list[str] = []

    def run(*words: str) -> Any:
        ran = averment(*words)
        said.append(ran.err)
        return ran

    options = ("-p", "loans", "--log", log.address, *log.key)
    assert run("decide", "secret.yaml", *options).code == 0
    assert run("decide", "secret.yaml", "--format", "json", *options).code == 0
    commands = ("list", "show 2", "stats", "verify", "replay --all", "anchor -o anchor.json")
    for command in (*commands, "export -o out.jsonl", "export -o out.csv"):
        ran = run("audit", *command.split(), "--log", log.address)
        said.append(ran.out)
    secret = Path("secret.yaml").read_text()
    broken = {
        "age: 50": "age: 500",
        "age: 50}": "agee: 50}",
        "salary: 7": "salary: x7",
        "name: C": "nmae: C",
        "facts:": "facts: [",
        "card: ": "card: card: ",
    }
    for before, after in broken.items():
        Path("broken.yaml").write_text(secret.replace(before, after))
        assert run("decide", "broken.yaml", *options).code == 3
        asking = ("flip", "matters", "missing", "ask", "whatif --set person.age=3")
        for words in ("explain", "dossier -o out.zip", *asking):
            assert run(*words.split(), "broken.yaml", "-p", "loans").code == 3
    run("decide", "secret.yaml", "-p", "loans", "--log", "sqlite:/no/log.db")
    run("explain", "secret.yaml", "-p", "loans", "--fact", "greetin")
    run("dossier", "secret.yaml", "-p", "loans", "-o", "out.zip", "--log", "sqlite:none.db")
    Path("broken.yaml").unlink()
    said.append(log.everything())
    for path in sorted({path for path in world.rglob("*") if path.is_file()} - given):
        said.append(path.read_bytes().decode("utf-8", "replace"))
    journals = [path.read_bytes() for path in log.journals()]
    assert bool(journals) == log.address.startswith("postgresql:")
    for canary in _CANARIES:
        assert [text for text in said if canary in text] == []
        assert not any(canary.encode() in journal for journal in journals)
