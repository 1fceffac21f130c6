"""The early-warning score against a second reading of the published bands, written without averment."""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import Any

import averment

PACK = averment.load("news2")
PLAIN = {  # from which value on a band begins, and what each band adds
    "respiration_rate": ((9, 12, 21, 25), (3, 1, 0, 2, 3)),
    "systolic_pressure": ((91, 101, 111, 220), (3, 2, 1, 0, 3)),
    "pulse": ((41, 51, 91, 111, 131), (3, 1, 0, 1, 2, 3)),
    "temperature": ((35.1, 36.1, 38.1, 39.1), (3, 1, 0, 1, 2)),
}
FIRST = ((92, 94, 96), (3, 2, 1, 0))
SECOND = {"air": ((84, 86, 88), (3, 2, 1, 0)), "oxygen": ((84, 86, 88, 93, 95, 97), (3, 2, 1, 0, 1, 2, 3))}
NEAR = {  # values at and about the edges of the bands
    "respiration_rate": (0, 8, 9, 11, 12, 20, 21, 24, 25, 100),
    "oxygen_saturation": (0, 83, 84, 85, 86, 87, 88, 91, 92, 93, 94, 95, 96, 97, 100),
    "systolic_pressure": (0, 90, 91, 100, 101, 110, 111, 219, 220, 400),
    "pulse": (0, 40, 41, 50, 51, 90, 91, 110, 111, 130, 131, 400),
    "temperature": (20.0, 35.0, 35.1, 36.0, 36.1, 38.0, 38.1, 39.0, 39.1, 46.0),
    "saturation_scale": ("scale_1", "scale_2"),
    "breathing": ("air", "oxygen"),
    "consciousness": ("alert", "alert", "newly_confused", "responds_to_voice", "responds_to_pain", "unresponsive"),
}


def points(seen: dict[str, Any]) -> list[int]:
    """What each measurement adds."""
    scale = FIRST if seen["saturation_scale"] == "scale_1" else SECOND[seen["breathing"]]
    banded = [(seen[name], *bands) for name, bands in PLAIN.items()] + [(seen["oxygen_saturation"], *scale)]
    found = [added[bisect_right(edges, value)] for value, edges, added in banded]
    return [*found, 2 * (seen["breathing"] == "oxygen"), 3 * (seen["consciousness"] != "alert")]


def risk(added: list[int]) -> tuple[str, str]:
    """The clinical risk, and how often to look again."""
    score = sum(added)
    if score >= 7:
        return "high", "always"
    if score >= 5:
        return "medium", "hour"
    if 3 in added:
        return "low_to_medium", "hour"
    return "low", "four_to_six_hours" if score else "twelve_hours"


def test_every_score_is_that_of_a_second_reading() -> None:
    draw = random.Random(2017)
    for _ in range(1500):
        seen = {name: draw.choice(values) for name, values in NEAR.items()}
        added = points(seen)
        outcome = PACK.decide({"observation": seen})
        expected = sum(added), *risk(added)
        results = outcome.results
        assert (results["score"].value, outcome.claim, results["monitoring"].value) == expected, seen
        assert outcome.settled


def test_what_is_settled_early_stays_whatever_is_measured_next() -> None:
    draw = random.Random(12)
    early = 0
    for _ in range(300):
        seen = {name: draw.choice(values) for name, values in NEAR.items()}
        part = {name: seen[name] for name in draw.sample(sorted(seen), draw.randint(3, 7))}
        told = PACK.decide({"observation": part})
        score = told.results["score"]
        if told.settled:
            early += 1
            assert told.claim == risk(points(seen))[0], (part, seen)
        if score.settled:
            assert score.value == sum(points(seen)), (part, seen)
        else:
            assert score.possible is not None
            low, high = score.possible.low, score.possible.high
            assert low is not None
            assert low <= sum(points(seen)) <= (20 if high is None else high), (part, seen)
    assert early >= 30, "a test that is never settled early tests nothing"
