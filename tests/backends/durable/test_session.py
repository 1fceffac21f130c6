"""A live case is, at every moment, the case of the facts that are there."""

from __future__ import annotations

import random
from typing import Any

import pytest

from averment.backends import reference
from averment.backends.durable import Engine, Session
from averment.core.program import Fact


def test_any_history_is_the_case_it_leaves(kit: Any) -> None:
    for seed in range(30):
        chance = kit.chance(seed)
        pick = random.Random(seed)
        with Engine(chance.program) as engine, Session(engine) as session:
            for _ in range(15):
                if session.facts and pick.random() < 0.4:
                    session.retract(pick.choice(session.facts))
                else:
                    given = chance.case().facts
                    if given:
                        session.assert_(pick.choice(given))
                expected = kit.outcome(reference.evaluate, chance.program, session)
                assert kit.outcome(lambda _, __: session.evaluation(), chance.program, session) == expected


def test_assert_then_retract_is_never_asserted(kit: Any) -> None:
    chance = kit.joining()
    case = chance.case()._replace(mentioned=frozenset(type.name for type in chance.types))
    others = dict.fromkeys(fact for _ in range(20) for fact in chance.case().facts)
    with Session(chance.program, case) as session:
        before = kit.outcome(lambda _, __: session.evaluation(), chance.program, case)
        new = [fact for fact in others if fact not in case.facts and not chance.program.types[fact.type].one]
        assert new
        for fact in new:
            session.assert_(fact)
        for fact in new:
            session.retract(fact)
        assert kit.outcome(lambda _, __: session.evaluation(), chance.program, case) == before


def test_a_record_of_a_one_type_is_replaced(kit: Any) -> None:
    chance = kit.chance(1)
    type = chance.types[0]
    blank = Fact(type.name, (None,) * len(type.fields))
    drawn = (fact for _ in range(100) for fact in chance.case().facts)
    other = next(fact for fact in drawn if fact.type == type.name and fact != blank)
    with Session(chance.program) as session:
        for given in (blank, other, blank):
            session.assert_(given)
            assert session.facts == (given,)
        with pytest.raises(KeyError):
            session.retract(Fact("many0", ()))


def test_what_has_not_changed_is_not_done_again(kit: Any) -> None:
    chance = kit.chance(1)
    with Session(chance.program) as session:
        first = session.evaluation()
        assert session.evaluation() is first
        session.mention("many0")
        assert session.evaluation() is not first
