"""The decision log in a PostgreSQL database, through psycopg 3 (the extra ``averment[log]``).

Writers take one advisory lock for the length of their transaction, so that the chain has one end; the primary key on
the sequence number would stop a fork even without it. ``synchronous_commit`` is on, whatever the server's default.
A role that may INSERT and SELECT, but neither UPDATE nor DELETE, is enough once the tables are there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from averment.audit.chain import FORMAT, Link, Row
from averment.audit.errors import LogError, LogRefused, damaged, unavailable
from averment.audit.lookups import Lookups
from averment.audit.store import (
    COLUMNS,
    SELECT,
    Appended,
    Filter,
    Pending,
    Tally,
    chained,
    fresh_rows,
    not_empty,
    statement,
    tally_statement,
)

_PATIENCE = 30.0  # seconds to wait for other writers
_LOCK = 0x41564D54

_TEXT = 'TEXT COLLATE "C" NOT NULL'  # bytes decide every order, whatever the database's language
_SCHEMA = (
    f"CREATE TABLE averment_log (id {_TEXT}, format INTEGER NOT NULL)",
    "CREATE TABLE averment_record (sequence BIGINT PRIMARY KEY, previous BYTEA NOT NULL, hash BYTEA NOT NULL, "
    f"time {_TEXT}, kind {_TEXT}, key {_TEXT}, case_name {_TEXT}, pack {_TEXT}, "
    f"digest {_TEXT}, claim {_TEXT}, status {_TEXT}, body {_TEXT})",
    "CREATE UNIQUE INDEX averment_record_key ON averment_record (key) WHERE key <> ''",
    "CREATE INDEX averment_record_case ON averment_record (case_name)",
    "CREATE INDEX averment_record_time ON averment_record (time)",
    f"CREATE TABLE averment_pack (digest {_TEXT} PRIMARY KEY, archive BYTEA NOT NULL)",
)
# A catalogue query sees what was committed by now; `to_regclass` remembers that a table was absent.
_THERE = "SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'averment_log' AND pg_catalog.pg_table_is_visible(oid)"
_INSERT = f"INSERT INTO averment_record ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0"
_COPY_END = b"\xff\xff"
_COUNT = len(COLUMNS).to_bytes(2, "big")

_REASONS = {
    "53100": "the disk is full",
    "53200": "memory has run out",
    "53300": "the server takes no more connections",
    "55P03": "another writer holds it",
    "57014": "another writer holds it",
    "25006": "it is read only",
    "42501": "access is denied",
    "28P01": "the password is wrong",
    "28000": "access is denied",
    "3D000": "there is no such database",
    "57P03": "the server is not ready",
}
_TORN = {"XX001", "XX002", "42P01", "42703", "23505", "23502"}


class PostgresStore(Lookups[Connection[Any]]):
    """A log in the database of ``url``, in the first schema of its search path. ``write``: made if absent."""

    def __init__(self, url: str, *, write: bool, key: bytes = b"", patience: float = _PATIENCE) -> None:
        super().__init__()
        self._url = url
        self.name = _shown(url)
        self._key = key
        self._patience = patience
        self._write = write
        self._process = os.getpid()
        self._writer: Connection[Any] | None = None
        with self._told():
            connection = self._connect()
            try:
                self.log_id = self._identity(connection) or (self._create(connection) if write else "")
                connection.commit()
            except BaseException:
                connection.close()
                raise
            if write:
                self._writer = connection
            else:
                connection.close()
        if not self.log_id:
            raise damaged(self.name, "there is no decision log in this database")

    # --- writing

    def extend(self, pending: Sequence[Pending]) -> list[Appended | LogRefused]:
        with self._writing() as connection:
            results = chained(pending, self._sound_head(connection), lambda key: self._keyed(connection, key))
            new = fresh_rows(pending, results)
            with connection.cursor() as cursor:
                if new:
                    cursor.executemany(_INSERT.encode(), [_values(row) for _, row in new])
                for entry, _ in new:
                    if entry.archive:
                        cursor.execute("INSERT INTO averment_pack VALUES (%s, %s)", (entry.digest, entry.archive))
        self._wrote(row for _, row in new)
        return results

    def adopt(self, log_id: str, rows: Iterable[Row], archives: Mapping[str, bytes]) -> None:
        with self._writing() as connection:
            if self._head(connection).size:
                raise not_empty(self.name)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE averment_log SET id = %s", (log_id,))
                cursor.executemany(_INSERT.encode(), map(_values, rows))
                cursor.executemany("INSERT INTO averment_pack VALUES (%s, %s)", archives.items())
        self.log_id, self._seen = log_id, None

    @contextmanager
    def _writing(self) -> Generator[Connection[Any]]:
        """A transaction under the writers' lock: on disk where nothing is raised in it, else as if not begun."""
        if not self._write:
            raise unavailable(self.name, "it was opened for reading")
        if os.getpid() != self._process:
            raise unavailable(self.name, "it was opened by another process", "open the log after a fork, not before")
        with self._told():
            connection = self._locked()
            try:
                yield connection
                connection.commit()
            except BaseException:
                with suppress(psycopg.Error):
                    connection.rollback()
                raise

    def _locked(self) -> Connection[Any]:
        """A connection that holds the writers' lock: a new one where the server dropped the last."""
        if self._writer is not None:
            try:
                return self._take_lock(self._writer)
            except psycopg.OperationalError:
                if not self._writer.broken:
                    self._writer.rollback()
                    raise
                self._writer.close()
        self._writer = self._connect()
        return self._take_lock(self._writer)

    def _take_lock(self, connection: Connection[Any]) -> Connection[Any]:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        return connection

    def close(self) -> None:
        if self._writer is not None and os.getpid() == self._process:
            self._writer.close()
            self._writer = None

    # --- reading

    def rows(self, where: Filter, *, after: int, newest_first: bool, limit: int | None) -> Iterator[Row]:
        query, values = statement(where, after, newest_first, limit)
        with self._reading() as connection, connection.cursor("averment_rows") as cursor:
            cursor.itersize = 2000
            cursor.execute(query.replace("?", "%s").encode(), values)
            for row in cursor:
                yield self._row(row)

    def links(self) -> Iterator[Link]:
        with self._reading() as connection, connection.cursor() as cursor:
            cursor.execute("SET enable_indexonlyscan = off")
            with cursor.copy(f"COPY ({SELECT} ORDER BY sequence) TO STDOUT (FORMAT BINARY)".encode()) as copy:
                for data in copy:
                    row = bytes(data)
                    if row.startswith(_COPY_HEADER):
                        row = row[len(_COPY_HEADER) + 8 :]
                    if row and row != _COPY_END:
                        yield self._link(row)

    def _link(self, row: bytes) -> Link:
        """A row of the binary COPY: how many fields, and each after its length; both hashes are 32 bytes."""
        if row[:6] != _COUNT + b"\0\0\0\x20" or row[38:42] != b"\0\0\0\x20":
            raise damaged(self.name, "a hash is not 32 bytes long")
        return Link(int.from_bytes(row[78:86], "big"), row[42:74], row[6:38], row[38:])

    def tallies(self, where: Filter) -> list[Tally]:
        query, values = tally_statement(where)
        with self._reading() as connection:
            return [Tally(*row) for row in connection.execute(query.replace("?", "%s").encode(), values)]

    def faults(self) -> list[str]:
        """Nothing: PostgreSQL checks its pages as it reads them (``initdb --data-checksums``)."""
        return []

    def masking_key(self) -> bytes:
        """The key that was given: one in the database would be as easy to read as the log."""
        return self._key

    # --- connections

    def _connect(self) -> Connection[Any]:
        connection = psycopg.connect(
            self._bounded(), client_encoding="UTF8", application_name="averment", prepare_threshold=None
        )
        connection.isolation_level = IsolationLevel.READ_COMMITTED  # each statement sees what was there before it
        connection.execute("SET synchronous_commit = on")
        connection.execute(f"SET lock_timeout = {round(self._patience * 1000)}".encode())
        connection.commit()
        return connection

    def _bounded(self) -> str:
        """The address, and how long a network that swallows everything may hold us up, where it does not say."""
        bounds = {"connect_timeout": max(2, round(self._patience)), "tcp_user_timeout": round(self._patience * 1000)}
        return make_conninfo("", **{**bounds, **conninfo_to_dict(self._url)})

    @contextmanager
    def _reading(self) -> Generator[Connection[Any]]:
        with self._told():
            connection = self._connect()
            try:
                connection.read_only = True
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _told(self) -> Generator[None]:
        """Tell PostgreSQL's errors in our words; theirs may quote what was to be written."""
        try:
            yield
        except psycopg.Error as error:
            state = error.sqlstate or ""
            trouble: LogError
            if state in _TORN:
                trouble = damaged(self.name, "its tables are not those of a log, or torn")
            elif state in _REASONS:
                trouble = unavailable(self.name, _REASONS[state])
            elif isinstance(error, psycopg.OperationalError) and not state:
                trouble = unavailable(self.name, "the server cannot be reached, or hung up")
            else:
                trouble = unavailable(self.name, f"the server reports error {state or type(error).__name__}")
        except (ValueError, TypeError, OverflowError) as error:
            trouble = damaged(self.name, f"a record holds what no log holds ({type(error).__name__})")
        else:
            return
        raise trouble from None

    def _create(self, connection: Connection[Any]) -> str:
        self._take_lock(connection)
        existing = self._identity(connection)  # another writer may have been first
        fresh = existing or secrets.token_hex(16)
        if not existing:
            for command in _SCHEMA:
                connection.execute(command.encode())
            connection.execute("INSERT INTO averment_log VALUES (%s, %s)", (fresh, FORMAT))
        return fresh

    def _identity(self, connection: Connection[Any]) -> str:
        """The log's id; empty where there is no log."""
        if connection.execute(_THERE).fetchone() is None:
            return ""
        found = connection.execute("SELECT id, format FROM averment_log").fetchall()
        if len(found) != 1:
            raise damaged(self.name, "it does not have one id")
        self._check_format(connection, found[0][1])
        return str(found[0][0])

    def _first(self, connection: Connection[Any], query: str, *values: int | str) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = connection.execute(query.replace("?", "%s").encode(), values).fetchone()
        return found

    def _all(self, connection: Connection[Any], query: str, *values: int | str) -> Iterator[tuple[Any, ...]]:
        return iter(connection.execute(query.replace("?", "%s").encode(), values))

    def _row(self, found: Sequence[Any]) -> Row:
        return Row(found[2], bytes(found[1]), bytes(found[0]), tuple(text.encode() for text in found[3:]))


def _values(row: Row) -> tuple[bytes | int | str, ...]:
    return (row.hash, row.previous, row.sequence, *(field.decode() for field in row.fields))


def _shown(url: str) -> str:
    """The address without user, password and options."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "postgresql://"
    port = f":{given['port']}" if given.get("port") else ""
    return f"postgresql://{given.get('host') or ''}{port}/{given.get('dbname') or ''}"
