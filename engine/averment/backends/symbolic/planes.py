"""Columns and truths in many states at once, a bit for each state (parallel-pattern simulation, Seshu 1965).

A *plane* is a set of states, as an integer: bit ``n`` is the state ``n``. A truth is two planes, where it is true and
where it is possible; a column is the states parted by what it holds in them. So what is to be done to a value is done
once for all states that hold it, by the gates that work on one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from averment.law.aggregates import aggregated
from averment.law.truth import INT64_MAX, INT64_MIN, Interval, Quantity, bounded, bounds, interval, unbounded

Plane = int
Truths = tuple[Plane, Plane]
"""Where it is true, and where it is possible (not false)."""
Parts = Mapping[Quantity, Plane]
"""By what is held the states in which it is; no plane is empty, and each state is in one."""
Span = tuple[float, float, Plane]
"""The states in which a value lies within these bounds, which may be infinite."""
Member = tuple[Truths, Sequence[Span]]
"""What an aggregate is over: where it matches, and its value."""

Ends = dict[float, Plane]
"""By one end of an interval, which may be infinite, the states."""
LEAST, MOST = float("-inf"), float("inf")
MANY = 1 << 14  # pairs of ends that are not gone through one by one


def mapped(parts: Parts, gate: Callable[[Quantity], Quantity]) -> dict[Quantity, Plane]:
    """A gate from a column to a column, in all states."""
    found: dict[Quantity, Plane] = {}
    for held, plane in parts.items():
        result = gate(held)
        found[result] = found.get(result, 0) | plane
    return found


def judged(parts: Iterable[tuple[int, Plane]]) -> Truths:
    """The planes of a truth (0, 1 or 2) told by parts."""
    true = possible = 0
    for truth, plane in parts:
        if truth:
            possible |= plane
            if truth == 2:
                true |= plane
    return true, possible


def numeric(parts: Parts) -> bool:
    """Whether a column holds numbers, intervals of them, or nothing known."""
    return all(held is None or type(held) is int or isinstance(held, Interval) for held in parts)


def compared(operator: str, left: Parts, right: Parts) -> Truths:
    """The comparison of two numeric columns, as ``law.expressions.compare`` has it; unknown where either is."""
    unknown = left.get(None, 0) | right.get(None, 0)
    true, possible = _ordered(operator, left, right)
    return true & ~unknown, possible | unknown


def _ordered(operator: str, left: Parts, right: Parts) -> Truths:
    every = 0
    for plane in left.values():
        every |= plane
    if operator in ("!=", ">=", "<="):
        true, possible = _ordered({"!=": "=", ">=": "<", "<=": ">"}[operator], left, right)
        return every & ~possible, every & ~true
    if operator == ">":
        left, right = right, left
    (lows, highs), (floors, ceilings) = ends_of(left), ends_of(right)
    if operator == "=":
        same = 0
        for held, plane in left.items():
            if not isinstance(held, Interval):
                same |= plane & right.get(held, 0)
        return same, every & ~_below(highs, floors) & ~_below(ceilings, lows)
    return _below(highs, floors), _below(lows, ceilings)


def _below(lesser: Ends, greater: Ends) -> Plane:
    """The states in which the one end is less than the other."""
    found = above = 0
    ahead = sorted(greater)
    for end in sorted(lesser, reverse=True):
        while ahead and ahead[-1] > end:
            above |= greater[ahead.pop()]
        found |= lesser[end] & above
    return found


def added_up(operator: str, left: Parts, right: Parts, states: Plane) -> dict[Quantity, Plane] | None:
    """The sum or difference of two numeric columns; none where it may come near the ends of 64 bits."""
    (lows, highs), (floors, ceilings) = ends_of(left), ends_of(right)
    if any(
        LEAST < end < MOST and abs(end) > INT64_MAX // 4 for column in (lows, highs, floors, ceilings) for end in column
    ):
        return None
    if operator == "-":
        floors, ceilings = ({-end: plane for end, plane in column.items()} for column in (ceilings, floors))
    unknown = left.get(None, 0) | right.get(None, 0)
    sums: list[Ends] = []
    for one, other, infinite in ((lows, floors, LEAST), (highs, ceilings, MOST)):
        endless = (one.get(infinite, 0) | other.get(infinite, 0)) & ~unknown
        terms = [[(int(end), plane) for end, plane in column.items() if end != infinite] for column in (one, other)]
        finite = added(terms, states & ~endless & ~unknown)
        sums.append(finite | {infinite: endless} if endless else finite)
    found = between(*sums)
    return found | {None: unknown} if unknown else found


def ends_of(parts: Parts) -> tuple[Ends, Ends]:
    """The least and the greatest that a numeric column may hold, where it is known."""
    lows: Ends = {}
    highs: Ends = {}
    for held, plane in parts.items():
        if held is not None:
            low, high = unbounded(*bounds(held))  # type: ignore[arg-type]
            lows[low] = lows.get(low, 0) | plane
            highs[high] = highs.get(high, 0) | plane
    return lows, highs


def paired(left: Parts, right: Parts) -> list[tuple[Quantity, Quantity, Plane]]:
    """Two columns as one of pairs."""
    return [
        (one, other, both) for one, plane in left.items() for other, beside in right.items() if (both := plane & beside)
    ]


def counted(truths: Sequence[Truths], states: Plane) -> dict[Quantity, Plane]:
    """How many of these are true, and possible."""
    one = [(1, 1, states)]
    return between(*aggregated("count", Members([(truth, one) for truth in truths], states)))


class Members:
    """The carrier of many states (``law.aggregates``): by each end the states in which it is that."""

    def __init__(self, members: Sequence[Member], states: Plane) -> None:
        self._members, self._states = members, states
        self.some = 0  # the states in which anything certainly matches
        for (true, _), _ in members:
            self.some |= true

    @property
    def definite(self) -> bool:
        return all(
            true == possible and all(low == high for low, high, _ in spans) for (true, possible), spans in self._members
        )

    def added(self, end: int) -> Ends:
        further, infinite = (max, MOST) if end else (min, LEAST)
        addends: list[list[tuple[int, Plane]]] = []
        endless = 0
        for (true, possible), spans in self._members:
            terms: list[tuple[int, Plane]] = []
            for span in spans:
                bound, plane = span[end], span[2]
                if bound == infinite:
                    endless |= plane & possible
                else:
                    terms += [(int(bound), plane & true), (further(int(bound), 0), plane & possible & ~true)]
            addends.append(terms)
        sums = added(addends, self._states & ~endless)
        return sums | {infinite: endless} if endless else sums

    def least(self, end: int, certain: bool) -> Ends:
        return _foremost(self._entries(end, certain), True, self._states, LEAST)

    def greatest(self, end: int, certain: bool) -> Ends:
        return _foremost(self._entries(end, certain), False, self._states, MOST)

    def _entries(self, end: int, certain: bool) -> list[tuple[float, Plane]]:
        place = 0 if certain else 1
        return [(span[end], span[2] & truths[place]) for truths, spans in self._members for span in spans]

    def where_certain(self, one: Ends, other: Ends) -> Ends:
        found = {end: here for end, plane in one.items() if (here := plane & self.some)}
        for end, plane in other.items():
            if here := plane & ~self.some:
                found[end] = found.get(end, 0) | here
        return found


def outside(ends: Ends) -> Plane:
    """The states in which an end there is lies outside 64 bits."""
    found = 0
    for end, plane in ends.items():
        if LEAST < end < MOST and not INT64_MIN <= end <= INT64_MAX:
            found |= plane
    return found


def added(terms: Sequence[Sequence[tuple[int, Plane]]], states: Plane) -> Ends:
    """The sum of terms in each state. The planes of a term are disjoint; where none is, it adds nothing.

    The sums are held as planes of their binary digits, above the least that there may be.
    """
    base = 0
    digits: list[Plane] = []
    for term in terms:
        least = min((number for number, plane in term if plane), default=0)
        lifted = min(least, 0)
        base += lifted
        other = states
        for number, plane in term:
            other &= ~plane
            _add(digits, number - lifted, plane & states)
        if lifted:
            _add(digits, -lifted, other)
    parts: Ends = {base: states} if states else {}
    for place in reversed(range(len(digits))):
        split: Ends = {}
        for total, plane in parts.items():
            if one := plane & digits[place]:
                split[total + (1 << place)] = one
            if zero := plane & ~digits[place]:
                split[total] = zero
        parts = split
    return parts


def between(lows: Ends, highs: Ends) -> dict[Quantity, Plane]:
    """The column of these bounds."""
    pairs = _state_by_state(lows, highs) if len(lows) * len(highs) > MANY else _pair_by_pair(lows, highs)
    found: dict[Quantity, Plane] = {}
    for (low, high), plane in pairs.items():
        found[interval(*bounded(low, high))] = plane
    return found


def _pair_by_pair(lows: Ends, highs: Ends) -> dict[tuple[float, float], Plane]:
    """The states of each low with each high."""
    return {
        (low, high): both for low, plane in lows.items() for high, beside in highs.items() if (both := plane & beside)
    }


def _state_by_state(lows: Ends, highs: Ends) -> dict[tuple[float, float], Plane]:
    """The same, where these are nearly as many as the states: few of the pairs are met."""
    high_in = {bit: high for high, plane in highs.items() for bit in _bits(plane)}
    found: dict[tuple[float, float], Plane] = {}
    for low, plane in lows.items():
        for bit in _bits(plane):
            pair = low, high_in[bit]
            found[pair] = found.get(pair, 0) | bit
    return found


def _bits(plane: Plane) -> Iterator[Plane]:
    """Each state of a plane as a plane of its own: quick where they are few."""
    while plane:
        bit = plane & -plane
        yield bit
        plane ^= bit


def states_of(plane: Plane) -> Iterator[int]:
    """The states of a plane, in order."""
    for state, bit in enumerate(reversed(f"{plane:b}")):
        if bit == "1":
            yield state


def _foremost(entries: list[tuple[float, Plane]], least: bool, within: Plane, none: float) -> Ends:
    """The least (or greatest) of these numbers in each state; ``none`` where there are none."""
    found: Ends = {}
    for end, plane in sorted(entries, reverse=not least):
        here = plane & within
        if here:
            found[end] = found.get(end, 0) | here
            within &= ~here
    if within:
        found[none] = found.get(none, 0) | within
    return found


def _add(digits: list[Plane], number: int, plane: Plane) -> None:
    """Add a number that is not negative to the sums of these states."""
    place = 0
    while number and plane:
        if number & 1:
            carry, at = plane, place
            while carry:
                while at >= len(digits):
                    digits.append(0)
                digits[at], carry = digits[at] ^ carry, digits[at] & carry
                at += 1
        number >>= 1
        place += 1
