"""Every backend gives the reference's outcome and warrant, byte for byte: 20,000 random pairs of pack and case, 1,000
of them in every run.
"""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec

import pytest
from tests.draws import parts
from tests.laws.differential import CASES, differences

PARTS = 20
PACKS = 20_000 // CASES // PARTS

ENGINES = ("durable",) if find_spec("durable_rules_engine") else ()


@pytest.mark.parametrize("part", parts(PARTS, quick=1, slow=10))
def test_no_engine_differs_from_the_reference(part: int) -> None:
    counts: Counter[str] = Counter()
    assert list(differences(range(part * PACKS, (part + 1) * PACKS), ENGINES, counts)) == []
    assert counts["pairs"] == PACKS * CASES
    assert counts["fired"] > 0.3 * counts["pairs"]
    assert min(counts[status] for status in ("settled", "open", "gap", "conflict")) > 0
