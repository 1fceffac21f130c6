"""Every question on random small packs and cases, against enumeration by the reference backend, and times on
``pm_tpm``.

python benchmarks/questions.py [--cases 2000] [--first 0]

Prints how many answers agree; the exit code is 1 where one does not.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from itertools import product
from pathlib import Path

import averment
from averment.backends import reference
from averment.core.program import Value
from averment.diagnostics.diagnostic import Refused, Report
from averment.model.case import read_case
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import consult
from averment.questions.flip.flip import Flip, Flips, flip
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import Weight, matters
from averment.questions.missing.missing import missing
from averment.questions.why_not.why_not import unfired
from averment.surface.pack_files import read_case_file

sys.path.insert(0, str(Path(__file__).parent))
import enumeration

CASES = Path(__file__).parent.parent / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"


def check(seed: int, generator: object, most: int, tally: Counter[str]) -> list[str]:
    """What differs from enumeration on one random pack and case."""
    pack, files = enumeration.small_pack(generator, seed)  # type: ignore[arg-type]
    rng = random.Random(seed)
    case = enumeration.small_case(generator, pack, files, rng, rng.choice((0.5, 0.7, 0.9)), most)  # type: ignore[arg-type]
    if case is None:
        return []
    if not case.lawful:  # what has no outcome is no claim that anything turns to
        tally["no outcome"] += 1
        return []
    outcome = Outcome(case.case, reference.evaluate(case.program, case.case))
    tally["cases"] += 1
    tally[outcome.status.value] += 1
    wrong = _unfired(outcome)
    wrong += _flips(outcome, case, tally) if outcome.settled else _missing(outcome, case, tally)
    return [f"seed {seed}: {each}" for each in wrong + _matters(outcome, case, tally)]


def _unfired(outcome: Outcome) -> list[str]:
    rules = outcome.evaluation.program.rules
    attempts = unfired(outcome.evaluation, rules)
    told = {(attempt.rule.id, attempt.rule.alternative) for attempt in attempts if attempt.failing}
    fired = {(firing.rule.id, firing.rule.alternative) for firing in outcome.evaluation.firings}
    every = {(rule.id, rule.alternative) for rule in rules}
    doubtful = {(firing.rule.id, firing.rule.alternative) for firing in outcome.evaluation.undecided}
    silent = every - fired - told - doubtful
    return [f"no reason why not: {sorted(silent)}"] if silent or told & fired else []


def _flips(outcome: Outcome, case: enumeration.Enumeration, tally: Counter[str]) -> list[str]:
    wrong: list[str] = []
    for to in (None, *outcome.evaluation.program.claim.values):
        if to == outcome.claim:
            continue
        expected = case.smallest_flips(to)
        for by in ("solver", "search"):
            try:
                found = flip(outcome, to, most=10**6, by=by)
            except Refused:
                tally[f"flip refused by {by}"] += 1
                continue
            tally[f"flip by {by}"] += 1
            tally[f"flip found by {by}"] += bool(found.flips)
            wrong += [f"flip to {to} by {by}: {each}" for each in _differing(found, expected)]
    return wrong


def _differing(found: Flips, expected: tuple[int, int, list[tuple[str, enumeration.Told]]] | None) -> list[str]:
    """What of the flips is not by enumeration, and what of the enumeration no flip tells."""
    if expected is None or not found.flips:
        return [] if expected is None and not found.flips else [f"{found.flips}, by enumeration {expected}"]
    many, cost, every = expected
    wrong = [f"{each}, by enumeration {many} and {cost}" for each in found.flips if _size(each) != (many, cost)]
    ways = [way for flip in found.flips for way in _ways(flip)]
    wrong += [f"{way} does not flip by enumeration" for way in ways if way not in every]
    if len({frozenset(way.items()) for _, way in ways}) != len(ways):
        wrong.append("a way is told twice")
    return wrong + [f"untold: {each}" for each in every if not any(_tells(flip, *each) for flip in found.flips)]


def _size(flip: Flip) -> tuple[int, int]:
    return len(flip.changes), flip.cost


def _ways(flip: Flip) -> list[tuple[str, enumeration.Told]]:
    """The changes a flip tells, where it takes no more new texts than the enumeration has."""
    new = dict.fromkeys((change.group, text) for change in flip.changes for text in change.new)
    groups = Counter(group for group, _ in new)
    if max(groups.values(), default=0) > len(enumeration.UNNAMED):
        return []
    named = {(group, text): enumeration.UNNAMED[_place(list(new), group, text)] for group, text in new}
    values = [
        [named[change.group, value] if value in change.new else value for value in change.values]
        for change in flip.changes
    ]
    paths = [change.slot.path for change in flip.changes]
    return [(flip.claim, dict(zip(paths, chosen, strict=True))) for chosen in product(*values)]


def _place(new: list[tuple[int, Value]], group: int, text: Value) -> int:
    return [other for each, other in new if each == group].index(text)


def _tells(flip: Flip, claim: str, way: enumeration.Told) -> bool:
    """Whether a flip tells this change: by name, or by new texts that are the same and different as the way's are."""
    if claim != flip.claim or {change.slot.path for change in flip.changes} != way.keys():
        return False
    taken: set[tuple[int, Value, Value]] = set()
    for change in flip.changes:
        value = way[change.slot.path]
        if value not in change.values:
            if not change.new:
                return False
            taken.add((change.group, change.new[0], value))
    texts, values = {each[:2] for each in taken}, {(group, value) for group, _, value in taken}
    return len(texts) == len(values) == len(taken)


