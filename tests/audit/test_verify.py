"""A log that was tampered with, and how `verify` tells: the same on every store."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from tests.keys import new_keys

from averment.audit.anchor import Anchor, check_own_signature, check_signature, draw, read_anchor
from averment.audit.chain import FIELDS, genesis
from averment.audit.errors import LogDamaged, LogRefused
from averment.audit.export import jsonl
from averment.audit.verify import verify

COLUMNS = ("sequence", "previous", "hash", *FIELDS)


def sealed(row: dict[str, Any]) -> bytes:
    """The hash of a record, computed from the documentation alone."""

    def lp(data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + data

    texts = ("time", "kind", "key", "case_name", "pack", "digest", "claim", "status", "body")
    data = lp(bytes(row["previous"])) + lp(row["sequence"].to_bytes(8, "big"))
    return hashlib.sha256(
        b"averment audit record 1\n" + data + b"".join(lp(row[name].encode()) for name in texts)
    ).digest()


def rewrite(log_id: str, tamper: Callable[..., Any], rows: list[dict[str, Any]]) -> None:
    """Put ``rows`` in place of all records, with hashes that fit."""
    tamper("DELETE FROM averment_record")
    previous = genesis(log_id)
    for sequence, row in enumerate(rows, 1):
        row = {**row, "sequence": sequence, "previous": previous}
        row["hash"] = previous = sealed(row)
        marks = ", ".join("?" * len(COLUMNS))
        tamper(f"INSERT INTO averment_record ({', '.join(COLUMNS)}) VALUES ({marks})", *[row[name] for name in COLUMNS])


def rows_of(tamper: Callable[..., Any]) -> list[dict[str, Any]]:
    found = tamper(f"SELECT {', '.join(COLUMNS)} FROM averment_record ORDER BY sequence")
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def test_the_chain_is_what_its_documentation_says(world: Any, tamper: Callable[..., Any]) -> None:
    with world.open() as log:
        world.fill(log, 3)
        log_id = log.id
    previous = hashlib.sha256(b"averment audit log 1\n" + len(log_id).to_bytes(4, "big") + log_id.encode()).digest()
    for row in rows_of(tamper):
        assert bytes(row["previous"]) == previous
        previous = sealed(row)
        assert bytes(row["hash"]) == previous


def test_an_exported_line_is_enough_to_verify_its_record(world: Any) -> None:
    outside = ("sequence", "id", "time", "kind", "key", "case", "pack", "digest", "claim", "status", "previous", "hash")
    with world.open() as log:
        world.fill(log, 3)
        for line in jsonl(log.records()):
            row = json.loads(line)
            body = {name: value for name, value in row.items() if name not in outside}
            row["body"] = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            row["case_name"], row["previous"] = row["case"], bytes.fromhex(row["previous"])
            assert sealed(row).hex() == row["hash"]


@pytest.mark.parametrize("count", [0, 1, 40])
def test_an_untouched_log_is_whole(world: Any, count: int) -> None:
    with world.open() as log:
        if count:
            world.fill(log, count - 1)
        anchor = draw(log, lambda: world.start)
        report = verify(log, anchor)
        assert report.whole and report.anchored and report.first_bad is None
        assert (report.records, report.head, report.log) == (count, anchor.head, log.id)


@pytest.mark.parametrize(
    ("commands", "first_bad", "code"),
    [
        *[
            ([f"UPDATE averment_record SET {column} = 'forged' WHERE sequence = 4"], 4, "AV552")
            for column in ("time", "kind", "key", "case_name", "pack", "digest", "claim", "status", "body")
        ],
        (["UPDATE averment_record SET claim = 'wait' WHERE sequence = 2"], 2, "AV552"),
        (["UPDATE averment_record SET body = body || ' ' WHERE sequence = 9"], 9, "AV552"),
        (["UPDATE averment_record SET case_name = '', pack = case_name || pack WHERE sequence = 3"], 3, "AV552"),
        (["DELETE FROM averment_record WHERE sequence = 1"], 1, "AV553"),
        (["DELETE FROM averment_record WHERE sequence = 5"], 5, "AV553"),
        (["DELETE FROM averment_record WHERE sequence BETWEEN 5 AND 7"], 5, "AV553"),
        (["UPDATE averment_record SET sequence = sequence + 100 WHERE sequence = 5"], 5, "AV553"),
        (
            [
                "UPDATE averment_record SET sequence = -1 WHERE sequence = 5",
                "UPDATE averment_record SET sequence = 5 WHERE sequence = 6",
                "UPDATE averment_record SET sequence = 6 WHERE sequence = -1",
            ],
            5,
            "AV552",
        ),
        (
            [
                "DELETE FROM averment_record WHERE sequence = 5",
                "UPDATE averment_record SET sequence = 5 WHERE sequence = 6",
            ],
            5,
            "AV552",
        ),
        (["UPDATE averment_record SET hash = previous WHERE sequence = 6"], 6, "AV552"),
    ],
)
def test_the_first_bad_record_is_named(
    world: Any, tamper: Callable[..., Any], commands: list[str], first_bad: int, code: str
) -> None:
    with world.open() as log:
        world.fill(log, 10)
        for command in commands:
            tamper(command)
        report = verify(log)
        assert (report.first_bad, report.records) == (first_bad, first_bad - 1)
        assert [found.code for found in report.diagnostics] == [code]
        assert f"record {first_bad}" in report.diagnostics[0].message


def test_an_edit_with_a_hash_that_fits_shows_at_the_next_record(world: Any, tamper: Callable[..., Any]) -> None:
    with world.open() as log:
        world.fill(log, 10)
        row = rows_of(tamper)[4] | {"claim": "forged"}
        tamper("UPDATE averment_record SET claim = 'forged', hash = ? WHERE sequence = 5", sealed(row))
        report = verify(log)
        assert report.first_bad == 6
        assert report.diagnostics[0].message == (
            "record 6 does not follow record 5: records were removed, moved or replaced"
        )


def test_a_cut_end_shows_against_an_anchor_only(world: Any, tamper: Callable[..., Any]) -> None:
    with world.open() as log:
        world.fill(log, 10)
        anchor = draw(log, lambda: world.start)
        tamper("DELETE FROM averment_record WHERE sequence > 8")
        assert verify(log).whole
        report = verify(log, anchor)
        assert [found.code for found in report.diagnostics] == ["AV554"]
        assert report.diagnostics[0].message == "the log ends at record 8, and the anchor saw 11 records"
        with pytest.raises(LogDamaged, match="the log ends at record 8, and it had 11 before"):
            log.append(world.entry())
    with world.open() as log:
        log.append(world.entry())  # growing again over the cut
        log.append(world.entry())
        log.append(world.entry())
        assert [found.code for found in verify(log, anchor).diagnostics] == ["AV555"]


def test_a_log_written_anew_shows_against_an_anchor_only(world: Any, tamper: Callable[..., Any]) -> None:
    with world.open() as log:
        world.fill(log, 10)
        anchor = draw(log, lambda: world.start)
        rows = rows_of(tamper)
        rows[4]["claim"] = "forged"
        rewrite(log.id, tamper, rows)
        assert verify(log).whole
        report = verify(log, anchor)
        assert [found.code for found in report.diagnostics] == ["AV555"]
        assert report.diagnostics[0].message.startswith("the log was rewritten")


def test_an_anchor_of_an_earlier_size_holds_for_a_log_that_grew(world: Any) -> None:
    with world.open() as log:
        empty = draw(log, lambda: world.start)
        world.fill(log, 3)
        anchor = draw(log, lambda: world.start)
        world.fill(log, 3)
        assert verify(log, anchor).whole and verify(log, empty).whole


def test_an_anchor_of_another_log_does_not_hold(sqlite_world: Any) -> None:
    with sqlite_world.open() as log:
        anchor = Anchor("0" * 32, 0, genesis("0" * 32).hex(), "2026-01-01T00:00:00.000000Z")
        assert [found.code for found in verify(log, anchor).diagnostics] == ["AV555"]
        emptied = Anchor(log.id, 0, "00" * 32, "2026-01-01T00:00:00.000000Z")
        assert [found.code for found in verify(log, emptied).diagnostics] == ["AV555"]


def test_a_changed_or_missing_pack_is_found(world: Any, tamper: Callable[..., Any]) -> None:
    with world.open() as log:
        world.fill(log, 2)
        tamper("UPDATE averment_pack SET archive = ?", b"\0\0\0\x01a\0\0\0\0")
        report = verify(log)
        assert [found.code for found in report.diagnostics] == ["AV557"] and report.first_bad is None
        with pytest.raises(LogRefused, match="are not those recorded"):
            log.get_pack(world.pack["digest"])
        tamper("DELETE FROM averment_pack")
        assert [found.code for found in verify(log).diagnostics] == ["AV557"]


def test_an_anchor_survives_its_file(sqlite_world: Any) -> None:
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 2)
        anchor = draw(log, lambda: sqlite_world.start)
        assert read_anchor(anchor.text()) == anchor
        assert (anchor.size, anchor.head, anchor.signature) == (3, log.head().hash.hex(), "")
        private, public = new_keys()
        signed = draw(log, lambda: sqlite_world.start, private)
        assert read_anchor(signed.text()) == signed
        assert verify(log, signed, public).whole


def test_a_signature_holds_for_its_anchor_and_key_only(sqlite_world: Any) -> None:
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 2)
        private, public = new_keys()
        good = draw(log, lambda: sqlite_world.start, private)
        bare = draw(log, lambda: sqlite_world.start)
    check_signature(good, public)
    check_own_signature(good)
    check_own_signature(bare)
    fields = {name: getattr(good, name) for name in ("log", "size", "head", "time", "signature", "public_key")}
    changes: list[dict[str, Any]] = [
        {"size": 2},
        {"head": "00" * 32},
        {"time": "2027-01-01T00:00:00.000000Z"},
        {"log": "0" * 32},
        {"signature": "00" * 64},
        {"signature": "not hexadecimal"},
    ]
    for change in changes:
        with pytest.raises(LogRefused, match="AV556"):
            check_signature(Anchor(**{**fields, **change}), public)
        with pytest.raises(LogRefused, match="AV556"):
            check_own_signature(Anchor(**{**fields, **change}))
    for anchor, key in [(good, new_keys()[1]), (bare, public), (good, b"no key"), (good, private)]:
        with pytest.raises(LogRefused, match="AV556"):
            check_signature(anchor, key)
    with pytest.raises(LogRefused, match="AV556"):
        sqlite_log = sqlite_world.open()
        try:
            draw(sqlite_log, lambda: sqlite_world.start, b"no key")
        finally:
            sqlite_log.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"anchor": 2}',
        "[" * 100_000,
        '{"anchor": 1, "log": "x", "size": true, "head": "", "time": ""}',
        '{"anchor": 1, "log": "x", "size": -1, "head": "", "time": ""}',
        '{"anchor": 1, "log": "x", "size": 1, "head": 1, "time": ""}',
        '{"anchor": 1, "log": "x", "size": 1, "head": "", "time": "", "more": 1}',
    ],
)
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(LogRefused, match="AV556: this is not an anchor"):
        read_anchor(text)


@pytest.mark.parametrize(
    "change",
    [
        *("previous = 5", "previous = NULL", "previous = 'text'", "previous = x'00'", "hash = NULL", "hash = 7"),
        *("claim = 7", "claim = NULL", "body = x'ff'", "body = 1.5", "time = ''", "sequence = -4"),
    ],
)
def test_a_field_of_another_type_is_found(sqlite_world: Any, change: str) -> None:
    """As a flipped bit may leave it: such a value could not be written through the schema."""
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 5)
    connection = sqlite3.connect(sqlite_world.path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = replace(replace(sql, ' STRICT', ''), ' NOT NULL', '')")
    connection.close()
    connection = sqlite3.connect(sqlite_world.path, isolation_level=None)
    connection.execute(f"UPDATE averment_record SET {change} WHERE sequence = 4")
    connection.close()
    with sqlite_world.read() as log:
        report = verify(log)
        assert not report.whole
        assert report.first_bad == (1 if "sequence" in change else 4)
        with suppress(LogDamaged):  # reading it refuses or shows it, and never fails otherwise
            list(log.records())


def test_an_index_that_hides_a_record_is_a_fault(sqlite_world: Any) -> None:
    """The records are whole, but a listing that goes through the index would miss one."""
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 5)
    connection = sqlite3.connect(sqlite_world.path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    # the index made anew over fewer rows, under the old definition
    definition = "SELECT sql FROM sqlite_master WHERE name = 'averment_record_case'"
    (whole,) = connection.execute(definition).fetchone()
    connection.execute("DROP INDEX averment_record_case")
    connection.execute(whole + " WHERE sequence < 3")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'averment_record_case'", (whole,))
    connection.close()
    with sqlite_world.read() as log:
        report = verify(log)
        assert [found.code for found in report.diagnostics] == ["AV551"]
        assert report.diagnostics[0].message.startswith("every record is whole, but the database is not: ")
        assert report.first_bad is None and report.records == 6


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE averment_record SET claim = 'forged' WHERE sequence = 11", "AV552"),
        ("UPDATE averment_record SET body = body || ' ' WHERE sequence = 4", "AV552"),
        ("DELETE FROM averment_record WHERE sequence = 6", "AV553"),
        ("UPDATE averment_record SET sequence = 99 WHERE sequence = 11", "AV553"),
        ("UPDATE averment_record SET previous = hash WHERE sequence = 1", "AV552"),
    ],
)
def test_nothing_is_appended_to_a_broken_chain(
    world: Any, tamper: Callable[..., Any], statement: str, code: str
) -> None:
    with world.open() as log:
        world.fill(log, 10)
    tamper(statement)
    before = rows_of(tamper)
    with world.open() as log:
        for _ in range(2):
            with pytest.raises(LogDamaged, match=f"{code}: nothing is appended to `.*`: record"):
                log.append(world.entry())
    assert rows_of(tamper) == before


def test_of_a_long_log_the_end_is_looked_at(
    world: Any, tamper: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("averment.audit.lookups._TAIL", 5)
    with world.open() as log:
        world.fill(log, 10)
    tamper("UPDATE averment_record SET claim = 'forged' WHERE sequence = 6")
    with world.open() as log:
        log.append(world.entry())
    tamper("UPDATE averment_record SET claim = 'forged' WHERE sequence = 8")
    with world.open() as log, pytest.raises(LogDamaged, match="record 8 is not what was recorded"):
        log.append(world.entry())


def test_what_others_append_is_looked_at(world: Any, tamper: Callable[..., Any]) -> None:
    with world.open() as log, world.open() as other:
        world.fill(log, 3)
        other.append(world.entry("theirs"))
        log.append(world.entry("ours"))
        other.append(world.entry("theirs"))
        tamper("UPDATE averment_record SET claim = 'forged' WHERE sequence = 7")
        with pytest.raises(LogDamaged, match="record 7"):
            log.append(world.entry("ours"))
