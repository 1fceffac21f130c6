"""A log that cannot be reached or written says so in one line; nothing is acknowledged, and nothing is lost."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.audit.conftest import POSTGRES

from averment.audit.errors import LogDamaged, LogError, LogRefused, LogUnavailable
from averment.audit.file_lock import locked
from averment.audit.log import open_log
from averment.audit.verify import verify

# The forking process has no thread of its own at work.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def one_line(error: pytest.ExceptionInfo[LogError], code: str, words: str) -> None:
    """The error is one line with its code, says ``words``, and hides where it came from."""
    text = str(error.value)
    assert text.startswith(code) and words in text and "\n" not in text and not text.endswith(".")
    assert error.value.__cause__ is None and (error.value.__suppress_context__ or error.value.__context__ is None)


def test_a_full_disk(sqlite_world: Any) -> None:
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 3)
        pages = log.store._writer.execute("PRAGMA page_count").fetchone()[0]
        log.store._writer.execute(f"PRAGMA max_page_count = {pages}")
        acknowledged = 4
        with pytest.raises(LogUnavailable) as error:
            for _ in range(500):
                log.append(sqlite_world.entry())
                acknowledged += 1
        one_line(error, "AV550", "the disk is full")
        assert log.head().size == acknowledged and verify(log).whole
        log.store._writer.execute("PRAGMA max_page_count = 1000000")
        assert log.append(sqlite_world.entry()).sequence == acknowledged + 1


def test_a_file_that_may_not_grow(sqlite_world: Any) -> None:
    """A limit of the system instead of SQLite's own, in a process of its own."""
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 3)
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        code = 1
        try:
            with sqlite_world.open() as log:
                for _ in range(100):
                    log.append(sqlite_world.entry())
        except LogUnavailable as error:
            code = 0 if "the disk reports an error" in str(error) or "the disk is full" in str(error) else 2
        os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    with sqlite_world.open() as log:
        assert verify(log).whole
        assert log.append(sqlite_world.entry()).sequence == log.head().size


def test_another_program_holds_the_database(sqlite_world: Any) -> None:
    with sqlite_world.open(patience=0.05) as log:
        sqlite_world.fill(log, 1)
        other = sqlite3.connect(sqlite_world.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnavailable) as error:
            log.append(sqlite_world.entry())
        one_line(error, "AV550", "it is locked by another program")
        other.execute("ROLLBACK")
        other.close()
        assert log.append(sqlite_world.entry()).sequence == 3


def test_another_writer_never_finishes(world: Any) -> None:
    with world.open(patience=0.1) as log:
        world.fill(log, 1)
        if world.path:
            with locked(f"{world.path}-lock", 1), pytest.raises(LogUnavailable) as error:
                log.append(world.entry())
            one_line(error, "AV550", "another writer has held it for 0.1 seconds")
        else:
            import psycopg

            with psycopg.connect(world.url) as other:
                other.execute("SELECT pg_advisory_xact_lock(%s)", (0x41564D54,))
                with pytest.raises(LogUnavailable) as error:
                    log.append(world.entry())
            one_line(error, "AV550", "another writer holds it")
        assert log.append(world.entry()).sequence == 3


