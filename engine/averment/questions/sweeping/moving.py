"""A parameter as part of the circuit of a case: where along its range the claim turns, without a look at each value.

A parameter in a formula becomes a field of a record of its own, which a circuit keeps apart as any other field. In a
cell of a pattern it stays one of the cell's bounds: what a field holds passes from one value of the parameter on, or up
to one. So the circuit can be asked for thousands of values and ranges of them at once, and a range is parted at the
values that the records hold until each part has one claim.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from averment.backends.symbolic.circuit import Circuit, Leaf, circuit_of
from averment.backends.symbolic.many import States
from averment.backends.symbolic.planes import Plane, Truths, states_of
from averment.core.program import (
    Arithmetic,
    Cell,
    Compare,
    Expression,
    Fact,
    FactType,
    Field,
    Guard,
    Head,
    Literal,
    Match,
    Program,
    Ranges,
    Rule,
    Variable,
)
from averment.dataclass import dataclass
from averment.law import network as net
from averment.law.truth import Interval, Quantity
from averment.outcome.outcome import Decided
from averment.questions.judging.budget import Budget, Spent
from averment.questions.judging.frozen import frozen_facts
from averment.questions.judging.halving import Region, merged
from averment.questions.judging.judge import Verdict
from averment.questions.judging.situation import Situation, Telling
from averment.questions.judging.together import read
from averment.questions.judging.uses import bearing_rules

RECORD, VARIABLE = " parameter", " parameter"  # names that no pack can have
MOST_PARTS = 4_096  # of the range

Range = tuple[int, int]


class Still(Exception):
    """The parameter cannot be made to move: it stands where it is no plain bound or number, or too much hangs on it."""


@dataclass(frozen=True, slots=True)
class At:
    """A number that goes with the parameter: so many times it, and so much."""

    factor: int
    rest: int

    def of(self, value: int) -> int:
        return self.factor * value + self.rest


class Turning(NamedTuple):
    """A node that holds the truth ``before`` up to a value of the parameter, and from it on the one ``after``."""

    place: int
    value: int
    before: bool
    after: bool


class Moving:
    """The circuit of a case with a parameter in it. ``programs`` are those under two values of the parameter and at
    both ends of the range that is asked about.
    """

    def __init__(
        self, case: Decided, field: Field, values: Sequence[int], programs: Sequence[Program], budget: Budget
    ) -> None:
        """Raises: Still; Spent."""
        self._budget, self._ends = budget, (values[2], values[3])
        rewriting = _Rewriting(values, programs, field)
        told = Telling(case.name, (*case.facts, Fact(RECORD, (values[0],))), case.mentioned | {RECORD})
        first, second = (self._written(Situation(program, told), rewriting.fields) for program in rewriting.programs)
        self._circuit, self._claim = first, programs[0].claim
        self._leaf = next(
            (place for place, node in enumerate(first.network.nodes) if node == net.FieldOf(RECORD, 0)), None
        )
        if self._leaf is not None and any(None in fact.values for fact in case.facts):
            raise Still  # an open claim would be told apart from one that is open for the range's sake value by value
        self._from = [*self._changing(first, second, values)]

    def regions(self) -> list[Region]:
        """The parts of the range that have one claim, in order, without those of which that was not found out."""
        found: list[Region] = []
        going: list[Range] = [self._ends]
        turns = sorted({each.value for each in self._from})
        left = MOST_PARTS
        with suppress(Spent):
            while going:
                halves: list[Range] = []
                for (low, high), verdict in zip(going, self._verdicts(going), strict=True):
                    first, last = bisect_right(turns, low), bisect_right(turns, high)
                    one = low == high or (self._leaf is None and first == last)  # nothing in it comes out otherwise
                    if verdict is not None and (verdict.definite or one):
                        found.append(Region(low, high, verdict.claim))
                    elif low < high and left > 0:
                        left -= 2
                        middle = turns[(first + last) // 2] if first < last else (low + high + 1) // 2
                        halves += [(low, middle - 1), (middle, high)]
                going = halves
        return merged(sorted(found, key=lambda region: region.low))

    def _written(self, situation: Situation, fields: Collection[tuple[str, int]]) -> Circuit:
        """The circuit of a case with the parameter in which these fields, and what is not known, are kept apart."""
        rules, tick = bearing_rules(situation.program), self._budget.check
        loose: set[Leaf] = {
            (number, index)
            for number, fact in enumerate(situation.records)
            for index in range(len(fact.values))
            if fact.type == RECORD or (fact.type, index) in fields
        }
        frozen = frozen_facts(situation, rules, loose, tick)
        circuit = circuit_of(situation.program, rules, situation.records, situation.unspoken, loose, frozen, tick)
        if circuit is None:
            raise Still
        return circuit

    def _changing(self, one: Circuit, other: Circuit, values: Sequence[int]) -> Iterator[Turning]:
        """The cells that the parameter is in. Raises: Still."""
        left, right = one.network, other.network
        if len(left.nodes) != len(right.nodes) or (left.checks, left.loops) != (right.checks, right.loops):
            raise Still
        for place, (node, twin) in enumerate(zip(left.nodes, right.nodes, strict=True)):
            if node == twin:
                continue
            if not isinstance(node, net.Passes) or not isinstance(twin, net.Passes) or node.column != twin.column:
                raise Still
            held = one.held(node.column)
            if isinstance(held, int):  # of what is not known it is not known either whether it passes
                yield self._turning(place, moving_bounds(node.cell, twin.cell, values), held)

    def _turning(self, place: int, bounds: Bounds, held: int) -> Turning:
        self._budget.check()
        low, high = self._ends
        before, after = passed(bounds, held, low), passed(bounds, held, high)
        least, most = (low, low) if before == after else (low + 1, high)
        while least < most:
            middle = (least + most) // 2
            if passed(bounds, held, middle) == after:
                most = middle
            else:
                least = middle + 1
        return Turning(place, least, before, after)

    def _verdicts(self, parts: Sequence[Range]) -> list[Verdict | None]:
        """The verdict on each of these parts of the range, in order; none where the law needs the case by itself."""
        lows, highs = [low for low, _ in parts], [high for _, high in parts]
        every = (1 << len(parts)) - 1
        truths: dict[int, Truths] = {}
        for place, value, before, after in self._from:
            below = (1 << bisect_left(highs, value)) - 1  # the parts that end before it
            above = every & ~((1 << bisect_left(lows, value)) - 1)  # those that begin at it or after
            true = (below if before else 0) | (above if after else 0)
            truths[place] = true, true | (every & ~below & ~above)
        held: dict[Quantity, Plane] = {}
        for state, (low, high) in enumerate(parts):
            held[low if low == high else Interval(low, high)] = 1 << state
        leaves = {self._leaf: held} if self._leaf is not None else {}
        states = States(self._circuit, len(parts), leaves, tick=self._budget.check, truths=truths)
        found: list[Verdict | None] = [None] * len(parts)
        for verdict, plane in read(self._claim, states.claims(), states.every & ~states.unsure).items():
            for state in states_of(plane):
                found[state] = verdict
        return found


Bounds = tuple[tuple[At | None, At | None], ...]


def moving_bounds(cell: Cell, twin: Cell, values: Sequence[int]) -> Bounds:
    """The ranges of a cell as they go with the parameter, of which one bound moves. Raises: Still."""
    if not isinstance(cell, Ranges) or not isinstance(twin, Ranges) or len(cell.ranges) != len(twin.ranges):
        raise Still
    pairs = [pair for one, other in zip(cell.ranges, twin.ranges, strict=True) for pair in zip(one, other, strict=True)]
    if any((one is None) != (other is None) for one, other in pairs) or sum(one != other for one, other in pairs) != 1:
        raise Still
    ends = [None if one is None or other is None else at(one, other, values) for one, other in pairs]
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def passed(bounds: Bounds, held: int, value: int) -> bool:
    """Whether what a field holds passes a cell under a value of the parameter."""
    inside = (
        (low is None or low.of(value) <= held) and (high is None or held <= high.of(value)) for low, high in bounds
    )
    return any(inside)


def at(one: int, other: int, values: Sequence[int]) -> At:
    """The number that is this under the one value of the parameter, and that under the other. Raises: Still."""
    factor, odd = divmod(other - one, values[1] - values[0])
    if odd:
        raise Still
    return At(factor, one - factor * values[0])


class _Rewriting:
    """The rules of programs that differ in the parameter, with it as a field wherever it stands in a formula.

    At both ends of the range it has to stand in the same places and in no others: only then it does so between.
    """

    def __init__(self, values: Sequence[int], programs: Sequence[Program], field: Field) -> None:
        """Raises: Still."""
        self._values = values
        self._types = programs[0].types
        self._formulas = 0
        self.fields: set[tuple[str, int]] = set()
        strata: list[list[tuple[Rule, ...]]] = [[], []]
        for stratum in zip(*(program.strata for program in programs), strict=True):
            pairs = [self._rule(*rules) for rules in zip(*stratum, strict=True)]
            for found, rules in zip(strata, zip(*pairs, strict=True) if pairs else ((), ()), strict=True):
                found.append(tuple(rules))
        types = {**self._types, RECORD: FactType(RECORD, (field,), one=True)}
        self.programs = [
            replace(program, types=types, strata=tuple(found))
            for program, found in zip(programs[:2], strata, strict=True)
        ]

    def _rule(self, *rules: Rule) -> tuple[Rule, Rule]:
        one, other = rules[:2]
        if all(rule == one for rule in rules):
            return one, other
        for matches in zip(*(rule.matches for rule in rules), strict=True):
            self._match(*matches)
        before = self._formulas
        guards = [self._guard(*each) for each in zip(*(rule.guards for rule in rules), strict=True)]
        heads = [self._head(*each) for each in zip(*(rule.heads for rule in rules), strict=True)]
        told = (Match(RECORD, (), ((0, VARIABLE),)),) if self._formulas > before else ()
        return (
            replace(one, matches=one.matches + told, guards=tuple(each for each, _ in guards), heads=tuple(heads)),
            replace(other, matches=other.matches + told, guards=tuple(each for _, each in guards), heads=tuple(heads)),
        )

    def _match(self, *matches: Match) -> None:
        if any(len(each.cells) != len(matches[0].cells) for each in matches):
            raise Still
        for cells in zip(*(each.cells for each in matches), strict=True):
            (index, cell), (_, twin) = cells[:2]
            if all(each == cell for _, each in cells):
                continue
            if self._types[matches[0].type].derived:
                raise Still
            moving = moving_bounds(cell, twin, self._values)
            for value, (_, end) in zip(self._values[2:], cells[2:], strict=True):
                if not isinstance(end, Ranges) or end.ranges != _ranges(moving, value):
                    raise Still
            self.fields.add((matches[0].type, index))

    def _guard(self, *guards: Guard) -> tuple[Guard, Guard]:
        one, other = guards[:2]
        if isinstance(one, Compare):
            sides = [guard for guard in guards if isinstance(guard, Compare)]
            left, right = (
                self._expression(*(guard.left for guard in sides)),
                self._expression(*(guard.right for guard in sides)),
            )
            moved = replace(one, left=left, right=right)
            return moved, moved
        self._match(*(guard.match for guard in guards if not isinstance(guard, Compare)))
        return one, other

    def _head(self, *heads: Head) -> Head:
        values = zip(*(head.values for head in heads), strict=True)
        return replace(heads[0], values=tuple(self._expression(*each) for each in values))

    def _expression(self, *each: Expression) -> Expression:
        one = each[0]
        if all(other == one for other in each):
            return one
        arithmetic = [other for other in each if isinstance(other, Arithmetic)]
        if len(arithmetic) == len(each):
            if any(other.operator != arithmetic[0].operator for other in arithmetic):
                raise Still
            return Arithmetic(
                arithmetic[0].operator,
                self._expression(*(other.left for other in arithmetic)),
                self._expression(*(other.right for other in arithmetic)),
            )
        numbers = [other.value for other in each if isinstance(other, Literal) and isinstance(other.value, int)]
        if len(numbers) < len(each):
            raise Still
        number = at(numbers[0], numbers[1], self._values)
        if any(number.of(value) != held for value, held in zip(self._values, numbers, strict=True)):
            raise Still
        self._formulas += 1
        moving: Expression = Variable(VARIABLE)
        if number.factor != 1:
            moving = Arithmetic("*", Literal(number.factor), moving)
        return Arithmetic("+", moving, Literal(number.rest)) if number.rest else moving


def _ranges(bounds: Bounds, value: int) -> tuple[tuple[int | None, int | None], ...]:
    """The ranges of a cell under a value of the parameter, without those that are empty."""
    ends = [(None if low is None else low.of(value), None if high is None else high.of(value)) for low, high in bounds]
    return tuple((low, high) for low, high in ends if low is None or high is None or low <= high)
