"""Did you mean: what is near enough to be suggested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averment.core.suggest import characters, did_you_mean, distance


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3), ("ca", "abc", 3)],
)
def test_distance_counts_slips(left: str, right: str, slips: int) -> None:
    assert distance(left, right) == distance(right, left) == slips


@pytest.mark.parametrize(
    ("word", "vocabulary", "meant"),
    [
        ("technical_complexty", ["technical_complexity", "technologies"], "technical_complexity"),
        ("wehn", ["when", "then", "rule"], "when"),
        ("hgih", ["low", "medium", "high"], "high"),
        ("team-size", ["team_size", "team_sizes"], "team_size"),
        ("Team Size", ["team_size"], "team_size"),
        ("HIGH", ["low", "high"], "high"),
        ("lo", ["low", "high"], "low"),
        ("xow", ["low"], None),  # short words must at least begin alike
        ("a", ["b", "ab"], None),
        ("price", ["colour", "weight"], None),
        ("low", ["low"], None),
        ("", ["low"], None),
        ("x" * 1_000_000, ["x" * 999_999], None),
        ("cat_b", ["cat_c", "cat_a"], "cat_a"),  # a tie goes to the first of the alphabet
    ],
)
def test_did_you_mean(word: str, vocabulary: list[str], meant: str | None) -> None:
    assert did_you_mean(word, vocabulary) == meant
    assert did_you_mean(word, reversed(vocabulary)) == meant


def test_the_characters_of_a_name_that_may_look_like_another() -> None:
    assert characters("plain name") == ()
    (told,) = characters("Ko\u0308ln\u00a0")
    assert told.endswith("U+0308 COMBINING DIAERESIS, U+00A0 NO-BREAK SPACE")
    assert characters("".join(map(chr, range(0x430, 0x440))))[0].endswith(" and 12 more")


@given(st.text("abc_", max_size=6), st.lists(st.text("abc_-", min_size=1, max_size=6), max_size=4))
def test_what_is_left_out_early_is_not_near(word: str, vocabulary: list[str]) -> None:
    """As found by looking at every word whole."""
    near: dict[str, int] = {}
    for other in vocabulary:
        short, start = min(len(word), len(other)), word[:1] == other[:1].replace("-", "_")
        most = max(1, short // 3) if short > 3 else int(len(word) > 1 and start)
        slips = distance(word, other.replace("-", "_"))
        if other != word and slips <= most:
            near[other] = slips
    assert did_you_mean(word, vocabulary) == min(sorted(near), key=near.__getitem__, default=None)
