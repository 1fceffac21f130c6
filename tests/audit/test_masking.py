"""What is sensitive enters no file of the log, no error and no trace: a canary in every sensitive field."""

from __future__ import annotations

import json
import logging
import sqlite3
import traceback
from pathlib import Path
from typing import Any

import pytest
from tests.audit.conftest import POSTGRES

from averment.audit.errors import LogError, LogRefused
from averment.audit.export import csv_lines, jsonl
from averment.audit.mask import Mask, is_masked, mask_of
from averment.audit.record import decision
from averment.audit.verify import verify

CANARY = "qzx-omega-73911"
SALARY = 918273645546372
FACTS = {
    "person": {
        "name": f"{CANARY}-Ω",
        "insurance": f"{CANARY}-insurance",
        "card": f"{CANARY}-card-4711",
        "salary": SALARY,
        "role": "nurse",
    },
    "visit": [{"day": "2026-01-31", "ward": f"{CANARY}-ward"}, {"day": "2026-02-01", "ward": None}],
}
SECRETS = [CANARY, CANARY[4:], str(SALARY), CANARY.encode("utf-16-le").decode("latin-1")]


def outcome_of(world: Any) -> dict[str, Any]:
    """An outcome whose warrant, as a real one, repeats the sensitive values in every form."""
    person = FACTS["person"]
    warrant = {
        "nodes": [
            {"fact": "person", "fields": person, "says": f"{person['name']} earns {SALARY} a year."},
            {"fact": "visit", "fields": FACTS["visit"], f"{CANARY}-ward": [f"on {CANARY}-ward!"]},
        ],
        "edges": [[0, 1]],
    }
    return world.outcome("the case", hangs_on=[f'visit["{CANARY}-ward"].day'], warrant=warrant)


def leaks(data: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in data]


def files_of(world: Any) -> dict[str, bytes]:
    """Every byte the store keeps: its files (with WAL and shared memory), or all the files of the server."""
    if world.path:
        return {path.name: path.read_bytes() for path in world.path.parent.iterdir()}
    import psycopg

    with psycopg.connect(world.url) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        connection.execute("SELECT pg_switch_wal()")
    return {str(path): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_the_canary_is_in_no_file_listing_or_message(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with world.open() as log:
        log.put_pack(world.pack["digest"], world.files)
        mask = log.mask(world.types)
        entry = decision(outcome_of(world), FACTS, mask=mask, maker=world.maker, key="k")
        log.append(entry)
        told += [repr(entry), repr(mask), str(mask.facts(FACTS).facts)]
        other = decision({**outcome_of(world), "claim": "wait"}, FACTS, mask=mask, maker=world.maker, key="k")
        for attempt in (
            lambda: log.append(other),
            lambda: decision({**outcome_of(world), "claim": 1.5j}, FACTS, mask=mask, maker=world.maker),
            lambda: decision(
                outcome_of(world), {"person": {"name": CANARY, "role": 1.5}}, mask=mask, maker=world.maker
            ),
            lambda: decision(outcome_of(world), {"person": {"insurance": [CANARY, 1.5]}}, mask=mask, maker=world.maker),
            lambda: decision(outcome_of(world), {"person": {"card": CANARY + "\ud800"}}, mask=mask, maker=world.maker),
        ):
            try:
                attempt()
            except Exception as error:
                told += ["".join(traceback.format_exception(error)), repr(error)]
                if error.__context__ is not None:
                    told.append(repr(vars(error.__context__)))
        told += [*jsonl(log.records()), *csv_lines(log.records()), str(verify(log)), caplog.text]
        stored = files_of(world)
        assert any(b"the case" in data for data in stored.values())  # the search would find what is there
        assert {name: leaks(data) for name, data in stored.items() if leaks(data)} == {}
    assert {name: leaks(data) for name, data in files_of(world).items() if leaks(data)} == {}
    assert [text for text in told if leaks(text.encode("utf-8", "backslashreplace"))] == []


def test_what_is_recorded_instead(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 0)
        log.append(decision(outcome_of(world), FACTS, mask=log.mask(world.types), maker=world.maker))
        record = log.get("2")
    assert record is not None and is_masked(record.facts)
    person = record.facts["person"]
    assert person["name"] == {"masked": "drop"}
    assert person["card"] == {"masked": "last4", "last4": "4711"}
    assert person["role"] == "nurse"
    assert person["insurance"].keys() == {"masked", "hmac"} and len(person["insurance"]["hmac"]) == 64
    assert record.facts["visit"] == [
        {"day": "2026-01-31", "ward": {"masked": "drop"}},
        {"day": "2026-02-01", "ward": None},
    ]
    assert record.body["outcome"].startswith("hmac-sha256:") and record.body["warrant"].startswith("hmac-sha256:")


def test_equal_values_of_a_field_are_linked_under_one_key_only(world: Any) -> None:
    def marks(key: bytes) -> Any:
        mask = mask_of(world.types.values(), key)
        values = ({"insurance": "7"}, {"insurance": "7"}, {"insurance": "8"}, {"salary": 7})
        return [json.dumps(mask.facts({"person": value}).facts["person"].popitem()[1]) for value in values]

    one, again, other, elsewhere = marks(b"a" * 32)
    assert one == again and len({one, other, elsewhere}) == 3
    assert marks(b"b" * 32)[0] != one


def test_the_masking_key_stands_beside_the_file_and_not_in_it(sqlite_world: Any) -> None:
    with sqlite_world.open() as log:
        log.mask({"visit": sqlite_world.types["visit"]})
        beside = Path(f"{sqlite_world.path}.key")
        key = beside.read_text()
        assert len(bytes.fromhex(key)) == 32 and beside.stat().st_mode & 0o077 == 0
        assert log.mask(sqlite_world.types).key == bytes.fromhex(key)
        assert all(key.encode() not in data for name, data in files_of(sqlite_world).items() if name != beside.name)
        beside.write_text("no key")
        with pytest.raises(LogError, match=r"AV551.*masking key"):
            log.mask(sqlite_world.types)


def test_no_key_file_is_made_where_nothing_is_sensitive(sqlite_world: Any) -> None:
    with sqlite_world.open() as log:
        assert log.mask({}) == Mask()
    assert not Path(f"{sqlite_world.path}.key").exists()


@POSTGRES
def test_a_log_elsewhere_needs_a_key_to_be_given(world: Any) -> None:
    with world.open(key=b"") as log, pytest.raises(LogRefused, match=r"AV559.*no masking key"):
        log.mask(world.types)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("12345678", "5678"),
        ("1234567", ""),
        ("", ""),
        (12345678, "5678"),
        (True, ""),
        (["abcdefgh"], ""),
        ("ééééabcd", "abcd"),
    ],
)
def test_the_last_four_are_shown_of_eight_or_more(world: Any, value: Any, shown: str) -> None:
    mask = mask_of(world.types.values(), b"k" * 16)
    assert mask.facts({"person": {"card": value}}).facts == {"person": {"card": {"masked": "last4", "last4": shown}}}


