"""What a person reads is in the pack's words: no variable, no name within the engine, no parameter's bare name."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.laws.generate import random_case, random_pack

import averment
from averment.diagnostics.diagnostic import Refused, Report
from averment.model.case import Case, read_case
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.questions.ask.consultation import consult
from averment.questions.flip.flip import flip
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import matters
from averment.questions.missing.missing import missing
from averment.questions.whatif import whatif
from averment.questions.why_not.why_not import why_not
from averment.recording import loaded_files
from averment.render.consultation_text import closing, question_text, standing, what_if_text, why_text
from averment.render.diagram import diagram
from averment.render.display import Style
from averment.render.dot import dot
from averment.render.flip_text import flips_text
from averment.render.html import page
from averment.render.mermaid import mermaid
from averment.render.questions_text import missing_text
from averment.render.svg import svg
from averment.render.text import explanation, fact_explanation, summary
from averment.render.weighing import matters_text
from averment.render.what_if_text import whatif_text
from averment.render.why_not_tree import why_not_text
from averment.source.yaml_reader import read_yaml
from averment.surface.pack_files import read_case_file

_PACKS = Path(__file__).parents[2] / "benchmarks" / "packs"
_LEAK = re.compile(r"\$\w|\b_\d+\b")
_PARAMETERS = re.compile(r'<section aria-labelledby="parameters">.*?</section>', re.DOTALL)

# Every kind of condition, and whatever becomes a variable that no author wrote.
_EVERY = {
    "pack.yaml": """pack: every
version: 1.0.0
title: Every kind of condition
claim: {fact: advice, field: what}
parameters:
  minor_weight: {type: integer, value: 1, min: 0, max: 9}
  wide_margin: {type: decimal, places: 2, value: 0.50, min: 0, max: 9}
  first_day: {type: date, value: 2024-01-31}
  lowest_grade: {type: level, of: [low, middle, high], value: middle}
""",
    "facts.yaml": """facts:
  site:
    cardinality: one
    fields:
      grade: {type: level, of: [low, middle, high]}
      opened: {type: date}
      price: {type: decimal, places: 2, unit: EUR}
      limit: {type: integer, label: greatest number of people}
      tags: {type: set, of: [wood, glass, steel], label: set of materials}
      safe: {type: boolean}
  room:
    cardinality: many
    key: name
    fields: {name: {type: text}, people: {type: integer}, floor: {type: integer}, note: {type: text}}
  mark: {derived: true, fields: {of: {type: text}}}
  weight: {derived: true, fields: {what: {type: choice, of: [go, stay]}, points: {type: integer}}}
  hint: {derived: true, fields: {text: {type: text}}}
  advice: {derived: true, fields: {what: {type: choice, of: [go, stay]}}}
""",
    "tables/grades.yaml": """table: grades
says: A $grade grade weighs $points.
backing: judgement
author: The authors
when: [site.grade]
then: [weight.what, weight.points]
rows:
  - [">= lowest_grade", go, minor_weight]
  - ["low, middle", stay, minor_weight]
""",
    "rules/all.yaml": """author: The authors
