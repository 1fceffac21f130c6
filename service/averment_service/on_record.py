"""Decisions on record, for whoever tells of them: chosen, found by their ids, and decided again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from averment.audit.log import DecisionLog
from averment.audit.record import DECISION, RUN, Record, time_of
from averment.audit.replay import Replayed, StoredPack, replay
from averment.audit.store import Filter
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment_service.problems import REQUEST, UNKNOWN, problem
from averment_service.recorded_rows import Rows
from averment_service.service import Service

MOST, USUAL = 200, 50  # decisions of one answer
_TIME = "as 2026-11-23 or 2026-11-23T09:30Z"
QUERY = {
    "since": f"Those from this time on, {_TIME}.",
    "until": f"Those before this time, {_TIME}.",
    "claim": "Those that claim this.",
    "status": f"Those of this status: {', '.join(Status)}.",
    "pack": "Those of this pack: its name, or how its digest begins.",
    "case": "Those of the case of this name.",
    "before": "Those of before: what the answer before this calls `next`.",
    "limit": f"How many to give at most: {USUAL}, or up to {MOST}.",
}


def log_of(service: Service) -> DecisionLog:
    """The log of a service. Raises: Problem (404) where it records nothing."""
    log = service.log
    if log is None:
        raise problem(404, UNKNOWN, "this service records nothing, so it has no decisions")
    return log


def filter_of(told: Mapping[str, str]) -> Filter:
    """Which decisions are asked for, by what stands in ``QUERY``. Raises: Problem (422)."""
    for name in told:
        if name not in QUERY:
            raise problem(422, REQUEST, f"decisions are not chosen by `{name}`", f"write one of {', '.join(QUERY)}")
    status = told.get("status", "")
    if status and status not in list(Status):
        raise problem(422, REQUEST, f"there is no status `{status}`", f"statuses: {', '.join(Status)}")
    return Filter(
        since=_time(told, "since"),
        until=_time(told, "until"),
        kind=DECISION,
        claim=told.get("claim", ""),
        status=status,
        pack=told.get("pack", ""),
        case=told.get("case", ""),
    )


def _time(query: Mapping[str, str], name: str) -> datetime | None:
    told = query.get(name)
    try:
        return None if told is None else time_of(told)
    except (ValueError, OverflowError):
        raise problem(422, REQUEST, f"`{name}` is not a time", f"write it {_TIME}") from None


def number_of(query: Mapping[str, str], name: str, usual: int) -> int:
    told = query.get(name, str(usual))
    if not told.isascii() or not told.isdigit() or len(told) > 18:
        raise problem(422, REQUEST, f"`{name}` is not a number")
    return int(told)


def record_of(log: DecisionLog, id: str) -> Record:
    """The decision of an id. Raises: Problem (404)."""
    record = log.get(id)
    if record is None or record.kind != DECISION:
        help = "an id that does not fit its record is of one that was altered"
        raise problem(404, UNKNOWN, f"there is no decision `{id}` on record", help)
    return record


class Again(NamedTuple):
    """A decision on record, and decided again; the ``outcome`` and its ``pack`` where it can be."""

    record: Record
    replayed: Replayed
    outcome: Outcome | None
    pack: Pack | None


def again_of(service: Service, log: DecisionLog, id: str) -> Again:
    """The decision of an id, which is ``RUN/ROW`` for the row of a batch. Raises: Problem (404, 413), Refused."""
    single, _, row = id.partition("/")
    if not row:
        record = record_of(log, id)
        return Again(record, *decided_again(service, log, record))
    run = log.get(single)
    if run is None or run.kind != RUN or not row.isascii() or not row.isdigit() or len(row) > 18:
        raise problem(404, UNKNOWN, f"there is no row `{id}` of a batch on record")
    return Again(*Rows(service, log).open(run, int(row)))


def found_of(service: Service, log: DecisionLog, id: str) -> Record:
    """The decision of an id, with its facts. Raises: as ``again_of``."""
    return again_of(service, log, id).record if "/" in id else record_of(log, id)


def decided_again(service: Service, log: DecisionLog, record: Record) -> tuple[Replayed, Outcome | None, Pack | None]:
    """A decision decided again, with the pack of then as the log holds it."""
    found: list[tuple[Outcome, Pack]] = []

    def decide(stored: StoredPack, parameters: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any]:
        pack = service.shop.find(f"{record.pack}@{stored.digest}")
        outcome = pack.decide(pack.case(facts, record.case), parameters, "reference")
        found.append((outcome, pack))
        return outcome.document

    told = next(replay(log, decide, ids=(record.id,)))
    again = replace(told, reason=service.places.hidden(told.reason))
    return (again, *found[0]) if found else (again, None, None)
