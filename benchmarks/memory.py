"""Whether memory stays flat over many cases, decided one after the other by the same engine in one process.

``python benchmarks/memory.py``: random complete and partial cases of ``packs/w1``, each read, decided and turned into
canonical bytes, then let go; resident memory after the first thousand and at every tenth part.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from w1_cases import complete_cases

import averment

PACK = Path(__file__).parent / "packs" / "w1"
WARM = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="*", default=["reference", "durable"])
    parser.add_argument("--cases", type=int, default=100_000)
    asked = parser.parse_args()
    for engine in asked.engines:
        pack = averment.load(PACK)
        began, sizes, most = time.process_time(), [], 0
        for number, facts in enumerate(_cases(asked.cases), 1):
            most = max(most, len(pack.decide(facts, engine=engine).canonical))
            if number == WARM or number % (asked.cases // 10) == 0:
                sizes.append(resident())
        shown = " ".join(f"{size:.1f}" for size in sizes)
        print(f"{engine}: {asked.cases:,} cases, outcomes of up to {most:,} bytes, {time.process_time() - began:.0f} s")
        print(f"  resident MiB: {shown}; growth {sizes[-1] - sizes[0]:+.1f}", flush=True)
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MiB")


def _cases(count: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(3)
    for facts in complete_cases(count):
        if rng.random() < 0.3:
            for record in facts.values():
                for field in [name for name in record if rng.random() < 0.2]:
                    del record[field]
        yield {name: record for name, record in facts.items() if record}


def resident() -> float:
    """MiB of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
