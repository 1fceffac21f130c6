"""The decision log: append-only records in a hash chain (``chain``), over SQLite or PostgreSQL (``store``).

A record is acknowledged only when it is on disk. Threads that append at the same time share one transaction: the first
writes what all have handed in (group commit); processes take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from averment.audit.chain import Head, Row
from averment.audit.errors import PACK, UNAVAILABLE, LogError, LogUnavailable, refused
from averment.audit.mask import Mask, mask_of
from averment.audit.record import (
    Entry,
    Record,
    id_of,
    pack_key,
    record_of,
    stored_pack,
    unpacked_files,
    utc_text,
)
from averment.audit.store import Appended, Filter, Pending, Store
from averment.core.program import FactType
from averment.core.text import spelled
from averment.diagnostics.diagnostic import Diagnostic
from averment.ir.digest import digest_of

Clock = Callable[[], datetime]
_BATCH = 1000  # entries in one transaction
_EVERYTHING = Filter()


class Receipt(NamedTuple):
    """A record that is on disk. ``fresh`` is false where its key had been recorded before."""

    sequence: int
    id: str
    hash: str
    time: str
    fresh: bool


@dataclass(slots=True, eq=False)
class _Ticket:
    pending: Pending
    result: Appended | LogError | None = None


class DecisionLog:
    """One open log; safe in threads, not across a fork. ``clock`` gives a record its time; without it: reading only."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock
        self._queue: list[_Ticket] = []
        self._queueing = threading.Lock()
        self._writing = threading.Lock()
        self._packs: set[str] = set()

    # --- writing

    def append(self, entry: Entry) -> Receipt:
        """Record ``entry``; return when it is on disk.

        Raises LogUnavailable, LogDamaged, or LogRefused where its key stands for something else (AV558) or its pack is
        not in the log (AV557). After LogUnavailable an entry *may* have been written, yet never counts as recorded;
        one with a key can be appended again.
        """
        if self._clock is None:
            raise refused(UNAVAILABLE, f"the decision log `{self.name}` was opened for reading")
        if not entry.archive:
            self._need_pack(entry.digest)
        ticket = _Ticket(Pending(entry, utc_text(self._clock())))
        with self._queueing:
            self._queue.append(ticket)
        with self._writing:
            while ticket.result is None:
                self._commit()
        if isinstance(ticket.result, LogError):
            raise ticket.result.again()
        return _receipt(ticket.result)

    def append_all(self, entries: Sequence[Entry]) -> list[Receipt | LogError]:
        """Record many entries in one transaction, for whoever gathers them: one result each, all on disk on return.

        What would be raised of one stands in its place. An entry whose pack is not in the log is refused alone.
        """
        if self._clock is None:
            raise refused(UNAVAILABLE, f"the decision log `{self.name}` was opened for reading")
        time = utc_text(self._clock())
        results: list[Receipt | LogError | None] = []
        for entry in entries:
            results.append(None)
            try:
                if not entry.archive:
                    self._need_pack(entry.digest)
            except LogError as error:
                results[-1] = error
        wanted = [place for place, result in enumerate(results) if result is None]
        try:
            with self._writing:
                found = self._store.extend([Pending(entries[place], time) for place in wanted])
        except LogError as error:
            self._packs.clear()  # what is there next may be another copy
            return [result or error for result in results]
        for place, one in zip(wanted, found, strict=True):
            results[place] = one if isinstance(one, LogError) else _receipt(one)
        return [result for result in results if result is not None]

    def put_pack(self, digest: str, files: Mapping[str, bytes], name: str = "") -> Receipt:
        """Keep a pack's files (path to content) under its digest, once: the first files of a digest are those kept.

        It must be there before its decisions.
        """
        receipt = self.append(stored_pack(digest, files, name))
        self._packs.add(digest)
        return receipt

    def mask(self, types: Mapping[str, FactType]) -> Mask:
        """The mask of a vocabulary under this log's key. Raises LogRefused (AV559) where its key is missing."""
        sensitive = any(field.sensitive for kind in types.values() for field in kind.fields)
        return mask_of(types.values(), self._store.masking_key() if sensitive else b"")

    def _commit(self) -> None:
        with self._queueing:
            batch, self._queue = self._queue[:_BATCH], self._queue[_BATCH:]
        try:
            results = self._store.extend([ticket.pending for ticket in batch])
        except LogError as error:
            self._packs.clear()
            for ticket in batch:
                ticket.result = error
        except BaseException:
            stopped = refused(UNAVAILABLE, f"writing to the decision log `{self.name}` was interrupted")
            for ticket in batch:
                ticket.result = stopped
            raise
        else:
            for ticket, result in zip(batch, results, strict=True):
                ticket.result = result

    def _need_pack(self, digest: str) -> None:
        if digest in self._packs:
            return
        if self._store.keyed(pack_key(digest)) is None:
            message = f"the pack `{digest}` is not in the decision log, so its decisions could not be replayed"
            raise refused(PACK, message, "put the pack into the log before its first decision")
        self._packs.add(digest)

    # --- reading

    @property
    def name(self) -> str:
        """How messages name the log; without a password."""
        return self._store.name

    @property
    def id(self) -> str:
        """The random id that the log was made with; its chain starts from it."""
        return self._store.log_id

    @property
    def store(self) -> Store:
        return self._store

    def head(self) -> Head:
        """How many records there are, and the hash of the last."""
        return self._store.head()

    def records(
        self, where: Filter = _EVERYTHING, *, after: int = 0, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Record]:
        """The records that meet ``where``, in order, numbered above ``after``: one snapshot, streamed."""
        for row in self._store.rows(where, after=after, newest_first=newest_first, limit=limit):
            yield record_of(row)

    def get(self, id: str) -> Record | None:
        """The record of an id, or of a bare sequence number."""
        number, _, digits = id.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        row = self._store.row(int(number))
        return record_of(row) if row and row.hash.hex().startswith(digits) else None

    def get_pack(self, digest: str) -> dict[str, bytes]:
        """The files of a stored pack. Raises LogRefused (AV557) where it is absent, or not what its record says."""
        row, archive = self._store.keyed(pack_key(digest)), self._store.archive(digest)
        if row is None or archive is None:
            raise refused(PACK, f"the pack `{digest}` is not in the decision log")
        if record_of(row).body["archive"] != digest_of(archive):
            raise refused(PACK, f"the files stored for the pack `{digest}` are not those recorded")
        return unpacked_files(archive)

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_log(url: str, *, clock: Clock | None = None, key: bytes = b"", patience: float = 30.0) -> DecisionLog:
    """Open ``sqlite:PATH`` or ``postgresql://…``. With a ``clock`` it is made if absent; without, only read.

    ``key``: the masking key; needed in PostgreSQL where a field is sensitive, while SQLite keeps one in ``PATH.key``.
    ``patience``: seconds to wait for other writers. Raises LogUnavailable, LogDamaged, and LogRefused where
    something else is in the place of the file (AV537), or the log is of a newer format (AV550).
    """
    write = clock is not None
    if spelled(url) != url:
        raise refused(UNAVAILABLE, f"`{url}` cannot be the address of a decision log: it is not UTF-8", "rename it")
    if url == "sqlite::memory:":
        message = "a decision log in memory would be gone when the program ends"
        raise refused(UNAVAILABLE, message, "name a file, as sqlite:decisions.db")
    if url.startswith("sqlite:") and len(url) > len("sqlite:"):
        from averment.audit.sqlite_store import SqliteStore

        return DecisionLog(SqliteStore(url.removeprefix("sqlite:"), write=write, key=key, patience=patience), clock)
    if url.startswith(("postgresql://", "postgres://")):
        try:
            from averment.audit.postgres_store import PostgresStore
        except ImportError:
            reason = "logs in PostgreSQL need psycopg, which is not installed"
            raise LogUnavailable(Diagnostic(UNAVAILABLE, reason, help=("install `averment[log]`",))) from None
        return DecisionLog(PostgresStore(url, write=write, key=key, patience=patience), clock)
    scheme = url.partition(":")[0] if "://" in url or url.startswith("sqlite:") else ""
    raise refused(
        UNAVAILABLE,
        f"`{scheme}:…` is not the address of a decision log" if scheme else "this is not the address of a decision log",
        "write `sqlite:PATH` or `postgresql://HOST/DATABASE`",
    )


def _receipt(appended: Appended) -> Receipt:
    row: Row = appended.row
    hash = row.hash.hex()
    return Receipt(row.sequence, id_of(row.sequence, hash), hash, row.fields[0].decode(), appended.fresh)
