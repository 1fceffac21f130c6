"""Whether every completion of what is unknown decides alike, found out within a budget.

Where there are few completions all are judged, at once. Else first some drawn at random: by far the most often two of
them differ, and that is the end of it. Then Z3 is asked for one that differs. What is said here is proved; where the
budget runs out, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from math import prod
from random import Random

from averment.core.program import Value
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.situation import Changes
from averment.questions.judging.together import verdicts
from averment.questions.missing.completing import values_of

MOST_EFFORT = 250_000  # of Z3: some 20 ms
_FEW = 512  # completions that are all tried
_DRAWN = 192


def prepare() -> None:
    """Load Z3, where it is installed: while somebody thinks about the first question it costs no time."""
    if find_spec("z3") is not None:
        import_module("averment.backends.symbolic.formulas")


def common_claim(judge: Judge, numbers: Sequence[int]) -> str:
    """The one claim of all completions of these slots; empty where there is none or it is not found out in time."""
    if not isinstance(judge.circuitry, Circuitry):
        return ""
    values = [values_of(judge, number) for number in numbers]
    every = not judge.beyond(numbers) and prod(map(len, values)) <= _FEW
    drawn: list[Changes] = [
        dict(zip(numbers, each, strict=True)) for each in (product(*values) if every else _drawn(values))
    ]
    claims = {verdict.claim for verdict in verdicts(judge, drawn)}
    if len(claims) > 1:
        return ""
    (claim,) = claims
    return claim if every or _no_other(judge, judge.circuitry, numbers, claim) else ""


def _drawn(values: Sequence[Sequence[Value]]) -> list[tuple[Value, ...]]:
    random = Random(len(values))
    ends = [tuple(each[end] for each in values) for end in (0, -1)]
    return ends + [tuple(map(random.choice, values)) for _ in range(_DRAWN)]


def _no_other(judge: Judge, circuitry: Circuitry, numbers: Sequence[int], claim: str) -> bool:
    """Whether it is proved that no completion has another claim."""
    if find_spec("z3") is None:
        return False
    from averment.backends.symbolic.terms import Beyond
    from averment.questions.flip.solver import formulas_of

    places = {circuitry.places[number]: number for number in numbers if number in circuitry.places}
    others = [word for word in (*judge.situation.program.claim.values, "gap", "conflict") if word != claim]
    try:
        formulas = formulas_of(judge, circuitry, list(places.values()), {}, MOST_EFFORT)
        formulas.require(formulas.any_of([formulas.claim_is(word) for word in others]))
        return formulas.find(seconds=judge.budget.left) is None
    except Beyond:
        return False
