"""The decision log through the command line: recording, verifying, replaying, reading; and that no secret gets out."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

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


def decide(averment: Any, *more: str) -> Any:
    return averment("decide", "two.yaml", "-p", "loans", "-q", "--log", "sqlite:log.db", "--requester", "ann", *more)


def audit(averment: Any, command: str, *more: str) -> Any:
    return averment("audit", command, "--log", "sqlite:log.db", *more)


def test_each_decision_is_recorded_before_it_is_shown(averment: Any, world: Path) -> None:
    ran = decide(averment)
    assert ran.code == 0
    assert "2 decisions recorded in `sqlite:log.db`" in ran.err
    (row, *_) = list(csv.DictReader(io.StringIO(audit(averment, "list", "--format", "csv").out)))
    assert (row["case"], row["claim"], row["status"], row["requester"]) == ("bob", "refuse", "settled", "ann")
    assert len(audit(averment, "list", "--format", "jsonl").out.splitlines()) == 3


@pytest.mark.parametrize("address", ["sqlite:no/such/folder/log.db", "sqlite:.", "mysql://x", "sqlite:two.yaml"])
def test_what_cannot_be_recorded_is_not_reported(averment: Any, world: Path, address: str) -> None:
    ran = averment("decide", "two.yaml", "-p", "loans", "-q", "--log", address)
    assert (ran.code, ran.out) == (3, "")
    assert "AV55" in ran.err and "recorded in" not in ran.err


def test_a_log_that_fails_half_way_stops_what_follows(averment: Any, world: Path) -> None:
    decide(averment)
    with sqlite3.connect("log.db") as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON averment_record WHEN NEW.case_name = 'bob' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    connection.close()
    ran = decide(averment)
    assert ran.code == 3
    assert ran.out == "ann\tgive\tsettled\t\n"
    assert "recorded in `sqlite:log.db`: 4-" in ran.err


def test_verify_holds_the_log_to_an_anchor(averment: Any, world: Path) -> None:
    decide(averment)
    assert audit(averment, "anchor", "-o", "anchor.json").code == 0
    assert audit(averment, "verify", "--anchor", "anchor.json").code == 0
    with sqlite3.connect("log.db") as connection:
        connection.execute("DELETE FROM averment_record WHERE sequence = 3")
    connection.close()
    assert audit(averment, "verify").code == 0
    ran = audit(averment, "verify", "--anchor", "anchor.json", "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)["diagnostics"][0]["code"] == "AV554"
    with sqlite3.connect("log.db") as connection:
        connection.execute("UPDATE averment_record SET claim = 'refuse' WHERE sequence = 2")
    connection.close()
    ran = audit(averment, "verify")
    assert ran.code == 1
    assert "record 2 is not what was recorded" in ran.out and "whole up to record 1" in ran.out


def test_a_signed_anchor_proves_who_drew_it(averment: Any, world: Path) -> None:
    ed25519 = pytest.importorskip("averment.audit.ed25519")
    for name in ("mine", "other"):
        private, public = ed25519.new_keys()
        Path(f"{name}.key").write_bytes(private)
        Path(f"{name}.pub").write_bytes(public)
    decide(averment)
    assert audit(averment, "anchor", "-o", "anchor.json", "--key", "mine.key").code == 0
    assert audit(averment, "verify", "--anchor", "anchor.json", "--key", "mine.pub").code == 0
    ran = audit(averment, "verify", "--anchor", "anchor.json", "--key", "other.pub")
    assert ran.code == 3
    assert "AV556" in ran.err


def test_replays_are_the_same_after_the_pack_has_changed(averment: Any, world: Path) -> None:
    decide(averment)
    rules = world / "loans" / "pack.yaml"
    for value in ("35", "45", "15"):
        rules.write_text(_PACK["pack.yaml"].replace("value: 30", f"value: {value}"), "utf-8")
        decide(averment)
    ran = audit(averment, "replay", "--all")
    assert ran.code == 0
    assert "8 decisions decided again: 8 the same, to the byte" in ran.out
    flips = json.loads(audit(averment, "replay", "--all", "--pack", "loans", "--format", "json").out)["flips"]
    assert {(flip["before"], flip["after"]): flip["decisions"] for flip in flips} == {
        ("give", "give"): 4,
        ("refuse", "give"): 4,
    }


def test_a_replay_that_differs_is_told_and_fails(averment: Any, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(averment)
    from averment.recording import Redecider

    def another(self: Any, *given: Any) -> Any:
        return {**real(self, *given), "claim": "refuse"}

    real = Redecider.__call__
    monkeypatch.setattr(Redecider, "__call__", another)
    ran = audit(averment, "replay", "--id", "2", "--format", "json")
    assert ran.code == 1
    document = json.loads(ran.out)
    assert document["state"] == "differs"
    assert document["differences"][0] == {"what": "claim", "recorded": "give", "now": "refuse"}


def test_show_stats_and_filters(averment: Any, world: Path) -> None:
    decide(averment)
    assert json.loads(audit(averment, "show", "2", "--format", "json").out)["case"] == "ann"
    assert "person.age  40" in audit(averment, "show", "2").out
    assert json.loads(audit(averment, "stats", "--format", "json").out)["claims"] == {"give": 1, "refuse": 1}
    assert audit(averment, "list", "--claim", "give").out.count("\n") == 2
    assert audit(averment, "list", "--since", "2999-01-01").out.count("\n") == 1
    assert audit(averment, "list", "--since", "soon").code == 2
    assert "AV561" in audit(averment, "show", "99").err
    assert audit(averment, "replay").code == 2


@pytest.mark.parametrize("name", ["all.jsonl", "all.csv", "all.parquet"])
def test_export_writes_every_record(averment: Any, world: Path, name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    decide(averment)
    ran = audit(averment, "export", "-o", name)
    assert (ran.code, "3 records" in ran.err) == (0, True)
    assert Path(name).stat().st_size > 0


def test_no_secret_is_in_any_log_error_or_file(averment: Any, world: Path) -> None:
    given = {path for path in world.rglob("*") if path.is_file()}
    said: list[str] = []

    def run(*words: str) -> Any:
        ran = averment(*words)
        said.append(ran.err)
        return ran

    log = ("-p", "loans", "--log", "sqlite:log.db")
    assert run("decide", "secret.yaml", *log).code == 0
    assert run("decide", "secret.yaml", "--format", "json", *log).code == 0
    commands = ("list", "show 2", "stats", "verify", "replay --all", "anchor -o anchor.json")
    for command in (*commands, "export -o out.jsonl", "export -o out.csv"):
        ran = run("audit", *command.split(), "--log", "sqlite:log.db")
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
        assert run("decide", "broken.yaml", *log).code == 3
    run("decide", "secret.yaml", "-p", "loans", "--log", "sqlite:/no/log.db")
    run("explain", "secret.yaml", "-p", "loans", "--fact", "greetin")
    run("dossier", "secret.yaml", "-p", "loans", "-o", "out.zip", "--log", "sqlite:none.db")
    Path("broken.yaml").unlink()
    for path in sorted({path for path in world.rglob("*") if path.is_file()} - given):
        said.append(path.read_bytes().decode("utf-8", "replace"))
    for canary in _CANARIES:
        assert [text for text in said if canary in text] == []
