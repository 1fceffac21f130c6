"""What every store reads alike: one row at a time, with the same SQL, each on a connection of its own kind."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from averment.audit.breaks import first_break
from averment.audit.chain import FORMAT, Head, Row, genesis, link
from averment.audit.errors import MISSING, LogDamaged, damaged, newer
from averment.audit.store import SELECT
from averment.diagnostics.diagnostic import Diagnostic

Connection = TypeVar("Connection")
_TAIL = 1000
"""How many of the last records are looked at before anything is appended to a log that was just opened."""

_BROKEN = ("look at all of it with `averment audit verify`, and continue in a copy that is whole, or in a new log",)


class Lookups(ABC, Generic[Connection]):
    """The part of a ``Store`` that looks up rows. Each method raises what the store's ``_reading`` tells."""

    name: str

    def __init__(self) -> None:
        self._seen: Head | None = None  # up to where the end of the chain was found sound, or written

    def row(self, sequence: int) -> Row | None:
        with self._reading() as connection:
            return self._one(connection, "WHERE sequence = ?", sequence)

    def keyed(self, key: str) -> Row | None:
        with self._reading() as connection:
            return self._keyed(connection, key)

    def keyed_under(self, key: str) -> Row | None:
        """Any of the rows whose key goes on with `/` after this one."""
        with self._reading() as connection:
            return self._one(
                connection,
                "WHERE key > ? AND key < ? AND key <> '' ORDER BY key LIMIT 1",
                f"{key}/",
                f"{key}0",  # which is the character after `/`
            )

    def head(self) -> Head:
        with self._reading() as connection:
            return self._head(connection)

    def archive(self, digest: str) -> bytes | None:
        with self._reading() as connection:
            found = self._first(connection, "SELECT archive FROM averment_pack WHERE digest = ?", digest)
        return bytes(found[0]) if found else None

    def _keyed(self, connection: Connection, key: str) -> Row | None:
        return self._one(connection, "WHERE key = ? AND key <> ''", key)

    def _head(self, connection: Connection) -> Head:
        last = "SELECT sequence, hash FROM averment_record ORDER BY sequence DESC LIMIT 1"
        found = self._first(connection, last)
        return Head(*found) if found else Head(0, genesis(self._identity(connection)))

    def _sound_head(self, connection: Connection) -> Head:
        """The head of a log that may be appended to: its last records continue each other, each with a hash that fits.

        Of a log just opened these are the last thousand; later, those that others have appended meanwhile. Whether all
        before them are whole, and none was cut off at the end, ``verify`` tells. Raises LogDamaged.
        """
        head, seen = self._head(connection), self._seen
        if head == seen:
            return head
        if seen is None and head.size <= _TAIL:
            seen = Head(0, genesis(self._identity(connection)))
        start = seen.size + 1 if seen else head.size - _TAIL + 1
        rows = [
            self._row(row) for row in self._all(connection, f"{SELECT} WHERE sequence >= ? ORDER BY sequence", start)
        ]
        if seen is None:
            seen = Head(start - 1, rows[0].previous)
        fault = first_break(map(link, rows), seen)
        if fault is None and seen.size + len(rows) != head.size:
            fault = Diagnostic(MISSING, f"the log ends at record {head.size}, and it had {seen.size} before")
        if fault is None and not rows and head.hash != seen.hash:
            fault = Diagnostic(MISSING, f"record {head.size} is another than before")
        if fault:
            told = f"nothing is appended to `{self.name}`: {fault.message}"
            raise LogDamaged(Diagnostic(fault.code, told, help=_BROKEN))
        self._seen = head
        return head

    def _wrote(self, rows: Iterable[Row]) -> None:
        """What was committed just now continues what is known."""
        for row in rows:
            self._seen = Head(row.sequence, row.hash)

    def _check_format(self, connection: Connection, format: int) -> None:
        """Raises LogRefused for a format that is not read here, or LogDamaged for one that there never was."""
        if format > FORMAT:
            raise newer(self.name, format, FORMAT, self._last_version(connection))
        if format < FORMAT:
            raise damaged(self.name, f"there is no format {format}")

    def _last_version(self, connection: Connection) -> str:
        """Of the averment that wrote the last record, if that can be read in a format that is not known."""
        try:
            found = self._first(connection, "SELECT body FROM averment_record ORDER BY sequence DESC LIMIT 1")
            return str(json.loads(found[0])["version"]) if found else ""
        except Exception:
            return ""

    def _one(self, connection: Connection, clause: str, *values: int | str) -> Row | None:
        found = self._first(connection, f"{SELECT} {clause}", *values)
        return self._row(found) if found else None

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection to read from, and the database's errors in our words."""

    @abstractmethod
    def _first(self, connection: Connection, query: str, *values: int | str) -> Sequence[Any] | None:
        """The first row of what a query, with ``?`` for its values, finds."""

    @abstractmethod
    def _all(self, connection: Connection, query: str, *values: int | str) -> Iterable[Sequence[Any]]:
        """All rows of such a query."""

    @abstractmethod
    def _row(self, found: Sequence[Any]) -> Row:
        """A row of ``COLUMNS``, as the database gives it."""

    @abstractmethod
    def _identity(self, connection: Connection) -> str:
        """The log's id."""
