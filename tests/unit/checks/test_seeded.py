"""Single mistakes in a pack in which nothing is found: each told once, by its code, at its file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import averment

_DIGEST = "925dcbbbb4318baad389ec0a9764d5c9fe1fa332239e8195c8531a47b05dde61"
_OMITTED = f'{{section: Contents, paragraphs: ["sha256:{_DIGEST}"], omitted: It is no criterion.}}'
_FILES = {
    "pack.yaml": """\
pack: travel
format: 2
version: 1.0.0
title: Train or plane?
claim: {fact: recommendation, field: by}
parameters:
  long_way: {type: integer, value: 900, unit: km, says: From how far on a journey is long.}
sources:
  handbook:
    title: A handbook
    sections:
      - {section: Ways, paragraphs: ["sha256:c48625dc55992a3e54b071f1e6da92c6c1bbaaa53de3f542144d9e29dbb1dd0a"]}
""",
    "facts.yaml": """\
facts:
  journey:
    cardinality: one
    fields:
      distance: {type: integer, min: 1, max: 20000, unit: km, ask: How far is it?}
      over_sea: {type: boolean, ask: Does the sea lie between?}
  piece:
    cardinality: many
    absent: none
    key: name
    fields:
      name: {type: text, ask: What is it?}
      owner: {type: text, ask: Whose is it?}
      kilograms: {type: integer, min: 0, max: 100, ask: How heavy is it?}
  traveller: {cardinality: many, absent: none, key: name, fields: {name: {type: text, ask: Who travels?}}}
  reason:
    derived: true
    fields:
      point: {type: choice, of: [distance, luggage]}
      favours: {type: choice, of: [train, plane]}
  recommendation:
    derived: true
    fields:
      by: {type: choice, of: [train, plane]}
""",
    "rules/all.yaml": """\
author: The authors
rules:
  - rule: far
    says: "$d is a long way."
    backing:
      source: handbook
      section: Ways
      paragraph: 1
      digest: "sha256:c48625dc55992a3e54b071f1e6da92c6c1bbaaa53de3f542144d9e29dbb1dd0a"
    when:
      - journey: {distance: $d}
      - test: $d >= long_way
    then:
      - reason: {point: distance, favours: plane}

  - rule: laden
    says: "$p of $t is heavy."
    backing: judgement
    when:
      - traveller: {name: $t}
      - piece: {name: $p, owner: $t, kilograms: ">= 30"}
    then:
      - reason: {point: luggage, favours: train}

  - rule: fly
    says: Something speaks for the plane and nothing against it.
    backing: judgement
    when:
      - reason: {favours: plane}
      - not: {reason: {favours: train}}
    then:
      - recommendation: {by: plane}

  - rule: ride
    says: Luggage or the land speaks for the train.
    backing: judgement
    when:
      - any: [{reason: {favours: train}}, {journey: {over_sea: false}}]
    then:
      - recommendation: {by: train}
""",
    "cases/far.yaml": """\
case: far
facts:
  journey: {distance: 1200, over_sea: true}
expect: {claim: plane, status: settled}
""",
}

_AGAIN = """\
  - rule: far-away
    says: It is far.
    backing: judgement
    when:
      - test: $d >= long_way
      - journey: {distance: $d}
    then:
      - reason: {point: distance, favours: plane}

  - rule: far
