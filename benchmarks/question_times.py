"""How long each question takes against the seconds it is allowed, by the number of records of a case.

python benchmarks/question_times.py [--seconds 2] [--records 10 100 1000 10000]

The rules of one pack (``packs/freight``) count and sum records, and compare them with dates and numbers of a wide
range; those of the other (``packs/crossings``) join them, and there are records that no rule reads. The exit code is 1
where a question took more than a tenth longer than it was allowed, by its processor time.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import averment
from averment.diagnostics.diagnostic import Refused
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import Consultation, consult
from averment.questions.flip.flip import flip
from averment.questions.glance import turning
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import Matters, matters
from averment.questions.missing.missing import Missing, missing
from averment.questions.whatif import Sweep, sweep, whatif
from averment.questions.why_not.why_not import why_not

PACKS = Path(__file__).parent / "packs"
Facts = dict[str, Any]
Questions = dict[str, Callable[[], object]]


def parcels(many: int, unknown: bool) -> Facts:
    """The facts of an order of so many parcels."""
    rng = random.Random(many)
    order = {"priority": "high"} if unknown else {"placed": "2026-10-05", "priority": "high", "insured": True}
    found: list[Facts] = []
    for number in range(many):
        due = (date(2026, 9, 1) + timedelta(rng.randrange(200))).isoformat()
        parcel = {"id": f"p{number}", "grams": rng.randint(0, 9_000), "due": due, "bulky": rng.random() < 0.3}
        if unknown and rng.random() < 0.2:
            del parcel["grams"]
        found.append(parcel)
    return {"order": order, "parcel": found}


def crossings(many: int, unknown: bool) -> Facts:
    """The facts of so many parts and links between them, half of each, and of some notes that no rule reads."""
    rng = random.Random(many)
    half, teams = many // 2, max(2, many // 50)
    parts: list[Facts] = []
    for number in range(half):
        owner, state = f"t{rng.randrange(teams)}", rng.choice(["new", "kept", "gone"])
        parts.append({"name": f"p{number}", "owner": owner, "state": state})
        if unknown and rng.random() < 0.1:
            del parts[-1]["state"]
    links = sorted({(rng.randrange(half), rng.randrange(half)) for _ in range(half)})
    return {
        "site": {"size": "large"} if unknown else {"strict": True, "size": "large"},
        "team": [{"name": f"t{number}", "remote": rng.random() < 0.02} for number in range(teams)],
        "part": parts,
        "link": [{"of": f"p{a}", "on": f"p{b}", "weight": rng.choice(["light", "heavy"])} for a, b in links],
        "note": [{"name": f"n{number}", "says": "none", "priority": number} for number in range(min(many, 1000))],
    }


def of_parcels(pack: averment.Pack, many: int, allowed: Facts) -> Questions:
    """Each question of an order of so many parcels."""
    return {
        **asked(pack, parcels, many, {}, 'parcel["p1"].bulky', allowed),
        **sweeps(pack, parcels(many, False), ("season", "heavy_from", "clear_weight"), allowed),
    }


def of_crossings(pack: averment.Pack, many: int, allowed: Facts) -> Questions:
    """Each question of so many parts and links."""
    return {
        **asked(pack, crossings, many, {"many": many // 3}, "site.strict", allowed),
        **sweeps(pack, crossings(many, False), ("many",), allowed),
    }


def asked(
    pack: averment.Pack,
    facts: Callable[[int, bool], Facts],
    many: int,
    parameters: Mapping[str, Any],
    changed: str,
    allowed: Facts,
) -> Questions:
    """The questions of a case of so many records, and of one of which some is not known."""
    knowledge = Knowledge(pack, parameters)
    case = pack.case(facts(many, False))
    outcome = pack.decide(case, parameters, engine="reference")
    open_one = pack.decide(pack.case(facts(many, True)), parameters, engine="reference")
    other = next(word for word in pack.program().claim.values if word != outcome.claim)
    return {
        "flip": lambda: flip(outcome, **allowed),
        "matters": lambda: matters(outcome, knowledge, **allowed),
        "missing": lambda: missing(open_one, **allowed),
        "ask": lambda: _first(open_one, allowed),
        "what if": lambda: whatif(knowledge, case, unsets=[changed], **allowed).document(),
        "why not": lambda: why_not(outcome, other, **allowed),
        "first screen: turns": lambda: turning(outcome),
        "first screen: hangs on": lambda: open_one.hangs_on,
    }


def _first(outcome: Outcome, allowed: Facts) -> Consultation:
    """A consultation with its first question."""
    state = consult(outcome, **allowed)
    assert state.question or outcome.settled
    return state


def sweeps(pack: averment.Pack, facts: Facts, names: tuple[str, ...], allowed: Facts) -> Questions:
    """The sweeps along these parameters."""
    outcome = pack.decide(pack.case(facts), engine="reference")
    knowledge = Knowledge(pack)
    return {f"sweep of {name}": lambda name=name: sweep(knowledge, outcome, name, **allowed) for name in names}  # type: ignore[misc]


def said_of(found: object) -> str:
    """Whether an answer is whole."""
    match found:
        case Matters():
            weights = Counter(part.weight.value for part in found.parts)
            inexact = sum(not margin.exact for margin in found.margins)
            left = weights["undetermined"]
            return f"{left} of {len(found.parts)} facts, {inexact} margins left" if left or inexact else "answered"
        case Missing():
            claims = f"{len(found.undetermined)} claims left" if found.undetermined else "claims answered"
            return claims + ("" if found.complete else ", not all sets")
        case Sweep():
            return "answered" if found.exact else "in part"
        case Consultation():
            return "not all compared" if found.hurried else "answered"
        case None:
            return "nothing shown"
        case _:
            return "answered"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--records", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    given = parser.parse_args()
    packs = [(averment.load(PACKS / "freight"), of_parcels), (averment.load(PACKS / "crossings"), of_crossings)]
    allowed: Facts = {"seconds": given.seconds, "clock": time.process_time}
    late = 0
    for many in given.records:
        for pack, questions in packs:
            for name, question in questions(pack, many, allowed).items():
                began = time.process_time()
                try:
                    said = said_of(question())
                except Refused as refused:
                    said = refused.diagnostics[0].code
                taken = time.process_time() - began
                late += taken > 1.1 * given.seconds
                print(f"{many:>6} {pack.name:10} {name:22} {taken:6.2f} of {given.seconds:g} s  {said}", flush=True)
    print(f"{late} late")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
