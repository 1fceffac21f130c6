"""Deciding single cases again, each with the pack that decided it: is it the same, to the byte?

A record whose facts are masked cannot be decided again, for what was hidden may have mattered: its replay says
``masked``, and neither that it is the same nor that it differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from averment.audit.log import DecisionLog
from averment.audit.mask import Mask, is_masked
from averment.audit.record import DECISION, Record
from averment.audit.store import Filter
from averment.diagnostics.diagnostic import Refused
from averment.outcome.evidence import with_evidence
from averment.outcome.outcome import answer_of


@dataclass(frozen=True, slots=True, eq=False)
class StoredPack:
    """A pack's files by path. The same object comes for every record of one digest, so it may be loaded once."""

    digest: str
    files: Mapping[str, bytes]


Decide = Callable[[StoredPack, Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]
"""A pack, the parameters and the facts of a case, to its outcome document; may raise ``diagnostic.Refused``."""


class State(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    MASKED = "masked"
    REFUSED = "refused"
    LEFT = "left out"


class Difference(NamedTuple):
    """``what``: claim, status, presumed, outcome, warrant or answer (the last three are digests)."""

    what: str
    recorded: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One record decided again. ``claim`` is what it is now; empty where it was not decided."""

    record: Record
    state: State
    claim: str = ""
    differences: tuple[Difference, ...] = ()
    reason: str = ""


_EVERYTHING = Filter()


def replay(
    log: DecisionLog,
    decide: Decide,
    *,
    ids: Iterable[str] | None = None,
    where: Filter = _EVERYTHING,
) -> Iterator[Replayed]:
    """Decide again the decisions of ``ids`` (else those that meet ``where``), as a stream, in order.

    Raises LogRefused (AV557) for a pack, and KeyError for an id, that is not in the log.
    """
    stored: dict[str, StoredPack] = {}
    for record in log.records(where) if ids is None else _by_id(log, ids):
        if record.kind != DECISION:
            continue
        if record.digest not in stored:
            stored[record.digest] = StoredPack(record.digest, log.get_pack(record.digest))
        yield _again(record, decide, stored[record.digest])


def told(claim: str, presumed: str | None) -> str:
    """A claim in a table of them; of an open one what it presumably is."""
    return f"presumably {presumed}" if presumed else claim


def _by_id(log: DecisionLog, ids: Iterable[str]) -> Iterator[Record]:
    for id in ids:
        record = log.get(id)
        if record is None:
            raise KeyError(id)
        yield record


def _again(record: Record, decide: Decide, pack: StoredPack) -> Replayed:
    if is_masked(record.facts):
        return Replayed(record, State.MASKED, reason="facts of this case are masked")
    try:
        outcome: dict[str, Any] = {**decide(pack, record.parameters, record.facts), "case": record.case}
    except Refused as error:
        return Replayed(record, State.REFUSED, reason=str(error))
    if record.evidence is not None:
        outcome = with_evidence(outcome, record.evidence)
    presumed: str | None = outcome["presumed"]["claim"] if "presumed" in outcome else None
    now = {"claim": outcome["claim"], "status": outcome["status"], "presumed": presumed}
    then = {"claim": record.claim, "status": record.status, "presumed": record.presumed}
    if "answer" in record.body:  # what was answered had no warrant
        outcome = answer_of(outcome)
    now |= Mask().digests(outcome, ())
    then |= {name: record.body[name] for name in now if name not in then}
    differences = tuple(Difference(name, then[name], now[name]) for name in then if then[name] != now[name])
    state = State.DIFFERS if differences else State.SAME
    return Replayed(record, state, told(outcome["claim"], presumed), differences)