def _matters(outcome: Outcome, case: enumeration.Enumeration, tally: Counter[str]) -> list[str]:
    found = matters(outcome)
    least = case.turning_sets()
    wrong: list[str] = []
    relevant = {path for paths in least for path in paths}
    for part in found.parts:
        expected = Weight.DECISIVE if frozenset((part.path,)) in least else Weight.PART
        if part.path not in relevant:
            expected = Weight.IRRELEVANT
        tally[part.weight.value] += 1
        if part.weight is not expected and part.weight is not Weight.UNDETERMINED:
            wrong.append(f"{part.path} is {part.weight}, by enumeration {expected}")
    return wrong + [f"{margin.name}: {margin}" for margin in found.margins if not _margin(margin, case)]


def _margin(margin: object, case: enumeration.Enumeration) -> bool:
    from averment.questions.matters.matters import Margin

    assert isinstance(margin, Margin)
    number = next(number for number, place in enumerate(case.places) if place.path == margin.name)
    claim = case.word({})[0]
    turning = [int(value) for value in case.places[number].domain if case.word({number: value})[0] != claim]  # type: ignore[arg-type]
    at = int(margin.value)  # type: ignore[arg-type]
    below = max((value for value in turning if value < at), default=None)
    above = min((value for value in turning if value > at), default=None)
    return (margin.below.value if margin.below else None, margin.above.value if margin.above else None) == (
        below,
        above,
    )


def _missing(outcome: Outcome, case: enumeration.Enumeration, tally: Counter[str]) -> list[str]:
    found = missing(outcome)
    wrong: list[str] = []
    if case.program.types.keys() & {
        name for name, type in case.program.types.items() if type.absent_unknown and name not in case.case.mentioned
    }:
        tally["unspoken types"] += 1
        return []
    possible = {each.claim for each in found.possible}
    tally["undetermined claims"] += len(found.undetermined)
    if possible != case.possible_claims() - set(found.undetermined):
        wrong.append(f"possible {possible}, by enumeration {case.possible_claims()}")
    tally["proved"] += bool(found.proved)
    if found.complete:
        tally["settling sets"] += 1
        some, every = case.settling_sets()
        got = {frozenset(paths) for paths in found.may_settle}, {frozenset(paths) for paths in found.settle}
        if got != (set(some), set(every)):
            wrong.append(f"settling sets {got}, by enumeration {some} and {every}")
    return wrong


