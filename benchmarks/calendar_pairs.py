"""The calendar held to ``dateutil``: completed months and years of random pairs of dates, and months after dates.

``python benchmarks/calendar_pairs.py --pairs 1000000 --seed 1``; it needs ``python-dateutil`` (``just bench``).
Half of the pairs lie within four years of each other, and a third of all dates at the ends of months.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from calendar import monthrange
from datetime import date

from averment.core.calendar import months_after, months_between, no_date, years_between
from averment.core.operators import INTEGERS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    try:
        from dateutil.relativedelta import relativedelta
    except ImportError:
        sys.exit("python-dateutil is not installed: run `just bench` first")
    rng, differing, beyond = random.Random(asked.seed), 0, 0
    began = time.process_time()
    for _ in range(asked.pairs):
        start = drawn(rng)
        near = rng.random() < 0.5
        end = date.fromordinal(min(max(start.toordinal() + rng.randint(-1500, 1500), 1), date.max.toordinal()))
        end = end if near else drawn(rng)
        one, other = start.toordinal(), end.toordinal()
        apart = relativedelta(end, start)
        months = apart.years * 12 + apart.months
        different = months_between(INTEGERS, one, other) != months or years_between(INTEGERS, one, other) != apart.years
        some = rng.randint(-3000, 3000) if near else months
        try:
            moved = (start + relativedelta(months=some)).toordinal()
        except (ValueError, OverflowError):
            moved, beyond = 0, beyond + 1
        lawless = no_date(INTEGERS, one, one, some, some)
        different |= lawless is not (moved == 0) or (not lawless and months_after(INTEGERS, one, some) != moved)
        if different:
            differing += 1
            print(f"differs: {start} {end} {some}")
    took = time.process_time() - began
    print(
        f"{asked.pairs:,} pairs (seed {asked.seed}), {beyond:,} beyond the calendar: {differing} differ; {took:.1f} s"
    )


def drawn(rng: random.Random) -> date:
    """A date; of each third one at the end of a month, within it, and in February."""
    year, where = rng.randint(1, 9999) if rng.random() < 0.3 else rng.randint(1890, 2110), rng.random()
    month = 2 if where < 1 / 3 else rng.randint(1, 12)
    last = monthrange(year, month)[1]
    return date(year, month, rng.randint(last - 3, last) if where < 2 / 3 else rng.randint(1, last))


if __name__ == "__main__":
    main()