"""

_MISTAKES = [
    ("rules/all.yaml", "kilograms: \">= 30\"", "kilograms: \">= 0\"", "AV405", "rules/all.yaml", 21),
    ("rules/all.yaml", "kilograms: \">= 30\"", "kilograms: \"> 100\"", "AV404", "rules/all.yaml", 21),
    ("facts.yaml", "  traveller:", "  agent: {cardinality: one, fields: {name: {type: text, ask: Who?}}}\n  traveller:",
     "AV414", "facts.yaml", 15),
    ("facts.yaml", "  traveller:", "  hint: {derived: true, fields: {about: {type: text}}}\n  traveller:",
     "AV414", "facts.yaml", 15),
    ("facts.yaml", "      over_sea:", "      urgent: {type: boolean, ask: Is it urgent?}\n      over_sea:",
     "AV413", "facts.yaml", 6),
    ("rules/all.yaml", ", kilograms: \">= 30\"", "", "AV413", "facts.yaml", 14),
    ("rules/all.yaml", "$d >= long_way", "$d >= 900", "AV415", "pack.yaml", 7),
    ("pack.yaml", "sources:\n", f"sources:\n  memo: {{title: A memo, sections: [{_OMITTED}]}}\n",
     "AV416", "pack.yaml", 9),
    ("facts.yaml", "by: {type: choice, of: [train, plane]", "by: {type: choice, of: [train, plane, bus]",
     "AV417", "facts.yaml", 24),
    ("facts.yaml", "of: [distance, luggage]", "of: [distance, luggage, mood]", "AV417", "facts.yaml", 19),
    ("rules/all.yaml", "      - not: {reason: {favours: train}}", "      - not: {reason: {}}", "AV418",
     "rules/all.yaml", 25),
    ("rules/all.yaml", "$d >= long_way", "$d > 20000 + long_way", "AV418", "rules/all.yaml", 3),
    ("rules/all.yaml", "distance: $d}",
     "distance: $d, over_sea: true}\n      - journey: {over_sea: false}", "AV418", "rules/all.yaml", 3),
    ("rules/all.yaml", "- reason: {favours: plane}", "- reason: {favours: plane, point: luggage}", "AV418",
     "rules/all.yaml", 25),
    ("rules/all.yaml", "  - rule: far\n", _AGAIN, "AV419", "rules/all.yaml", 12),
    ("rules/all.yaml", "  - rule: far\n",
     _AGAIN.replace("distance: $d}", "distance: $d, over_sea: true}"), "AV424", "rules/all.yaml", 3),
    ("rules/all.yaml", "$d >= long_way", "$d >= long_way - 899", "AV425", "rules/all.yaml", 3),
    ("rules/all.yaml", "$d >= long_way", "$d = $d", "AV425", "rules/all.yaml", 3),
    ("pack.yaml", "unit: km", "unit: miles", "AV426", "rules/all.yaml", 3),
    ("rules/all.yaml", "owner: $t", "owner: $tt", "AV420", "rules/all.yaml", 21),
    ("rules/all.yaml", "    says: Luggage or the land speaks for the train.\n", "", "AV421", "rules/all.yaml", 34),
    ("facts.yaml", ", ask: Whose is it?", "", "AV422", "facts.yaml", 13),
    ("pack.yaml", "sections:\n", "sections:\n      - " + _OMITTED.replace(_DIGEST, "a1b2" * 16) + "\n",
     "AV423", "pack.yaml", 12),
    ("cases/far.yaml", "claim: plane", "claim: train", "AV409", "cases/far.yaml", 4),
    ("cases/far.yaml", "claim: plane", "claim: plain", "AV408", "cases/far.yaml", 4),
    ("pack.yaml", "format: 2\n", "", "AV661", "pack.yaml", 1),
]  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., list[tuple[str, str, int]]]:
    """What is found in the pack with one of its files changed: each code, with the file and line of its place."""

    def found(file: str = "pack.yaml", old: str = "", new: str = "") -> list[tuple[str, str, int]]:
        for name, text in _FILES.items():
            assert name != file or old in text
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text.replace(old, new, 1) if name == file else text, "utf-8")
        places = [(found.code, found.labels[0].span) for found in averment.check(averment.load(tmp_path))]
        return [(code, span.file.removeprefix(f"{tmp_path.as_posix()}/"), span.line) for code, span in places]

    return found


def test_nothing_is_found_in_the_pack(pack: Callable[..., list[tuple[str, str, int]]]) -> None:
    assert pack() == []


@pytest.mark.parametrize(("file", "old", "new", "code", "where", "line"), _MISTAKES, ids=[m[3] for m in _MISTAKES])
def test_a_mistake_is_found_where_it_is(
    file: str,
    old: str,
    new: str,
    code: str,
    where: str,
    line: int,
    pack: Callable[..., list[tuple[str, str, int]]],
) -> None:
    assert [found for found in pack(file, old, new) if found[0] == code] == [(code, where, line)]


def test_nothing_is_found_in_the_shipped_pack() -> None:
    assert averment.check(averment.load("pm_tpm")) == []
