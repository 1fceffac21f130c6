"""An outside reading of the law held against every cheap door: complete random cases, decided by clingo as well.

``PYTHONPATH=. python tests/laws/outside.py --pairs 100000 --seed 0`` is the long run; the suite runs 2,000 pairs, of
which 500 in every run.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.engines import hosted
from tests.laws import oracle
from tests.laws.doors import CHEAP, Asked, Document, Door, Said
from tests.laws.generate import HUGE, random_case, random_pack

CASES = 10  # of each pack


def complete_cases(files: dict[str, bytes], rng: random.Random) -> Iterator[Document]:
    """Cases that leave nothing unknown, of numbers that fit into the 32 bits that clingo computes in."""
    declared: dict[str, Any] = json.loads(files["facts.yaml"])["facts"]
    many = {name: [] for name, about in declared.items() if about.get("cardinality") == "many"}
    number = 0
    while number < CASES:
        case = random_case(files, rng, 1, f"c{number}")
        if str(HUGE) not in json.dumps(case):
            number += 1
            yield {**case, "facts": many | case["facts"]}


def _reference(asked: Asked) -> Iterator[Said | None]:
    yield from asked.expected


DOORS: Mapping[str, Door] = {"reference": _reference, **CHEAP}


def differences(seeds: range, folder: Path, counts: Counter[str]) -> Iterator[str]:
    """Every case of which a door says something else than clingo; ``counts`` tells what was met."""
    for seed in seeds:
        files, rng = random_pack(seed, calendar=False), random.Random(seed)
        documents = [*complete_cases(files, rng)]
        asked = Asked(files, documents, folder, rng)
        began = time.process_time()
        found = oracle.decide(files, asked.facts)
        counts["clingo ms"] += round(1000 * (time.process_time() - began))
        counts["pairs"] += len(found)
        for answer in found:
            counts["refused" if answer is None else answer.status] += 1
            counts["fired"] += answer is not None and bool(answer.fired)
        for name, door in DOORS.items():
            for document, answer, said in zip(documents, found, door(asked), strict=True):
                if said is not None and not agrees(said, answer):
                    yield f"{name}, seed {seed}, {document['case']}: {said} instead of {answer}"


def agrees(said: Said, answer: oracle.Found | None) -> bool:
    if answer is None:
        return said.status in ("AV502", "AV504", "AV650")
    return (said.claim, said.status, said.strength, said.fired) == answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    began, found = time.process_time(), 0
    with TemporaryDirectory() as folder, hosted():
        for difference in differences(range(asked.seed, asked.seed + asked.pairs // CASES), Path(folder), counts):
            found += 1
            print(difference, flush=True)
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
    print(
        f"{found} differences ({told}) at {len(DOORS)} doors in {time.process_time() - began:.0f} s of processor time"
    )


if __name__ == "__main__":
    main()
