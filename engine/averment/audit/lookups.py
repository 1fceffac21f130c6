"""What every store reads alike: one row at a time, with the same SQL, each on a connection of its own kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from averment.audit.chain import Head, Row, genesis
from averment.audit.store import SELECT

Connection = TypeVar("Connection")


class Lookups(ABC, Generic[Connection]):
    """The part of a ``Store`` that looks up one row. Each method raises what the store's ``_reading`` tells."""

    def row(self, sequence: int) -> Row | None:
        with self._reading() as connection:
            return self._one(connection, "WHERE sequence = ?", sequence)

    def keyed(self, key: str) -> Row | None:
        with self._reading() as connection:
            return self._keyed(connection, key)

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

    def _one(self, connection: Connection, clause: str, value: int | str) -> Row | None:
        found = self._first(connection, f"{SELECT} {clause}", value)
        return self._row(found) if found else None

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection to read from, and the database's errors in our words."""

    @abstractmethod
    def _first(self, connection: Connection, query: str, *values: int | str) -> Sequence[Any] | None:
        """The first row of what a query, with ``?`` for its values, finds."""

    @abstractmethod
    def _row(self, found: Sequence[Any]) -> Row:
        """A row of ``COLUMNS``, as the database gives it."""

    @abstractmethod
    def _identity(self, connection: Connection) -> str:
        """The log's id."""
