"""Clingo reads a pack as it is written, and says of complete cases what every cheap door says: 2,000 random pairs, of
which 500 in every run.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("clingo", reason="clingo has no wheel for this Python")

from tests.draws import parts
from tests.laws.outside import CASES, differences

PARTS = 4
PACKS = 2_000 // CASES // PARTS


@pytest.mark.parametrize("part", parts(PARTS, quick=1))
def test_no_door_differs_from_an_outside_reading(part: int, tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    assert list(differences(range(part * PACKS, (part + 1) * PACKS), tmp_path, counts)) == []
    assert counts["pairs"] == PACKS * CASES and counts["fired"] > 0.5 * counts["pairs"]
    assert min(counts[status] for status in ("settled", "gap", "conflict")) > 0
