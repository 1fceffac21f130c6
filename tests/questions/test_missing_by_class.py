"""Sets of unknown fields that are told by class are those that trying every set one by one finds."""

from __future__ import annotations

from itertools import combinations
from math import comb

import jsonschema
import pytest

import averment_schemas
from averment.questions.missing import settling
from averment.questions.missing.missing import Missing, missing
from averment.recording import loaded_files
from averment.render.display import Style
from averment.render.questions_text import missing_text

_PACK = """pack: parts
version: 1.0.0
title: Parts
claim: {fact: verdict, field: word}
"""
_FACTS = """facts:
  thing: {cardinality: one, fields: {urgent: {type: boolean}}}
  part:
    cardinality: many
    key: name
    fields: {name: {type: text}, of: {type: text}, heavy: {type: boolean}, sharp: {type: boolean}, note: {type: text}}
  verdict: {derived: true, fields: {word: {type: choice, of: [yes_, no_]}}}
"""
_RULES = """author: T
rules:
  - {rule: many, says: Many., backing: judgement, when: [%s, {test: $n >= %d}], then: [{verdict: {word: yes_}}]}
  - {rule: few, says: Few., backing: judgement, when: [%s, {test: $n < %d}], then: [{verdict: {word: no_}}]}
"""
_COUNTS = {
    "one field": "{count: {of: {part: {heavy: true}}, as: $n}}",
    "two fields": "{count: {of: {part: {heavy: true, sharp: true}}, as: $n}}",
    "one that is named": "{thing: {urgent: true}}, {count: {of: {part: {name: 'not(\"p1\")', heavy: true}}, as: $n}}",
    "joined": "{part: {name: $p, of: '\"a\"'}}, {count: {of: {part: {of: $p, heavy: true}}, as: $n}}",
}


def asked(counts: str, parts: list[dict[str, object]], least: int) -> Missing:
    rules = _RULES % (counts, least, counts, least)
    files = {"pack.yaml": _PACK, "facts.yaml": _FACTS, "rules/all.yaml": rules}
    pack = loaded_files({path: text.encode() for path, text in files.items()})
    return missing(pack.decide({"part": parts}, engine="reference"))


def parts_of(count: int, **known: object) -> list[dict[str, object]]:
    return [{"name": f"p{number}", "of": f"p{number % 2}", "note": f"n{number}", **known} for number in range(count)]


@pytest.mark.parametrize("kind", _COUNTS)
def test_by_class_is_as_one_by_one(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = parts_of(5 if kind in ("one field", "joined") else 3)
    parts[0]["of"] = "a"
    if kind == "one field":
        parts[1]["heavy"] = True
    found = asked(_COUNTS[kind], parts, 2)
    monkeypatch.setattr(settling, "MOST_WAYS", 0)
    one_by_one = asked(_COUNTS[kind], parts, 2)
    assert (found.may_settle, found.settle, found.complete) == (one_by_one.may_settle, one_by_one.settle, True)
    assert found.by_class is None and found.may_settle


def test_what_is_too_much_to_list_is_told_by_class(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = asked(_COUNTS["two fields"], parts_of(4), 2)
    monkeypatch.setattr(settling, "MOST_LISTED", 0)
    told = asked(_COUNTS["two fields"], parts_of(4), 2)
    assert told.by_class is not None and listed.by_class is None
    for sets, kinds in ((listed.may_settle, told.by_class.may_settle), (listed.settle, told.by_class.settle)):
        assert sum(kin.sets for kin in kinds) == len(sets)
        written = {
            frozenset(path for paths in chosen for path in paths)
            for kin in kinds
            if len(kin.parts) == 1
            for part in kin.parts
            for chosen in combinations(part.of, part.many)
        }
        assert written <= set(map(frozenset, sets)) and written


def test_of_very_many_sets_all_are_told() -> None:
    """Of 29 records 20 have to be heavy, or 10 not: no list could hold these sets."""
    known = [{"name": f"k{number}", "of": "k", "heavy": False} for number in range(30)]
    found = asked(_COUNTS["one field"], known + parts_of(29), 20)
    assert found.by_class is not None
    (kin,) = found.by_class.may_settle
    (part,) = kin.parts
    assert (kin.sets, part.many, len(part.of)) == (comb(29, 10), 10, 29)
    (kin,) = found.by_class.settle
    assert (kin.sets, kin.parts[0].many) == (1, 29)
    assert not found.complete and len(found.may_settle) == 1
    jsonschema.validate(found.document(), averment_schemas.load("questions"))
    text = missing_text(found, Style(160))
    assert "heavy, of all 29 records" in text and "heavy, of any 10 of 29 records" in text and "20,030,010 sets" in text


def test_how_many_sets_were_not_tried_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MOST_WAYS", 0)
    monkeypatch.setattr(settling, "MOST_STATES", 100)
    found = asked(_COUNTS["one field"], parts_of(8), 4)
    assert (found.complete, found.tried, found.document()["tried"]) == (False, 1, 1)
    assert "Not tried: the 247 sets of more than 1 of these fields." in missing_text(found, Style(120))
