"""Texts that stand for others: of every way in which tests of texts may hold together one is there, and no more."""

from __future__ import annotations

from itertools import product

import pytest

from averment.core.text_tests import TEXT_TESTS, Part
from averment.questions.judging.budget import Spent
from averment.questions.judging.standing import signature, standing, unlike

ALPHABET = "ab-"  # and the last for any other character


def texts(most: int) -> list[str]:
    return ["".join(chosen) for size in range(most + 1) for chosen in product(ALPHABET, repeat=size)]


@pytest.mark.parametrize(
    "asked",
    [
        {("starts with", "a"), ("starts with", "ab"), ("starts with", "b")},
        *({(first, one), (second, other)} for first, second in product(TEXT_TESTS, repeat=2)
          for one, other in (("a", "ab"), ("ab", "ba"), ("aa", "a"))),
        {(name, part) for name in TEXT_TESTS for part in ("a", "ab")},
    ],
)  # fmt: skip
def test_every_kind_of_text_has_one_that_stands_for_it(asked: set[Part]) -> None:
    parts = sorted(asked)
    kinds = {signature(text, parts) for text in texts(6)}
    stand = list(standing(parts, 1))
    assert {signature(text, parts) for text in stand} >= kinds
    assert len({*standing(parts, 3)}) == 3 * len({*stand})


def test_texts_of_which_no_test_holds() -> None:
    parts = [(name, part) for name in TEXT_TESTS for part in ("another", "a", "1")]
    found = {unlike(parts, number) for number in range(1, 5)}
    assert len(found) == 4
    assert not any(any(signature(text, parts)) for text in found)
    assert unlike([], 1) == "another"


def test_too_many_kinds_are_not_tried_but_told() -> None:
    with pytest.raises(Spent):
        list(standing([("starts with", str(number)) for number in range(5000)], 1))
