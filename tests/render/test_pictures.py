"""Pictures hold what the warrant holds, and no box of an SVG lies on another."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
from tests.render.conftest import CASES

from averment.law.truth import Interval, bounds
from averment.outcome.explained import Explained, explain
from averment.render.diagram import diagram
from averment.render.dot import dot
from averment.render.evidence import sides
from averment.render.explanation import explanation_document
from averment.render.mermaid import mermaid
from averment.render.svg import svg
from averment.warrant.derivation import Application

TICKET_OFFICE = next(path for path in CASES if path.stem == "ticket-office")
_BOX = re.compile(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"')


def test_no_box_lies_on_another(example: Any) -> None:
    explained, pack, case = example
    boxes = [tuple(map(int, found)) for found in _BOX.findall(svg(diagram(explained, pack.model, case.places)))]
    assert len(boxes) == len(diagram(explained, pack.model, case.places).boxes)
    for number, (x, y, wide, high) in enumerate(boxes):
        for left, top, width, height in boxes[number + 1 :]:
            assert x + wide <= left or left + width <= x or y + high <= top or top + height <= y


def test_a_presumed_claim_is_drawn_as_such(example: Any) -> None:
    explained, pack, case = example
    drawn = diagram(explained, pack.model, case.places)
    claimed = [drawn.title.partition(": ")[2], *(box.text for box in drawn.boxes.values() if box.kind == "claim")]
    assert {text.startswith("presumably ") for text in claimed} == {explained.presumption is not None}


def test_arrows_lead_from_used_to_user_without_a_circle(example: Any) -> None:
    explained, pack, case = example
    drawn = diagram(explained, pack.model, case.places)
    assert {end for arrow in drawn.arrows for end in arrow} <= set(drawn.boxes)
    users: dict[str, set[str]] = {}
    for start, end in drawn.arrows:
        users.setdefault(start, set()).add(end)
    done: set[str] = set()
    while left := [id for id in drawn.boxes if id not in done and users.get(id, set()) <= done]:
        done.update(left)
    assert done == set(drawn.boxes)


def test_every_firing_is_in_the_picture(example: Any) -> None:
    explained, pack, _ = example
    shown = {
        box.details[0].partition(" ")[0] for box in diagram(explained, pack.model).boxes.values() if box.kind == "rule"
    }
    assert shown == {application.firing.rule.id for application in explained.derivation.applications}


def test_the_evidence_adds_up_to_what_the_rules_summed(example: Any) -> None:
    explained, _, _ = example
    found = sides(explained)
    for side in found:
        assert int(side.total) == sum(weight.amount for weight in side.certain)
        assert side.reach == int(side.total) + int(side.doubtful)
    if explained.outcome.settled and explained.outcome.strength:
        ends = {side.claim: (int(side.total), int(side.reach)) for side in found}
        summing = [each for each in claiming(explained) if {"t", "p"} <= each.bindings.keys()]
        assert bool(found) is bool(summing)
        for each in summing:
            for claim, name in (("technical_product_manager", "t"), ("product_manager", "p")):
                summed = each.bindings[name]
                assert isinstance(summed, int | Interval) and ends[claim] == bounds(summed)
            if each.firing.rule.id.startswith("evidence-for-"):  # else the preference decides
                assert max(ends, key=lambda claim: ends[claim]) == explained.outcome.claim


def claiming(explained: Explained) -> list[Application]:
    """The applications of rules that make the claim."""
    claim = explained.derivation.evaluation.program.claim.type
    return [
        application
        for application in explained.derivation.applications
        if any(fact.type == claim for fact in application.conclusions)
    ]


def test_the_document_fits_its_schema(example: Any) -> None:
    import jsonschema

    import averment_schemas

    explained, pack, case = example
    validator = jsonschema.Draft202012Validator(averment_schemas.load("explanation"))
    for one in (explained, explain(explained.outcome, "product")):
        validator.validate(explanation_document(one, pack.model, case.places))


def test_graphviz_takes_the_dot(example: Any) -> None:
    explained, pack, case = example
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed")
    text = dot(diagram(explained, pack.model, case.places))
    subprocess.run(["dot", "-Tsvg"], input=text.encode(), check=True, capture_output=True)


def test_how_clear_the_claim_is_stands_in_words(example: Any) -> None:
    explained, pack, _ = example
    texts = [box.text for box in diagram(explained, pack.model).boxes.values()]
    strength = explained.outcome.strength
    assert (f"how clear: {strength}" in texts) is (strength is not None)
    assert not [text for text in texts if text.startswith("clarity[")]


@pytest.mark.parametrize("example", [TICKET_OFFICE], indirect=True)
def test_what_speaks_against_the_claim_is_drawn_as_such(example: Any) -> None:
    """In `ticket-office`, a product manager's case, a large engineering team speaks against, and nothing is raw."""
    explained, pack, case = example
    drawn = diagram(explained, pack.model, case.places)
    signs = {box.text: box.sign for box in drawn.boxes.values()}
    against = next(box for box in drawn.boxes.values() if box.sign < 0)
    assert against.text == "evidence: engineering size, technical product manager, weight 2"
    assert signs["Finding out what customers need is much of the role."] == 1
    assert not [box.text for box in drawn.boxes.values() if '["' in box.text or "_" in box.text]
    assert svg(drawn).count('class="rule supports"') == 3 and 'class="fact opposes"' in svg(drawn)
    assert 'color="#a3302b"' in dot(drawn) and "opposes stroke:#a3302b" in mermaid(drawn)
