"""What packs declare: fact types, fields, parameters, sources, the claim; and what contradicts itself."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from averment.core.program import Field, Kind, text_of

_SAMPLE = Path(__file__).parents[1] / "sample"
_PACK = (_SAMPLE / "pack.yaml").read_text("utf-8")

_FIELDS: list[tuple[str, list[str]]] = [
    ("f: {type: integer, min: 5, max: 1}", ["the range of `t.f` is empty"]),
    ("f: {type: integer, min: 1, default: 0}", ["`0` is out of the range of `t.f`"]),
    ("f: {type: date, min: 2024-02-30}", ["`2024-02-30` is not a date of the calendar"]),
    ("f: {type: level, of: [low, high, low]}", ["`low` occurs twice among the values of `t.f`"]),
    ("f: {type: choice, of: [a, b], default: c}", ["`c` is not a value of `t.f`"]),
    ("f: {type: decimal, places: 1, min: 0.05}", ["`0.05` is finer than `t.f` can hold"]),
    ("f: {type: integer, singular: engineer}", ["`t.f` has no unit"]),
]

_TYPES: list[tuple[str, list[str]]] = [
    ("t: {cardinality: many, key: nme, fields: {name: {type: text}}}", ["`nme` is not a field of `t`"]),
    (
        "t: {cardinality: many, key: [name, name], fields: {name: {type: text}}}",
        ["`name` occurs twice in the key of `t`"],
    ),
    ("count: {cardinality: one, fields: {name: {type: text}}}", ["`count` cannot name a fact type"]),
]

_PACKS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("value: 20,", "value: 2000,", [("AV313", "`2000` is out of the range of `large_team`")]),
    ("value: medium", "value: medum", [("AV303", "`medum` is not a value of `bar`")]),
    ("  bar:", "  any:", [("AV305", "`any` cannot name a parameter")]),
    ("fact: recommendation", "fact: recomendation", [("AV302", "`recomendation` is not a fact type of this pack")]),
    ("field: role", "field: roles", [("AV301", "`roles` is not a field of `recommendation`")]),
    ("fact: recommendation, field: role", "fact: weight, field: points",
     [("AV328", "the claim is a choice, and `weight.points` is not")]),
    ("fact: recommendation, field: role", "fact: product, field: complexity",
     [("AV328", "the claim is derived, and `product` is given")]),
    ("field: role", "field: role, strength: {fact: weight, field: point}",
     [("AV301", "`point` is not a field of `weight`")]),
]  # fmt: skip


def test_a_vocabulary_is_read(sample: Callable[..., Any]) -> None:
    types = sample().model.types
    assert list(types) == sorted(types)
    component = types["component"]
    assert (component.one, component.derived, component.key, component.absent_unknown) == (
        False,
        False,
        ("name",),
        False,
    )
    assert [field.name for field in component.fields] == ["budget", "critical", "name", "team"]
    assert types["dependency"].key == ("from", "to")
    assert types["team"].absent_unknown
    product = types["product"]
    assert product.one
    assert product.fields[product.position["price"]] == Field(
        "price", Kind.DECIMAL, places=2, minimum=0, maximum=100_000, unit="EUR"
    )
    assert product.fields[product.position["complexity"]].ask == "How complex is the product?"
    assert product.fields[product.position["released"]].minimum == 730_120
    assert component.fields[1].default is False
    assert types["recommendation"].derived
    assert sample().model.type_says["product"] == "The product that the role will look after."


@pytest.mark.parametrize(("field", "expected"), _FIELDS)
def test_a_field_that_contradicts_itself(field: str, expected: list[str], sample: Callable[..., Any]) -> None:
    facts = f"facts:\n  t: {{cardinality: one, fields: {{{field}}}}}\n" + _RECOMMENDATION
    assert [finding.message for finding in sample({"facts.yaml": facts, **_NO_RULES}).findings] == expected


@pytest.mark.parametrize(("declared", "expected"), _TYPES)
def test_a_type_that_contradicts_itself(declared: str, expected: list[str], sample: Callable[..., Any]) -> None:
    facts = f"facts:\n  {declared}\n" + _RECOMMENDATION
    assert [finding.message for finding in sample({"facts.yaml": facts, **_NO_RULES}).findings] == expected


@pytest.mark.parametrize(("old", "new", "expected"), _PACKS)
def test_a_manifest_that_contradicts_itself(
    old: str, new: str, expected: list[tuple[str, str]], sample: Callable[..., Any]
) -> None:
    assert old in _PACK
    findings = sample({"pack.yaml": _PACK.replace(old, new)}).findings
    assert [(finding.code, finding.message) for finding in findings] == expected


def test_a_value_of_the_claim_is_not_a_status(sample: Callable[..., Any]) -> None:
    facts = _RECOMMENDATION.replace("[a, b]", "[a, gap]")
    findings = sample({"facts.yaml": "facts:\n" + facts, **_NO_RULES}).findings
    assert [(finding.code, finding.message) for finding in findings] == [("AV305", "`gap` cannot name a claim")]


_BACKED = """
rules:
  - rule: example
    backing: {source: SOURCE, section: SECTION, paragraph: 1, digest: "DIGEST"}
    when: [{product: {complexity: high}}]
    then: [{weight: {points: 1}}]
