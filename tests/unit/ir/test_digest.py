"""Canonical JSON, held against another implementation, and what the digest of a pack depends on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from averment.ir.digest import canonical, canonical_members, canonical_object, digest, pack_digest

_SAMPLE = {path.name: path.read_text("utf-8") for path in (Path(__file__).parents[1] / "sample").rglob("*.yaml")}
_KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
)


@given(_PLAIN)
@example({"\U0001f600": 1, "\ufb33": 2, "e": 3})  # in UTF-16 the first comes before the second
def test_it_is_what_another_implementation_writes(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(_KEYS, _PLAIN, max_size=6))
def test_an_object_is_put_together_from_its_members(value: Any) -> None:
    assert canonical_object(canonical_members(value)) == canonical(value)


def test_integers_that_readers_lose_are_texts() -> None:
    assert canonical([2**53 - 1, 2**53, -(2**53), 10**30]) == (
        b'[9007199254740991,"9007199254740992","-9007199254740992","1000000000000000000000000000000"]'
    )


@pytest.mark.parametrize("value", [1.5, {1: 2}, {"\u00e9": {2: 1}}, {1, 2}, b"x"])
def test_what_has_no_canonical_form_here(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_half_a_surrogate_pair_has_none() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical("\ud800")


def test_a_digest_names_its_function() -> None:
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


_RULE = """
author: The authors
rules:
  - rule: cross
    says: Component $c depends on $d.
    backing: judgement
    when:
      - component: {name: $c, team: $t}
      - dependency: {from: $c, to: $d}
      - test: $t != home_team
      - any: [product: {price: "[10..20.50)"}, [product: {complexity: "low, high"}, known: product.price]]
      - count: {of: {component: {team: $t}}, as: $n}
    then:
      - crossing: {from: $c, to: $d}
      - weight: {points: $n + 1}
"""
_TABLE = """
table: size
backing: judgement
author: Me
when: [engineering.team_size]
then: [weight.points]
rows:
  - ["< 10", 1]
  - [">= 10", 2]