def test_the_digest_of_a_masked_outcome_does_not_depend_on_what_is_dropped(world: Any) -> None:
    mask = mask_of(world.types.values(), b"k" * 16)

    def digest(name: str) -> str:
        facts = {"person": {"name": name}}
        document = {"says": f"{name} is a nurse.", "facts": [facts["person"], {"age": 3}]}
        return mask.digest(document, mask.facts(facts).hidden)

    assert digest("ann") == digest("bob")
    assert mask.digest({"a": 1}, ()) != mask.digest({"a": 1}, ("x",))


def test_the_digest_of_a_part_is_keyed_where_anything_is_sensitive(world: Any) -> None:
    one, other = (mask_of(world.types.values(), key * 16) for key in (b"a", b"b"))
    assert Mask().seal("sha256:01") == "sha256:01"
    assert one.seal("sha256:01") == one.seal("sha256:01") != other.seal("sha256:01")
    assert one.seal("sha256:01").startswith("hmac-sha256:") and one.seal("") == ""


def test_a_fact_left_open_masks_nothing(world: Any) -> None:
    mask = mask_of(world.types.values(), b"k" * 16)
    facts = {"person": {"name": None, "role": "nurse"}, "visit": []}
    masked = mask.facts(facts)
    assert masked.facts == facts and masked.hidden == () and not is_masked(masked.facts)


def test_the_search_for_the_canary_can_fail(sqlite_world: Any) -> None:
    """With no mask, the canary is found: in the write-ahead log at first, then in the file."""
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 0)
        log.append(decision(outcome_of(sqlite_world), FACTS, mask=Mask(), maker=sqlite_world.maker))
        assert leaks(files_of(sqlite_world)["log.db-wal"])
    assert leaks(files_of(sqlite_world)["log.db"])
    with sqlite3.connect(sqlite_world.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
