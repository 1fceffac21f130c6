"""The differential test of the law: every engine against the reference, on random packs and cases.

``python tests/laws/differential.py --pairs 1000000 --seed 0 durable columnar`` is the long run; the suite runs 20,000
pairs. What a seed finds becomes a small case in a test of its own.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator

from tests.laws.generate import random_case, random_pack

from averment import Pack, Refused
from averment.diagnostics.diagnostic import Report
from averment.model.case import Case
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

CASES = 5  # of each pack


def made(seed: int) -> tuple[Pack, list[Case]]:
    """The random pack of this seed, and its cases: the first with every field given."""
    files = random_pack(seed)
    report = Report()
    pack = compile_files(read_pack_files(files, report), "random", report)
    assert pack is not None, (seed, report.diagnostics)
    rng = random.Random(seed)
    cases = [random_case(files, rng, given, f"c{number}") for number, given in enumerate((1, 0.9, 0.75, 0.75, 0.4))]
    return pack, [pack.case(case["facts"], case["case"]) for case in cases]


def verdict(pack: Pack, case: Case, engine: str) -> bytes:
    """The canonical outcome, or why there is none."""
    try:
        return pack.decide(case, engine=engine).canonical
    except Refused as refused:
        return str(refused).encode()


def differences(seeds: range, engines: tuple[str, ...], counts: Counter[str]) -> Iterator[str]:
    """Every pair of pack and case on which an engine differs from the reference; ``counts`` tells what was met."""
    for seed in seeds:
        pack, cases = made(seed)
        for number, case in enumerate(cases):
            expected = verdict(pack, case, "reference")
            counts["pairs"] += 1
            counts["fired"] += b'"fired":[]' not in expected
            for status in ("settled", "open", "gap", "conflict"):
                counts[status] += f'"status":"{status}"'.encode() in expected
            for engine in engines:
                if verdict(pack, case, engine) != expected:
                    yield f"{engine} differs from the reference on seed {seed}, case {number}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="+")
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    began = time.monotonic()
    found = 0
    for difference in differences(range(asked.seed, asked.seed + asked.pairs // CASES), tuple(asked.engines), counts):
        found += 1
        print(difference, flush=True)
    shares = ", ".join(f"{name} {counts[name] / counts['pairs']:.0%}" for name in counts if name != "pairs")
    print(f"{counts['pairs']} pairs, {found} differences ({shares}) in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
