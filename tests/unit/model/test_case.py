"""Cases: what a fact file gives, what is assumed, and every mistake at its place."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from averment.core.program import Fact

_CASE = """\
case: camera
facts:
  product: {complexity: high, technologies: [web, api], price: 12.5, released: 2024-01-31}
  component:
    - {name: camera, team: edge, critical: true}
    - name: speaker
  dependency: []
expect: {claim: manager, status: settled}
"""

_BAD: list[tuple[str, list[tuple[str, str, str, tuple[str, ...]]]]] = [
    ("prodct: {complexity: high}", [
        ("AV302", "`prodct` is not a fact type of this pack", "prodct", ("did you mean `product`?",))]),
    ("product: {complexty: high}", [
        ("AV301", "`complexty` is not a field of `product`", "complexty", ("did you mean `complexity`?",))]),
    ("product: {complexity: hihg}", [
        ("AV303", "`hihg` is not a value of `product.complexity`", "hihg",
         ("did you mean `high`?", "its values are `low`, `medium`, `high`"))]),
    ("product: {complexity: 2}", [("AV312", "`2` is not a value of `product.complexity`", "2",
         ("its values are `low`, `medium`, `high`",))]),
    ("product: {technologies: api}", [
        ("AV312", "the text `api` is not a value of `product.technologies`", "api", ("write `[api]`",))]),
    ("product: {technologies: [web, apy]}", [
        ("AV303", "`apy` is not a value of `product.technologies`", "apy",
         ("did you mean `api`?", "its values are `machine_learning`, `api`, `web`"))]),
    ('product: {regulated: "true"}', [
        ("AV312", "the text `true` is not a value of `product.regulated`", '"true"',
         ("write `true`, without quotes",))]),
    ("product: {regulated: no}", [
        ("AV312", "the text `no` is not a value of `product.regulated`", "no", ("write `false`, without quotes",))]),
    ('engineering: {team_size: "20"}', [
        ("AV312", "the text `20` is not a value of `engineering.team_size`", '"20"',
         ("write `20`, without quotes",))]),
    ("engineering: {team_size: 20.5}", [
        ("AV314", "`20.5` is finer than `engineering.team_size` can hold", "20.5",
         ("write a whole number, as `12`",))]),
    ("engineering: {team_size: 20000}", [
        ("AV313", "`20000` is out of the range of `engineering.team_size`", "20000", ())]),
    ("product: {price: 9.999}", [("AV314", "`9.999` is finer than `product.price` can hold", "9.999", ())]),
    ("product: {released: 2023-02-29}", [
        ("AV312", "`2023-02-29` is not a date of the calendar", "2023-02-29",
         ("a date is YYYY-MM-DD, as `2024-01-31`",))]),
    ("component: [{name: 7}]", [("AV312", "`7` is not a value of `component.name`", "7", ("put it in quotes",))]),
    ("component: [{team: edge}]", [
        ("AV342", "this `component` is given without `name`", "{team: edge}", ())]),
    ("dependency: [{from: a}]", [
        ("AV342", "this `dependency` is given without `to`", "{from: a}",
         ("every field of this type belongs to its key; only a type with a `key` may leave others out",))]),
    ("component: [{name: a, team: x}, {name: a, team: y}]", [
        ("AV343", '`component["a"]` is given twice', "a", ("a `component` is told from the others by `name`",))]),
    ("dependency: [{from: a, to: b}, {to: b, from: a}]", [
        ("AV343", '`dependency["a","b"]` is given twice', "{to: b, from: a}",
         ("a `dependency` is told from the others by `from`, `to`",))]),
    ("recommendation: [{role: manager}]", [
        ("AV344", "`recommendation` is derived by rules", "recommendation",
         ("give the facts it rests on instead",))]),
    ("product: [{complexity: high}]", [
        ("AV345", "`product` has one record", "[{complexity: high}]", ("write `product: {…}`",))]),
    ("component: {name: a}", [
        ("AV345", "`component` has a list of records", "{name: a}",
         ("write `component: [{…}]`, or `- ` before each record",))]),
    ("team: [{name: a, secret: 7}]", [("AV312", "this is not a value of `team.secret`", "7", ())]),
]  # fmt: skip


def test_a_case_is_read(given: Callable[[str], Any]) -> None:
    case, findings = given(_CASE)
    assert findings == ()
    assert case.name == "camera"
    assert case.expect == {"claim": "manager", "status": "settled"}
    assert case.mentioned == {"product", "component", "dependency"}
    assert case.facts == (
        # budget, critical, name, team: fields are in the order of their names
        Fact("component", (None, False, "speaker", None)),
        Fact("component", (None, True, "camera", "edge")),
        Fact("engineering", (False, None, None)),
        Fact("product", (2, 1250, None, 738_916, frozenset(("api", "web")))),
    )
    assert case.assumptions == {'component["speaker"].critical', "engineering.remote"}


def test_everything_given_has_its_place(given: Callable[[str], Any]) -> None:
    case, _ = given(_CASE)
    assert {path: f"{span.line}:{span.column}" for path, span in case.places.items()} == {
        "product": "3:3",
        "product.complexity": "3:25",
        "product.technologies": "3:45",
        "product.price": "3:64",
        "product.released": "3:80",
        'component["camera"]': "5:7",
        'component["camera"].name': "5:14",
        'component["camera"].team': "5:28",
        'component["camera"].critical': "5:44",
        'component["speaker"]': "6:7",
        'component["speaker"].name': "6:13",
    }


def test_the_order_of_what_is_given_means_nothing(given: Callable[[str], Any]) -> None:
    other = """\
        case: camera
        expect: {status: settled, claim: manager}
        facts:
          dependency: []
          component:
            - {name: speaker}
            - {critical: true, team: edge, name: camera}
          product: {released: 2024-01-31, technologies: [api, web], price: "12.50", complexity: high}
    """
    assert given(textwrap.dedent(other))[0] == given(_CASE)[0]


def test_an_empty_list_is_not_nothing(given: Callable[[str], Any]) -> None:
    case, _ = given("case: c\nfacts:\n  team: []\n")
    assert case.mentioned == {"team"}
    other, _ = given("case: c\nfacts:\n  component: []\n")
    assert case.facts == other.facts
    assert case != other


@pytest.mark.parametrize(("facts", "expected"), _BAD, ids=[facts for facts, _ in _BAD])
def test_a_mistake_is_found_at_its_place(facts: str, expected: Any, given: Callable[[str], Any]) -> None:
    text = f"case: c\nfacts:\n  {facts}\n"
    case, findings = given(text)
    assert case is None

    def under_carets(finding: Any) -> str:
        span = finding.labels[0].span
        return str(text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1])

    assert [(f.code, f.message, under_carets(f), f.help) for f in findings] == expected


def test_both_places_of_a_record_given_twice(given: Callable[[str], Any]) -> None:
    _, (finding,) = given("case: c\nfacts:\n  component:\n    - {name: a}\n    - {team: x, name: a}\n")
    assert [str(label.span) for label in finding.labels] == ["case.yaml:5:23", "case.yaml:4:14"]


def test_every_mistake_is_found(given: Callable[[str], Any]) -> None:
    facts = "product: {complexty: 1, price: -1}\n  component: [{nam: a}, 7x]\n  teem: []"
    _, findings = given(f"case: c\nfacts:\n  {facts}\n".replace(", 7x", ""))
    assert [finding.code for finding in findings] == ["AV301", "AV313", "AV301", "AV342", "AV302"]
