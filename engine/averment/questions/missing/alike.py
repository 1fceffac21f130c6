"""Unknown fields of records that nothing tells apart, in classes: how many of a class are answered counts, not which.

Two records are alike where to exchange them changes nothing that a rule can see: they hold the same, but for fields
that no rule looks at, and for texts that no rule names and no other field holds which they could meet. What is so of
answers to a field of one is then so of the same answers to that field of the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, combinations_with_replacement, product
from math import comb, factorial, prod

from averment.core.program import Fact, Kind, Value
from averment.dataclass import dataclass
from averment.questions.judging.judge import Judge
from averment.questions.judging.standing import signature

Form = tuple[int, ...]
"""By field of a record the number of the value that it is answered with; -1 where it is left open."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Records that are alike by their open slots, in the same order in each; by field the values that it may have."""

    records: tuple[tuple[int, ...], ...]
    values: tuple[tuple[Value, ...], ...]

    @property
    def forms(self) -> list[Form]:
        """The ways to answer the fields of one record, or leave them open; first the one that leaves all open."""
        return [*product(*(range(-1, len(each)) for each in self.values))]

    @property
    def states(self) -> int:
        """In how many ways its records may be answered, those that differ in which record is which as one."""
        return comb(len(self.records) + prod(len(each) + 1 for each in self.values) - 1, len(self.records))


def classes_of(judge: Judge, numbers: Sequence[int], values: Sequence[tuple[Value, ...]]) -> list[Alike]:
    """These open slots in classes of records that are alike; ``values`` are those that each of them may have."""
    situation, asked = judge.situation, dict(zip(numbers, values, strict=True))
    of_record: dict[int, list[int]] = {}
    for number in sorted(asked):
        of_record.setdefault(situation.slots[number].record, []).append(number)
    holders = _holders(judge)
    open_groups = {id(judge.uses.group(slot.type, slot.index)) for slot in (situation.slots[each] for each in asked)}
    classes: dict[object, list[tuple[int, ...]]] = {}
    for record, open_slots in of_record.items():
        judge.budget.check()
        fact = situation.records[record]
        seen = [_seen(judge, fact, index, holders, open_groups) for index in range(len(fact.values))]
        fields = [(situation.slots[number].index, asked[number]) for number in open_slots]
        classes.setdefault((fact.type, tuple(seen), tuple(fields)), []).append(tuple(open_slots))
    return [Alike(tuple(records), tuple(asked[number] for number in records[0])) for records in classes.values()]


Holders = Mapping[tuple[int, Value], int]


def _holders(judge: Judge) -> Holders:
    """How many fields of a group hold a text."""
    found = Counter[tuple[int, Value]]()
    for fact in judge.situation.records:
        judge.budget.check()
        for index, value in enumerate(fact.values):
            if isinstance(value, str) and (fact.type, index) in judge.uses.read:
                found[id(judge.uses.group(fact.type, index)), value] += 1
    return found


def _seen(judge: Judge, fact: Fact, index: int, holders: Holders, open_groups: set[int]) -> object:
    """What rules see of a field of a record: its value, or that it has one which is met nowhere else, or nothing."""
    value, place = fact.values[index], (fact.type, index)
    if place not in judge.uses.read:
        return ()
    if judge.situation.program.types[fact.type].fields[index].kind is Kind.TEXT and value is not None:
        group = judge.uses.group(*place)
        if value not in group.words and holders[id(group), value] == 1 and id(group) not in open_groups:
            return (True, *signature(str(value), group.parts))
    return value


# --- sets of fields, those that differ in which record is which as one ------------------------------------------------

Chosen = tuple[tuple[int, ...], ...]
"""By class, for each record of which fields are chosen, their places as bits; sorted."""


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways to answer the fields of some classes, or leave them open."""

    classes: tuple[Alike, ...]

    def rows(self) -> Iterator[tuple[Chosen, dict[int, Value]]]:
        """The fields that each way answers, and its answers by slot."""
        taken = (combinations_with_replacement(each.forms[::-1], len(each.records)) for each in self.classes)
        for way in product(*taken):
            answers: dict[int, Value] = {}
            for alike, records in zip(self.classes, way, strict=True):
                for slots, form in zip(alike.records, records, strict=True):
                    answers |= {
                        slot: values[number]
                        for slot, number, values in zip(slots, form, alike.values, strict=True)
                        if number >= 0
                    }
            yield tuple(_fields(records) for records in way), answers

    def sets(self, chosen: Chosen) -> int:
        """How many sets of fields differ from this one in nothing but which record is which."""
        return prod(
            factorial(len(alike.records))
            // prod(map(factorial, (*Counter(records).values(), len(alike.records) - len(records))))
            for alike, records in zip(self.classes, chosen, strict=True)
        )

    def written(self, chosen: Chosen) -> Iterator[frozenset[int]]:
        """These sets, by their slots."""
        yield from self._written(0, frozenset(), chosen)

    def _written(self, place: int, taken: frozenset[int], chosen: Chosen) -> Iterator[frozenset[int]]:
        if place == len(chosen):
            yield taken
            return
        for part in _spread(chosen[place], self.classes[place].records):
            yield from self._written(place + 1, taken | part, chosen)


def _fields(records: Sequence[Form]) -> tuple[int, ...]:
    answered = (sum(1 << place for place, number in enumerate(form) if number >= 0) for form in records)
    return tuple(sorted(bits for bits in answered if bits))


def _spread(chosen: tuple[int, ...], records: tuple[tuple[int, ...], ...]) -> Iterator[frozenset[int]]:
    """The sets of slots that are so chosen of some of the records."""
    if not chosen:
        yield frozenset()
        return
    bits, many = chosen[0], chosen.count(chosen[0])
    for taken in combinations(range(len(records)), many):
        here = frozenset(slot for place in taken for slot in slots_at(records[place], bits))
        rest = tuple(each for place, each in enumerate(records) if place not in taken)
        for more in _spread(chosen[many:], rest):
            yield here | more


def slots_at(slots: tuple[int, ...], bits: int) -> tuple[int, ...]:
    """The slots of a record at the places that are bits."""
    return tuple(slot for place, slot in enumerate(slots) if bits >> place & 1)


def size_of(chosen: Chosen) -> int:
    """How many fields are chosen."""
    return sum(bits.bit_count() for records in chosen for bits in records)


def holds(more: Chosen, less: Chosen) -> bool:
    """Whether one of the sets that are chosen so holds one of those."""
    return all(map(_covers, more, less))


def _covers(more: tuple[int, ...], less: tuple[int, ...]) -> bool:
    """Whether each of the records of ``less`` can be given one of ``more`` of its own that has all of its fields."""
    if len(less) > len(more):
        return False
    owner: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for other, bits in enumerate(more):
            if bits & less[one] == less[one] and other not in tried:
                tried.add(other)
                if other not in owner or place(owner[other], tried):
                    owner[other] = one
                    return True
        return False

    return all(place(one, set()) for one in range(len(less)))
