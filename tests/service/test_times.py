"""Times, datetimes and durations at the service: their inputs on a page, what is typed, and what a client sends."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta

import pytest

from averment.client.calls import _written  # pyright: ignore[reportPrivateUsage]
from averment.pack import Pack
from averment.recording import loaded_files
from averment_service.pages.case_form import form_of_facts, read_form
from averment_service.pages.questions_view import asking

_FACTS = {"p": {"at": "08:30", "seen": "2024-01-31T08:30", "rest": "PT90M"}}


@pytest.fixture(scope="module")
def pack() -> Pack:
    texts = {
        "pack.yaml": "pack: s\nversion: 1.0.0\ntitle: S\nclaim: {fact: advice, field: what}\n",
        "facts.yaml": "facts:\n  p: {cardinality: one, fields: {at: {type: time}, seen: {type: datetime},"
        " rest: {type: duration}}}\n  advice: {derived: true, fields: {what: {type: choice, of: [so]}}}\n",
        "rules/a.yaml": "author: A\nrules:\n- {rule: so, backing: judgement,"
        " when: [p: {at: 08:30, rest: '> 1 h', seen: '< 2024-02-01'}], then: [advice: {what: so}]}\n",
    }
    return loaded_files({path: text.encode() for path, text in texts.items()})


def test_each_has_its_input(pack: Pack) -> None:
    form = read_form(pack, {"p.at": ("08:30",), "p.seen": ("2024-01-31T08:30",), "p.rest": ("1 h 30 min",)})
    assert form.facts == {"p": {"at": "08:30", "seen": "2024-01-31T08:30", "rest": "PT1H30M"}}
    (group,) = asking(form, None).groups
    assert {each.input.field.name: each.control for each in group.questions} == {
        "at": "time",
        "seen": "datetime",
        "rest": "duration",
    }
    assert read_form(pack, form_of_facts(pack, form.case)).facts == form.facts


def test_what_is_no_time_is_told_beside_its_input(pack: Pack) -> None:
    form = read_form(pack, {"p.at": ("half past",), "p.rest": ("P1M",)})
    assert {each.field.name for each in form.inputs if each.error} == {"at", "rest"}
    assert form.facts == {}


def test_a_client_sends_them_as_fact_files_have_them(pack: Pack) -> None:
    sent = _written({"p": {"at": time(8, 30), "seen": datetime(2024, 1, 31, 8, 30), "rest": timedelta(minutes=90)}})
    assert pack.decide(json.loads(sent)).claim == pack.decide(_FACTS).claim == "so"
