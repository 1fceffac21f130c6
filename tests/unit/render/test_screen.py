"""The first screen: it fits one, holds the claim, its reasons and what could turn it, and says what is true."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import averment
import averment_knowledge
from averment.core.values import decode
from averment.diagnostics.diagnostic import Report
from averment.model.case import Case, read_case
from averment.outcome.outcome import Outcome
from averment.questions import glance
from averment.questions.glance import lacking, turning
from averment.questions.missing.missing import missing
from averment.render.display import ASCII, Style, columns
from averment.render.phrases import stated
from averment.render.presumption import denied
from averment.render.screen import screen
from averment.surface.pack_files import read_case_file

_CASES = Path(averment_knowledge.__file__).parent / "pm_tpm" / "cases"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
Decided = list[tuple[Case, Outcome]]


@pytest.fixture(scope="module", autouse=True)
def found_once() -> Iterator[None]:
    """What would turn an outcome, and what it is missing, is found once for all its screens."""
    with pytest.MonkeyPatch.context() as patch:
        for find in (turning, lacking):
            patch.setattr(f"averment.render.screen.{find.__name__}", _kept(find))
        yield


def _kept(find: Callable[[Outcome], Any]) -> Callable[[Outcome], Any]:
    found: dict[int, tuple[Outcome, Any]] = {}

    def look(outcome: Outcome) -> Any:
        if id(outcome) not in found:
            found[id(outcome)] = outcome, find(outcome)
        return found[id(outcome)][1]

    return look


@pytest.fixture(scope="module")
def pack() -> averment.Pack:
    return averment.load("pm_tpm")


@pytest.fixture(scope="module")
def decided(pack: averment.Pack) -> Decided:
    return list(_decided(pack))


@pytest.fixture(scope="module")
def opened(pack: averment.Pack, decided: Decided) -> Decided:
    """Open claims: those of the presumed cases as they are without presuming, and one that stays open with it."""
    without = [(case, outcome.presumed.open) for case, outcome in decided if outcome.presumed]
    facts = next(outcome.document["facts"] for case, outcome in decided if case.name == "museum-audio-tours")
    leaning = pack.case({**facts, "company": {**facts["company"], "role_emphasis": "technical"}}, "leaning")
    return [*without, (leaning, pack.decide(leaning))]


def _decided(pack: averment.Pack) -> Iterator[tuple[Case, Outcome]]:
    for file in sorted(_CASES.glob("*.yaml")):
        for document in read_case_file(file.read_bytes(), file.name, Report()):
            case = read_case(document, pack.model.types, Report())
            assert case is not None
            yield case, pack.decide(case)


def _shown(pack: averment.Pack, case: Case, outcome: Outcome, style: Style) -> str:
    return screen(outcome, pack.model, style, case.places, case.place.file if case.place else "")


@pytest.mark.parametrize(("width", "rows"), [(60, 50), (80, 40), (120, 32)])
def test_it_is_one_screen(pack: averment.Pack, decided: Decided, opened: Decided, width: int, rows: int) -> None:
    for case, outcome in (*decided, *opened):
        lines = _shown(pack, case, outcome, Style(width)).splitlines()
        assert len(lines) <= rows, case.name
        assert all(columns(line) <= width for line in lines), case.name


def test_colours_and_glyphs_change_no_word(pack: averment.Pack, decided: Decided, opened: Decided) -> None:
    for case, outcome in (*decided, *opened):
        plain = _shown(pack, case, outcome, Style())
        assert _ANSI.sub("", _shown(pack, case, outcome, Style(colour=True))) == plain
        assert _shown(pack, case, outcome, Style(glyphs=ASCII)).isascii()


def test_what_an_open_claim_is_missing_is_bounded_by_what_is_tried(
    opened: Decided, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [outcome for _, outcome in opened]
    assert any(found.complete for found in map(lacking, outcomes) if found)
    monkeypatch.setattr(glance, "MOST_LOOKS", 100)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    assert not any(found.complete for found in map(lacking, outcomes) if found)


def test_a_settled_claim_says_what_would_turn_it_and_it_does(pack: averment.Pack, decided: Decided) -> None:
    told = 0
    for case, outcome in decided:
        change = turning(outcome)
        if change is not None:
            text = _shown(pack, case, outcome, Style(200))
            assert f"would make it {change.claim.replace('_', ' ')}" in text
            facts = dict(outcome.document["facts"])
            for denial in change.denials:
                type, field = denial.path.partition("[")[0].partition(".")[0], denial.path.rpartition(".")[2]
                if isinstance(facts[type], list):
                    break
                facts[type] = {**facts[type], field: decode(denial.values[0], denial.field)}
            else:
                assert pack.decide(facts).claim == change.claim, case.name
                told += 1
    assert told > 15


def test_an_open_claim_names_what_is_still_possible_and_asks_one_question(pack: averment.Pack, opened: Decided) -> None:
    for case, outcome in opened:
        assert outcome.status is averment.Status.OPEN
        text = " ".join(_shown(pack, case, outcome, Style(200)).split())
        found = missing(outcome)
        assert "gap" not in text and "conflict" not in text
        assert all(each.claim.replace("_", " ") in text for each in found.possible)
        assert found.questions[0].text in text
    assert len(opened) > 3


def test_a_presumed_claim_says_what_would_turn_it_and_it_does(pack: averment.Pack, decided: Decided) -> None:
    told = 0
    for case, outcome in decided:
        if presumption := outcome.presumed:
            text = " ".join(_shown(pack, case, outcome, Style(200)).split())
            assert f"presumably {presumption.claim.replace('_', ' ')}" in text
            rebuttal = presumption.unless.rebuttals[0]
            assert rebuttal.claim.replace("_", " ") in text
            assert all(stated(denial.field, denied(denial)) in text for denial in rebuttal.denials)
            if any("[" in denial.path for denial in rebuttal.denials):
                continue
            facts = dict(outcome.document["facts"])
            for denial in rebuttal.denials:
                type, _, field = denial.path.partition(".")
                facts[type] = {**facts.get(type, {}), field: decode(denial.values[0], denial.field)}
            turned = pack.decide(facts)
            assert (turned.presumed or turned).claim == rebuttal.claim, case.name
            told += 1
    assert told > 2


def test_the_screen_is_the_same_on_every_engine(pack: averment.Pack, decided: Decided, opened: Decided) -> None:
    for case, outcome in (*decided, *opened):
        again = pack.decide(case, engine="reference")
        if outcome.status is averment.Status.OPEN and again.presumed:
            again = again.presumed.open
        assert _shown(pack, case, outcome, Style()) == _shown(pack, case, again, Style())


def test_what_contradicts_itself_is_told_on_the_first_screen(pack: averment.Pack, decided: Decided) -> None:
    shown = {case.name: _shown(pack, case, outcome, Style(200)) for case, outcome in decided}
    assert "A team of 14 engineers cannot belong to a company of 9 people." in shown["muddled-brief"]
    possible = shown["first-conversation"]  # of which too little is given to contradict itself
    assert "Also concluded" in shown["muddled-brief"] and "Also concluded" not in possible


def test_the_score_is_of_the_two_sides_that_have_evidence(pack: averment.Pack, decided: Decided) -> None:
    heads = {case.name: _shown(pack, case, outcome, Style(200)).partition("\n")[0] for case, outcome in decided}
    assert "settled · 13 to 4" in heads["payments-api"] and "settled · 6 to 0" in heads["muddled-brief"]
    assert " to " not in heads["two-person-shop"]  # nothing is weighed
