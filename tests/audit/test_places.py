"""A log is written to where there certainly is one, or nothing; all else stays as it is, and alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from averment.audit.errors import LogError, LogRefused
from averment.audit.log import open_log
from averment.audit.verify import verify


def _text(path: Path) -> None:
    path.write_text("This is a letter, not a database.\n" * 100)


def _empty(path: Path) -> None:
    path.touch()


def _database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE letters (text)")


def _busy_database(path: Path) -> None:
    """One that is at work, in WAL mode."""
    _database(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/null")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere.db")


def _link(path: Path) -> None:
    _log(path.with_name("another.db"))
    path.symlink_to("another.db")


def _log(path: Path) -> None:
    open_log(f"sqlite:{path}", clock=lambda: pytest.fail("the clock was read")).close()


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() and not path.is_symlink() else b"")
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("make", [_text, _empty, _database, _busy_database, _folder, _pipe, _device, _dangling, _link])
def test_what_is_not_certainly_a_log_is_left_as_it_is(sqlite_world: Any, make: Callable[[Path], None]) -> None:
    make(sqlite_world.path)
    before = tree(sqlite_world.path.parent)
    with pytest.raises(LogRefused, match="AV537"):
        sqlite_world.open()
    assert tree(sqlite_world.path.parent) == before
    if make is not _link:
        with pytest.raises(LogError, match=r"AV55[01].*(not a decision log|it is not a file|there is no such file)"):
            sqlite_world.read()
    assert tree(sqlite_world.path.parent) == before


@pytest.mark.parametrize("address", ["sqlite:/dev/null", "sqlite:/dev/full", "sqlite:.", "sqlite:/proc/self/mem"])
def test_a_device_is_no_place_for_a_log(address: str) -> None:
    with pytest.raises(LogRefused, match="AV537"):
        open_log(address, clock=lambda: pytest.fail("the clock was read"))
    assert not Path("/dev/null-lock").exists()


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("ending", ["-lock", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("make", [_text, _folder, _dangling, _device])
def test_nor_is_what_lies_beside_it(sqlite_world: Any, make: Callable[[Path], None], ending: str, there: bool) -> None:
    beside = sqlite_world.path.with_name(f"{sqlite_world.path.name}{ending}")
    if there:
        _log(sqlite_world.path)
        beside.unlink(missing_ok=True)
    make(beside)
    before = tree(sqlite_world.path.parent)
    with pytest.raises(LogRefused, match=f"AV537: `.*{ending}`"):
        sqlite_world.open()
    assert tree(sqlite_world.path.parent) == before


def test_looking_at_a_log_that_is_open_leaves_it_locked(sqlite_world: Any) -> None:
    """Files that SQLite has locked are not opened and closed: the locks of this process would be gone."""
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 3)
        alone = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode = DELETE')"
        sqlite_world.open().close()
        sqlite_world.read().close()
        ran = subprocess.run([sys.executable, "-c", alone, sqlite_world.path], capture_output=True, text=True)
        assert "database is locked" in ran.stderr
        sqlite_world.fill(log, 3)
        assert verify(log).whole


def test_a_log_is_whole_from_when_it_is_there(sqlite_world: Any) -> None:
    """A program killed as soon as the file is there leaves a log."""
    from averment.audit.sqlite_file import has_mark, write_new_log

    write_new_log(str(sqlite_world.path))
    assert has_mark(str(sqlite_world.path))
    assert [path.name for path in sqlite_world.path.parent.iterdir()] == ["log.db"]
    assert sqlite_world.path.stat().st_mode & 0o777 == 0o600
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 1)
        assert verify(log).whole
