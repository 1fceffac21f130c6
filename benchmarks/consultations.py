"""Consultations about the example cases of ``pm_tpm`` with their answers hidden: how many questions, and how quick.

python benchmarks/consultations.py [--usual others|none] [--random 0] [--foretold]

Of each settled case the records of `many` types stay, and ``ask`` asks for everything else; what the case does not give
is said to be unknown. Which answers are usual is told by the other example cases, never by the case itself. A reaction
is all that happens between an answer and the next question on the screen, and is CPU time; the first one is the start.
``--random`` draws complete cases from the vocabulary instead, as many for each claim. ``--foretold`` only tells how
likely the answers of each case are by the others (the mean logarithm; more is better).
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import averment
from averment.core.program import Fact, Value
from averment.core.values import decode
from averment.diagnostics.diagnostic import Report
from averment.model.case import Case, read_case
from averment.questions.ask.consultation import Consultation, consult
from averment.questions.ask.live import Live
from averment.questions.ask.proving import prepare
from averment.questions.ask.usual import NOTHING_USUAL, Usual, likenesses, nearest, usual
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Situation
from averment.questions.missing.completing import values_of
from averment.render.consultation_text import question_text, standing
from averment.render.display import Style
from averment.surface.pack_files import read_case_file

CASES = Path(__file__).parent.parent / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"


class Held(NamedTuple):
    """A consultation: questions asked, those of them whose answer the case has, and those there are without stopping;
    fields of the case; seconds of the start and of the slowest reaction after it.
    """

    name: str
    claim: str
    asked: int
    answered: int
    questions: int
    given: int
    start: float
    slowest: float


def settled_cases(pack: averment.Pack) -> dict[str, tuple[str, Case]]:
    """The example cases with a settled claim."""
    found: dict[str, tuple[str, Case]] = {}
    for path in sorted(CASES.glob("*.yaml")):
        report = Report()
        for node in read_case_file(path.read_bytes(), path.name, report):
            case = read_case(node, pack.model.types, report)
            assert case is not None
            outcome = pack.decide(case, engine="reference")
            if outcome.settled:
                found[case.name] = outcome.claim, case
    return found


def hold(pack: averment.Pack, full: Case, claim: str, known: Usual) -> Held:
    """Hold a consultation that hides all answers of a case but its records of `many` types."""
    program = pack.program()
    types = program.types
    kept = tuple(fact for fact in full.facts if not types[fact.type].one)
    hidden = Case(full.name, kept, frozenset(name for name in full.mentioned if not types[name].one))
    answers = {
        f"{fact.type}.{field.name}": decode(value, field)
        for fact in full.facts
        if types[fact.type].one
        for field, value in zip(types[fact.type].fields, fact.values, strict=True)
        if value is not None
    }
    begun = pack.decide(hidden, engine="reference")
    reactions: list[float] = []
    answered = 0
    with Live(pack.engine()) as live:
        start = time.process_time()
        state = consult(begun, live.evaluate, known)
        _show(state)
        reactions.append(time.process_time() - start)
        prepare()  # as the terminal does while somebody thinks
        while (question := state.question) is not None:
            path = question.slot.path
            start = time.process_time()
            state = state.answer(answers[path]) if path in answers else state.unknown()
            _show(state)
            reactions.append(time.process_time() - start)
            answered += path in answers
    assert (state.proved or state.outcome.claim) == claim, full.name
    given = sum(value is not None for fact in full.facts for value in fact.values)
    every = len(judge_of(Situation(program, hidden)).unknown())
    return Held(full.name, claim, len(state.replies), answered, every, given, reactions[0], max(reactions[1:]))


def consultations(pack: averment.Pack, others: bool = True) -> Iterator[Held]:
    """Every settled example case; ``others``: the other ones tell which answers are usual."""
    cases = settled_cases(pack)
    for name, (claim, case) in cases.items():
        known = usual(told for other, (_, told) in cases.items() if other != name) if others else NOTHING_USUAL
        yield hold(pack, case, claim, known)


def foretold(pack: averment.Pack) -> Iterator[float]:
    """The logarithm of how likely the answers of each settled example case are by the other ones, one after another."""
    cases = settled_cases(pack)
    judge = judge_of(Situation(pack.program(), Case("blank", ())))
    for name, (_, case) in cases.items():
        known = usual(told for other, (_, told) in cases.items() if other != name)
        answers: dict[int, Value] = {}
        score = 0.0
        for number, value in _answers(judge, case):
            values = values_of(judge, number)
            likely = likenesses(judge, known, answers, [number])
            score += math.log(sum(each.share * each.weights[number][nearest(values, value)] for each in likely))
            answers[number] = value
        yield score


def _answers(judge: Judge, case: Case) -> Iterator[tuple[int, Value]]:
    held = {fact.type: fact.values for fact in case.facts if judge.situation.program.types[fact.type].one}
    for number in judge.unknown():
        slot = judge.situation.slots[number]
        value = held[slot.type][slot.index] if slot.type in held else None
        if value is not None:
            yield number, value


def random_cases(pack: averment.Pack, many: int) -> Iterator[tuple[str, Case]]:
    """Complete cases without records of `many` types, as many for each claim."""
    program = pack.program()
    judge = judge_of(Situation(program, Case("blank", ())))
    numbers, rng = judge.unknown(), random.Random(1)
    left = dict.fromkeys(program.claim.values, many)
    while any(left.values()):
        values: dict[int, Value] = {number: rng.choice(values_of(judge, number)) for number in numbers}
        claim = judge.verdict(values).claim
        if left.get(claim):
            left[claim] -= 1
            facts: tuple[Fact, ...] = judge.situation.told(values).facts
            yield claim, Case(f"{claim} {left[claim]}", facts, frozenset(fact.type for fact in facts))


def _show(state: Consultation) -> None:
    """What the terminal shows."""
    standing(state.outcome)
    if state.question is not None:
        question_text(state.question, 1, Style())
        state.why()


def _print(held: list[Held]) -> None:
    wide = max(len(each.name) for each in held)
    for each in held:
        print(
            f"{each.name:{wide}}  asked {each.asked:2} of {each.questions} ({each.asked / each.questions:.3f}),"
            f" of {each.given} fields {each.asked / each.given:.3f}, {each.asked - each.answered} unknown;"
            f" start {each.start * 1000:3.0f} ms, slowest {each.slowest * 1000:3.0f} ms"
        )
    shares: Mapping[str, list[float]] = {
        "of the fields given": [each.asked / each.given for each in held],
        "of all questions": [each.asked / each.questions for each in held],
    }
    for what, found in shares.items():
        few = sum(share <= 0.5 for share in found)
        halves = [statistics.median(found[half::2]) for half in (0, 1)]
        print(
            f"{what}: median {statistics.median(found):.3f}, mean {statistics.mean(found):.3f}, {few} of {len(found)}"
            f" at most half; every other case {halves[0]:.3f}, the rest {halves[1]:.3f}"
        )
    print(
        f"questions: mean {statistics.mean(each.asked for each in held):.2f}; slowest start"
        f" {max(each.start for each in held) * 1000:.0f} ms, slowest reaction"
        f" {max(each.slowest for each in held) * 1000:.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--usual", choices=("others", "none"), default="others", help="what tells usual answers")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="random cases instead, N of each claim")
    parser.add_argument("--foretold", action="store_true", help="how likely each case is by the others")
    options = parser.parse_args()
    pack = averment.load("pm_tpm")
    if options.foretold:
        print(f"foretold: mean {statistics.mean(foretold(pack)):.2f}")
    elif options.random:
        known = usual(case for _, case in settled_cases(pack).values()) if options.usual == "others" else NOTHING_USUAL
        _print([hold(pack, case, claim, known) for claim, case in random_cases(pack, options.random)])
    else:
        _print(list(consultations(pack, options.usual == "others")))


if __name__ == "__main__":
    main()
