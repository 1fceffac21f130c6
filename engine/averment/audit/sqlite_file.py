"""The file of a log in SQLite: whether there certainly is one at a path, and a new one, whole from when it is there.

Certainly a log is a file itself whose header says so. What SQLite and the lock keep beside it (``PATH-wal``,
``PATH-shm``, ``PATH-lock``) may be there as they write it, and a rollback journal never is, since a log is in WAL mode
from its first byte on. A new log is made in memory, so that no moment leaves half of one at its path.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from averment.audit.chain import FORMAT
from averment.ownership import is_plain, is_there, new_file

APPLICATION = 0x41564D54  # "AVMT", which `file` and SQLite's own tools show

_SCHEMA = (
    "CREATE TABLE averment_log (id TEXT NOT NULL) STRICT",
    "CREATE TABLE averment_record (sequence INTEGER PRIMARY KEY, previous BLOB NOT NULL, hash BLOB NOT NULL, "
    "time TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, case_name TEXT NOT NULL, pack TEXT NOT NULL, "
    "digest TEXT NOT NULL, claim TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL) STRICT",
    "CREATE UNIQUE INDEX averment_record_key ON averment_record (key) WHERE key <> ''",
    "CREATE INDEX averment_record_case ON averment_record (case_name)",
    "CREATE INDEX averment_record_time ON averment_record (time)",
    "CREATE TABLE averment_pack (digest TEXT PRIMARY KEY, archive BLOB NOT NULL) STRICT",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)
_VERSIONS = slice(18, 20)  # of the header: how the file is written and read, 2 for WAL
_WAL = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_PAGE = 4096  # bytes by which the index of the WAL grows


def has_mark(path: str) -> bool:
    """Whether the header of a file is that of a log. SQLite reads it: were it opened and closed here, every lock that
    this process has on it would be gone. ``immutable``: no file is made beside it. Raises sqlite3.Error.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)) as connection:
            return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise
        return False


def in_the_way(path: str) -> str | None:
    """What keeps a log from being written at a path, as the end that its name has beyond that of the path: ``""`` is
    the path itself. None where there is a log, or nothing.

    Raises OSError, sqlite3.Error.
    """
    beside = {ending: is_there(Path(path + ending)) for ending in ("-lock", "-wal", "-shm", "-journal")}  # first
    there = is_there(Path(path))
    if there and not (is_plain(Path(path)) and has_mark(path)):
        return ""
    fits = {"-lock": _is_empty, **({"-wal": _is_wal, "-shm": _is_index} if there else {})}
    for ending in (ending for ending, found in beside.items() if found):
        if ending not in fits or not fits[ending](path + ending):
            return ending
    return None


def write_new_log(path: str) -> None:
    """Put a log without records where there is nothing. Raises Refused, OSError, sqlite3.Error."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for command in _SCHEMA:
            connection.execute(command)
        connection.execute("INSERT INTO averment_log VALUES (?)", (secrets.token_hex(16),))
        data = bytearray(connection.serialize())
    data[_VERSIONS] = b"\2\2"
    with new_file(Path(path), 0o600) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _is_empty(path: str) -> bool:
    return _size(path) == 0


def _is_index(path: str) -> bool:
    size = _size(path)
    return size == 3 or size % _PAGE == 0  # 3 is how it begins


def _is_wal(path: str) -> bool:
    try:
        if _size(path) <= 0:
            return _size(path) == 0
        with Path(path).open("rb", buffering=0) as file:
            beginning = file.read(4)
    except FileNotFoundError:  # SQLite has just taken it away
        return True
    return beginning in _WAL or not any(beginning)


def _size(path: str) -> int:
    """Of a file itself; -1 of anything else, 0 where nothing is."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else -1
