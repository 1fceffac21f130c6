"""Which values of a slot are worth trying: finitely many, such that no other value could give another answer.

Of a boolean, choice or level all values; of a set all subsets, or, where only membership is ever tested, those that
differ in a named element. Of text the words and texts it can meet, and enough that nothing meets. Of a number or
date: where its group is compared with constants and with each other, the values next to every bound: moving away from
what is given, the first value on the other side of a bound is the nearest that differs. With n slots in a group up to
n values in a row are kept at each bound, so that every order and equality among them occurs at its cheapest. Where
the program reckons with the value, all values it may have, up to ``MOST_VALUES``; beyond that there are no candidates
(``None``).
"""

from __future__ import annotations

from itertools import combinations

from averment.ir.program import Kind, Value
from averment.ir.values import INT64_MAX, INT64_MIN, limits
from averment.questions.situation import Situation, Slot
from averment.questions.uses import Group, Uses

MOST_VALUES = 1024  # of one slot, taken one by one
MOST_ELEMENTS = 10  # of a set, of which all subsets are taken
Candidates = tuple[Value, ...] | None


def candidates(situation: Situation, uses: Uses) -> tuple[Candidates, ...]:
    """For each slot its values, in order; just what is given where no rule that bears on the claim reads it."""
    found: list[Candidates] = []
    met: dict[int, set[Value]] = {}
    for slot in situation.slots:
        if (slot.type, slot.index) not in uses.read:
            found.append(() if slot.value is None else (slot.value,))
        else:
            group = uses.group(slot.type, slot.index)
            members = [other for other in situation.slots if (other.type, other.index) in group.fields]
            if id(group) not in met:
                met[id(group)] = _met(situation, group)
            found.append(_values(slot, group, members, met[id(group)]))
    return tuple(found)


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


def _values(slot: Slot, group: Group, members: list[Slot], met: set[Value]) -> Candidates:
    field = slot.field
    match field.kind:
        case Kind.BOOLEAN:
            return (False, True)
        case Kind.CHOICE:
            return field.values
        case Kind.LEVEL:
            return tuple(range(len(field.values)))
        case Kind.SET:
            return _subsets(slot, group)
        case Kind.TEXT:
            return _texts(group.words | met, len(members))
        case _:
            return _numbers(slot, group, len(members), met)


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


def _texts(known: set[Value], many: int) -> Candidates:
    words = sorted(word for word in known if isinstance(word, str))
    fresh: list[str] = []
    while len(fresh) < many:
        text = "another" if not fresh else f"another {len(fresh) + 1}"
        while text in known:
            text += "'"
        fresh.append(text)
    return (*words, *fresh)


def _numbers(slot: Slot, group: Group, many: int, met: set[Value]) -> Candidates:
    least, greatest = limits(slot.field)
    if least is not None and greatest is not None and greatest - least < (MOST_VALUES if group.reckoned else 8):
        return tuple(range(least, greatest + 1))
    if group.reckoned:
        return None
    low = INT64_MIN if least is None else least
    high = INT64_MAX if greatest is None else greatest
    if slot.field.kind is Kind.DATE:
        low, high = max(low, 1), min(high, 3652059)
    bounds = set(group.bounds)
    reach = 0
    if group.joined and (many > 1 or len(met) > 1):
        bounds |= {number for number in met if isinstance(number, int)}
        reach = many
    near = {bound + step for bound in bounds for step in range(-reach, reach + 1)}
    if isinstance(slot.value, int):
        near.add(slot.value)
    if not near:
        near.add(0)
    return tuple(sorted({min(max(number, low), high) for number in near}))
