"""What the code for complete cases reads of a fact: what every other door reads, or nothing."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

import averment
from averment.audit.given import given_facts
from averment.diagnostics.diagnostic import Refused
from averment.quick import QuickOutcome

_PACK = averment.load(Path(__file__).parents[2] / "service" / "loan")
_PACK.decide({})


@given(st.floats() | st.integers(-10, 10_000_010).map(lambda cents: cents / 100) | st.floats(0, 1000).map(float))
@example(0.1 + 0.2)
@example(0.30000000000000004)
@example(-0.0)
@example(100000.0)
@example(100000.01)
@example(float("nan"))
@example(float("inf"))
def test_a_binary_float_is_the_decimal_that_it_is_read_as_elsewhere(debt: float) -> None:
    facts = {"applicant": {"name": "Ann", "income": 1, "debt": debt, "housed": True, "remote": False}, "loan": []}
    found = _PACK.decide_quickly(facts)
    try:
        case = _PACK.case(facts)
    except Refused:
        assert found is None
    else:
        if isinstance(found, QuickOutcome):
            assert found.given == given_facts(case, _PACK.model.types)
        else:
            assert any(None in fact.values for fact in case.facts)  # NaN is no number, and stands for none
