"""Many facts held against one pattern say what each says by itself, whatever is bound and unknown."""

from __future__ import annotations

from itertools import product

import pytest

from averment.core.program import Claim, Fact, FactType, Field, Kind, Match, Program, Ranges
from averment.law.memory import Memory
from averment.law.patterns import Bindings, match, matched
from averment.law.truth import TRUE, UNKNOWN, Interval, Quantity

_FIELDS = (Field("a", Kind.INTEGER), Field("b", Kind.INTEGER))
_TYPE = FactType("part", _FIELDS, derived=True)
_CELL = (0, Ranges(((1, 2),)))


@pytest.mark.parametrize("possible", [False, True])
@pytest.mark.parametrize("cells", [(), (_CELL,)])
@pytest.mark.parametrize("binds", [(), ((0, "x"),), ((0, "x"), (1, "y")), ((0, "x"), (1, "x"))])
def test_a_fact_matches_as_by_itself(
    binds: tuple[tuple[int, str], ...], cells: tuple[tuple[int, Ranges], ...], possible: bool
) -> None:
    program = Program("p", "1", "", {"part": _TYPE}, (), frozenset(), Claim("part", 0, ()))
    facts = [Fact("part", values) for values in product((None, 1, 2, 3), repeat=2)]
    memory = Memory(program, (), None)
    for number, fact in enumerate(facts):
        memory.add(fact, UNKNOWN if possible and number % 2 else TRUE)
    pattern = Match("part", cells, binds)
    held: tuple[Quantity, ...] = (None, 1, 2, Interval(1, 2), Interval(None, 0))
    bindings: list[Bindings] = [{}]
    bindings += [Bindings(x=value) for value in held]
    bindings += [Bindings(x=one, y=other) for one, other in product(held, held)]
    for bound in bindings:
        alone = [(fact, each[1]) for fact in facts if (each := match(pattern, fact, memory, bound)) is not None]
        assert matched(pattern, facts, memory, bound) == alone, bound
