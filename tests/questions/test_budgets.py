"""Every question keeps to what it is allowed, at any size, and says what it left: time is counted in calls."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import averment
import averment_schemas
from averment.diagnostics.diagnostic import Refused
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import consult
from averment.questions.flip.flip import flip
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import Weight, matters
from averment.questions.missing.missing import missing
from averment.questions.sweeping.regions import OneParameter
from averment.questions.whatif import sweep, whatif
from averment.questions.why_not.why_not import why_not
from averment.render.display import Style
from averment.render.what_if_text import whatif_text

SCHEMA = Draft202012Validator(averment_schemas.load("questions"))
FREIGHT = Path(__file__).parents[2] / "benchmarks" / "packs" / "freight"
ALLOWED = 200_000  # calls


@pytest.fixture(scope="module")
def freight() -> averment.Pack:
    return averment.load(FREIGHT)


def parcels(many: int, unknown: bool = False) -> dict[str, Any]:
    """The facts of an order of so many parcels."""
    rng = random.Random(many)
    order = {"priority": "high"} if unknown else {"placed": "2026-10-05", "priority": "high", "insured": True}
    found: list[dict[str, Any]] = []
    for number in range(many):
        parcel: dict[str, Any] = {"id": f"p{number}", "grams": rng.randint(0, 9_000), "bulky": rng.random() < 0.3}
        for name in ("bulky", "grams") if unknown else ():
            if rng.random() < 0.2:
                del parcel[name]
        parcel["due"] = (date(2026, 9, 1) + timedelta(rng.randrange(200))).isoformat()
        found.append(parcel)
    return {"order": order, "parcel": found}


class Calls:
    """A clock that counts the calls of functions since it was started."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> float:
        return self.count

    def note(self, _frame: FrameType, event: str, _argument: object) -> None:
        self.count += event in ("call", "c_call")


Question = Callable[[averment.Pack, Outcome, Calls], object]


def _flip(_: averment.Pack, outcome: Outcome, clock: Calls) -> object:
    return flip(outcome, seconds=ALLOWED, clock=clock)


def _matters(pack: averment.Pack, outcome: Outcome, clock: Calls) -> object:
    return matters(outcome, Knowledge(pack), seconds=ALLOWED, clock=clock)


def _missing(_: averment.Pack, outcome: Outcome, clock: Calls) -> object:
    return missing(outcome, seconds=ALLOWED, clock=clock)


def _sweep(pack: averment.Pack, outcome: Outcome, clock: Calls) -> object:
    return sweep(Knowledge(pack), outcome, "heavy_from", seconds=ALLOWED, clock=clock)


def _sweep_field(pack: averment.Pack, outcome: Outcome, clock: Calls) -> object:
    return sweep(Knowledge(pack), outcome, 'parcel["p1"].grams', seconds=ALLOWED, clock=clock)


def _why_not(_: averment.Pack, outcome: Outcome, clock: Calls) -> object:
    return why_not(outcome, "round" if outcome.claim == "own" else "own", seconds=ALLOWED, clock=clock)


@pytest.mark.parametrize("many", [100, 1_500])
@pytest.mark.parametrize("question", [_flip, _matters, _missing, _sweep, _sweep_field, _why_not])
def test_a_question_keeps_to_what_it_is_allowed(freight: averment.Pack, question: Question, many: int) -> None:
    facts = parcels(many, unknown=question is _missing)
    outcome = freight.decide(freight.case(facts), engine="reference")
    assert outcome.claim and (question is not _missing or outcome.hangs_on)
    clock = Calls()
    sys.setprofile(clock.note)
    try:
        question(freight, outcome, clock)
    except Refused as refused:
        assert [each.code for each in refused.diagnostics] == ["AV582"]
    finally:
        sys.setprofile(None)
    assert clock.count < 1.1 * ALLOWED + 60 * many  # what is told of each record comes on top


def weighed(many: int) -> dict[str, Any]:
    """An order of so many parcels, together 50 heavier than a round takes: nothing else turns its claim alone."""
    order = {"placed": "2026-10-05", "priority": "low", "insured": False}
    found = [{"id": f"p{number}", "grams": 500, "due": "2027-01-01", "bulky": False} for number in range(many)]
    found[0]["grams"] = 900_050 - 500 * (many - 1)
    return {"order": order, "parcel": found}


def test_one_change_among_many_records_is_found(freight: averment.Pack) -> None:
    outcome = freight.decide(freight.case(weighed(200)), engine="reference")
    found = flip(outcome, seconds=float("inf"))
    assert (found.claim, found.proved_by, found.more) == ("own", "search", 190)
    assert {(flip.claim, flip.cost, len(flip.changes)) for flip in found.flips} == {("round", 50, 1)}
    assert {flip.changes[0].value for flip in found.flips} <= {450, 800_500}


def test_what_matters_among_many_records_is_found(freight: averment.Pack) -> None:
    outcome = freight.decide(freight.case(weighed(200)), engine="reference")
    found = matters(outcome, seconds=float("inf"))
    weights = {part.path: part.weight for part in found.parts}
    assert all(weights[f'parcel["p{number}"].grams'] is Weight.DECISIVE for number in range(200))
    margins = {margin.name: margin for margin in found.margins}
    below = margins['parcel["p7"].grams'].below
    assert below and (below.value, below.claim, margins['parcel["p7"].grams'].above) == (450, "round", None)


