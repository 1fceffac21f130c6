"""Which values of a slot are worth trying: finitely many, such that no other value could give another answer.

Of a boolean, choice or level all values; of a set all subsets, or, where only membership is ever tested, those that
differ in a named element. Of text the words and texts it can meet, and enough that nothing meets. Of a number or
date: where its group is compared with constants and with each other, the values next to every bound: moving away from
what is given, the first value on the other side of a bound is the nearest that differs. With n slots in a group up to
n values in a row are kept at each bound, so that every order and equality among them occurs at its cheapest. Where
the program reckons with the value, all values it may have, up to ``MOST_VALUES``; beyond that, and where more than
``MOST_NEAR`` lie next to the bounds, there are no candidates (``None``).
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import combinations

from averment.core.program import Kind, Value
from averment.core.text_tests import Part
from averment.core.values import domain, ends
from averment.dataclass import dataclass
from averment.law.tick import Tick, on_and_on
from averment.questions.judging.situation import Situation, Slot
from averment.questions.judging.standing import standing, unlike
from averment.questions.judging.uses import Group, Uses

MOST_VALUES = 1024  # of one slot, taken one by one
MOST_NEAR = 1 << 14  # next to the bounds of a group
MOST_ELEMENTS = 10  # of a set, of which all subsets are taken
Candidates = tuple[Value, ...] | None


def candidates(situation: Situation, uses: Uses, tick: Tick = on_and_on) -> tuple[Candidates, ...]:
    """For each slot its values, in order; just what is given where no rule that bears on the claim reads it."""
    found: list[Candidates] = []
    fields = Counter((slot.type, slot.index) for slot in situation.slots)
    groups: dict[int, _Members] = {}
    for slot in situation.slots:
        tick()
        if (slot.type, slot.index) not in uses.read:
            found.append(() if slot.value is None else (slot.value,))
            continue
        group = uses.group(slot.type, slot.index)
        if id(group) not in groups:
            groups[id(group)] = _Members(group, _met(situation, group), sum(fields[each] for each in group.fields))
        found.append(_values(slot, groups[id(group)]))
    return tuple(found)


@dataclass(frozen=True)
class _Members:
    """The slots of a group: the values that they and the keys in it hold, and how ``many`` they are."""

    group: Group
    met: set[Value]
    many: int

    @cached_property
    def texts(self) -> Candidates:
        parts = self.group.parts
        kinds = standing(parts, self.many if self.group.joined else 1)
        return _texts(self.group.words | self.met | set(kinds), self.many, parts)

    @cached_property
    def near(self) -> frozenset[int] | None:
        """The numbers next to every bound; none where they are too many."""
        bounds, reach = set(self.group.bounds), 0
        if self.group.joined and (self.many > 1 or len(self.met) > 1):
            bounds |= {number for number in self.met if isinstance(number, int)}
            reach = self.many
        if len(bounds) * (2 * reach + 1) > MOST_NEAR:
            return None
        return frozenset(bound + step for bound in bounds for step in range(-reach, reach + 1))


def named_texts(situation: Situation, group: Group) -> frozenset[str]:
    """The texts of a group that the case or a rule names."""
    return frozenset(word for word in group.words | _met(situation, group) if isinstance(word, str))


def _met(situation: Situation, group: Group) -> set[Value]:
    """The values that fields of a group hold in the case."""
    return {
        value
        for fact in situation.records
        for index, value in enumerate(fact.values)
        if value is not None and (fact.type, index) in group.fields
    }


def _values(slot: Slot, members: _Members) -> Candidates:
    field = slot.field
    match field.kind:
        case Kind.BOOLEAN:
            return (False, True)
        case Kind.CHOICE:
            return field.values
        case Kind.LEVEL:
            return tuple(range(len(field.values)))
        case Kind.SET:
            return _subsets(slot, members.group)
        case Kind.TEXT:
            return members.texts
        case _:
            return _numbers(slot, members)


def _subsets(slot: Slot, group: Group) -> Candidates:
    loose = (
        slot.field.values
        if group.sized or group.joined
        else [each for each in slot.field.values if each in group.words]
    )
    if len(loose) > MOST_ELEMENTS:
        return None
    held = slot.value if isinstance(slot.value, frozenset) else frozenset[str]()
    rest = held - set(loose)
    return tuple(rest | frozenset(chosen) for size in range(len(loose) + 1) for chosen in combinations(loose, size))


def _texts(known: set[Value], many: int, parts: set[Part]) -> Candidates:
    words = sorted(word for word in known if isinstance(word, str))
    fresh: list[str] = []
    number = 0
    while len(fresh) < many:
        number += 1
        text = unlike(parts, number)
        while text in known and not parts:
            text += "'"
        if text not in known:
            fresh.append(text)
    return (*words, *fresh)


def _numbers(slot: Slot, members: _Members) -> Candidates:
    least, greatest = domain(slot.field)
    reckoned = members.group.reckoned
    if least is not None and greatest is not None and greatest - least < (MOST_VALUES if reckoned else 8):
        return tuple(range(least, greatest + 1))
    if reckoned or members.near is None:
        return None
    low, high = ends(slot.field)
    own: set[int] = {slot.value} if isinstance(slot.value, int) else set()
    near = members.near | own or {0}
    return tuple(sorted({min(max(number, low), high) for number in near}))
