"""Explanations: whatever is in a pack or a case, they fit the terminal, keep to it, and leave out nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import averment
import averment_knowledge
from averment.diagnostics.diagnostic import Report
from averment.model.case import Case, read_case
from averment.outcome.outcome import Outcome
from averment.render.display import ASCII, Piece, Style, columns, wrap
from averment.render.text import explanation, summary
from averment.surface.pack_files import read_case_file

_CASES = Path(averment_knowledge.__file__).parent / "pm_tpm" / "cases"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def pack() -> averment.Pack:
    return averment.load("pm_tpm")


@pytest.fixture(scope="module")
def decided(pack: averment.Pack) -> list[tuple[Case, Outcome]]:
    return list(_decided(pack))


def _decided(pack: averment.Pack) -> Iterator[tuple[Case, Outcome]]:
    for file in sorted(_CASES.glob("*.yaml")):
        report = Report()
        for document in read_case_file(file.read_bytes(), file.name, report):
            case = read_case(document, pack.model.types, report)
            assert case is not None
            yield case, pack.decide(case)


@pytest.mark.parametrize("width", [40, 72, 100, 120])
def test_no_row_is_wider_than_the_terminal(
    pack: averment.Pack, decided: list[tuple[Case, Outcome]], width: int
) -> None:
    for case, outcome in decided:
        for row in explanation(outcome, pack.model, Style(width), case.places).splitlines():
            # Deep in a tree a row keeps its least room, however narrow the terminal is.
            assert columns(row) <= max(width, len(re.match(r"[│├└─ ]*", row)[0]) + 30), (case.name, row)  # type: ignore[index]


def test_colours_and_glyphs_change_no_word(pack: averment.Pack, decided: list[tuple[Case, Outcome]]) -> None:
    for case, outcome in decided:
        plain = explanation(outcome, pack.model, Style(), case.places)
        assert _ANSI.sub("", explanation(outcome, pack.model, Style(colour=True), case.places)) == plain
        assert (
            explanation(outcome, pack.model, Style(glyphs=ASCII), case.places).isascii()
            == plain.translate({ord(glyph): None for glyph in "├─└│✔✘·•¶↑…"}).isascii()
        )


def test_every_certain_rule_of_the_warrant_is_told_once_with_its_place(
    pack: averment.Pack, decided: list[tuple[Case, Outcome]]
) -> None:
    for case, outcome in decided:
        if any(each.truth.word == "unknown" for each in outcome.derivation.applications):
            continue  # what only may hold is told by what it hangs on
        rows = explanation(outcome, pack.model, Style(120), case.places).splitlines()
        cited = [
            match[1] for row in rows if (match := re.match(r"[│├└─ ]*([a-z][a-z0-9/-]*) · (?:article|judgement)", row))
        ]
        certain = {each.firing.rule.id for each in outcome.derivation.applications if each.truth.word == "true"}
        assert certain <= set(cited), case.name
        assert len(cited) <= len(outcome.derivation.applications), case.name


def test_every_question_of_an_open_claim_is_asked(pack: averment.Pack, decided: list[tuple[Case, Outcome]]) -> None:
    still_open = [(case, outcome) for case, outcome in decided if not outcome.settled]
    assert still_open
    for case, outcome in still_open:
        text = " ".join(explanation(outcome, pack.model, Style(120), case.places).split())
        for path in outcome.hangs_on:
            assert path in text


@pytest.mark.parametrize("nasty", ["\x1b]0;title\x07", "\u202egnp.exe", "a\nb\tc", "\x9b31m", "\u2066x\u200b"])
def test_nothing_that_acts_on_a_terminal_is_printed_raw(pack: averment.Pack, nasty: str) -> None:
    facts = {
        "component": [{"name": "nasty", "team": "nasty"}, {"name": "other", "team": "ml"}],
        "dependency": [{"from": "nasty", "to": "other"}, {"from": "other", "to": "nasty"}],
        "engineering": {"team_size": 3},
    }
    case = pack.case(facts)  # no door lets such a text in: should one ever, it is made harmless all the same
    let_in = [
        fact._replace(values=tuple(nasty if value == "nasty" else value for value in fact.values))
        for fact in case.facts
    ]
    outcome = pack.decide(replace(case, facts=tuple(let_in)), {"coordination_threshold": 1})
    for text in (explanation(outcome, pack.model, Style()), summary(outcome)):
        shown = text.translate({ord("\n"): None, ord("\t"): None})
        assert shown.isprintable(), ascii(text)


def test_wide_characters_take_two_columns_and_break_anywhere() -> None:
    rows = wrap([Piece("端末の幅に合わせて折り返される and words")], 10, Style())
    assert [used for _, used in rows] == [columns(text) for text, _ in rows]
    assert max(used for _, used in rows) <= 10
    assert len(rows) == 4
    assert columns("e\u0301") == 1


def test_a_case_can_have_more_facts_than_anybody_reads(pack: averment.Pack) -> None:
    facts = {
        "component": [{"name": f"part {number:04}", "team": f"team {number}"} for number in range(300)],
        "dependency": [{"from": f"part {number:04}", "to": f"part {number + 1:04}"} for number in range(60)],
    }
    text = explanation(pack.decide(facts), pack.model, Style())
    assert len(text.splitlines()) < 5000
    assert "more: --format json has them all" in text
