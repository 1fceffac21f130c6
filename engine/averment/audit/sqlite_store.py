"""The decision log in an SQLite file: the embedded default, without a server.

WAL with ``synchronous=FULL``: a commit is on disk when it returns. SQLite 3.7.0 to 3.51.2 can lose a transaction when
one connection checkpoints the WAL while another writes to it; so no connection checkpoints by itself, and everything
that writes, checkpoints or closes holds the lock on ``PATH-lock``. Readers open the file read-only, and can do neither.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from averment.audit.chain import Link, Row, packed
from averment.audit.errors import LogError, LogRefused, damaged, no_log, unavailable
from averment.audit.file_lock import locked
from averment.audit.lookups import Lookups
from averment.audit.sqlite_file import APPLICATION, has_mark, in_the_way, write_new_log
from averment.audit.store import (
    COLUMNS,
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
from averment.diagnostics.diagnostic import Refused
from averment.ownership import is_there, taken

_CHECKPOINT_AT = 3 << 20  # bytes that were written into the WAL, as far as can be told
_LARGEST_WAL = 16 << 20  # bytes of its file, which is written from its beginning again once all of it was moved
_PAGE = 4096
_PATIENCE = 30.0  # seconds to wait for other writers

_INSERT = f"INSERT INTO averment_record ({', '.join(COLUMNS)}) VALUES (?, ?, ?{', CAST(? AS TEXT)' * 9})"

_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "it is locked by another program",
    sqlite3.SQLITE_LOCKED: "it is locked by another program",
    sqlite3.SQLITE_READONLY: "it is read only",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_AUTH: "access is denied",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_NOMEM: "memory has run out",
}
_TORN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_SCHEMA}


class SqliteStore(Lookups[sqlite3.Connection]):
    """A log in the file ``path``. ``write``: it is made if absent, and can be extended; else it must be there."""

    def __init__(self, path: str, *, write: bool, key: bytes = b"", patience: float = _PATIENCE) -> None:
        super().__init__()
        self._path = os.fspath(Path(path).absolute())
        self.name = f"sqlite:{path}"
        self._key = key
        self._patience = patience
        self._writer: sqlite3.Connection | None = None
        self._files: tuple[object, ...] = ()  # which the writer writes
        self._ahead = _size(self._path + "-wal")  # bytes that are in the WAL and not yet in the file, or may be
        self._process = os.getpid()
        if write:
            self._refuse_foreign()  # before the lock is made beside it
            with self._exclusively():
                self._writer = self._open_to_write()
                self._files = _files(self._path)
        with self._reading() as connection:
            self.log_id = self._identity(connection)

    # --- writing

    def extend(self, pending: Sequence[Pending]) -> list[Appended | LogRefused]:
        with self._writing() as connection:
            try:
                results = self._inserted(connection, pending, lambda _: None)
            except sqlite3.IntegrityError:  # a key that is there already, which is rare: to look for each takes longer
                connection.execute("ROLLBACK")
                connection.execute("BEGIN IMMEDIATE")
                results = self._inserted(connection, pending, lambda key: self._keyed(connection, key))
        self._wrote(row for _, row in fresh_rows(pending, results))
        return results

    def _inserted(
        self, connection: sqlite3.Connection, pending: Sequence[Pending], known: Callable[[str], Row | None]
    ) -> list[Appended | LogRefused]:
        results = chained(pending, self._sound_head(connection), known)
        new = fresh_rows(pending, results)
        connection.executemany(_INSERT, [_values(row) for _, row in new])
        archives = [(entry.digest, entry.archive) for entry, _ in new if entry.archive]
        if archives:
            connection.executemany("INSERT INTO averment_pack VALUES (?, ?)", archives)
        # of each a page or more, and one of an index; and the last page of the table and of two indexes again
        self._ahead += 3 * _PAGE + sum(len(row.fields[-1]) + len(entry.archive) + _PAGE for entry, row in new)
        return results

    def adopt(self, log_id: str, rows: Iterable[Row], archives: Mapping[str, bytes]) -> None:
        with self._writing(much=True) as connection:
            if self._head(connection).size:
                raise not_empty(self.name)
            connection.execute("UPDATE averment_log SET id = ?", (log_id,))
            connection.executemany(_INSERT, map(_values, rows))
            connection.executemany("INSERT INTO averment_pack VALUES (?, ?)", archives.items())
        self.log_id, self._seen = log_id, None

    @contextmanager
    def _writing(self, much: bool = False) -> Generator[sqlite3.Connection]:
        """A transaction that no other writer can enter: on disk where nothing is raised in it, else as if not begun.
        ``much``: so much is written that the WAL is moved into the file at once.
        """
        with self._exclusively():
            connection = self._writer
            if connection is None:
                raise unavailable(self.name, "it was opened for reading")
            if os.getpid() != self._process:
                raise unavailable(
                    self.name, "it was opened by another process", "open the log after a fork, not before"
                )
            if _files(self._path) != self._files:
                self._take_up()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite has rolled back by itself after some errors
                    connection.execute("ROLLBACK")
                raise
            if much or self._ahead >= _CHECKPOINT_AT:
                self._checkpoint(connection, much)

    def _take_up(self) -> None:
        """What was removed or replaced while it was open would take with it whatever is written: nothing is, and what
        stands there by now is written from the next time on, if it is this log. Raises LogError, always.
        """
        if not is_there(Path(self._path)):
            raise unavailable(self.name, "its file was removed", "put it back, and it is written again")
        with self._reading() as found:
            if self._identity(found) != self.log_id:
                raise unavailable(self.name, "another log was put in its place", "restart what writes it")
        if self._writer is not None:
            self._writer.close()  # first: it takes the WAL of that name away
        self._writer, self._seen = self._open_to_write(), None
        self._files = _files(self._path)
        raise unavailable(self.name, "its file was replaced", "try again")

    def _checkpoint(self, connection: sqlite3.Connection, much: bool) -> None:
        """Move the WAL into the file. Records are safe either way, so a failure waits for the next commit, and so does
        what a reader is in the way of. The file of the WAL stays as large as it is, for to write over what is there
        takes the disk less than to make room again; unless it is larger than it ever needs to be.
        """
        with suppress(sqlite3.Error):
            if much or _size(self._path + "-wal") >= _LARGEST_WAL:
                connection.execute("PRAGMA busy_timeout = 0")
                try:
                    found = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                finally:
                    connection.execute(f"PRAGMA busy_timeout = {round(self._patience * 1000)}")
            else:
                found = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if found[1] == found[2]:  # all that is in it was moved
                self._ahead = 0

    def close(self) -> None:
        if self._writer is None or os.getpid() != self._process:
            return
        with self._exclusively():
            writer, self._writer = self._writer, None
            writer.close()

    # --- reading

    def rows(self, where: Filter, *, after: int, newest_first: bool, limit: int | None) -> Iterator[Row]:
        with self._reading() as connection:
            for row in connection.execute(*statement(where, after, newest_first, limit)):
                yield self._row(row)

    def links(self) -> Iterator[Link]:
        with self._reading() as connection:
            query = f"SELECT {', '.join(COLUMNS)} FROM averment_record NOT INDEXED ORDER BY sequence"
            for hash_, previous, sequence, *fields in connection.execute(query):
                yield Link(sequence, previous, hash_, packed(previous, sequence, fields))

    def tallies(self, where: Filter) -> list[Tally]:
        with self._reading() as connection:
            found = connection.execute(*tally_statement(where)).fetchall()
        return [Tally._make([*(text.decode() for text in row[:6]), row[6]]) for row in found]

    def faults(self) -> list[str]:
        with self._reading() as connection:
            found = [str(row[0], "utf-8", "replace") for row in connection.execute("PRAGMA integrity_check(10)")]
        return [] if found == ["ok"] else [line for text in found for line in text.splitlines() if line]

    def masking_key(self) -> bytes:
        """The key given, else that in ``PATH.key``, made if absent: for its owner's eyes, and not part of the log."""
        if self._key:
            return self._key
        path = self._path + ".key"
        try:
            if not Path(path).exists():
                _make_key(path)
            return bytes.fromhex(Path(path).read_text("ascii"))
        except OSError as error:
            raise unavailable(self.name, f"its masking key cannot be read: {_words(error)}") from None
        except ValueError:
            raise damaged(self.name, "its masking key is not in hexadecimal digits") from None

    # --- connections

    @contextmanager
    def _exclusively(self) -> Generator[None]:
        try:
            with locked(self._path + "-lock", self._patience), self._told():
                yield
        except Refused as problem:
            raise LogRefused(problem.diagnostics[0]) from None
        except TimeoutError:
            raise unavailable(self.name, f"another writer has held it for {self._patience:g} seconds") from None
        except OSError as error:
            raise unavailable(self.name, _words(error)) from None

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
        with self._told(), closing(self._open_to_read()) as connection:
            connection.text_factory = bytes
            yield connection

    @contextmanager
    def _told(self) -> Generator[None]:
        """Tell SQLite's errors in our words; theirs may quote what was to be written."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
            trouble = self._trouble(code)
        except OSError as error:
            trouble = unavailable(self.name, _words(error))
        except (OverflowError, ValueError, TypeError) as error:
            trouble = damaged(self.name, f"a record holds what no log holds ({type(error).__name__})")
        else:
            return
        raise trouble from None

    def _trouble(self, code: int) -> LogError:
        if code in _REASONS:
            return unavailable(self.name, _REASONS[code])
        return damaged(
            self.name,
            "the file is torn, or not a decision log" if code in _TORN else "its tables are not those of a log",
        )

    def _refuse_foreign(self) -> None:
        """Raises LogRefused where something at the path, or beside it, is not certainly that of a log."""
        with self._told():
            ending = in_the_way(self._path)
        if ending is not None:
            raise LogRefused(taken(Path(self.name.removeprefix("sqlite:") + ending)).diagnostics[0])

    def _open_to_write(self) -> sqlite3.Connection:
        self._refuse_foreign()
        if not is_there(Path(self._path)):
            write_new_log(self._path)
        connection = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute("PRAGMA synchronous = FULL")
            connection.text_factory = bytes
            self._identity(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_to_read(self) -> sqlite3.Connection:
        if not Path(self._path).is_file():
            raise unavailable(self.name, "it is not a file" if is_there(Path(self._path)) else "there is no such file")
        if not has_mark(self._path):  # SQLite would leave files of its own beside it
            raise no_log(self.name)
        address = f"file:{quote(self._path)}?mode=ro"
        if not os.access(Path(self._path).parent, os.W_OK) and not Path(self._path + "-wal").exists():
            address += "&immutable=1"  # a copy on a medium that takes no WAL
        return sqlite3.connect(address, uri=True, timeout=self._patience, isolation_level=None, check_same_thread=False)

    def _identity(self, connection: sqlite3.Connection) -> str:
        application, version = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if application != APPLICATION:
            raise no_log(self.name)
        self._check_format(connection, version)
        found = connection.execute("SELECT id FROM averment_log").fetchall()
        if len(found) != 1:
            raise damaged(self.name, "it does not have one id")
        return str(found[0][0], "utf-8")

    def _first(self, connection: sqlite3.Connection, query: str, *values: int | str) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = connection.execute(query, values).fetchone()
        return found

    def _all(self, connection: sqlite3.Connection, query: str, *values: int | str) -> Iterator[tuple[Any, ...]]:
        return connection.execute(query, values)

    def _row(self, found: Sequence[Any]) -> Row:
        """Raises TypeError where a damaged file holds something else than bytes."""
        hash_, previous, sequence, *fields = found
        if not all(isinstance(piece, bytes) for piece in (hash_, previous, *fields)):
            raise TypeError
        return Row(sequence, previous, hash_, tuple(fields))


def _values(row: Row) -> tuple[bytes | int, ...]:
    return (row.hash, row.previous, row.sequence, *row.fields)


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _files(path: str) -> tuple[object, ...]:
    """Which files are at the path of a log, and of its WAL: others of the same name are not the same."""
    found: list[object] = []
    for name in (path, path + "-wal"):
        try:
            status = os.lstat(name)
            found.append((status.st_dev, status.st_ino))
        except FileNotFoundError:
            found.append(None)
    return tuple(found)


def _make_key(path: str) -> None:
    """Write a new key whole, or leave the one that another process wrote first."""
    fresh = f"{path}.{secrets.token_hex(8)}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        Path(fresh).unlink()


def _words(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
