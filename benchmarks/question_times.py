"""How long each question takes against the seconds it is allowed, by the number of parcels of an order.

python benchmarks/question_times.py [--seconds 2] [--records 50 200 1000 10000]

The pack (``packs/freight``) counts and sums records, and compares them with dates and numbers of a wide range. The exit
code is 1 where a question took more than a tenth longer than it was allowed, by its processor time.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import averment
from averment.diagnostics.diagnostic import Refused
from averment.questions.flip import flip
from averment.questions.knowledge import Knowledge
from averment.questions.matters import matters
from averment.questions.missing import missing
from averment.questions.whatif import sweep
from averment.questions.why_not import why_not

PACK = Path(__file__).parent / "packs" / "freight"


def parcels(many: int, unknown: bool) -> dict[str, Any]:
    """The facts of an order of so many parcels."""
    rng = random.Random(many)
    order = {"priority": "high"} if unknown else {"placed": "2026-10-05", "priority": "high", "insured": True}
    found: list[dict[str, Any]] = []
    for number in range(many):
        due = (date(2026, 9, 1) + timedelta(rng.randrange(200))).isoformat()
        parcel = {"id": f"p{number}", "grams": rng.randint(0, 9_000), "due": due, "bulky": rng.random() < 0.3}
        if unknown and rng.random() < 0.2:
            del parcel["grams"]
        found.append(parcel)
    return {"order": order, "parcel": found}


def questions(pack: averment.Pack, many: int, allowed: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """Each question of an order of so many parcels."""
    knowledge = Knowledge(pack)
    outcome = pack.decide(pack.case(parcels(many, False)), engine="reference")
    open_one = pack.decide(pack.case(parcels(many, True)), engine="reference")
    other = "own" if outcome.claim == "round" else "round"
    return {
        "flip": lambda: flip(outcome, **allowed),
        "matters": lambda: matters(outcome, knowledge, **allowed),
        "missing": lambda: missing(open_one, **allowed),
        "sweep of a date": lambda: sweep(knowledge, outcome, "season", **allowed),
        "sweep of a wide number": lambda: sweep(knowledge, outcome, "heavy_from", **allowed),
        "sweep of a weight": lambda: sweep(knowledge, outcome, "clear_weight", **allowed),
        "why not": lambda: why_not(outcome, other, **allowed),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--records", type=int, nargs="+", default=[0, 50, 200, 1_000, 10_000])
    given = parser.parse_args()
    pack, late = averment.load(PACK), 0
    allowed: dict[str, Any] = {"seconds": given.seconds, "clock": time.process_time}
    for many in given.records:
        asked = questions(pack, many, allowed)
        for name, question in asked.items():
            began, said = time.process_time(), "answered"
            try:
                found = question()
                whole = getattr(found, "exact", getattr(found, "complete", "undetermined" not in repr(found)))
                said = "answered" if whole else "in part"
            except Refused as refused:
                said = refused.diagnostics[0].code
            taken = time.process_time() - began
            late += taken > 1.1 * given.seconds
            print(f"{many:>6} {name:24} {taken:6.2f} of {given.seconds:g} s  {said}", flush=True)
    print(f"{late} late")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
