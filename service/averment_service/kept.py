"""Consultations under way, kept where every process of a service finds them: who began each, what it began with, and
what was said since.

That is all a consultation is: from it any process can go on, so a request may come to any of them, and one may die.
Facts stay here until nobody has asked for a consultation for so long; then only that it was there is known, for as long
again.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from averment_service.problems import BUSY, GONE, Problem, problem

_TABLE = """CREATE TABLE IF NOT EXISTS consultation (
    id TEXT PRIMARY KEY, principal TEXT NOT NULL, pack TEXT NOT NULL, begun TEXT NOT NULL, replies TEXT NOT NULL,
    step INTEGER NOT NULL, touched REAL NOT NULL, decision TEXT NOT NULL
) WITHOUT ROWID"""
_LIVE = "touched >= ? AND decision = ''"
MOVED = "AV620"
Reply = dict[str, Any]
"""As the document of a consultation has it: ``said``, ``field``, ``value``."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A consultation as it is kept. ``pack``: its name and digest; ``begun``: the request it began with; ``replies``:
    all that was said, in order; ``step``: how often something was said or taken back; ``decision``: the number of the
    decision that it ended with.
    """

    id: str
    principal: str
    pack: str
    begun: str
    replies: list[Reply]
    step: int
    touched: float
    decision: str = ""


class Store:
    """The consultations of a service: ``most`` at once, each ``expires`` seconds after it was last asked for.

    ``file``: shared by all processes; without one they are those of this process. Safe in threads. ``clock`` is one
    that only measures, the same for all processes of a machine: whoever sets the time of day ends no consultation.
    """

    def __init__(
        self, file: Path | None, most: int, expires: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.expires = expires
        self._file, self._most, self._clock = file, most, clock
        self._lock = Lock()
        self._opened: sqlite3.Connection | None = None

    def begin(self, principal: str, pack: str, begun: str) -> Kept:
        """Raises: Problem, 429 where the principal alone has as many as there may be, 503 where all together have."""
        now = self._clock()
        kept = Kept(secrets.token_urlsafe(18), principal, pack, begun, [], 0, now)
        with self._using() as database, _transaction(database):
            database.execute("DELETE FROM consultation WHERE touched < ?", (now - 2 * self.expires,))
            database.execute("UPDATE consultation SET begun = '', replies = '[]' WHERE touched < ?",
                             (now - self.expires,))  # fmt: skip
            self._make_room(database, principal, now)
            database.execute("INSERT INTO consultation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (
                kept.id, principal, pack, begun, "[]", 0, now, "",
            ))  # fmt: skip
        return kept

    def _make_room(self, database: sqlite3.Connection, principal: str, now: float) -> None:
        held = database.execute(
            f"SELECT principal, count(*), min(touched) FROM consultation WHERE {_LIVE} GROUP BY 1",
            (now - self.expires,),
        ).fetchall()
        if sum(many for _, many, _ in held) < self._most:
            return
        wait = max(1, int(min(oldest for _, _, oldest in held) + self.expires - now) + 1) if held else 1
        if len(held) == 1 and held[0][0] == principal:
            raise problem(429, BUSY, "you have as many consultations as there may be", "end one", retry=wait)
        raise problem(503, BUSY, "there are as many consultations as there may be", retry=wait)

    def find(self, id: str, principal: str) -> Kept:
        """The consultation of this id, asked for now. Raises: Problem (AV597), 404 or 410 where it is not there."""
        now = self._clock()
        with self._using() as database:
            row = database.execute("SELECT * FROM consultation WHERE id = ?", (id,)).fetchone()
            if row is None or row[1] != principal:  # another's is as none
                raise _gone(404, "there is no such consultation")
            kept = Kept(row[0], row[1], row[2], row[3], json.loads(row[4]), *row[5:])
            if kept.touched < now - self.expires:
                raise _gone(410, f"nobody said anything in this consultation for {self.expires:g} s")
            if not kept.decision:
                database.execute("UPDATE consultation SET touched = ? WHERE id = ?", (now, id))
        return kept

    def change(self, kept: Kept, replies: list[Reply]) -> Kept:
        """What is said by now. Raises: Problem (409) where something else was said meanwhile."""
        written = json.dumps(replies), kept.step + 1, self._clock(), kept.id, kept.step
        with self._using() as database:
            changed = database.execute(
                "UPDATE consultation SET replies = ?, step = ?, touched = ? "
                "WHERE id = ? AND step = ? AND decision = ''", written,
            )  # fmt: skip
            if changed.rowcount != 1:
                raise moved()
        return Kept(kept.id, kept.principal, kept.pack, kept.begun, replies, kept.step + 1, written[2])

    def end(self, kept: Kept, decision: str) -> None:
        """It ended with a decision. Its facts stay until it expires, so that the same may be asked for again."""
        with self._using() as database:
            database.execute("UPDATE consultation SET decision = ? WHERE id = ?", (decision, kept.id))

    def delete(self, kept: Kept) -> None:
        with self._using() as database:
            database.execute("DELETE FROM consultation WHERE id = ?", (kept.id,))

    def count(self) -> int:
        """How many are under way."""
        with self._using() as database:
            begun = self._clock() - self.expires
            found = database.execute(f"SELECT count(*) FROM consultation WHERE {_LIVE}", (begun,))
            return int(found.fetchone()[0])

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    @contextmanager
    def _using(self) -> Generator[sqlite3.Connection]:
        """Raises: Problem (503) where the disk does not take, or give, what is kept."""
        with self._lock:
            try:
                yield self._database()
            except sqlite3.Error:
                raise problem(
                    503, BUSY, "consultations cannot be kept now: the disk does not take them", retry=5
                ) from None

    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            place = str(self._file) if self._file else ":memory:"
            database = sqlite3.connect(place, timeout=10, isolation_level=None, check_same_thread=False)
            if self._file:
                self._file.chmod(0o600)
                database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = OFF")  # what a crash of the machine loses was not on record
            database.execute(_TABLE)
            self._opened = database
        return self._opened


@contextmanager
def _transaction(database: sqlite3.Connection) -> Generator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has rolled back by itself after some errors
            database.execute("ROLLBACK")
        raise


def ended(kept: Kept) -> Problem:
    """That nothing more can be said in a consultation."""
    return _gone(410, f"this consultation ended with decision `{kept.decision}`")


def moved() -> Problem:
    """That a reply is to a question of before."""
    help = "look where it stands, and answer what is asked now"
    return problem(409, MOVED, "something else was said in this consultation meanwhile", help)


def _gone(status: int, message: str) -> Problem:
    return problem(status, GONE, message, "begin another, with the facts that are known")
