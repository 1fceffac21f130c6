"""Where a program compares with one parameter, found by comparing it with itself under another value of the
parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from averment.core.program import Aggregate, Compare, Expression, Guard, Literal, Match, Program, Ranges, Rule
from averment.law.evaluation import Evaluation
from averment.law.expressions import evaluate
from averment.law.guards import truth_of
from averment.law.matching import matches
from averment.law.truth import UNKNOWN, CaseError, Interval


@dataclass(frozen=True)
class Thresholds:
    """``cells``: the fields whose cells name the parameter; ``tests``: the comparisons with it, by rule and guard.

    Both with the factor by which the parameter is scaled there.
    """

    cells: dict[tuple[str, int], int]
    tests: dict[tuple[int, int], int]

    @staticmethod
    def of(one: Program, other: Program) -> Thresholds | None:
        """What differs between two programs whose parameter differs by one; none where it is more than comparisons."""
        found = Thresholds({}, {})
        for number, (left, right) in enumerate(zip(one.rules, other.rules, strict=True)):
            if left.heads != right.heads or not found._rule(number, left, right):
                return None
        return found

    def _rule(self, number: int, left: Rule, right: Rule) -> bool:
        if not all(self._match(one, other) for one, other in zip(left.matches, right.matches, strict=True)):
            return False
        guards = zip(left.guards, right.guards, strict=True)
        return all(self._guard((number, place), one, other) for place, (one, other) in enumerate(guards))

    def _guard(self, place: tuple[int, int], one: Guard, other: Guard) -> bool:
        if isinstance(one, Compare):
            assert isinstance(other, Compare)
            if (one.left, one.right) == (other.left, other.right):
                return True
            literal, held = (one.right, other.right) if one.left == other.left else (one.left, other.left)
            if one.left != other.left and one.right != other.right:
                return False
            if not isinstance(literal, Literal) or not isinstance(held, Literal):
                return False
            self.tests[place] = abs(int(held.value) - int(literal.value))  # type: ignore[arg-type]
            return True
        assert not isinstance(other, Compare)
        return self._match(one.match, other.match)

    def _match(self, one: Match, other: Match) -> bool:
        for (index, cell), (_, twin) in zip(one.cells, other.cells, strict=True):
            if cell != twin:
                if not isinstance(cell, Ranges) or not isinstance(twin, Ranges):
                    return False
                moved = {abs(a - b) for a, b in zip(_bounds(cell), _bounds(twin), strict=False) if a != b}
                if len(moved) > 1 or len(_bounds(cell)) != len(_bounds(twin)):
                    return False
                if moved:
                    self.cells[one.type, index] = moved.pop()
        return True


def compared_values(thresholds: Thresholds, evaluation: Evaluation) -> set[int]:
    """Every value that an evaluation compares with the parameter, in the parameter's own scale."""
    found: set[int] = set()
    for (type, index), factor in thresholds.cells.items():
        for fact in evaluation.memory.of(type):
            value = fact.values[index]
            if isinstance(value, int):
                found |= _near(value, factor)
    for (number, place), factor in thresholds.tests.items():
        for value in _tested(evaluation, evaluation.program.rules[number], place):
            found |= _near(value, factor)
    return found


def _near(value: int, factor: int) -> set[int]:
    return {value // factor, -(-value // factor)}


def _bounds(cell: Ranges) -> list[int]:
    return [bound for ends in cell.ranges for bound in ends if bound is not None]


def _tested(evaluation: Evaluation, rule: Rule, place: int) -> Iterator[int]:
    """The values of the other side of a comparison, in every solution that gets there."""
    guard = rule.guards[place]
    assert isinstance(guard, Compare)
    sides: list[Expression] = [side for side in (guard.left, guard.right) if not isinstance(side, Literal)]
    for solution in matches(rule, evaluation.memory, UNKNOWN):
        bindings = dict(solution.bindings)
        for before in rule.guards[:place]:
            if isinstance(before, Aggregate):
                truth_of(before, evaluation.memory, bindings)
        for side in sides:
            try:
                value = evaluate(side, bindings)
            except CaseError:
                continue
            if isinstance(value, Interval):
                yield from (bound for bound in value if bound is not None)
            elif isinstance(value, int):
                yield value
