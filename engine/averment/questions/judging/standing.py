"""Texts that stand for all others that tests of texts tell from each other.

Of a text nothing is seen but which tests hold of it: which of the starts asked for it has, which ends, and which parts
it contains. A text made of the longest such start, all the parts and the longest such end, with a character between
them that no test asks for, has the very same; so it stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from averment.core.text_tests import END, START, TEXT_TESTS, WITHIN, Part, made_of
from averment.questions.judging.budget import Spent

MOST = 4096  # of one group; more are not tried, and the question is left undetermined


def standing(parts: Iterable[Part], many: int) -> Iterator[str]:
    """Texts of every kind that tests tell apart, so many of each; none where there are no tests.

    Raises: Spent where they are more than ``MOST``.
    """
    asked = {at: sorted({part for name, part in parts if TEXT_TESTS[name].at == at}) for at in (START, END, WITHIN)}
    if not any(asked.values()):
        return
    between = _unasked("".join(part for listed in asked.values() for part in listed))
    starts, ends, within = ["", *asked[START]], ["", *asked[END]], asked[WITHIN]
    if len(starts) * len(ends) * 2 ** min(len(within), 16) * many > MOST:
        raise Spent
    for start in starts:
        for end in ends:
            for size in range(len(within) + 1):
                for held in combinations(within, size):
                    for copy in range(1, many + 1):
                        yield between.join((start + between * (copy - 1), *held, end))


def signature(text: str, parts: Iterable[Part]) -> tuple[bool, ...]:
    """Which of the tests hold of a text."""
    return tuple(made_of(text, (part,)) for part in sorted(parts))


def unlike(parts: Iterable[Part], number: int) -> str:
    """A text of which no test holds, another for each number from 1; but for tests that hold of every text."""
    text = "another" if number == 1 else f"another {number}"
    listed = list(parts)
    return text if not made_of(text, listed) else _unasked("".join(part for _, part in listed)) * number


def _unasked(asked: str) -> str:
    return next(character for character in map(chr, (0x2026, 0xB7, *range(0xE000, 0xF8FF))) if character not in asked)
