"""The laws of presumption: it settles nothing, it is one completion, and its rebuttals are all that turns it."""

from __future__ import annotations

import json
import random
from importlib.util import find_spec
from itertools import islice, product
from typing import Any

import pytest
from tests.draws import parts
from tests.laws.columnar import table
from tests.laws.generate import TEXTS, random_case
from tests.laws.presumed import compiled, decided, presuming_pack, presumption_of, told
from tests.laws.ruling_times import TIMES

from averment import Outcome, Pack, Status
from averment.backends.columnar.writing import listed
from averment.core.naming import field_at
from averment.core.program import Field, Kind
from averment.core.values import decode, fit
from averment.warrant.recheck import recheck

PARTS = 4
DRAWN = parts(PARTS, quick=1)
ENGINES = ("durable",) if find_spec("durable_rules_engine") else ()
MOST = 240  # completions of one case


def seeds(part: int) -> range:
    """The 50 seeds of a part."""
    return range(6 * part, 1200, 6 * PARTS)


def cases(seed: int) -> list[tuple[Pack, dict[str, Any]]]:
    files = presuming_pack(seed)
    pack, rng = compiled(files), random.Random(seed)
    return [(pack, random_case(files, rng, given)["facts"]) for given in (0.8, 0.7, 0.6, 0.5, 0.3)]


@pytest.fixture(scope="module", params=DRAWN)
def some(request: pytest.FixtureRequest) -> list[tuple[Pack, dict[str, Any], Outcome]]:
    """The presumed outcomes of a part."""
    found: list[tuple[Pack, dict[str, Any], Outcome]] = []
    for seed in seeds(request.param):
        for pack, facts in cases(seed):
            outcome = decided(pack, facts)
            if outcome is not None and outcome.presumed:
                found.append((pack, facts, outcome))
    assert len(found) > 6
    return found


def domain(field: Field) -> list[Any]:
    """The values of a field that the random cases draw from."""
    match field.kind:
        case Kind.BOOLEAN:
            return [True, False]
        case Kind.INTEGER:
            low, high = (-2, 6) if field.minimum is None or field.maximum is None else (field.minimum, field.maximum)
            return [*range(low, high + 1)]
        case Kind.DECIMAL:
            return [f"{number / 10:.1f}" for number in range(-10, 41, 5)]
        case Kind.TEXT:
            return [*TEXTS]
        case Kind.DATE | Kind.TIME | Kind.DATETIME | Kind.DURATION:
            return [*TIMES[field.kind]]
        case Kind.SET:
            values = field.values
            return [[v for v, held in zip(values, bits, strict=True) if held] for bits in product((0, 1), repeat=3)]
        case _:
            return [*field.values]


@pytest.mark.parametrize("part", DRAWN)
def test_a_presumption_settles_nothing(part: int) -> None:
    met = 0
    for seed in seeds(part):
        files = presuming_pack(seed)
        plain = json.loads(files["facts.yaml"])
        for about in plain["facts"].values():
            for field in about["fields"].values():
                field.pop("presume", None)
        without = compiled({**files, "facts.yaml": json.dumps(plain).encode()})
        for pack, facts in cases(seed):
            one, other = decided(pack, facts), decided(without, facts)
            assert (one is None) == (other is None)
            if one and other:
                assert (one.claim, one.possible, one.hangs_on) == (other.claim, other.possible, other.hangs_on)
                assert one.settled == other.settled and other.presumed is None
                assert one.settled == (one.presumed is None and one.status is not Status.OPEN)
                met += one.status is Status.PRESUMED
    assert met > 6


def test_a_presumed_claim_is_that_of_the_case_with_what_it_presumes(some: Any) -> None:
    for pack, facts, outcome in some:
        answers = {path: presumption_of(pack, path) for path in outcome.presumed.presuming}
        assert answers and None not in answers.values()
        again = decided(pack, told(facts, answers, pack))
        assert again is not None and (again.status, again.claim) == (Status.SETTLED, outcome.presumed.claim)
        assert again.strength == outcome.presumed.strength or again.strength is None


def test_each_rebuttal_turns_the_claim_and_no_part_of_it_does(some: Any) -> None:
    met = 0
    for pack, facts, outcome in some:
        presuming = {path: presumption_of(pack, path) for path in outcome.hangs_on if "." in path}
        presuming = {path: value for path, value in presuming.items() if value is not None}
        for rebuttal in islice(outcome.presumed.unless.rebuttals, 6):
            ways = [
                {d.path: decode(value, d.field) for d, value in zip(rebuttal.denials, values, strict=True)}
                for values in islice(product(*(d.values for d in rebuttal.denials)), 8)
            ]
            for way in ways:
                turned = decided(pack, told(facts, presuming | way, pack))
                assert turned is not None and turned.settled and turned.claim == rebuttal.claim
                for path in way:
                    part = {other: value for other, value in way.items() if other != path}
                    less = decided(pack, told(facts, presuming | part, pack))
                    assert less is None or not less.settled or less.claim == outcome.presumed.claim
                met += 1
    assert met > 10


