"""What all routes share: the packs, the log, who may do what, how much at once. One of a process."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

from averment.audit.errors import PACK as LACKS
from averment.audit.errors import LogError
from averment.audit.log import DecisionLog, Receipt, open_log
from averment.audit.mask import Mask, mask_of
from averment.audit.record import DECISION, PACK, Entry, Record, record_of, stored_pack
from averment.audit.store import Filter
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.recent import Recent
from averment.recording import loaded_files, pack_bytes
from averment.replaying.finding import Finder
from averment_service.answering import Answered, Noter
from averment_service.consulting import Consultations
from averment_service.documents import Library
from averment_service.gate import Gate
from averment_service.job_queue import queue_of
from averment_service.jobs import Jobs
from averment_service.journal import Journal
from averment_service.kept import Store
from averment_service.meters import Meters
from averment_service.places import Places
from averment_service.principals import Doorkeeper, Principal
from averment_service.settings import OFF, Settings, key_of
from averment_service.shelf import Shop
from averment_service.tracing import tracing
from averment_service.wire import Result


class Service:
    """The state of a process that answers. ``keeper``: where the writer of the log listens, if another process is.
    ``secret``: what cookies are signed with, which all processes of a service share; ``folder``: what else they have in
    common for as long as the service runs.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        doorkeeper: Doorkeeper,
        keeper: str = "",
        secret: bytes = b"",
        folder: Path | None = None,
    ) -> None:
        self.settings, self.journal, self.doorkeeper, self.keeper = settings, journal, doorkeeper, keeper
        self.places = Places(settings)
        self.supervisor = 0  # the process that started this one, where one did
        self.secret = secret or secrets.token_bytes(32)
        queue = queue_of(settings, keeper)
        self.jobs = Jobs(queue)
        self.shop = Shop(settings.packs, self._earlier, folder / "packs" if folder else None)
        kept = Store(folder / "consultations.db" if folder else None, settings.sessions, settings.expires)
        self.consultations = Consultations(kept, settings)
        self.documents = Library(queue.folder / "documents", settings.documents, settings.upload)
        self.meters, self.tracing = Meters(), tracing()
        self.gate = Gate(settings.slow, settings.queue, self.meters.waiting)
        self._masks: Recent[str, Mask] = Recent(64)
        self._noters: Recent[tuple[str, str], Noter] = Recent(1024)
        self._mark, self._numbers = secrets.token_hex(8), count()  # which make the key of a request that has none
        self._known: set[str] = set()  # digests of packs that are in the log
        self._log: DecisionLog | None = None
        self._opening = Lock()
        self._finder: Finder | None = None

    @property
    def records(self) -> bool:
        return self.settings.log not in ("", OFF)

    @property
    def log(self) -> DecisionLog | None:
        """The log, to read; safe in threads. None for a service that records nothing. Raises: LogError."""
        if self.records and self._log is None:
            with self._opening:
                if self._log is None:
                    self._log = open_log(self.settings.log, key=key_of(self.settings))
        return self._log

    def note(self, pack: Pack, principal: Principal, key: str = "") -> Callable[[Outcome, str], Answered]:
        """How an outcome of a pack is noted for the log. ``key``: of the request, which makes it exact-once."""
        who = pack.digest, principal.name
        noter = self._noters.kept(who) or self._noters.get(who, lambda: Noter(pack, self.mask(pack), principal.name))
        return partial(noter.note, key=key or f"{self._mark}-{next(self._numbers):x}")

    async def record(self, pack: Pack, entries: list[Entry]) -> list[Receipt]:
        """Put decisions on record, after their pack. Raises: LogError for the first that is not; LogError."""
        return _receipts(await self.results(pack, entries))

    async def results(self, pack: Pack, entries: list[Entry]) -> list[Result]:
        """As ``record``, with the error of each that is not on record in its place."""
        if pack.digest in self._known:
            found = await self._appended(entries)
            if not any(isinstance(one, LogError) and one.diagnostic.code == LACKS for one in found):
                return found  # else an older copy of the log was put back
        _receipts(await self._appended([stored_pack(pack.digest, pack_bytes(pack), pack.name)]))
        self._known.add(pack.digest)
        return await self._appended(entries)

    async def _appended(self, entries: list[Entry]) -> list[Result]:
        begun = perf_counter()
        with self.tracing.part("log.append") if self.tracing else nullcontext():
            found = await self.journal.append(entries)
        there = [entry for entry, one in zip(entries, found, strict=True) if isinstance(one, Receipt)]
        self.meters.recorded(there, perf_counter() - begun)
        return found

    def mask(self, pack: Pack) -> Mask:
        """What hides the sensitive values of a pack, as the log does."""

        def made() -> Mask:
            log, types = self.log, pack.model.types
            return log.mask(types) if log else mask_of(types.values(), self.secret)

        return self._masks.get(pack.digest, made)

    def finder(self, log: DecisionLog) -> Finder:
        """What finds where the tables are of batches on record; it remembers their digests."""
        if self._finder is None or self._finder.log is not log:
            self._finder = Finder(log)
        return self._finder

    def _earlier(self, digest: str) -> Pack | None:
        """A pack that decided before, from the log."""
        log = self.log
        for record in log.records(Filter(kind=PACK, pack=digest), limit=1) if log else ():
            return loaded_files(log.get_pack(record.digest)) if log else None
        return None

    def refresh(self) -> list[Pack]:
        """Take up what is new of the packs, here and in the other processes that answer. Raises: Refused."""
        new = self.shop.refresh()
        if self.supervisor:
            os.kill(self.supervisor, signal.SIGHUP)  # which tells every worker
        return new

    def recorded(self, key: str) -> Record | None:
        """The decision that is on record under a key of a request."""
        row = self.log.store.keyed(f"{DECISION}:{key}") if self.log else None
        return record_of(row) if row else None

    def recorded_of_many(self, key: str) -> Record | None:
        """Any decision of a request of many cases that is on record under a key; those refused are not."""
        row = self.log.store.keyed_under(f"{DECISION}:{key}") if self.log else None
        return record_of(row) if row else None

    def close(self) -> None:
        self.gate.close()
        self.consultations.store.close()
        if self.tracing is not None:
            self.tracing.close()
        if self._log is not None:
            self._log.close()


def _receipts(results: list[Result]) -> list[Receipt]:
    """Raises: LogError, the first of them."""
    for one in results:
        if isinstance(one, LogError):
            raise one
    return [one for one in results if isinstance(one, Receipt)]


def now() -> datetime:
    return datetime.now(UTC)


def headers_of(scope: Mapping[str, Any]) -> dict[bytes, bytes]:
    """The headers of a request; of one that comes twice the last."""
    return dict(scope["headers"])