rules:
  - rule: crowded
    says: $r is crowded.
    backing: judgement
    when: [{site: {limit: $limit}}, {room: {name: $r, people: ">= $limit"}}]
    then: [{mark: {of: $r}}]
  - rule: as-many
    says: There are $f rooms on floor $f.
    backing: judgement
    when: [{room: {floor: $f}}, {count: {of: {room: {floor: $f}}, as: $f}}]
    then: [{weight: {what: stay, points: 2}}]
  - rule: fine
    backing: judgement
    when:
      - any: [{site: {opened: "[2020-01-01..first_day)"}}, {site: {price: "> wide_margin"}}, {site: {tags: not(glass)}}]
      - site: {tags: $tags, price: $price, opened: $day, grade: $grade, safe: true}
      - test: count($tags) * 2 >= 1
      - test: $price - wide_margin >= 0.25
      - test: $day >= first_day
      - test: $grade != low
      - not: {mark: {}}
      - max: {of: room, field: people, as: $most}
      - test: $most + 1 < 90
    then: [{weight: {what: go, points: 3}}]
  - rule: unnoted
    says: No room on floor $f has a note.
    backing: judgement
    when: [{room: {floor: $f}}, {unknown: {of: {room: {floor: $f}}, field: note}}, {unknown: site.safe}]
    then: [{hint: {text: '"$5 a note"'}}]
  - rule: go
    says: Going weighs $g, staying $s.
    backing: judgement
    when:
      - sum: {of: {weight: {what: go}}, field: points, as: $g}
      - sum: {of: {weight: {what: stay}}, field: points, as: $s}
      - test: $g > $s
    then: [{advice: {what: go}}]
  - rule: stay
    says: Going weighs $g, staying $s.
    backing: judgement
    when:
      - sum: {of: {weight: {what: go}}, field: points, as: $g}
      - sum: {of: {weight: {what: stay}}, field: points, as: $s}
      - count: {of: mark, as: $n}
      - test: $s + $n - 1 >= $g
    then: [{advice: {what: stay}}]
