"""The claim of a row of a batch is as ``law.claims`` has it, for all that three claim facts of two values may say."""

from __future__ import annotations

from itertools import product

import numpy as np

from averment.backends.columnar.claims import CONFLICT, GAP, OPEN, SETTLED, Held, read_claims
from averment.backends.columnar.columns import Column
from averment.law.claims import standing

VALUES = ("a", "b")
FACTS = [(truth, value) for truth in range(3) for value in (0, 1, None) if truth < 2 or value is not None]


def test_rows_are_as_the_law() -> None:
    rows = list(product(FACTS, repeat=3))
    held: list[Held] = []
    for place in range(3):
        truths = np.array([row[place][0] for row in rows])
        codes = np.array([row[place][1] or 0 for row in rows])
        unknown = np.array([row[place][1] is None for row in rows])
        held.append(Held(Column(codes, codes, unknown), truths == 2, truths > 0))
    found = read_claims(held, len(rows))
    for row, status, value in zip(rows, found.status.tolist(), found.value.tolist(), strict=True):
        told = [(truth, VALUES if code is None else VALUES[code : code + 1]) for truth, code in row]
        true = {word for truth, words in told if truth == 2 for word in words}
        claim, possible = standing(VALUES, true, true.union(*(words for truth, words in told if truth)))
        expected = {"conflict": CONFLICT, "gap": GAP, "open": OPEN}.get(claim, SETTLED)
        assert status == expected, row
        assert status != SETTLED or VALUES[value] == claim, row
        assert possible == (claim,) if status != OPEN else len(possible) > 1, row
