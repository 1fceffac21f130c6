"""Explanations to render: of the example cases, and of a small pack with a text of one's choice in every place."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

import averment
from averment.diagnostics.diagnostic import Report
from averment.model.case import Case, read_case
from averment.outcome.explained import Explained, explain
from averment.pack import Pack
from averment.recording import loaded_files
from averment.surface.pack_files import read_case_file

CASES = sorted(Path(averment.load("pm_tpm").root, "cases").glob("*.yaml"))
_VOID = {"meta"}


class Markup(HTMLParser):
    """What a page holds, as a browser would read it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.values: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")]
        self.values += [value or "" for _, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(params=CASES, ids=[path.stem for path in CASES])
def example(request: pytest.FixtureRequest) -> tuple[Explained, Pack, Case]:
    """An example case of the shipped pack."""
    return explained(request.param)


@cache
def explained(path: Path) -> tuple[Explained, Pack, Case]:
    pack = averment.load("pm_tpm")
    report = Report()
    (node,) = read_case_file(path.read_bytes(), path.name, report)
    case = read_case(node, pack.model.types, report)
    assert case is not None
    return explain(pack.decide(case, engine="reference")), pack, case


@pytest.fixture
def filled() -> Callable[[str], tuple[Explained, Pack, Case]]:
    """The explanation under a pack and a case that have this text wherever a text may stand."""

    def make(text: str) -> tuple[Explained, Pack, Case]:
        quoted = json.dumps(text, ensure_ascii=False)
        literal = json.dumps(json.dumps(text.replace("\t", " "), ensure_ascii=False), ensure_ascii=False)
        says = json.dumps(text.replace("$", "") + " of $n", ensure_ascii=False)
        files = {
            "pack.yaml": f"""
pack: small
version: 1.0.0
title: {quoted}
claim: {{fact: advice, field: what}}
parameters: {{limit: {{type: integer, value: 3, min: 0, max: 9, unit: {quoted}, says: {quoted}}}}}
""",
            "facts.yaml": f"""
facts:
  person:
    cardinality: one
    says: {quoted}
    fields:
      age: {{type: integer, min: 0, max: 200, unit: {quoted}, label: {quoted}, ask: {quoted}}}
      weight: {{type: integer, ask: {quoted}}}
  note: {{cardinality: many, key: text, fields: {{text: {{type: text}}, more: {{type: text}}}}}}
  point:
    derived: true
    fields: {{favours: {{type: choice, of: [go, stay]}}, text: {{type: text}}, n: {{type: integer}}}}
  advice: {{derived: true, fields: {{what: {{type: choice, of: [go, stay]}}}}}}
""",
            "rules/all.yaml": f"""
author: {quoted}
rules:
  - rule: note
    says: {says}
    backing: judgement
    when: [{{note: {{text: $n, more: $m}}}}]
    then: [{{point: {{favours: go, text: $m, n: 2}}}}]
  - rule: heavy
    says: {quoted}
    backing: judgement
    when: [{{person: {{weight: "> 3"}}}}]
    then: [{{point: {{favours: stay, text: {literal}, n: 1}}}}]
  - rule: go
    says: {says}
    backing: judgement
    when:
      - sum: {{of: {{point: {{favours: go}}}}, field: n, as: $n}}
      - sum: {{of: {{point: {{favours: stay}}}}, field: n, as: $s}}
      - test: $n > $s
      - person: {{age: "> limit"}}
    then: [{{advice: {{what: go}}}}]
  - rule: stay
    says: {says}
    backing: judgement
    when:
      - sum: {{of: {{point: {{favours: stay}}}}, field: n, as: $n}}
      - test: $n > 0
    then: [{{advice: {{what: stay}}}}]
""",
        }
        pack = loaded_files({name: content.encode() for name, content in files.items()})
        case = pack.case({"person": {"age": 40}, "note": [{"text": text, "more": text}]}, text)
        return explain(pack.decide(case, engine="reference")), pack, case

    return make


@pytest.fixture
def markup() -> type[Markup]:
    """What reads a page."""
    return Markup