""",
}

_SITE = {"grade": "high", "opened": "2024-03-01", "price": "2.00", "limit": 9, "tags": ["wood", "steel"], "safe": True}
_FULL = {"site": _SITE, "room": [{"name": "hall", "people": 4, "floor": 1}, {"name": "attic", "people": 2, "floor": 3}]}


def _examples(pack: Pack) -> Iterator[Case]:
    for path in sorted(Path(pack.root, "cases").glob("*.yaml")):
        report = Report()
        for document in read_case_file(path.read_bytes(), path.name, report):
            case = read_case(document, pack.model.types, report)
            assert case is not None
            yield case


def _random(pack: Pack, many: int) -> Iterator[Case]:
    facts = read_yaml(pack.texts["facts.yaml"].encode(), "facts.yaml", Report())[0].plain()
    files = {"facts.yaml": json.dumps(facts).encode()}
    for seed in range(many):
        rng = random.Random(seed)
        yield pack.case(random_case(files, rng, rng.choice([0.5, 0.75, 1.0]))["facts"], f"case {seed}")


def _packs() -> Iterator[tuple[str, Pack, list[Case]]]:
    shipped = averment.load("pm_tpm")
    yield "pm_tpm", shipped, [*_examples(shipped)]
    for name in ("w1", "w2"):
        pack = averment.load(_PACKS / name)
        yield name, pack, [*_examples(pack), *_random(pack, 6)]
    pack = loaded_files({path: text.encode() for path, text in _EVERY.items()})
    yield "every", pack, [pack.case(_FULL, "full"), *_random(pack, 20)]
    for seed in range(8):
        try:
            pack = loaded_files(random_pack(seed))
        except Refused:
            continue
        yield f"random {seed}", pack, [*_random(pack, 3)]


PACKS = [pytest.param(pack, cases, id=name) for name, pack, cases in _packs()]


def _decided(pack: Pack, cases: list[Case]) -> Iterator[tuple[Case, Outcome]]:
    for case in cases:
        try:
            yield case, pack.decide(case, engine="reference")
        except Refused:
            continue


def _shown(pack: Pack, case: Case, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """The outcome in every form, and each fact of it."""
    explained = explain(outcome)
    drawn = diagram(explained, pack.model, case.places)
    yield "text", explanation(outcome, pack.model, Style(), case.places)
    yield "summary", summary(outcome)
    yield "page", _PARAMETERS.sub("", page(explained, pack.model, case.places))
    yield "dot", dot(drawn)
    yield "mermaid", mermaid(drawn)
    yield "svg", svg(drawn)
    for type in sorted({fact.type for fact in outcome.evaluation.memory.truths if fact.type in pack.model.types}):
        about = explain(outcome, type)
        yield f"fact {type}", fact_explanation(about, pack.model, Style(), case.places)
        yield f"page of {type}", _PARAMETERS.sub("", page(about, pack.model, case.places))


def _denied(pack: Pack, outcome: Outcome) -> Iterator[tuple[str, str]]:
    program = pack.program()
    derived = [type.name for type in pack.model.own_types if type.derived]
    for asked in (*program.claim.values, *derived, *sorted(program.rule_ids)):
        yield f"why not {asked}", why_not_text(why_not(outcome, asked), pack.model, Style())


def _asked(pack: Pack, case: Case, outcome: Outcome) -> Iterator[tuple[str, str]]:
    knowledge = Knowledge(pack)
    with suppress(Refused):  # of an open claim
        yield "flip", flips_text(flip(outcome), Style())
    yield "matters", matters_text(matters(outcome, knowledge), Style())
    yield "missing", missing_text(missing(outcome), Style())
    for path in [path for path in case.places if "." in path][:6]:
        with suppress(Refused):  # of a key
            yield f"what if not {path}", whatif_text(whatif(knowledge, case, {}, [path]), Style())
    state = consult(outcome)
    yield "standing", standing(outcome) + closing(state) + what_if_text(outcome)
    if state.question is not None:
        yield "question", question_text(state.question, 1, Style()) + why_text(state, pack.model, Style())


def _leaks(found: Iterator[tuple[str, str]], names: set[str]) -> list[tuple[str, str]]:
    """The lines that show what no person should have to read, with what showed them."""
    bare = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b" if names else r"(?!)")
    return [
        (form, line)
        for form, text in found
        for line in text.splitlines()
        if _LEAK.search(line.replace("$5", "")) or bare.search(line)
    ]


@pytest.mark.parametrize(("pack", "cases"), PACKS)
def test_no_form_shows_a_name_that_is_not_for_readers(pack: Pack, cases: list[Case]) -> None:
    names = {name for name in pack.model.parameters if "_" in name}
    for case, outcome in _decided(pack, cases):
        assert _leaks(_shown(pack, case, outcome), names) == [], case.name


@pytest.mark.parametrize(("pack", "cases"), PACKS)
def test_no_reason_why_not_does(pack: Pack, cases: list[Case]) -> None:
    names = {name for name in pack.model.parameters if "_" in name}
    for case, outcome in _decided(pack, cases[:10]):
        assert _leaks(_denied(pack, outcome), names) == [], case.name


@pytest.mark.parametrize(("pack", "cases"), PACKS[:4])
def test_no_question_does(pack: Pack, cases: list[Case]) -> None:
    for case, outcome in _decided(pack, cases[:1]):
        # A parameter is named where a person may change it: beside its margin.
        assert _leaks(_asked(pack, case, outcome), set()) == [], case.name


@pytest.mark.parametrize(("pack", "cases"), PACKS)
def test_no_document_has_a_variable_that_no_author_wrote(pack: Pack, cases: list[Case]) -> None:
    for case, outcome in _decided(pack, cases):
        firings = [node for node in outcome.warrant["nodes"] if node["kind"] == "firing"]
        assert not [name for node in firings for name in node["bindings"] if name.startswith("_")], case.name


def test_every_kind_of_condition_is_met() -> None:
    """The pack above says what it is meant to say, for a text that is never reached leaks nothing."""
    pack = loaded_files({path: text.encode() for path, text in _EVERY.items()})
    texts = "".join(
        text
        for case, outcome in _decided(pack, [pack.case(_FULL), *_random(pack, 20)])
        for _, text in _shown(pack, case, outcome)
    )
    for words in (
        "A high grade weighs 1.",
        "(needs at least middle, the lowest grade)",
        "the people (",
        "is at least the greatest number of people (",
        "the number of room records where the floor is",
        "the size of the set of materials (",
        "exceeds 0.50 (wide margin) by at least 0.25",
        "is on or after 2024-01-31 (first day)",
        "the grade (high) is not low",
        "there is no mark",
        "the greatest people of all room records (",
        "the note is known of no room where the floor is",
        "the safe is not known",
        "for stay plus the number of mark facts",
        "$5 a note",
    ):
        assert words in texts, words
