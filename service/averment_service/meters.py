"""What is counted and timed, for Prometheus: requests, decisions, the log, how much waits.

The processes of a service count into files of one folder, and whichever is asked tells the sum. Every label is one of a
bounded number: routes by their pattern, methods and statuses that there are, packs that are served and their claims.
The only place that knows the Prometheus client.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from averment.audit.record import DECISION, Entry

if TYPE_CHECKING:
    from prometheus_client import Counter as Counted
    from prometheus_client import Histogram as Timed

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER = "other"


def share(folder: Path) -> None:
    """Count together with the other processes of a service; before anything is counted in this one."""
    folder.mkdir(exist_ok=True)
    os.environ[_FOLDER] = str(folder)
    for file in folder.glob("gauge_live*_*.db"):  # of one that died
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with suppress(OSError):
                file.unlink()


class Meters:
    """What a process has counted so far."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = own = CollectorRegistry()
        self._requests = Counter("averment_requests", "Requests answered.", ["route", "method", "status"], registry=own)
        self._seconds = Histogram(
            "averment_request_seconds", "How long they took.", ["route"], registry=own, buckets=_SECONDS
        )
        self._decisions = Counter(
            "averment_decisions", "Decisions on record.", ["pack", "claim", "status"], registry=own
        )
        self._appending = Histogram(
            "averment_log_append_seconds", "How long until entries were on disk.", registry=own, buckets=_SECONDS
        )
        waits, asked = "What is worked at in threads, or waits for one.", "Consultations under way."
        self._queue = Gauge("averment_queue", waits, registry=own, multiprocess_mode="livesum")
        self._consultations = Gauge("averment_consultations", asked, registry=own, multiprocess_mode="mostrecent")
        self._known: dict[tuple[str, str, int], tuple[Counted, Timed]] = {}  # to look a label up takes longer
        self._claims: dict[tuple[str, str, str], Counted] = {}

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered; ``route``: its pattern."""
        key = route, method if method in _METHODS else OTHER, status
        known = self._known.get(key)
        if known is None:
            counted, timed = self._requests.labels(key[0], key[1], str(status)), self._seconds.labels(route)
            known = self._known[key] = counted, timed
        known[0].inc()
        known[1].observe(seconds)

    def recorded(self, entries: Iterable[Entry], seconds: float) -> None:
        """These are on record."""
        self._appending.observe(seconds)
        for entry in entries:
            if entry.kind == DECISION:
                key = entry.pack, entry.claim, entry.status
                counted = self._claims.get(key)
                if counted is None:
                    counted = self._claims[key] = self._decisions.labels(*key)
                counted.inc()

    def waiting(self, many: int) -> None:
        self._queue.set(many)

    def exposition(self, consultations: int) -> tuple[bytes, str]:
        """All that was counted, by all processes, and what kind of content it is."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        self._consultations.set(consultations)
        registry = self._registry
        if _FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
