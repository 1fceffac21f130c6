"""Fields as a person says them: each unit once, booleans as statements."""

from __future__ import annotations

import pytest

from averment.core.program import Field, Kind
from averment.law.truth import Interval
from averment.outcome.presumption import Denial, Rebuttal
from averment.render.phrases import labelled, record_at, stated, untold
from averment.render.presumption import rebuttal_phrase
from averment.warrant.sentences import phrase

PEOPLE = Field("headcount", Kind.INTEGER, label="number of people", unit="people")
DISTANCE = Field("far", Kind.INTEGER, label="distance", unit="km")


@pytest.mark.parametrize(
    ("label", "told", "said"),
    [
        ("presence of a product manager", "yes", "there is a product manager"),
        ("presence of a product manager", "no", "there is no product manager"),
        ("need to be among the first", "yes", "there is a need to be among the first"),
        ("need to be among the first", "no", "there is no need to be among the first"),
        ("whether the sea lies between", "yes", "the sea lies between"),
        ("whether the sea lies between", "no", "it is not so that the sea lies between"),
        ("technical background", "no", "technical background: no"),
    ],
)
def test_a_boolean_is_a_statement(label: str, told: str, said: str) -> None:
    assert stated(Field("it", Kind.BOOLEAN, label=label), told) == said


def test_a_unit_is_said_once() -> None:
    assert labelled(PEOPLE, 60) == "number of people: 60" and untold(PEOPLE).unit == ""
    assert labelled(DISTANCE, 120) == "distance: 120 km" and untold(DISTANCE).unit == "km"
    assert phrase(Interval(2, 6), DISTANCE) == "2 to 6 km"
    assert phrase(Interval(2, None), DISTANCE) == "at least 2 km"


def test_a_rebuttal_says_of_which_record_it_speaks() -> None:
    team = Field("team", Kind.CHOICE, ("media", "sales"))
    lead = Field("lead", Kind.BOOLEAN, label="need to lead")
    denials = (Denial("company.lead", lead, (1,)), Denial('component["a.b"].team', team, ("media", "sales")))
    said = "there is a need to lead and for component a.b the team is media or sales"
    assert rebuttal_phrase(Rebuttal(denials, "manager")) == said
    assert [record_at(path) for path in ('owns["x",2].share', "owns.share")] == ["owns x, 2", ""]
