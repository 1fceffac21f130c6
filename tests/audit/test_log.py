"""Appending, reading, packs, parts, filters and statistics: the same on every store."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from averment.audit.batches import batches
from averment.audit.errors import LogError, LogRefused, LogUnavailable
from averment.audit.log import open_log
from averment.audit.stats import stats
from averment.audit.store import Filter
from averment.audit.verify import verify

# The forking process has no thread of its own at work.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def test_a_decision_is_read_as_it_was_recorded(world: Any) -> None:
    with world.open() as log:
        log.put_pack(world.pack["digest"], world.files, "staffing")
        receipt = log.append(world.entry("camera", "hire"))
    with world.read() as log:
        record = log.get(receipt.id)
        assert record is not None and record == log.get("2")
        assert record.id == receipt.id == f"2-{receipt.hash[:12]}"
        assert (record.kind, record.case, record.claim, record.status) == ("decision", "camera", "hire", "settled")
        assert (record.pack, record.digest, record.time) == ("staffing", world.pack["digest"], receipt.time)
        assert record.time == "2026-11-23T09:30:02.000000Z"
        assert record.facts == {"person": {"role": "role of camera"}}
        assert record.parameters == {"large_team": 20}
        made_by = {name: record.body[name] for name in ("engine", "version", "requester", "pack_version")}
        assert made_by == {"engine": "reference", "version": "0.1.0", "requester": "ann", "pack_version": "1.0.0"}
        assert record.body["outcome"].startswith("sha256:") and record.body["warrant"].startswith("sha256:")
        first = log.get("1")
        assert first is not None and record.previous == first.hash
        assert verify(log).whole


@pytest.mark.parametrize("id", ["", "x", "3", "-1", "2-ffffffffffff", "9" * 40, "²"])
def test_an_id_that_is_none_finds_nothing(sqlite_world: Any, id: str) -> None:
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 1)
        assert log.get(id) is None


def test_ids_are_unique_even_for_equal_decisions(world: Any) -> None:
    with world.open() as log:
        log.put_pack(world.pack["digest"], world.files)
        receipts = [log.append(world.entry()) for _ in range(5)]
    assert len({receipt.id for receipt in receipts}) == len({receipt.hash for receipt in receipts}) == 5


def test_an_entry_with_a_key_is_recorded_once(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 1)
        first = log.append(world.entry("a", key="request 1"))
        again = log.append(world.entry("a", key="request 1"))
        other = log.append(world.entry("a", key="request 2"))
        assert (first.fresh, again.fresh, again[:4]) == (True, False, first[:4])
        assert other.sequence == first.sequence + 1
        with pytest.raises(LogRefused, match="AV558: `decision:request 1` is recorded as number 3 with other content"):
            log.append(world.entry("a", "wait", key="request 1"))
        assert log.head().size == 4


def test_a_batch_is_recorded_once_across_resumes(world: Any) -> None:
    def record(log: Any, digest: str, requester: str) -> list[Any]:
        return [log.append(entry) for entry in world.batch(digest, requester)]

    with world.open() as log:
        log.put_pack(world.pack["digest"], world.files)
        first = record(log, "sha256:01", "ann")
    with world.open() as log:
        assert record(log, "sha256:01", "bob") == [receipt._replace(fresh=False) for receipt in first]
        with pytest.raises(LogRefused, match="AV558"):
            record(log, "sha256:02", "ann")
        assert log.head().size == 4
        (batch,) = batches(log)
        assert (batch.cases, batch.rows, len(batch.parts), batch.done is not None) == (9, 10, 1, True)
        assert batch.counts("rejected") == {"AV312": 1}


def test_stats_tell_runs_from_cases_and_how_claims_stand(world: Any) -> None:
    """An order that runs twice has no more cases; what is presumed is neither settled nor open."""
    with world.open() as log:
        world.fill(log, 1)
        for entry in world.batch():
            log.append(entry)
            log.append(entry._replace(key=f"{entry.key} again", body=entry.body.replace(b"sha256:run", b"sha256:two"))
                       if entry.kind != "run" else entry._replace(key="run:sha256:two"))  # fmt: skip
        found = stats(log)
        assert (found.runs, found.orders, found.unfinished, found.parts) == (2, 1, 0, 2)
        assert (found.single, found.cases, found.decided) == (1, 10, 19)
        assert found.claims == {"hire": 6, "open": 4}
        assert found.statuses == {"open": 1, "presumed": 3, "settled": 6}
        assert found.presumed == {"hire": 3}
        assert list(found.by_pack.values()) == [10] and list(found.by_day.values()) == [19]
        for where, number in (
            (Filter(claim="hire"), 6),
            (Filter(status="presumed"), 3),
            (Filter(claim="open", status="open"), 1),
            (Filter(claim="hire", status="open"), 0),
            (Filter(since=world.start + timedelta(days=1)), 0),
        ):
            assert stats(log, where).cases == number


def test_packs_are_kept_by_digest(world: Any) -> None:
    with world.open() as log:
        assert log.put_pack("sha256:01", {"b.yaml": b"\0\xff", "a.yaml": b""}).fresh
        assert not log.put_pack("sha256:01", {"a.yaml": b"", "b.yaml": b"\0\xff"}).fresh
        assert log.get_pack("sha256:01") == {"a.yaml": b"", "b.yaml": b"\0\xff"}
        assert not log.put_pack("sha256:01", {"a.yaml": b"# the same meaning, another comment"}).fresh
        assert log.get_pack("sha256:01")["a.yaml"] == b""
        with pytest.raises(LogRefused, match="AV557: the pack `sha256:02` is not in the decision log"):
            log.get_pack("sha256:02")


def test_no_decision_enters_without_its_pack(world: Any) -> None:
    with world.open() as log, pytest.raises(LogRefused, match=r"AV557.*could not be replayed"):
        log.append(world.entry())


def test_filters(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 6)

        def cases(**where: Any) -> list[str]:
            return [record.case for record in log.records(Filter(kind="decision", **where))]

        assert cases() == [f"case {number}" for number in range(6)]
        assert cases(claim="wait") == ["case 1", "case 4"]
        assert cases(claim="wait", case="case 4") == ["case 4"]
        assert cases(status="open") == []
        assert cases(pack="staffing") == cases(pack=world.pack["digest"][:12]) == cases()
        assert cases(pack="sha256:00") == cases(pack="other") == []
        assert cases(since=world.start + timedelta(seconds=6)) == ["case 4", "case 5"]
        assert cases(until=world.start + timedelta(seconds=4)) == ["case 0", "case 1"]
        assert [record.sequence for record in log.records(newest_first=True, limit=2)] == [7, 6]
        assert [record.sequence for record in log.records(after=5)] == [6, 7]


def test_statistics(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 4)
        found = stats(log)
        assert (found.records, found.single, found.packs, found.decided) == (5, 4, 1, 4)
        assert found.claims == {"hire": 2, "open": 1, "wait": 1}
        assert found.by_day == {"2026-11-23": 4}
        assert found.by_pack == {f"staffing {world.pack['digest']}": 4}
        assert stats(log, Filter(claim="hire")).records == 2


def test_any_text_survives(world: Any) -> None:
    name = "Zoë \u202e 🙂 \x1b[31m ' \" \\ % %s ? \n"
    with world.open() as log:
        world.fill(log, 0)
        log.append(world.entry(name))
        record = log.get("2")
        assert record is not None and record.case == name
        assert record.facts == {"person": {"role": f"role of {name}"}}
        assert [one.case for one in log.records(Filter(case=name))] == [name]
        assert verify(log).whole


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_what_no_store_can_hold_is_refused(sqlite_world: Any, name: str) -> None:
    with pytest.raises(LogRefused, match="AV559"):
        sqlite_world.entry(name)


def test_threads_share_transactions_and_lose_nothing(world: Any) -> None:
    receipts: list[Any] = []
    with world.open() as log:
        log.put_pack(world.pack["digest"], world.files)

        def write(writer: int) -> None:
            receipts.extend([log.append(world.entry(f"{writer}/{number}")) for number in range(20)])

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(receipt.sequence for receipt in receipts) == list(range(2, 162))
        assert {record.case for record in log.records(Filter(kind="decision"))} == {
            f"{writer}/{number}" for writer in range(8) for number in range(20)
        }
        assert verify(log).whole


def test_one_transaction_holds_what_threads_handed_in_meanwhile(sqlite_world: Any) -> None:
    """While a first writer is held up, others queue; they are then written together."""
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 0)
        batches: list[int] = []
        write, held = log.store.extend, threading.Event()

        def extend(pending: Any) -> Any:
            batches.append(len(pending))
            if len(batches) == 1:
                held.wait()
            return write(pending)

        log.store.extend = extend
        entry = sqlite_world.entry()
        threads = [threading.Thread(target=log.append, args=(entry,)) for _ in range(9)]
        threads[0].start()
        while not batches:
            pass
        for thread in threads[1:]:
            thread.start()
        while len(log._queue) < 8:
            pass
        held.set()
        for thread in threads:
            thread.join()
        assert batches == [1, 8]
        assert log.head().size == 10


def test_a_conflict_in_a_shared_transaction_is_one_callers_own(world: Any) -> None:
    from averment.audit.store import Pending

    with world.open() as log:
        world.fill(log, 0)
        entries = [
            world.entry("a", key="k"),
            world.entry("b", key="k"),
            world.entry("c"),
            world.entry("a", key="k"),
        ]
        results = log.store.extend([Pending(entry, "2026-01-01T00:00:00.000000Z") for entry in entries])
        assert [type(result).__name__ for result in results] == ["Appended", "LogRefused", "Appended", "Appended"]
        assert [result.row.sequence for result in (results[0], results[2], results[3])] == [2, 3, 2]
        assert verify(log).whole


def test_a_log_opened_for_reading_takes_nothing(world: Any) -> None:
    world.open().close()
    with world.read() as log, pytest.raises(LogError, match=r"AV550.*opened for reading"):
        log.append(world.entry())


@pytest.mark.parametrize("url", ["", "sqlite:", "log.db", "mysql://host/name", "postgres:x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(LogRefused, match="is not the address of a decision log"):
        open_log(url)


def test_reading_goes_on_over_a_snapshot_while_others_write(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 3)
        reading = log.records()
        seen = [next(reading).sequence]
        log.append(world.entry())
        assert seen + [record.sequence for record in reading] == [1, 2, 3, 4]
        assert log.head().size == 5


def test_the_write_ahead_log_is_moved_into_the_file_and_stays_small(
    sqlite_world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("averment.audit.sqlite_store._CHECKPOINT_AT", 40_000)
    wal = Path(f"{sqlite_world.path}-wal")
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 0)
        sizes = []
        for _ in range(40):
            log.append(sqlite_world.entry())
            sizes.append(wal.stat().st_size)
        assert max(sizes) < 80_000, "it is written from its beginning again"
        assert sorted(sizes) == sizes, "in a file that stays as large as it was"
        with sqlite_world.open() as other:
            reading = other.records()
            next(reading)  # a reader is in the way
            for _ in range(80):
                log.append(sqlite_world.entry())
            assert wal.stat().st_size > 200_000
            reading.close()
        monkeypatch.setattr("averment.audit.sqlite_store._LARGEST_WAL", 200_000)
        log.append(sqlite_world.entry())
        assert wal.stat().st_size == 0, "but for one that had become too large"
        assert verify(log).whole


def test_a_log_used_after_a_fork_says_so(world: Any) -> None:
    import os

    with world.open() as log:
        world.fill(log, 0)
        child = os.fork()
        if not child:
            try:
                log.append(world.entry())
            except LogUnavailable as error:
                os._exit(0 if "opened by another process" in str(error) else 1)
            os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        assert log.append(world.entry()).sequence == 2