def consultations() -> list[tuple[str, int, int, float]]:
    """For each settled example case: its name, how many questions it took, how many fields it gives, the slowest
    step.
    """
    pack = averment.load("pm_tpm")
    types = pack.program().types
    found: list[tuple[str, int, int, float]] = []
    for path in sorted(CASES.glob("*.yaml")):
        report = Report()
        for node in read_case_file(path.read_bytes(), path.name, report):
            full = read_case(node, pack.model.types, report)
            assert full is not None
            target = pack.decide(full, engine="reference")
            if not target.settled:
                continue
            kept = tuple(fact for fact in full.facts if not types[fact.type].one)
            hidden = type(full)(full.name, kept, frozenset(name for name in full.mentioned if not types[name].one))
            answers = dict(_given(full, types))
            state = consult(pack.decide(hidden, engine="reference"))
            asked, slowest = 0, 0.0
            while True:
                start = time.process_time()
                question = state.question
                slowest = max(slowest, time.process_time() - start)
                if question is None:
                    break
                asked += 1
                known = answers.get(question.slot.path)
                state = state.unknown() if known is None else state.answer(known)
            assert (state.proved or state.outcome.claim) == target.claim, full.name
            found.append(
                (full.name, asked, sum(value is not None for fact in full.facts for value in fact.values), slowest)
            )
    return found


def times() -> list[tuple[str, float, float]]:
    """For each example case: its name, and the processor seconds of `matters` (parameters too) and of `missing`."""
    pack = averment.load("pm_tpm")
    knowledge = Knowledge(pack)
    found: list[tuple[str, float, float]] = []
    for path in sorted(CASES.glob("*.yaml")):
        report = Report()
        for node in read_case_file(path.read_bytes(), path.name, report):
            case = read_case(node, pack.model.types, report)
            assert case is not None
            outcome = pack.decide(case, engine="reference")
            start = time.process_time()
            matters(outcome, knowledge)
            middle = time.process_time()
            missing(outcome)
            found.append((case.name, middle - start, time.process_time() - middle))
    return found


def _given(case: object, types: object) -> list[tuple[str, object]]:
    from averment.core.values import decode

    return [
        (f"{fact.type}.{field.name}", decode(value, field))
        for fact in case.facts  # type: ignore[attr-defined]
        if types[fact.type].one  # type: ignore[index]
        for field, value in zip(types[fact.type].fields, fact.values, strict=True)  # type: ignore[index]
        if value is not None
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--most", type=int, default=200, help="combinations of values of one case to enumerate")
    parser.add_argument("--no-times", action="store_true")
    given = parser.parse_args()
    generator = enumeration.small_packs()
    tally: Counter[str] = Counter()
    wrong: list[str] = []
    seed = given.first
    while tally["cases"] < given.cases:
        found = check(seed, generator, given.most, tally)
        print(*found, sep="\n", end="\n" if found else "", flush=True)
        wrong += found
        seed += 1
    print(f"{tally['cases']} cases, {len(wrong)} answers differ from enumeration")
    print(", ".join(f"{name} {count}" for name, count in sorted(tally.items())))
    if not given.no_times:
        taken = times()
        for name, matter, miss in taken:
            print(f"  {name}: matters {matter:.2f} s, missing {miss:.2f} s")
        slowest = max(matter for _, matter, _ in taken), max(miss for _, _, miss in taken)
        print(f"slowest matters {slowest[0]:.2f} s, missing {slowest[1]:.2f} s")
        asked = consultations()
        for name, questions, fields, slowest in asked:
            print(f"  {name}: {questions} questions for {fields} fields, slowest {slowest * 1000:.0f} ms")
        median = statistics.median(questions / fields for _, questions, fields, _ in asked)
        print(f"median {median:.2f} of the fields asked for")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
