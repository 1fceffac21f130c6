"""Rules: every mistake is found under its code, at its place, with its mend."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str, str, tuple[str, ...]]]

_THEN = "- weight: {points: 1}"


def _rules(when: str, then: str = _THEN, says: str = "It is so.") -> str:
    inner = textwrap.indent(textwrap.dedent(when).strip(), " " * 6)
    derived = textwrap.indent(textwrap.dedent(then).strip(), " " * 6)
    return (
        "author: Me\nrules:\n  - rule: example\n"
        f"    says: {says}\n    backing: judgement\n    when:\n{inner}\n    then:\n{derived}\n"
    )


_GOOD: list[tuple[str, str]] = [
    ("- product: {}", _THEN),
    ('- product: {complexity: "-"}', _THEN),
    ("- component: {name: $c}\n- dependency: {from: $c, to: $c}", _THEN),
    ("- dependency: {from: $c}\n- not: {dependency: {to: $c, from: $anyone}}", "- note: {about: $c}"),
    ("- any:\n    - component: {name: $c}\n    - [dependency: {to: $c}, test: $c != home_team]", "- note: {about: $c}"),
    ("- any:\n    - component: {name: $c}\n    - dependency: {to: $d}", _THEN),
    ("- engineering: {team_size: $n}\n- test: $n * factor + 1 >= large_team - 2", "- weight: {points: $n * 2}"),
    ('- engineering: {team_size: $n}\n- team: {size: "> $n", name: $t}', "- larger_team: {name: $t}"),
    ('- engineering: {team_size: $n}\n- team: {size: "not($n)"}', _THEN),
    ("- product: {technologies: $t, price: $p}\n- test: count($t) > 1", "- used: {technologies: $t, price: $p * 1.5}"),
    ("- product: {price: $p}", "- used: {technologies: [api, web], price: 0.125}"),
    ("- product: {complexity: $x}\n- test: $x >= medium\n- test: bar <= $x", _THEN),
    ("- product: {released: $d}\n- test: $d > from_day\n- test: $d < 2030-01-01", _THEN),
    ("- product: {regulated: $r}\n- test: $r = true", _THEN),
    ('- component: {team: $t}\n- test: $t != "core"', _THEN),
    ("- engineering: {stage: $s}\n- test: $s = phase", _THEN),
    ("- count: {of: component, as: $n}\n- sum: {of: component, field: budget, as: $s}\n- test: $s > $n", _THEN),
    ("- max: {of: product, field: complexity, as: $m}\n- test: $m = high", _THEN),
    ("- count: {of: component, as: $n}\n- engineering: {team_size: $n}", "- weight: {points: $n}"),
    ("- known: product.price\n- unknown: {of: {component: {team: home_team}}, field: budget}", _THEN),
    ("- engineering: {stage: $s}", "- note: {about: $s}"),
]  # fmt: skip

_BAD: list[tuple[str, str, Found]] = [
    ("- product: {complexty: high}", _THEN, [
        ("AV301", "`complexty` is not a field of `product`", "complexty", ("did you mean `complexity`?",))]),
    ("- prodct: {complexity: high}", _THEN, [
        ("AV302", "`prodct` is not a fact type of this pack", "prodct", ("did you mean `product`?",))]),
    ("- prodct: {complexity: $c}\n- test: $c = 3", _THEN, [
        ("AV302", "`prodct` is not a fact type of this pack", "prodct", ("did you mean `product`?",))]),
    ('- product: {complexity: ">= hihg"}', _THEN, [
        ("AV303", "`hihg` is not a value of `product.complexity` and not a parameter", "hihg",
         ("did you mean `high`?", "its values are `low`, `medium`, `high`"))]),
    ("- product: {complexity: [low, hihg]}", _THEN, [
        ("AV303", "`hihg` is not a value of `product.complexity` and not a parameter", "hihg",
         ("did you mean `high`?", "its values are `low`, `medium`, `high`"))]),
    ('- engineering: {team_size: ">= large_taem"}', _THEN, [
        ("AV303", "`large_taem` is not a parameter", "large_taem", ("did you mean `large_team`?",))]),
    ("- component: {team: edge}", _THEN, [
        ("AV303", "`edge` is not a parameter", "edge", ("a text is in double quotes: `'\"edge\"'`",))]),
    ("- product: {regulated: yes}", _THEN, [
        ("AV303", "`yes` is not a parameter", "yes", ("write `true`",))]),
    ("- engineering: {stage: bar}", _THEN, [
        ("AV312", "the parameter `bar` is not a value of `engineering.stage`", "bar", ())]),
    ("- engineering: {team_size: factor}", _THEN, [
        ("AV312", "the parameter `factor` is not a value of `engineering.team_size`", "factor", ())]),
    ("- nott: {product: {}}", _THEN, [
        ("AV302", "`nott` is not a fact type of this pack", "nott", ("did you mean `not`?",))]),
    ("- not: {not: {product: {}}}", _THEN, [
        ("AV302", "`not` cannot stand within a condition", "not",
         ("derive a fact by a rule of its own, and ask for that one here",))]),
    ("- product: {technologies: {contains: api}}", _THEN, [
        ("AV310", "expected a cell, found a mapping", "{contains: api}",
         ('write a test of the field, as `high`, `">= 20"` or `[api, web]`',))]),
    ('- product: {complexity: "20"}', _THEN, [
        ("AV312", "`20` is not a value of `product.complexity`", "20", ())]),
    ("- product: {complexity: '\"high\"'}", _THEN, [
        ("AV312", "a text is not a value of `product.complexity`", '"high"',
         ("write `high`, without the double quotes",))]),
    ("- engineering: {team_size: 20000}", _THEN, [
        ("AV313", "`20000` is out of the range of `engineering.team_size`", "20000", ())]),
    ('- product: {price: ">= 9.999"}', _THEN, [
        ("AV314", "`9.999` is finer than `product.price` can hold", "9.999", ())]),
    ('- engineering: {stage: "> idea"}', _THEN, [
        ("AV315", "`>` has no meaning for `engineering.stage`", "> idea",
         ("list the values it may have, or declare it a `level`",))]),
    ("- component: {team: $t}\n- test: $t > home_team", _THEN, [
        ("AV315", "`>` has no meaning here", "$t > home_team", ("use `=` or `!=`",))]),
    ("- component: {name: $x}\n- engineering: {team_size: $x}", _THEN, [
        ("AV316", "`$x` cannot be both text and integer", "$x",
         ("use two variables and compare them in a `test:`",))]),
    ("- product: {price: $x}\n- engineering: {team_size: $x}", _THEN, [
        ("AV316", "`$x` cannot be both decimal of 2 places and integer", "$x",
         ("use two variables and compare them in a `test:`",))]),
    ("- component: {team: $t}\n- test: $t = 3", _THEN, [
        ("AV316", "`$t` does not compare with `3`", "$t = 3", ())]),
    ("- component: {team: $t}\n- test: $u != $t", _THEN, [
        ("AV317", "`$u` is not bound", "$u", ())]),
    ("- component: {team: $team}\n- test: $taem != home_team", _THEN, [
        ("AV317", "`$taem` is not bound", "$taem", ("did you mean `$team`?",))]),
    ("- not: {component: {team: $t}}", "- note: {about: $t}", [
        ("AV317", "`$t` is not bound", "$t", ())]),
    ('- team: {size: "> $n"}', _THEN, [
        ("AV317", "`$n` is not bound", "$n", ())]),
    ("- any:\n    - component: {name: $c}\n    - component: {team: $d}", "- note: {about: $c}", [
        ("AV318", "`$c` is bound in only some of the alternatives", "$c",
         ("bind it in each alternative of `any`",))]),
    ("- engineering: {team_size: $n}\n- count: {of: {team: {size: '> $n'}}, as: $m}", _THEN, [
        ("AV319", "inside `known` and aggregates a variable only joins", "$n",
         ("derive the pairs that compare so by a rule of its own, and ask for its fact here",))]),
    ("- product: {}", "- engineering: {team_size: 3}", [
        ("AV320", "`engineering` is given, so no rule derives it", "engineering",
         ("there are `crossing`, `larger_team`, `note`, `pressure`, `recommendation`, `used`, `weight`",))]),
    ("- product: {}", "- crossing: {from: '\"a\"'}", [
        ("AV321", "`crossing` is derived without `to`", "crossing", ())]),
    ("- product: {}", "- crossing: {form: '\"a\"', to: '\"b\"'}", [
        ("AV301", "`form` is not a field of `crossing`", "form", ("did you mean `from`?",))]),
    ("- product: {}", "- recommendation: {role: boss}", [
        ("AV303", "`boss` is not a value of `recommendation.role` and not a parameter", "boss",
         ("there are `manager`, `technical_manager`",))]),
    ("- product: {}", "- weight: {points: 1.5}", [
        ("AV314", "`1.5` is finer than `weight.points` can hold", "1.5", ())]),
    ("- product: {}", "- pressure: {criterion: size, favours: manager, points: 101}", [
        ("AV313", "`101` is out of the range of `pressure.points`", "101", ())]),
    ("- product: {price: $p}", "- weight: {points: $p}", [
        ("AV314", "the value `$p` does not fit `weight.points`", "$p", ())]),
    ("- component: {name: $c}", "- weight: {points: $c + 1}", [
        ("AV312", "`+` is for numbers", "$c", ())]),
    ("- component: {name: $c}", "- used: {technologies: api, price: 1}", [
        ("AV312", "the text `api` is not a value of `used.technologies`", "api", ("write `[api]`",))]),
    ("- component: {name: $c}\n- test: count($c) > 1", _THEN, [
        ("AV312", "`count` in an expression is of a set, and `$c` is text", "count($c)",
         ("to count facts, write a `count:` condition",))]),
    ("- sum: {of: component, field: name, as: $n}\n- test: $n > 3", _THEN, [
        ("AV323", "`sum` of `component.name` has no meaning", "name", ())]),
    ("- known: weight.points", _THEN, [
        ("AV324", "`known` asks what was given, and `weight` is derived", "weight.points",
         ("ask for the given fields it rests on",))]),
    ("- known: component.team", _THEN, [
        ("AV324", "`component` has many records", "component.team",
         ("write `known: {of: {component: {…}}, field: team}`",))]),
    ("- known: product.prise", _THEN, [
        ("AV301", "`prise` is not a field of `product`", "product.prise", ("did you mean `price`?",))]),
    ('- component: {team: "$t, $u"}', _THEN, [
        ("AV329", "a variable stands alone in its cell", '"$t, $u"',
         ("bind the field to a variable of its own and write a `test:`",))]),
    ("- engineering: {team_size: '>= 20 people'}", _THEN, [
        ("AV310", "expected the end, found `people`", "people", ())]),
    ("- product: {price: $p}\n- test: $p >< 3", _THEN, [
        ("AV311", "expected a value, a variable or `(`, found `<`", "<", ())]),
    ("- product: {price: $p}\n- test: $p > large_taem", _THEN, [
        ("AV303", "`large_taem` is not a parameter", "large_taem", ("did you mean `large_team`?",))]),
    ("- product: {price: $p}\n- test: p > 3", _THEN, [
        ("AV303", "`p` is not a parameter", "p", ("did you mean the variable `$p`?",))]),
    ("- count: {of: {team: {size: $m}}, as: $n}\n- count: {of: {team: {size: $n}}, as: $m}", _THEN, [
        ("AV331", "the aggregates of `$m` and `$n` wait for each other", "rule: example",
         ("use another variable in one of them",))]),
]  # fmt: skip


def _under_carets(finding: Any, text: str) -> str:
    span = finding.labels[0].span
    assert span.file == "rules/example.yaml"
    assert span.line == span.end_line
    return str(text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1])


@pytest.mark.parametrize(("when", "then"), _GOOD)
def test_a_good_rule_is_read(when: str, then: str, sample: Callable[..., Any]) -> None:
    compiled = sample({"rules/example.yaml": _rules(when, then)})
    assert compiled.codes == []
    assert compiled.program is not None


@pytest.mark.parametrize(("when", "then", "expected"), _BAD, ids=[f"{f[0][0]} {w}" for w, _, f in _BAD])
def test_a_bad_rule_says_what_is_wrong_and_where(
    when: str, then: str, expected: Found, sample: Callable[..., Any]
) -> None:
    text = _rules(when, then)
    compiled = sample({"rules/example.yaml": text})
    assert [(f.code, f.message, _under_carets(f, text), f.help) for f in compiled.findings] == expected
    assert compiled.program is None


def test_every_mistake_of_every_file_is_found(sample: Callable[..., Any]) -> None:
    one = _rules("- product: {complexty: high}\n- test: $x > 1", "- weight: {pints: 1}", "Says $y.")
    compiled = sample({"rules/a.yaml": one, "rules/b.yaml": one})
    assert compiled.codes == [
        *["AV301", "AV317", "AV301", "AV317"],
        *["AV306", "AV301", "AV317", "AV301", "AV317"],
    ]


def test_a_sentence_mentions_only_what_is_bound(sample: Callable[..., Any]) -> None:
    compiled = sample(
        {"rules/example.yaml": _rules("- component: {name: $part}", says="Part $prat costs $5 of $part.")}
    )
    (finding,) = compiled.findings
    assert (finding.code, finding.message) == ("AV317", "`says` mentions `$prat`, which is not bound")
    assert finding.help == ("did you mean `$part`?",)


def test_a_rule_declared_twice_shows_both_places(sample: Callable[..., Any]) -> None:
    compiled = sample({"rules/a.yaml": _rules("- product: {}"), "rules/b.yaml": _rules("- product: {}")})
    (finding,) = compiled.findings
    assert finding.code == "AV306"
    assert [str(label.span) for label in finding.labels] == ["rules/b.yaml:3:5", "rules/a.yaml:3:5"]


def test_a_value_that_is_a_parameter_too_is_ambiguous(sample: Callable[..., Any]) -> None:
    rules = _rules("- engineering: {stage: phase}\n- product: {complexity: $c}\n- test: $c = high")
    pack = """
        pack: demo
        version: 1.0.0
        title: Which manager?
        claim: {fact: recommendation, field: role}
        parameters:
          phase: {type: choice, of: [idea], value: idea, says: A stage.}
          high: {type: level, of: [low, medium, high], value: high, says: A level.}
    """
    compiled = sample({"pack.yaml": textwrap.dedent(pack), "rules/example.yaml": rules})
    assert [(f.code, f.message) for f in compiled.findings] == [
        ("AV304", "`high` is both a value of `complexity` and a parameter")
    ]


def test_the_place_of_a_rule_is_its_line(sample: Callable[..., Any]) -> None:
    model = sample({"rules/example.yaml": _rules("- product: {}")}).model
    assert str(model.places["example"]) == "rules/example.yaml:3:5"
    assert [rule.id for rule in model.rules] == ["example", "growing"]
