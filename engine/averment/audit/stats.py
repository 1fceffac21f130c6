"""What is in a log, in numbers. A batch counts with its cases, not its parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from averment.audit.log import DecisionLog
from averment.audit.record import DECISION, PACK, PART
from averment.audit.store import Filter


@dataclass(frozen=True, slots=True)
class Stats:
    """``decided`` cases: ``single`` ones and those in ``parts`` of batches. By status only single ones are known."""

    records: int
    single: int
    parts: int
    packs: int
    decided: int
    claims: dict[str, int]
    statuses: dict[str, int]
    by_pack: dict[str, int]
    by_day: dict[str, int]


_EVERYTHING = Filter()


def stats(log: DecisionLog, where: Filter = _EVERYTHING) -> Stats:
    """The numbers of the records that meet ``where``; keys are sorted."""
    kinds, claims, statuses, packs, days = (Counter[str]() for _ in range(5))
    for tally in log.store.tallies(where):
        kinds[tally.kind] += tally.records
        if tally.kind == DECISION:
            claims[tally.claim] += tally.records
            statuses[tally.status] += tally.records
            packs[f"{tally.pack} {tally.digest}"] += tally.records
            days[tally.day] += tally.records
    if kinds[PART] and where.kind in ("", PART):
        for record in log.records(where):
            if record.kind == PART:
                claims.update(record.body["claims"])
                packs[f"{record.pack} {record.digest}"] += record.body["cases"]
                days[record.time[:10]] += record.body["cases"]
    return Stats(
        records=kinds.total(),
        single=kinds[DECISION],
        parts=kinds[PART],
        packs=kinds[PACK],
        decided=packs.total(),
        claims=dict(sorted(claims.items())),
        statuses=dict(sorted(statuses.items())),
        by_pack=dict(sorted(packs.items())),
        by_day=dict(sorted(days.items())),
    )
