"""The least sets of unknown fields that may settle a claim, and that do: by class of what is alike, or one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import combinations, islice
from math import prod
from typing import Any

from averment.backends.symbolic.planes import Plane, states_of
from averment.core.program import Value
from averment.dataclass import dataclass
from averment.law.truth import Quantity
from averment.questions.judging.alternatives import representatives
from averment.questions.judging.budget import Spent
from averment.questions.judging.choices import Choices
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.together import parted, verdicts
from averment.questions.missing.alike import Chosen, Ways, classes_of, holds, size_of, slots_at
from averment.questions.missing.completing import values_of

MOST_STATES = 1 << 17  # tried one by one
MOST_DECISIONS = 1_000  # of them where a case has no circuit
MOST_WAYS = 1 << 14  # to answer classes of records
MOST_LISTED = 1_000  # sets, before they are told by class
MOST_EXACT = 1 << 53  # of a number that every reader of JSON keeps
BY_CLASS = 0.6  # of the time
AT_ONCE = 1 << 16


Sets = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """``many`` of some records, and of each of them these fields, by their paths."""

    many: int
    of: tuple[tuple[str, ...], ...]

    def document(self) -> dict[str, Any]:
        return {"many": self.many, "of": [list(paths) for paths in self.of]}


@dataclass(frozen=True, slots=True)
class Kin:
    """``sets`` of fields that differ only in which of some records that are alike they take them of."""

    sets: int
    parts: tuple[Part, ...]

    def document(self) -> dict[str, Any]:
        many = self.sets if self.sets < MOST_EXACT else str(self.sets)
        return {"sets": many, "parts": [part.document() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class ByClass:
    """All least sets of fields that may settle the claim, and that do, by class."""

    may_settle: tuple[Kin, ...]
    settle: tuple[Kin, ...]

    def document(self) -> dict[str, Any]:
        return {
            "may_settle": [kin.document() for kin in self.may_settle],
            "settle": [kin.document() for kin in self.settle],
        }


@dataclass(frozen=True, slots=True)
class Settling:
    """The least sets of fields that may settle the claim and that do, as ``Missing`` has them."""

    some: Sets
    every: Sets
    complete: bool = True
    by_class: ByClass | None = None
    tried: int = 0


def settling(judge: Judge, numbers: list[int], witnesses: list[frozenset[int]]) -> Settling:
    """The least sets of these open slots; ``witnesses`` are sets of which it is known that they may settle it."""
    try:
        values = [representatives(judge, number) or values_of(judge, number) for number in numbers]
    except Spent:
        return _one_by_one(judge, numbers, [], witnesses)
    if not judge.beyond(numbers):
        with suppress(Spent), judge.within(judge.budget.share(BY_CLASS)):
            if found := _by_class(judge, numbers, values):
                return found
    return _one_by_one(judge, numbers, values, witnesses)


def _by_class(judge: Judge, numbers: list[int], values: list[tuple[Value, ...]]) -> Settling | None:
    """All sets, told by class where they are too many to list; nothing where that takes too much. Raises: Spent."""
    classes = tuple(classes_of(judge, numbers, values))
    most = MOST_WAYS if isinstance(judge.circuitry, Circuitry) else MOST_DECISIONS
    if len(classes) == len(numbers) or prod(alike.states for alike in classes) > most:
        return None
    ways = Ways(classes)
    rows = [(chosen, answers) for chosen, answers in ways.rows() if answers]
    settled: set[Chosen] = set()
    loose: set[Chosen] = set()
    for (chosen, _), verdict in zip(rows, verdicts(judge, [answers for _, answers in rows]), strict=True):
        if verdict.settled:
            settled.add(chosen)
        if not verdict.definite:
            loose.add(chosen)
    some: list[Chosen] = []
    every: list[Chosen] = []
    for chosen in sorted(dict.fromkeys(chosen for chosen, _ in rows), key=lambda chosen: (size_of(chosen), chosen)):
        judge.budget.check()
        if any(holds(chosen, less) for less in every):
            continue
        if chosen in settled and not any(holds(chosen, less) for less in some):
            some.append(chosen)
        if chosen not in loose:
            every.append(chosen)
    listed = sum(map(ways.sets, (*some, *every))) <= MOST_LISTED

    def written(kinds: list[Chosen]) -> Sets:
        sets = [
            each for chosen in kinds for each in (ways.written(chosen) if listed else islice(ways.written(chosen), 1))
        ]
        return _paths(judge, sorted(sets, key=lambda each: (len(each), sorted(map(numbers.index, each)))))

    kin = ByClass(_kin(judge, ways, some), _kin(judge, ways, every))
    return Settling(written(some), written(every), listed, None if listed else kin)


def _kin(judge: Judge, ways: Ways, kinds: list[Chosen]) -> tuple[Kin, ...]:
    slots = judge.situation.slots
    return tuple(
        Kin(
            ways.sets(chosen),
            tuple(
                Part(many, tuple(tuple(slots[slot].path for slot in slots_at(each, bits)) for each in alike.records))
                for alike, records in zip(ways.classes, chosen, strict=True)
                for bits, many in sorted(Counter(records).items())
            ),
        )
        for chosen in kinds
    )


def _paths(judge: Judge, sets: Iterable[frozenset[int]]) -> Sets:
    return tuple(tuple(judge.situation.slots[number].path for number in sorted(fields)) for fields in sets)


def _one_by_one(
    judge: Judge, numbers: list[int], values: list[tuple[Value, ...]], witnesses: list[frozenset[int]]
) -> Settling:
    some: list[frozenset[int]] = []
    every: list[frozenset[int]] = []
    complete = len(values) == len(numbers) and not judge.beyond(numbers)
    left = MOST_STATES if isinstance(judge.circuitry, Circuitry) else MOST_DECISIONS
    tried = 0
    try:
        choices = Choices([len(each) for each in values], judge.budget.check)
        for size in range(1, len(values) + 1):
            left -= choices.count(0, size)
            if left < 0:
                raise Spent
            settled, loose = _outcomes(judge, numbers, values, choices, size)
            for chosen in combinations(range(len(numbers)), size):
                judge.budget.check()
                fields = frozenset(numbers[thing] for thing in chosen)
                if any(less <= fields for less in every):
                    continue
                if chosen in settled and not any(less <= fields for less in some):
                    some.append(fields)
                if chosen not in loose:
                    every.append(fields)
            tried = size
    except Spent:
        complete = False
    for fields in witnesses:
        if not complete and not any(less <= fields for less in some):
            some.append(fields)
    return Settling(_paths(judge, some), _paths(judge, every), complete, None, tried)


_Taken = set[tuple[int, ...]]


def _outcomes(
    judge: Judge, numbers: list[int], values: list[tuple[Value, ...]], choices: Choices, size: int
) -> tuple[_Taken, _Taken]:
    """The sets of so many fields some answers to which settle the claim, and those to which some leave it open."""
    settled: _Taken = set()
    loose: _Taken = set()
    for batch in choices.batches(size, AT_ONCE):
        fields: dict[int, dict[Quantity, Plane]] = {}
        taken: dict[int, Plane] = {}
        for (thing, form), plane in batch.planes.items():
            fields.setdefault(numbers[thing], {})[values[thing][form]] = plane
            taken[thing] = taken.get(thing, 0) | plane
        some = every = 0
        for verdict, plane in parted(judge, batch.size, fields).items():
            for state in states_of(plane) if verdict is None else ():
                way = batch.way(state)
                alone = judge.verdict({numbers[thing]: values[thing][form] for thing, form in way})
                some |= alone.settled << state
                every |= alone.definite << state
            if verdict is not None:
                some |= plane if verdict.settled else 0
                every |= plane if verdict.definite else 0
        for chosen in combinations(sorted(taken), size):
            judge.budget.check()
            states = (1 << batch.size) - 1
            for thing in chosen:
                states &= taken[thing]
            if states & some:
                settled.add(chosen)
            if states & ~every:
                loose.add(chosen)
    return settled, loose
