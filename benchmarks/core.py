"""One case by the reference backend against the same decided by a Python function written by hand.

``python benchmarks/core.py``: 300 random complete cases of ``packs/w1``; first that both give equal documents, then the
time of each case as the median of interleaved runs, and the ratio of the sums. Both start from facts in memory (the
reference from a case already read) and end with a document, then with its canonical bytes.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import core_by_hand
from w1_cases import complete_cases

import averment
from averment.backends import reference
from averment.ir.digest import canonical
from averment.model.case import Case
from averment.outcome.outcome import Outcome
from averment.pack import Pack

PACK = Path(__file__).parent / "packs" / "w1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    pack = averment.load(PACK)
    program = pack.program()
    about = {"name": pack.name, "version": pack.version, "digest": pack.digest}
    facts = list(complete_cases(asked.cases))
    cases = [pack.case(given, f"c{number}") for number, given in enumerate(facts)]
    for case, given in zip(cases, facts, strict=True):
        by_hand = core_by_hand.decide(case.name, given, about)
        assert pack.decide(case, engine="reference").document == by_hand, case.name
        assert Outcome(case, reference.evaluate(program, case)).canonical == canonical(by_hand), case.name
    print(f"{len(cases)} documents are equal, and so are their canonical bytes")
    ways = _ways(pack, about)
    taken = _measure(ways, list(zip(cases, facts, strict=True)), asked.rounds)
    print(f"{'':34}{'µs a case':>10}")
    for name, seconds in taken.items():
        print(f"{name:34}{seconds * 1e6:10.0f}")
    for what in ("document", "canonical bytes"):
        ratio = taken[f"reference, {what}"] / taken[f"by hand, {what}"]
        print(f"reference to by hand, {what}: {ratio:.1f} times")


def _ways(pack: Pack, about: dict[str, Any]) -> dict[str, Callable[[Case, dict[str, Any]], Any]]:
    def decide(case: Case) -> Outcome:
        return pack.decide(case, engine="reference")

    def by_hand(case: Case, facts: dict[str, Any]) -> dict[str, Any]:
        return core_by_hand.decide(case.name, facts, about)

    return {
        "by hand, document": by_hand,
        "reference, document": lambda case, facts: decide(case).document,
        "by hand, canonical bytes": lambda case, facts: canonical(by_hand(case, facts)),
        "reference, canonical bytes": lambda case, facts: decide(case).canonical,
        "reference, claim only": lambda case, facts: decide(case).claim,
        "reference, reading the case": lambda case, facts: pack.case(facts),
    }


def _measure(
    ways: dict[str, Callable[[Case, dict[str, Any]], Any]], inputs: list[tuple[Case, dict[str, Any]]], rounds: int
) -> dict[str, float]:
    """Seconds a case of each way: of every case the median over the rounds, of all cases the mean."""
    taken: dict[str, list[list[float]]] = {name: [[] for _ in inputs] for name in ways}
    clock = time.process_time
    gc.disable()
    for _ in range(rounds):
        for number, (case, facts) in enumerate(inputs):
            for name, way in ways.items():
                began = clock()
                way(case, facts)
                taken[name][number].append(clock() - began)
        gc.collect()
    return {name: statistics.fmean(map(statistics.median, each)) for name, each in taken.items()}


if __name__ == "__main__":
    main()
