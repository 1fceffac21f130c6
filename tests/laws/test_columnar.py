"""The columnar and scalar backends say of every row what the reference says of its case: 100,000 random rows, 5,000 of
them in every run.
"""

from __future__ import annotations

from collections import Counter

import pytest
from tests.draws import parts
from tests.laws.columnar import ROWS, differences

PARTS = 20
PACKS = 100_000 // ROWS // PARTS


@pytest.mark.parametrize("part", parts(PARTS, quick=1, slow=10))
def test_no_row_differs_from_the_reference(part: int) -> None:
    counts: Counter[str] = Counter()
    assert list(differences(range(part * PACKS, (part + 1) * PACKS), counts)) == []
    assert counts["refused packs"] < 0.1 * PACKS
    together = counts["rows"] - counts["alone"]
    print(f"{together / counts['rows']:.0%} of {counts['rows']:,} rows decided set at a time")
    assert together > 0.75 * counts["rows"] and counts["fired"] > 0.5 * counts["rows"]
    assert min(counts[status] for status in ("settled", "open", "gap", "conflict")) > 0
    assert counts["scalar"] > 0 and counts["scalar packs"] > 0