def holds(rebuttal: Any, answers: dict[str, Any]) -> bool:
    """Whether a completion has a rebuttal in it."""
    for denial in rebuttal.denials:
        value = answers[denial.path]
        if denial.field.kind.ordered:
            held = fit(value, denial.field, denial.path)
            assert isinstance(held, int)
            inside = any((low is None or low <= held) and (high is None or held <= high) for low, high in denial.runs)
        elif denial.field.kind is Kind.SET:
            inside = any(sorted(decode(each, denial.field)) == sorted(value) for each in denial.values)
        else:
            inside = value in [decode(each, denial.field) for each in denial.values]
        if not inside:
            return False
    return True


def test_whatever_holds_no_rebuttal_has_the_presumed_claim(some: Any) -> None:
    """Enumerated: every completion of few unknown fields, and some of many."""
    rng, turned, kept = random.Random(1), 0, 0
    for pack, facts, outcome in some:
        unless = outcome.presumed.unless
        types = pack.program().types
        if unless.up_to is not None or any("." not in path for path in outcome.hangs_on):
            continue
        fields = {path: field for path in outcome.hangs_on if (field := field_at(types, path))}
        if any(field.kind in (Kind.SET, Kind.TEXT) for field in fields.values()):
            continue  # of sets and texts a rebuttal names those that stand for others: see the next law
        domains = {path: domain(field) for path, field in fields.items()}
        every = list(islice(product(*domains.values()), 2_000))
        for values in rng.sample(every, min(len(every), MOST)):
            answers = dict(zip(domains, values, strict=True))
            whole = decided(pack, told(facts, answers, pack))
            if whole is None or whole.claim == outcome.presumed.claim:
                kept += 1
                continue
            assert whole.settled, outcome.hangs_on
            turned += 1
            assert any(holds(rebuttal, answers) for rebuttal in unless.rebuttals), (facts, answers)
    assert turned > 3 and kept > 3


def test_what_is_idle_turns_nothing(some: Any) -> None:
    rng, met = random.Random(2), 0
    for pack, facts, outcome in some:
        presuming = {path: presumption_of(pack, path) for path in outcome.presumed.presuming}
        for path in outcome.presumed.unless.idle:
            field = field_at(pack.program().types, path)
            if field is None:
                continue
            for value in rng.sample(domain(field), 2):
                found = decided(pack, told(facts, presuming | {path: value}, pack))
                assert found is None or not found.settled or found.claim == outcome.presumed.claim
                met += 1
    assert met > 5


def test_the_warrant_of_a_presumed_claim_rechecks(some: Any) -> None:
    for pack, _, outcome in some:
        within = outcome.presumed.outcome
        model = pack.engine(engine="reference").evaluate(within.case).memory
        warrant = json.loads(json.dumps(within.warrant))
        assert list(recheck(within.evaluation.program, warrant, model)) == []
        shown = {f"{node['id']}.{name}" for node in warrant["nodes"] for name in node.get("presumed", ())}
        assert shown <= set(within.case.presumptions)


@pytest.mark.parametrize("part", DRAWN)
def test_every_engine_and_whole_tables_presume_alike(part: int) -> None:
    met = 0
    for place, seed in enumerate(seeds(part)):
        files = presuming_pack(seed)
        pack, rng = compiled(files), random.Random(seed)
        documents = [random_case(files, rng, given)["facts"] for given in (1, 0.8, 0.7, 0.6, 0.5, 0.3)]
        outcomes = [decided(pack, facts) for facts in documents]
        if pack.program().presumes:
            rows = pack.decide_table(table(pack.program(), documents, rng)).to_pylist()
            for row, outcome in zip(rows, outcomes, strict=True):
                assert (row["error"] is None) == (outcome is not None)
                if outcome is not None:
                    said = outcome.presumed
                    assert row["status"] == outcome.status and row["claim"] == outcome.claim
                    assert row["presumed"] == (said.claim if said else None)
                    strength = None if said is None or said.strength is None else str(said.strength)
                    assert row["presumed_strength"] == strength
                    assert row["presuming"] == (listed(said.presuming) if said else None)
        if ENGINES and place % 5 == 0:
            for facts, outcome in zip(documents, outcomes, strict=True):
                again = decided(pack, facts, engine="durable")
                assert (again and again.canonical) == (outcome and outcome.canonical)
        met += sum(bool(outcome and outcome.presumed) for outcome in outcomes)
    assert met > 6
