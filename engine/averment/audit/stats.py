"""What is in a log, in numbers. Deciding a table again is another run of the same order, and no more cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from averment.audit.batches import Batch, batches, meets, standing, strays
from averment.audit.log import DecisionLog
from averment.audit.record import DECISION, PACK
from averment.audit.store import Filter


@dataclass(frozen=True, slots=True)
class Stats:
    """``decided``: all decisions, ``single`` ones and those of each of the ``runs`` of batches. ``cases``: those of
    runs of one order counted once. Claims, statuses, what is presumed, and packs are of cases; days of decisions.

    ``unfinished``: of how many runs no end is recorded; ``parts``: of how many parts the log has.
    """

    records: int
    single: int
    runs: int
    orders: int
    unfinished: int
    parts: int
    packs: int
    decided: int
    cases: int
    claims: dict[str, int]
    statuses: dict[str, int]
    presumed: dict[str, int]
    by_pack: dict[str, int]
    by_day: dict[str, int]


_EVERYTHING = Filter()


def stats(log: DecisionLog, where: Filter = _EVERYTHING, rows: Iterable[tuple[Batch, str, str]] | None = None) -> Stats:
    """The numbers of what meets ``where``; keys are sorted.

    ``rows``: the rows of batches that do, as run, claim and status, where only the rows themselves tell.
    """
    kinds, days = Counter[str](), Counter[str]()
    packs, stands = Counter[str](), Counter[tuple[str, str]]()
    presumed: Counter[str] = Counter()
    for tally in log.store.tallies(where):
        kinds[tally.kind] += tally.records
        if tally.kind == DECISION:
            stands[tally.claim, tally.status] += tally.records
            packs[f"{tally.pack} {tally.digest}"] += tally.records
            days[tally.day] += tally.records
    if where.status in ("", "presumed"):
        wanted = replace(where, kind=DECISION, status="presumed")
        presumed.update(record.presumed for record in log.records(wanted) if record.presumed)
    found = batches(log, where)
    told = {batch.hash: _chosen(batch.standing, where) for batch in found} if rows is None else _counted(rows)
    found = [batch for batch in found if told.get(batch.hash)]
    for batch in found:
        days[batch.record.time[:10]] += told[batch.hash].total()
    last = last_runs(found)
    for batch in last:
        stands += told[batch.hash]
        packs[f"{batch.record.pack} {batch.record.digest}"] += told[batch.hash].total()
        if rows is None and where.claim in ("", "open") and where.status in ("", "presumed"):
            presumed += batch.counts("presumed")
    unknown = strays(log, where) if rows is None else []
    for part in unknown:
        stood = _chosen(standing(part), where)
        stands += stood
        packs[f"{part.pack} {part.digest}"] += stood.total()
        days[part.time[:10]] += stood.total()
    return Stats(
        records=kinds.total(),
        single=kinds[DECISION],
        runs=len(found),
        orders=len(last),
        unfinished=sum(batch.done is None for batch in found),
        parts=sum(len(batch.parts) for batch in found) + len(unknown),
        packs=kinds[PACK],
        decided=days.total(),
        cases=stands.total(),
        claims=_by(stands, 0),
        statuses=_by(stands, 1),
        presumed=dict(sorted(presumed.items())),
        by_pack=dict(sorted(packs.items())),
        by_day=dict(sorted(days.items())),
    )


def last_runs(runs: Iterable[Batch]) -> list[Batch]:
    """One run of each order: the last that was finished, else the last that was begun."""
    last = {batch.order: batch for batch in sorted(runs, key=lambda batch: batch.done is not None)}
    return list(last.values())


def _counted(rows: Iterable[tuple[Batch, str, str]]) -> dict[str, Counter[tuple[str, str]]]:
    found: dict[str, Counter[tuple[str, str]]] = {}
    for batch, claim, status in rows:
        found.setdefault(batch.hash, Counter())[claim, status] += 1
    return found


def _chosen(stands: Counter[tuple[str, str]], where: Filter) -> Counter[tuple[str, str]]:
    return Counter({pair: number for pair, number in stands.items() if meets(where, *pair)})


def _by(stands: Counter[tuple[str, str]], place: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for pair, number in stands.items():
        found[pair[place]] += number
    return dict(sorted(found.items()))
