"""No step is left uncounted: the looks that each place of the law tells the budget of, over a table of small cases.

A place that no longer counts or counts something else differs from the table, and so does a join in another order; a
new place has to stand in a row of it.
"""

from __future__ import annotations

import linecache
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.laws.test_budget import facts, made

import averment.law
from averment.law.budget import Budget

_PLACES = {
    "few": "memory.spend(LOOKS)",
    "met": "self._memory.spend(LOOKS * len(found))",
    "new": "memory.spend(len(fresh.facts))",
    "gaps": "self._memory.spend(len(index.gaps))",
    "cells": "self.spend(looks)",
    "index": "self.spend(index.take(selection.facts))",
    "gaps of guards": "self.spend(len(index.gaps))",
    "guards": "memory.spend(LOOKS * len(met))",
    "asks": "budget.look(asks)",
    "counted": "budget.look(LOOKS * answer(guard, memory, final[0]).met)",
}
"""Each line of the law that counts, and what it is called here."""

TABLE: list[tuple[str, int, bool, dict[str, int]]] = [
    # what the rule is, how many records of each type, whether half of what joins is unknown, and the looks
    ("join", 3, False, {"few": 24, "index": 9, "cells": 3, "met": 6}),
    ("join", 6, False, {"met": 96, "index": 36, "cells": 6}),
    ("three", 6, False, {"met": 516, "asks": 1296}),  # twice 6, 36 and 216; six for each match
    ("long", 6, False, {"met": 526, "asks": 3888, "index": 33, "cells": 5}),
    ("early", 6, False, {"met": 516, "asks": 744}),
    ("met", 6, False, {"met": 12, "asks": 60, "guards": 12}),
    ("met", 6, True, {"met": 24, "asks": 120, "guards": 12}),  # the rule twice, what the sum meets once
    ("fires", 6, False, {"met": 14, "asks": 60, "guards": 12, "counted": 72, "index": 6, "cells": 1}),
    ("gaps", 6, False, {"met": 12, "asks": 60, "guards": 10, "index": 6}),
    ("gaps", 6, True, {"met": 24, "asks": 120, "guards": 42, "index": 6, "gaps of guards": 6}),
    ("apart", 6, False, {"met": 12, "index": 6}),  # what shares no variable with others comes last
    ("looks", 24, False, {"cells": 24}),
    ("kept", 12, False, {"met": 312, "asks": 44, "index": 35, "cells": 1}),
    ("kept", 6, True, {"met": 282, "asks": 96, "index": 39, "cells": 6, "gaps": 66}),
    ("closure", 6, False, {"met": 94, "new": 21, "index": 27, "cells": 5}),
    ("closure", 6, True, {"met": 204, "new": 28, "index": 30, "cells": 4}),
]


@pytest.mark.parametrize(("kind", "count", "unknown", "expected"), TABLE)
def test_each_place_counts(
    kind: str, count: int, unknown: bool, expected: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: Counter[str] = Counter()
    names, spend = {line: name for name, line in _PLACES.items()}, Budget.look

    def look(budget: Budget, times: int) -> None:
        frame = sys._getframe(1)
        found[names[linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()]] += times
        spend(budget, times)

    monkeypatch.setattr(Budget, "look", look)
    given = facts(count)
    for record in given["left"][::2] if unknown else ():
        del record["x"]
    made(kind).decide(given, engine="reference")
    assert +found == expected


def test_every_place_stands_in_the_table() -> None:
    counted = {name for _, _, _, expected in TABLE for name in expected}
    assert counted == set(_PLACES)
    lines = {
        line.strip()
        for file in Path(averment.law.__file__).parent.glob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if (".spend(" in line or ".look(" in line) and "def " not in line
    }
    assert lines == set(_PLACES.values())
