"""What a decision log needs of a database, the same on every store: three small tables and one exclusive step.

The tables hold the records, the packs' archives, and the log's own id. The only write is ``extend``: one transaction,
which is on disk when it returns and which no other writer can enter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from averment.audit.chain import FIELDS, Head, Link, Row, follow
from averment.audit.errors import CONFLICT, LogRefused, refused
from averment.audit.record import DECISION, Entry, record_of, utc_text

COLUMNS = ("hash", "previous", "sequence", *FIELDS)
SELECT = f"SELECT {', '.join(COLUMNS)} FROM averment_record"


@dataclass(frozen=True, slots=True)
class Filter:
    """Records that meet all that is given. ``until`` is exclusive; ``pack`` is a name or a digest's beginning.

    ``before``: those with a lower sequence number.
    """

    since: datetime | None = None
    until: datetime | None = None
    kind: str = ""
    claim: str = ""
    status: str = ""
    pack: str = ""
    case: str = ""
    before: int = 0

    def conditions(self) -> list[tuple[str, str | int]]:
        """SQL conditions with one ``?`` each, and their values."""
        found: list[tuple[str, str | int]] = [
            ("sequence < ?", self.before),
            ("time >= ?", utc_text(self.since) if self.since else ""),
            ("time < ?", utc_text(self.until) if self.until else ""),
            ("kind = ?", self.kind),
            ("claim = ?", self.claim),
            ("status = ?", self.status),
            ("case_name = ?", self.case),
        ]
        if self.pack.startswith("sha256:"):
            found.append((f"substr(digest, 1, {len(self.pack)}) = ?", self.pack))
        else:
            found.append(("pack = ?", self.pack))
        if self.kind and self.kind != DECISION:  # of these each has a key, by which few are found among many decisions
            found += [("key <> '' AND key >= ?", f"{self.kind}:"), ("key < ?", f"{self.kind};")]
        return [(condition, value) for condition, value in found if value]


class Pending(NamedTuple):
    """An entry and the time it was handed in, as it is recorded."""

    entry: Entry
    time: str


class Appended(NamedTuple):
    """``fresh`` is false where the key was recorded before: ``row`` is that record."""

    row: Row
    fresh: bool


class Tally(NamedTuple):
    """How many records share these."""

    kind: str
    claim: str
    status: str
    pack: str
    digest: str
    day: str
    records: int


class Store(Protocol):
    """A database that holds one log. Every method raises LogUnavailable or LogDamaged for what the database refuses."""

    @property
    def name(self) -> str:
        """How messages name the store; without a password."""
        ...

    @property
    def log_id(self) -> str: ...

    def extend(self, pending: Sequence[Pending]) -> list[Appended | LogRefused]:
        """Append what is pending to the chain in one transaction: one result each, on disk on return."""
        ...

    def adopt(self, log_id: str, rows: Iterable[Row], archives: Mapping[str, bytes]) -> None:
        """Become another log, whole, in one transaction: its id, its records and its packs. Raises LogRefused where
        there are records here.
        """
        ...

    def rows(self, where: Filter, *, after: int, newest_first: bool, limit: int | None) -> Iterator[Row]:
        """The records with a sequence number above ``after``, as one snapshot."""
        ...

    def links(self) -> Iterator[Link]:
        """Every record in order, as one snapshot, read past every index."""
        ...

    def tallies(self, where: Filter) -> list[Tally]: ...

    def row(self, sequence: int) -> Row | None: ...

    def keyed(self, key: str) -> Row | None: ...
    def keyed_under(self, key: str) -> Row | None: ...

    def head(self) -> Head: ...

    def archive(self, digest: str) -> bytes | None: ...

    def faults(self) -> list[str]:
        """What the database itself finds wrong with its structure, one line each."""
        ...

    def masking_key(self) -> bytes:
        """The key that the store keeps beside the log; empty where it keeps none."""
        ...

    def close(self) -> None: ...


def chained(pending: Sequence[Pending], head: Head, known: Callable[[str], Row | None]) -> list[Appended | LogRefused]:
    """``pending`` as the records that follow ``head``. ``known`` looks up a key in the store."""
    results: list[Appended | LogRefused] = []
    here: dict[str, Row] = {}
    for entry, time in pending:
        if entry.key and (old := here.get(entry.key) or known(entry.key)):
            results.append(Appended(old, fresh=False) if entry.agrees(record_of(old)) else _conflict(entry, old))
            continue
        row = follow(head, entry.fields(time))
        head = Head(row.sequence, row.hash)
        if entry.key:
            here[entry.key] = row
        results.append(Appended(row, fresh=True))
    return results


def fresh_rows(pending: Sequence[Pending], results: Sequence[Appended | LogRefused]) -> list[tuple[Entry, Row]]:
    """What is to be inserted."""
    return [
        (one.entry, result.row)
        for one, result in zip(pending, results, strict=True)
        if isinstance(result, Appended) and result.fresh
    ]


def statement(where: Filter, after: int, newest_first: bool, limit: int | None) -> tuple[str, list[str | int]]:
    """The SELECT for ``Store.rows``, with ``?`` for its values."""
    clause, values = clause_of(where, [("sequence > ?", after)])
    order = " ORDER BY sequence DESC" if newest_first else " ORDER BY sequence"
    return f"{SELECT}{clause}{order}{'' if limit is None else f' LIMIT {int(limit)}'}", values


def tally_statement(where: Filter) -> tuple[str, list[str | int]]:
    """The SELECT for ``Store.tallies``."""
    clause, values = clause_of(where, [])
    groups = "kind, claim, status, pack, digest, substr(time, 1, 10)"
    return f"SELECT {groups}, count(*) FROM averment_record{clause} GROUP BY {groups} ORDER BY {groups}", values


def clause_of(where: Filter, more: list[tuple[str, int]]) -> tuple[str, list[str | int]]:
    """A WHERE clause with ``?`` for its values."""
    conditions: list[tuple[str, str | int]] = [*more, *where.conditions()]
    clause = " WHERE " + " AND ".join(condition for condition, _ in conditions) if conditions else ""
    return clause, [value for _, value in conditions]


def not_empty(name: str) -> LogRefused:
    """The refusal of a log that has records where one is to be copied to."""
    return refused(CONFLICT, f"`{name}` has records of its own", "copy to where there is no log yet")


def _conflict(entry: Entry, old: Row) -> LogRefused:
    return refused(
        CONFLICT,
        f"`{entry.key}` is recorded as number {old.sequence} with other content",
        "a key stands for one thing: resume the same run, or give the new one a key of its own",
    )