@pytest.mark.parametrize("seed", range(8))
def test_one_change_of_a_wide_field_is_what_the_solver_finds(freight: averment.Pack, seed: int) -> None:
    rng = random.Random(seed)
    order = {"placed": "2026-10-05", "priority": rng.choice(["low", "high"]), "insured": rng.random() < 0.5}
    parcel = [
        {"id": f"p{number}", "grams": rng.randint(0, 40_000), "due": "2026-12-01", "bulky": rng.random() < 0.5}
        for number in range(4)
    ]
    facts = {"order": order, "parcel": parcel}
    outcome = freight.decide(freight.case(facts), {"load": rng.randint(0, 90_000)}, "reference")
    told = [flip(outcome, by=by, most=100, seconds=float("inf")) for by in ("", "solver")]
    assert told[0].flips == told[1].flips


def test_what_matters_is_undetermined_where_there_was_no_time(freight: averment.Pack) -> None:
    outcome = freight.decide(freight.case(parcels(30)), engine="reference")
    found = matters(outcome, Knowledge(freight), seconds=0)
    assert {part.weight for part in found.parts} == {Weight.UNDETERMINED}
    assert found.margins and not any(margin.exact or margin.below or margin.above for margin in found.margins)


def test_a_sweep_without_time_says_so(freight: averment.Pack) -> None:
    outcome = freight.decide(freight.case(parcels(30)), engine="reference")
    for name in ("season", "order.placed", "order.priority", "clear_weight"):
        found = sweep(Knowledge(freight), outcome, name, seconds=0)
        assert not found.exact and {stretch.claim for stretch in found.stretches} == {""}


def test_a_consultation_without_time_goes_on(freight: averment.Pack) -> None:
    outcome = freight.decide(freight.case(parcels(30, unknown=True)), engine="reference")
    state = consult(outcome, seconds=0)
    paths = {question.slot.path for question in state.questions}
    unhurried = consult(outcome, seconds=float("inf"))
    assert state.hurried and paths == set(outcome.hangs_on) and not unhurried.hurried
    assert state.document()["hurried"] is True and "hurried" not in unhurried.document()
    SCHEMA.validate(state.document())
    while not state.finished:
        state = state.unknown()
    assert state.outcome.claim == outcome.claim and {reply.path for reply in state.replies} == paths


@pytest.mark.parametrize("many", [100, 1_500])
def test_a_consultation_keeps_to_what_it_is_allowed(freight: averment.Pack, many: int) -> None:
    outcome = freight.decide(freight.case(parcels(many, unknown=True)), engine="reference")
    assert outcome.hangs_on and outcome.presumed is None
    clock = Calls()
    sys.setprofile(clock.note)
    try:
        assert consult(outcome, seconds=ALLOWED, clock=clock).question
    finally:
        sys.setprofile(None)
    assert clock.count < 1.1 * ALLOWED + 200 * many  # what has to be known of each record comes on top


def test_what_if_without_time_is_refused(freight: averment.Pack) -> None:
    with pytest.raises(Refused) as refused:
        whatif(Knowledge(freight), freight.case(parcels(30)), unsets=["order.placed"], seconds=0)
    assert refused.value.diagnostics[0].code == "AV582"


def test_what_if_with_time_for_the_claims_alone_says_so(freight: averment.Pack) -> None:
    case = freight.case(parcels(300))
    for allowed in range(0, 400_000, 2_000):
        clock = Calls()
        sys.setprofile(clock.note)
        try:
            found = whatif(Knowledge(freight), case, unsets=["order.placed"], seconds=allowed, clock=clock)
            break
        except Refused:
            continue
        finally:
            sys.setprofile(None)
    assert not found.compared and found.document()["compared"] is False and not found.fires
    assert "no time to compare the reasons" in whatif_text(found, Style())


class Looks(Calls):
    """It notes the most calls between two looks at it."""

    def __init__(self) -> None:
        super().__init__()
        self.before = self.most = 0

    def __call__(self) -> float:
        self.most = max(self.most, self.count - self.before)
        self.before = self.count
        return super().__call__()


def test_what_if_looks_at_the_clock_all_the_time(freight: averment.Pack) -> None:
    many = 3_000
    case, knowledge, clock = freight.case(parcels(many)), Knowledge(freight), Looks()
    sys.setprofile(clock.note)
    try:
        found = whatif(knowledge, case, {"order.insured": False}, ["order.placed"], seconds=1e9, clock=clock)
    finally:
        sys.setprofile(None)
    assert found.compared and clock.count > 250 * many and clock.most < 6 * many


@pytest.mark.parametrize("name", ["season", "heavy_from", "load"])
def test_a_wide_parameter_that_nothing_is_compared_with_is_one_region(freight: averment.Pack, name: str) -> None:
    outcome = freight.decide({"parcel": [], "order": {"priority": "low", "insured": True}}, engine="reference")
    decided: list[int] = []
    axis = OneParameter(outcome, Knowledge(freight), name, Knowledge(freight).parameter_fields()[name])
    evaluated = axis._evaluated  # pyright: ignore[reportPrivateUsage]

    def counted(value: int, thresholds: Any) -> Any:
        decided.append(value)
        return evaluated(value, thresholds)

    axis._evaluated = counted  # type: ignore[method-assign]
    assert len(axis.regions) == 1 and axis.exact and len(decided) <= 7


def test_thresholds_are_those_that_every_value_shows(freight: averment.Pack) -> None:
    """A parameter of a small range, value by value, against the regions found from what is compared."""
    outcome = freight.decide(freight.case(parcels(12)), engine="reference")
    found = sweep(Knowledge(freight), outcome, "many", 0, 15)
    for stretch in found.stretches:
        for value in range(int(stretch.low), int(stretch.high) + 1):  # type: ignore[arg-type]
            assert freight.decide(parcels(12), {"many": value}, "reference").claim == stretch.claim
