"""What is told is told from the trees that rules were read into, not by reading any text again."""

from __future__ import annotations

import pickle

import pytest

from averment.core import written
from averment.core.program import text_of
from averment.pack import Pack
from averment.questions.why_not.why_not import why_not
from averment.recording import loaded_files
from averment.render.display import Style
from averment.render.pack_documents import rules_document
from averment.render.text import explanation
from averment.render.why_not_tree import why_not_text

_FILES = {
    "pack.yaml": "pack: gates\nversion: 1.0.0\ntitle: Go?\nclaim: {fact: advice, field: what}\n",
    "facts.yaml": """facts:
  day: {cardinality: one, fields: {wet: {type: boolean}, tags: {type: set, of: [wind, fog]}, visits: {type: integer}}}
  gate: {cardinality: many, key: name, fields: {name: {type: text}, shut: {type: boolean},
         tags: {type: set, of: [wind, fog]}, length: {type: integer, unit: m}}}
  note: {derived: true, fields: {about: {type: text}}}
  advice: {derived: true, fields: {what: {type: choice, of: [go, stay]}}}
""",
    "rules/all.yaml": """author: The authors
rules:
  - rule: same
    says: $n is as the day is.
    backing: judgement
    when: [{day: {wet: $w, tags: $t}}, {gate: {name: $n, shut: $w, tags: $t, length: ">= 3"}}]
    then: [{advice: {what: go}}]
  - rule: priced
    says: It costs $5 to pass.
    backing: judgement
    when: [{gate: {name: '"$5 gate"', length: ">= 3"}}]
    then: [{note: {about: '"$5"'}}]
  - rule: visited
    says: There were $v visits.
    backing: judgement
    when: [{sum: {of: day, field: visits, as: $v}}, {test: $v > 3}, {gate: {length: ">=  3"}}]
    then: [{advice: {what: stay}}]
""",
}


@pytest.fixture(scope="module")
def gates() -> Pack:
    return loaded_files({path: text.encode() for path, text in _FILES.items()})


def _why_not(pack: Pack, wet: bool, tags: list[str], gate: dict[str, object]) -> str:
    facts = {"day": {"wet": wet, "tags": tags}, "gate": [{"name": "north", "length": 3, **gate}]}
    return why_not_text(why_not(pack.decide(facts, engine="reference"), "go"), pack.model, Style(160))


def test_what_a_join_needs_is_the_value_it_is_to_be(gates: Pack) -> None:
    assert "shut: no (needs yes)" in _why_not(gates, True, [], {"shut": False, "tags": []})
    assert "shut: yes (needs no)" in _why_not(gates, False, [], {"shut": True, "tags": []})
    assert "tags: fog, needed: wind and fog" in _why_not(gates, True, ["wind", "fog"], {"shut": True, "tags": ["fog"]})
    assert "tags: fog, needed: none" in _why_not(gates, True, [], {"shut": True, "tags": ["fog"]})


def test_a_counted_record_of_which_no_condition_looks_at_a_field_is_told_by_its_type(gates: Pack) -> None:
    gate = {"name": "north", "shut": False, "length": 3, "tags": []}
    facts = {"day": {"visits": 4, "wet": True, "tags": []}, "gate": [gate]}
    assert "✔ 4  day" in explanation(gates.decide(facts, engine="reference"), gates.model, Style())


def test_a_dollar_in_a_text_is_no_variable(gates: Pack) -> None:
    rules = {rule["id"]: rule for rule in rules_document(gates.model, gates.program())}
    (condition,) = rules["priced"]["when"]
    assert condition["written"] == 'gate: {length: ">= 3", name: "\\"$5 gate\\""}'
    assert condition["words"] == "there is a gate where the length is at least 3 and the name is $5 gate"


def test_a_program_carries_the_trees_it_came_from(gates: Pack) -> None:
    rules = {rule.id: rule for rule in gates.program().rules}
    (match,) = rules["priced"].matches
    (other,) = rules["visited"].matches
    total, compare = rules["visited"].guards
    long, spaced = match.cells[0][1].origin, other.cells[0][1].origin
    assert long == spaced and long is not spaced  # whatever the offsets
    assert long is rules["same"].matches[1].cells[0][1].origin  # equal texts are read once
    assert isinstance(total.origin, written.Aggregate) and isinstance(compare.origin, written.Comparison)
    assert [text_of(guard) for guard in (total, compare)] == ["sum: {of: {day: {}}, field: visits, as: $v}", "$v > 3"]
    assert rules["visited"].says.parts == ("There were ", written.Mention("v"), " visits.")
    again = pickle.loads(pickle.dumps(gates.program()))
    assert again.rules == gates.program().rules
