"""Decisions on record as the page shows them: listed, opened, compared, and held against another version of a pack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from averment.audit.batches import batches
from averment.audit.log import DecisionLog
from averment.audit.mask import is_masked
from averment.audit.record import PACK, Record
from averment.audit.replay import Replayed, State
from averment.audit.store import Filter
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.outcome.turns import Answer, Turn, Turns, ordered
from averment.pack import Pack
from averment.questions.judging.budget import SECONDS, Budget
from averment.questions.whatif import difference
from averment.render.html import sections
from averment.render.markup import Markup
from averment.replaying.rows import Decisions
from averment.replaying.turning import Turning
from averment_service.on_record import again_of
from averment_service.problems import TOO_MUCH, UNKNOWN, problem
from averment_service.recorded_rows import MOST_AGAIN
from averment_service.service import Service

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
_RULES = 4  # told of each way to turn
_SAID = {
    State.SAME: "Decided again just now: the same, byte for byte.",
    State.DIFFERS: "Decided again just now, and it is not the same.",
    State.MASKED: "It cannot be decided again, because facts of it are masked.",
    State.REFUSED: "It cannot be decided again.",
}


class Given(NamedTuple):
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A decision: as recorded, and decided again by the pack of then."""

    record: Record
    again: Replayed
    said: str
    given: tuple[Given, ...]
    warrant: Markup | None
    masked: bool


class Difference(NamedTuple):
    """Something that is so in one decision and otherwise, or not at all, in the other."""

    what: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two decisions. ``first`` and ``second``: sentences of rules that fired in one of them only."""

    one: Record
    other: Record
    differences: tuple[Difference, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]
    reason: str


class TurnView(NamedTuple):
    before: Answer
    after: Answer
    cases: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurnsView:
    """What turns under another version. ``left``: how many were left out, and why."""

    cases: int
    turned: int
    kinds: tuple[TurnView, ...]
    first: tuple[Any, ...]
    left: tuple[tuple[str, int], ...]


class Version(NamedTuple):
    """A version of a pack: how it is asked for, and what it is called."""

    asked: str
    shown: str


def opened(service: Service, log: DecisionLog, id: str) -> Opened:
    """A decision by its id. Raises: Problem (404), LogError."""
    record, again, outcome, pack = again_of(service, log, id)
    warrant = sections(explain(outcome), pack.model) if outcome and pack else None
    return Opened(
        record, again, _SAID[again.state], tuple(_given(record.facts)), warrant, is_masked(record.facts)
    )  # fmt: skip


def compared(service: Service, log: DecisionLog, one: str, other: str) -> Compared:
    """Two decisions held against each other. Raises: Problem (404), LogError."""
    both = [again_of(service, log, id) for id in (one, other)]
    records = both[0].record, both[1].record
    told = [dict(_told(record)) for record in records]
    names = dict.fromkeys(name for each in told for name in each)
    differences = [
        Difference(name, told[0].get(name, ""), told[1].get(name, ""))
        for name in names
        if told[0].get(name) != told[1].get(name)
    ]
    reason = next((each.replayed.reason for each in both if each.outcome is None), "")
    first, second = _fired(both[0].outcome, both[1].outcome)
    return Compared(*records, tuple(differences), first, second, reason)


def turned(service: Service, log: DecisionLog, where: Filter, other: Pack) -> TurnsView:
    """What would turn among decisions if another pack decided them. Raises: Problem (413) where they are too many."""
    runs = [batch for batch in batches(log, where) if batch.number(where)]
    single = sum(1 for _ in log.records(where, limit=MOST_AGAIN + 1))
    if single + sum(batch.rows for batch in runs) > MOST_AGAIN:
        help = "choose fewer, or run `averment audit replay --pack`"
        raise problem(413, TOO_MUCH, f"more than {MOST_AGAIN:,} decisions are not decided again at once", help)
    turning = Turning(Decisions(log, service.finder(log)), other)
    for record in log.records(where):
        turning.single(record)
    for batch in runs:
        turning.run(batch, where)
    return _turns(turning.turns, turning, service.places.hidden)


def versions(service: Service, log: DecisionLog, named: str) -> Iterator[Version]:
    """The versions of a pack: those that are served, the current one first, then those that only the log holds."""
    known: set[str] = set()
    for pack in reversed(service.shop.shelf.packs.get(named, ())):
        known.add(pack.digest)
        yield Version(pack.digest, f"{pack.version} · {pack.digest[7:19]}")
    for record in log.records(Filter(kind=PACK, pack=named), newest_first=True, limit=100):
        if record.digest not in known:
            known.add(record.digest)
            yield Version(record.digest, f"recorded {record.time[:10]} · {record.digest[7:19]}")


def version_of(service: Service, named: str, digest: str) -> Pack:
    """A version of a pack. Raises: Problem (404)."""
    if not digest:
        raise problem(404, UNKNOWN, "no version is named to hold the decisions against")
    return service.shop.find(f"{named}@{digest}")


def _given(facts: Mapping[str, Any]) -> Iterator[Given]:
    """The facts as recorded, a line for each field of a `one` type and each record of another."""
    for name, held in facts.items():
        if isinstance(held, dict):
            for field, value in cast("dict[str, Any]", held).items():
                yield Given(f"{name}.{field}", shown(value))
            continue
        records = cast("list[dict[str, Any]]", held)
        for number, each in enumerate(records, 1):
            yield Given(f"{name} {number}", "; ".join(f"{field} {shown(value)}" for field, value in each.items()))
        if not records:
            yield Given(name, "none")


def shown(value: Json) -> str:
    """A recorded value for a reader."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(shown, value)) or "none"
    return "masked" if isinstance(value, dict) else str(value).replace("_", " ")


def _told(record: Record) -> Iterator[tuple[str, str]]:
    """Everything of a decision that may differ from another, as text."""
    yield "claim", record.claim
    yield "status", record.status
    if record.presumed:
        yield "presumably", record.presumed
    yield "pack", f"{record.pack} {record.body.get('pack_version', '')} {record.digest[7:19]}"
    for name, value in record.parameters.items():
        yield f"parameter {name}", shown(value)
    yield from _given(record.facts)


def _fired(one: Outcome | None, other: Outcome | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if one is None or other is None:
        return (), ()
    first, second = (each.presumed.outcome if each.presumed else each for each in (one, other))
    found = difference(first, second, Budget(SECONDS))
    return tuple(each.says for each in found.stops), tuple(each.says for each in found.fires)


def _turns(turns: Turns, turning: Turning, hidden: Callable[[str], str]) -> TurnsView:
    left: dict[str, int] = {}
    for each in turning.left:
        why = hidden(each.why.message)
        left[why] = left.get(why, 0) + each.cases
    kinds = tuple(TurnView(before, after, turn.cases, _rules(turn)) for before, after, turn in turns.ordered)
    return TurnsView(turns.cases, turns.turned, kinds, tuple(turns.first), tuple(left.items()))


def _rules(turn: Turn) -> tuple[str, ...]:
    """The rules responsible, the most frequent first."""
    told = {"no_longer": "no longer", "now": "now", "otherwise": "otherwise"}
    return tuple(
        f"{told[how]}: {rule} ({many})"
        for how, counts in turn.rules.items()
        for rule, many in [*ordered(counts).items()][:_RULES]
    )