"""
_CITED = {"SOURCE": "article", "SECTION": "Complexity", "DIGEST": "sha256:" + "0" * 64, "paragraph: 1": "paragraph: 1"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"SOURCE": "articel"}, [("AV326", "`articel` is not a source of this pack", ("did you mean `article`?",))]),
        ({"SECTION": "Complexty"}, [
            ("AV326", "`Complexty` is not a section of `article`", ("did you mean `Complexity`?",))]),
        ({"paragraph: 1": "paragraph: 2"}, [("AV326", "the section `Complexity` of `article` has no paragraph 2", ())]),
        ({"DIGEST": "sha256:" + "1" * 64}, [
            ("AV327", "the digest is not that of paragraph 1 of `Complexity`",
             ("read the paragraph again; if the rule still follows from it, copy the digest from `pack.yaml`",))]),
    ],
)  # fmt: skip
def test_a_backing_leads_somewhere(change: dict[str, str], expected: Any, sample: Callable[..., Any]) -> None:
    text = _BACKED
    for old, new in {**_CITED, **change}.items():
        text = text.replace(old, new)
    compiled = sample({"rules/example.yaml": text})
    assert [(f.code, f.message, f.help) for f in compiled.findings] == expected


def test_tables_become_rules(sample: Callable[..., Any]) -> None:
    table = textwrap.dedent("""
        table: size
        says: A team of $team_size weighs $points.
        backing: judgement
        author: Me
        when: [engineering.team_size, product.complexity, engineering.stage]
        then: [weight.points]
        rows:
          - ["< 10", "-", [idea, growth], 1]
          - [">= large_team", high, "-", 3]
    """)
    compiled = sample({"tables/size.yaml": table})
    assert compiled.codes == []
    first, second = compiled.rule("size/1"), compiled.rule("size/2")
    assert [text_of(match) for match in first.matches] == ['engineering: {stage: "idea, growth", team_size: "< 10"}']
    assert [text_of(match) for match in second.matches] == [
        'engineering: {team_size: ">= large_team"}',
        "product: {complexity: high}",
    ]
    assert (first.says.text, second.says.text) == ("A team of $team_size weighs 1.", "A team of $team_size weighs 3.")
    assert [shown.variable for shown in first.shown] == ["team_size"]
    assert first.backing[0].author == "Me"
    assert compiled.model.places["size/2"].line == 10


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('["< 10", 1]', '["< 10", high, 1]', ("AV322", "the row has 3 cells, and the table 2 columns")),
        ('["< 10", 1]', '["< $n", 1]', ("AV322", "what a row tests has no variables")),
        ('["< 10", 1]', '["-", 1]', ("AV317", "`says` mentions `$team_size`, which `size/1` does not look at")),
        ('["< 10", 1]', '["< 10", 1.5]', ("AV314", "`1.5` is finer than `weight.points` can hold")),
        ('["< 10", 1]', '["< ten", 1]', ("AV303", "`ten` is not a parameter")),
        ("[engineering.team_size]", "[engineering.team_size, component.budget, dependency.from]",
         ("AV322", "a row looks at one record, of `component` or of `dependency`")),
        ("[engineering.team_size]", "[engineering.teamsize]",
         ("AV301", "`teamsize` is not a field of `engineering`")),
        ("[engineering.team_size]", "[engineering.team_size, engineering.team_size]",
         ("AV322", "`engineering.team_size` occurs twice among the columns")),
        ("[weight.points]", "[pressure.points]", ("AV321", "`pressure` is derived without `criterion`, `favours`")),
        ("when:", "order: weight.points\nwhen:",
         ("AV651", "`order` means nothing under the hit policy `collect`")),
        ("when:", "hit: priority\nwhen:", ("AV651", "the hit policy `priority` needs `priority`")),
        ("when:", "hit: priority\npriority: [2]\nwhen:",
         ("AV651", "`priority` does not say where `1` stands")),
        ("when:", "hit: rule order\nwhen:", ("AV651", "the hit policy `rule order` needs `order`")),
        ("when:", "else: [1, 2]\nwhen:",
         ("AV322", "`else` has 2 cells, and 1 of `then` have one in each row")),
        ("when:", "total: It is $team_size.\nhit: collect sum\nwhen:",
         ("AV317", "`total` mentions `$team_size`, which has many values here")),
        ("[weight.points]", "[product.price]", ("AV320", "`product` is given, so no rule derives it")),
        ("of $team_size", "of $size", ("AV317", "`says` mentions `$size`, which is no column")),
    ],
)  # fmt: skip
def test_a_bad_table(old: str, new: str, expected: tuple[str, str], sample: Callable[..., Any]) -> None:
    table = textwrap.dedent("""
        table: size
        says: A team of $team_size.
        backing: judgement
        author: Me
        when: [engineering.team_size]
        then: [weight.points]
        rows:
          - ["< 10", 1]
    """)
    assert old in table
    findings = sample({"tables/size.yaml": table.replace(old, new)}).findings
    assert [(finding.code, finding.message) for finding in findings] == [expected]


_RECOMMENDATION = "  recommendation: {derived: true, fields: {role: {type: choice, of: [a, b]}}}\n"
_NO_RULES = {
    "rules/base.yaml": "author: Me\nrules:\n"
    "  - {rule: r, backing: judgement, when: [], then: [{recommendation: {role: a}}]}\n"
}
