"""How long `flip` takes: on every example case of ``pm_tpm``, and on seeded cases of seeded packs of some 300 rules.

python benchmarks/flips.py [--packs 3] [--cases 10] [--seconds 5] [--harder]

Of each question: the seconds of processor and of wall time from the outcome to the answer, how it was found, how many
fields it changes at what cost, how many answers there are, and whether the reference backend, given the changed facts,
has the claim that was promised. The exit code is 1 where one has not, or a question ended later than it should.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import averment
from averment.backends import reference
from averment.diagnostics.diagnostic import Refused, Report
from averment.model.case import read_case
from averment.outcome.claim import read_claim
from averment.outcome.outcome import Outcome
from averment.pack import Pack, compile_files
from averment.questions.flip.flip import Flips, flip
from averment.questions.judging.situation import Situation
from averment.surface.pack_files import read_case_file, read_pack_files

sys.path.insert(0, str(Path(__file__).parent))
import flip_packs

CASES = Path(__file__).parent.parent / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
GRACE = 0.5  # seconds after which a question that should have ended is late


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packs", type=int, default=3, help="of each kind")
    parser.add_argument("--cases", type=int, default=10, help="of each pack")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--harder", action="store_true", help="of the harder kinds")
    parser.add_argument("--short", action="store_true", help="print the summaries only")
    given = parser.parse_args()
    bad = 0
    groups: list[tuple[str, Iterator[tuple[str, Outcome]]]] = [] if given.harder else [("pm_tpm", examples())]
    kinds = flip_packs.HARDER if given.harder else flip_packs.KINDS
    groups += [(kind, made(make, given.first, given.packs, given.cases)) for kind, make in kinds.items()]
    for group, outcomes in groups:
        processor: list[float] = []
        wall: list[float] = []
        methods: dict[str, int] = {}
        sizes: dict[int, int] = {}
        for name, outcome in outcomes:
            began, started = time.process_time(), time.perf_counter()
            try:
                found: Flips | Refused = flip(outcome, seconds=given.seconds)
            except Refused as refused:
                found = refused
            processor.append(time.process_time() - began)
            wall.append(time.perf_counter() - started)
            text, method, size, right = told(outcome, found)
            methods[method] = methods.get(method, 0) + 1
            sizes[size] = sizes.get(size, 0) + 1
            bad += not right or wall[-1] > given.seconds + GRACE
            if not given.short:
                print(f"{group} {name:32} {processor[-1]:6.3f} s ({wall[-1]:6.3f})  {method:8} {text}", flush=True)
        print(
            f"{group}: {len(wall)} questions, processor time median {statistics.median(processor):.3f} s,"
            f" slowest {max(processor):.3f} s, by the clock slowest {max(wall):.3f} s; "
            + ", ".join(f"{method} {count}" for method, count in sorted(methods.items()))
            + "; changed fields: "
            + ", ".join(f"{size or 'no flip'} in {count}" for size, count in sorted(sizes.items())),
            flush=True,
        )
    print("every flip confirmed by the reference backend, none late" if not bad else f"{bad} WRONG OR LATE")
    return 1 if bad else 0


def told(outcome: Outcome, found: Flips | Refused) -> tuple[str, str, int, bool]:
    """What to print of an answer, how it was found, how many fields it changes, and whether the reference confirms."""
    if isinstance(found, Refused):
        (diagnostic,) = found.diagnostics
        return f"{diagnostic.code} {diagnostic.message}: {'; '.join(diagnostic.help)}", "refused", 0, True
    if not found.flips:
        return "nothing that may change flips it", found.proved_by, 0, True
    situation = Situation(outcome.evaluation.program, outcome.case)
    right = True
    for each in found.flips:
        first = {situation.numbers[change.slot.path]: change.value for change in each.changes}
        others = [
            (situation.numbers[change.slot.path], other) for change in each.changes for other in change.values[1:]
        ]
        for changes in (first, *({**first, number: other} for number, other in others)):
            reading = read_claim(reference.evaluate(outcome.evaluation.program, situation.told(changes)))
            right = right and reading.claim == each.claim != outcome.claim
    one = found.flips[0]
    more = "" if found.more == 0 else f" and {found.more or 'some'} more"
    count = f"{len(found.flips)}{more}"
    text = f"{len(one.changes)} fields, cost {one.cost}, {count}, {'confirmed' if right else 'NOT CONFIRMED'}"
    return text, found.proved_by, len(one.changes), right


def examples() -> Iterator[tuple[str, Outcome]]:
    """The outcomes of the example cases that are settled."""
    pack = averment.load("pm_tpm")
    for path in sorted(CASES.glob("*.yaml")):
        report = Report()
        for node in read_case_file(path.read_bytes(), path.name, report):
            case = read_case(node, pack.model.types, report)
            assert case is not None, report.diagnostics
            outcome = pack.decide(case, engine="reference")
            if outcome.settled:
                yield case.name, outcome


def made(make: Callable[[int], flip_packs.Made], first: int, packs: int, cases: int) -> Iterator[tuple[str, Outcome]]:
    """The outcomes of random cases of the packs that this makes of seeds."""
    for seed in range(first, first + packs):
        files, facts = make(seed)
        pack = load(files)
        for number in range(cases):
            rng = random.Random(seed * 1_000 + number)
            yield f"pack {seed}, case {number}", pack.decide(pack.case(facts(rng)), engine="reference")


def load(files: dict[str, bytes]) -> Pack:
    """The pack of these files."""
    report = Report()
    pack = compile_files(read_pack_files(files, report), "made", report)
    assert pack is not None, report.diagnostics[:3]
    return pack


if __name__ == "__main__":
    sys.exit(main())