def test_every_waiting_thread_is_told(sqlite_world: Any) -> None:
    import threading

    with sqlite_world.open(patience=0.2) as log:
        sqlite_world.fill(log, 0)
        errors: list[LogError] = []

        def write() -> None:
            try:
                log.append(sqlite_world.entry())
            except LogUnavailable as error:
                errors.append(error)

        with locked(f"{sqlite_world.path}-lock", 1):
            threads = [threading.Thread(target=write) for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(errors) == len({id(error) for error in errors}) == 5
        assert log.head().size == 1


@POSTGRES
def test_a_read_only_database_server(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 1)
    world.url += "%20-cdefault_transaction_read_only%3Don"
    with world.open() as log, pytest.raises(LogUnavailable) as error:
        log.append(world.entry())
    one_line(error, "AV550", "it is read only")


@pytest.mark.skipif(not os.geteuid(), reason="the superuser may write anywhere")
def test_a_read_only_file(sqlite_world: Any) -> None:
    sqlite_world.open().close()
    sqlite_world.path.chmod(0o400)
    with pytest.raises(LogUnavailable) as error:
        sqlite_world.open()
    one_line(error, "AV550", "it is read only")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:{folder}/absent/log.db", "no such file or directory"),
        ("sqlite::memory:", "a decision log in memory would be gone when the program ends"),
        ("sqlite:/dev/null/log.db", "not a directory"),
        ("postgresql://ann:s3cret@127.0.0.1:1/audit?connect_timeout=1", "the server cannot be reached, or hung up"),
        ("postgresql://ann:s3cret@{folder}/absent?nonsense=1", "error"),
    ],
)
def test_a_log_that_cannot_be_opened(tmp_path: Path, url: str, words: str) -> None:
    if url.startswith("postgresql:"):
        pytest.importorskip("psycopg")
    with pytest.raises(LogError) as error:
        open_log(url.format(folder=tmp_path), clock=lambda: pytest.fail("the clock was read"))
    one_line(error, "AV550", words)
    assert "s3cret" not in str(error.value)


def test_a_log_that_is_not_there_is_not_made_by_reading(world: Any) -> None:
    with pytest.raises(LogError) as error:
        world.read()
    if world.path:
        one_line(error, "AV550", "there is no such file")
        assert not world.path.exists()
    else:
        one_line(error, "AV551", "there is no decision log in this database")


@pytest.mark.parametrize("version", ["", "0.1.0"])
def test_a_log_of_a_newer_format_is_not_damaged(world: Any, version: str, tamper: Any) -> None:
    with world.open() as log:
        if version:
            world.fill(log, 1)
    tamper("PRAGMA user_version = 2" if world.path else "UPDATE averment_log SET format = 2")
    for opens in (world.open, world.read):
        with pytest.raises(LogRefused) as error:
            opens()
        one_line(error, "AV550", "is of format 2, newer than format 1, which this averment reads")
        reader = "averment 0.1.0, which wrote its last record, or later" if version else "the averment that writes it"
        assert error.value.diagnostic.help == (f"read it with {reader}: there is nothing to repair",)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_torn_file(sqlite_world: Any, share: float) -> None:
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 50)
    content = sqlite_world.path.read_bytes()
    sqlite_world.path.write_bytes(content[: int(len(content) * share)])
    try:
        log = sqlite_world.read()
    except LogDamaged:
        return
    report = verify(log)
    assert not report.whole and report.diagnostics[0].code == "AV551"
    with pytest.raises(LogDamaged):
        list(log.records())


@POSTGRES
def test_a_server_that_comes_back_is_found_again(world: Any) -> None:
    import psycopg

    with world.open() as log:
        world.fill(log, 1)
        with psycopg.connect(world.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (log.store._writer.info.backend_pid,))
        assert log.append(world.entry()).sequence == 3


@POSTGRES
def test_a_foreign_table_of_the_same_name_is_no_log(world: Any) -> None:
    import psycopg

    with psycopg.connect(world.url, autocommit=True) as other:
        other.execute("CREATE TABLE averment_log (letters TEXT)")
    with pytest.raises(LogDamaged) as error:
        world.open()
    one_line(error, "AV551", "its tables are not those of a log")


def test_importing_the_log_loads_no_outside_library() -> None:
    script = (
        "import sys, averment.audit.log, averment.audit.verify, averment.audit.replay, averment.audit.export\n"
        "print(sorted({'psycopg', 'cryptography', 'pyarrow'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_a_log_in_postgresql_without_psycopg_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "averment.audit.postgres_store", raising=False)
    with pytest.raises(LogError) as error:
        open_log("postgresql://host/name")
    one_line(error, "AV550", "need psycopg")
    assert error.value.diagnostic.help == ("install `averment[log]`",)


def test_a_decision_that_was_refused_leaves_no_gap(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 1)
        log.append(world.entry("a", key="k"))
        with pytest.raises(LogRefused):
            log.append(world.entry("b", key="k"))
        assert log.append(world.entry("c")).sequence == 4
        assert verify(log).whole