"""
_BASE = {"rules/rule.yaml": _RULE, "tables/size.yaml": _TABLE}

_SAME: dict[str, dict[str, str | None]] = {
    "comments": {"rules/rule.yaml": "# why\n" + _RULE.replace("when:", "when: # all of it")},
    "layout": {"rules/rule.yaml": _RULE.replace("{name: $c, team: $t}", "\n          name: $c\n          team: $t")},
    "quotes": {"rules/rule.yaml": _RULE.replace("name: $c", 'name: "$c"').replace('"low, high"', "'low,high'")},
    "a list as a cell": {"rules/rule.yaml": _RULE.replace('"low, high"', "[low, high]")},
    "spaces in a cell": {"rules/rule.yaml": _RULE.replace("[10..20.50)", "[ 10.0 .. 20.5 [")},
    "spaces in an expression": {"rules/rule.yaml": _RULE.replace("$n + 1", "($n)+1")},
    "white space in a sentence": {"rules/rule.yaml": _RULE.replace("Component $c", "Component  $c")},
    "the order of keys": {"rules/rule.yaml": _RULE.replace("{from: $c, to: $d}", "{to: $d, from: $c}")},
    "the name of a file": {"rules/rule.yaml": None, "rules/other.yaml": _RULE},
    "the author on the rule": {"rules/rule.yaml": _RULE.replace("author: The authors\n", "").replace(
        "backing: judgement", "author: The authors\n    backing: judgement")},
    "the order of rules and the split into files": {
        "rules/rule.yaml": _RULE.replace("rules:\n", "rules:\n" + _SAMPLE["base.yaml"].partition("rules:\n")[2]),
        "rules/base.yaml": None,
    },
    "the order of fields": {"facts.yaml": _SAMPLE["facts.yaml"].replace(
        "from: {type: text}, to: {type: text}", "to: {type: text}, from: {type: text}")},
    "the short form of a pattern": {"rules/rule.yaml": _RULE.replace(
        "{component: {team: $t}}", "{component: {team: $t, name: '-'}}")},
}  # fmt: skip

_OTHER: dict[str, dict[str, str | None]] = {
    "a sentence": {"rules/rule.yaml": _RULE.replace("depends on", "needs")},
    "a rule's name": {"rules/rule.yaml": _RULE.replace("rule: cross", "rule: crosses")},
    "a cell": {"rules/rule.yaml": _RULE.replace("20.50)", "20.50]")},
    "a value": {"rules/rule.yaml": _RULE.replace("low, high", "low, medium")},
    "an operator": {"rules/rule.yaml": _RULE.replace("!=", "=")},
    "an alternative": {"rules/rule.yaml": _RULE.replace(", known: product.price", "")},
    "known and unknown": {"rules/rule.yaml": _RULE.replace("known: product", "unknown: product")},
    "a join": {"rules/rule.yaml": _RULE.replace("- dependency: {from: $c", "- dependency: {from: $e")},
    "an aggregate": {"rules/rule.yaml": _RULE.replace("{team: $t}}, as", "{}}, as")},
    "a derived value": {"rules/rule.yaml": _RULE.replace("$n + 1", "$n + 2")},
    "an author": {"rules/rule.yaml": _RULE.replace("The authors", "Somebody")},
    "a row": {"tables/size.yaml": _TABLE.replace(", 2]", ", 3]")},
    "the order of rows": {"tables/size.yaml": _TABLE.replace("1]", "0]").replace("2]", "1]").replace("0]", "2]")},
    "a rule more": {"rules/more.yaml": _RULE.replace("rule: cross", "rule: more")},
    "a question": {"facts.yaml": _SAMPLE["facts.yaml"].replace("How complex", "Just how complex")},
    "a range": {"facts.yaml": _SAMPLE["facts.yaml"].replace("max: 10000", "max: 10001")},
    "a default": {"facts.yaml": _SAMPLE["facts.yaml"].replace("default: false", "default: true")},
    "an absence": {"facts.yaml": _SAMPLE["facts.yaml"].replace(", absent: unknown", "")},
    "the order of levels": {"facts.yaml": _SAMPLE["facts.yaml"].replace("low, medium, high", "high, medium, low"),
                            "pack.yaml": _SAMPLE["pack.yaml"].replace("low, medium, high", "high, medium, low")},
    "documentation": {"facts.yaml": _SAMPLE["facts.yaml"].replace("will look after", "looks after")},
    "a parameter": {"pack.yaml": _SAMPLE["pack.yaml"].replace("value: 20", "value: 21")},
    "a parameter's text": {"pack.yaml": _SAMPLE["pack.yaml"].replace("team is large", "team counts")},
    "the version": {"pack.yaml": _SAMPLE["pack.yaml"].replace("1.0.0", "1.0.1")},
    "a source": {"pack.yaml": _SAMPLE["pack.yaml"].replace("An article", "The article")},
    "a paragraph": {"pack.yaml": _SAMPLE["pack.yaml"].replace("sha256:00", "sha256:11")},
}  # fmt: skip


def _digest(changes: dict[str, str | None], sample: Callable[..., Any]) -> str:
    compiled = sample({**_BASE, **changes})
    assert compiled.model is not None, compiled.findings
    found = pack_digest(compiled.model)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", found)
    if compiled.program is not None:
        assert compiled.program.digest == found
    return found


@pytest.mark.parametrize("what", _SAME)
def test_what_means_nothing_does_not_change_the_digest(what: str, sample: Callable[..., Any]) -> None:
    assert any(_SAME[what][name] != {**_BASE, **_named()}.get(name) for name in _SAME[what])
    assert _digest(_SAME[what], sample) == _digest({}, sample)


@pytest.mark.parametrize("what", _OTHER)
def test_every_meaning_changes_the_digest(what: str, sample: Callable[..., Any]) -> None:
    assert any(_OTHER[what][name] != {**_BASE, **_named()}.get(name) for name in _OTHER[what])
    assert _digest(_OTHER[what], sample) != _digest({}, sample)


def test_overrides_do_not_change_the_digest(sample: Callable[..., Any]) -> None:
    assert sample(_BASE, {"large_team": 30}).model is not None
    assert pack_digest(sample(_BASE, {"large_team": 30}).model) == pack_digest(sample(_BASE).model)


def _named() -> dict[str, str]:
    return {"rules/base.yaml" if name == "base.yaml" else name: text for name, text in _SAMPLE.items()}
