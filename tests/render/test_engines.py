"""What a person reads is the same bytes on every engine, whatever the order in which it found the firings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

import averment
from averment.law.evaluation import Evaluation
from averment.law.memory import Memory
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.render.diagram import diagram
from averment.render.display import Style
from averment.render.dot import dot
from averment.render.explanation import explanation_document
from averment.render.html import page
from averment.render.mermaid import mermaid
from averment.render.svg import svg
from averment.render.text import explanation, fact_explanation

_CASES = sorted(Path(averment.load("pm_tpm").root, "cases").glob("*.yaml"))


def readings(outcome: Outcome, pack: Pack) -> Iterator[tuple[str, Any]]:
    """Each form in which an outcome is told."""
    yield "text", explanation(outcome, pack.model, Style())
    explained = explain(outcome)
    drawn = diagram(explained, pack.model)
    yield from (("page", page(explained, pack.model)), ("svg", svg(drawn)))
    yield from (("dot", dot(drawn)), ("mermaid", mermaid(drawn)))
    yield "json", explanation_document(explained, pack.model)
    for type in sorted({fact.type for fact in outcome.derivation.facts.values()}):
        yield type, fact_explanation(explain(outcome, type), pack.model, Style())


def _durable(pack: Pack, facts: dict[str, Any]) -> Outcome:
    return pack.decide(facts, engine="durable")


def _again(pack: Pack, facts: dict[str, Any]) -> Outcome:
    """The outcome of a second call, which straight-line code may give."""
    pack.decide(facts)
    return pack.decide(facts)


def _backwards(pack: Pack, facts: dict[str, Any]) -> Outcome:
    """What the reference finds, as an engine would hand it over that found it the other way round."""
    outcome = pack.decide(facts, engine="reference")
    found = outcome.evaluation
    memory = Memory(found.program, (), None)
    memory.silent = found.memory.silent
    for fact in reversed(found.memory.truths):
        memory.add(fact, found.memory.truths[fact])
    turned = Evaluation(found.program, memory, found.firings[::-1], found.undecided[::-1])
    return replace(outcome, evaluation=turned)


_WAYS: list[Callable[[Pack, dict[str, Any]], Outcome]] = [_again, _backwards]
if find_spec("durable_rules_engine"):
    _WAYS.append(_durable)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return averment.load("pm_tpm")


@pytest.mark.parametrize("path", _CASES, ids=[path.stem for path in _CASES])
def test_every_reading_of_an_example_is_the_same(path: Path, pack: Pack) -> None:
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))["facts"]
    expected = dict(readings(pack.decide(facts, engine="reference"), pack))
    for decide in _WAYS:
        for form, told in readings(decide(pack, facts), pack):
            assert told == expected[form], (decide.__name__, form)
