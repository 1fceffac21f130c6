"""A condition that is false dominates one without a lawful value, in whatever order a rule has them, at every door.

Each order of conditions is tried on every small case, so that each is false, unknown, lawless and true in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations, product
from pathlib import Path
from typing import Any

import pytest
from tests.laws.doors import CHEAP, Asked, differences

FACTS = b"""facts:
  thing: {cardinality: one, fields: {a: {type: integer}, b: {type: integer}, c: {type: integer}}}
  part: {cardinality: many, key: name, fields: {name: {type: text}, size: {type: integer}, kind: {type: integer}}}
  decision: {derived: true, fields: {role: {type: choice, of: ["yes", "no"]}}}
"""
HEAD = b"pack: p\nversion: 1.0.0\ntitle: t\nclaim: {fact: decision, field: role}\n"
FAR = 2**62
_PATTERN = "thing: {a: $a, b: $b, c: $c}"
_TESTS = ("test: $a * $b > 5", "test: $c > 0", "not: {part: {size: $c}}")
_SUM = "sum: {of: {part: {}}, field: size, as: $sum}"
_SUMMED = ("test: $sum > 5", "test: $c > 0", "not: {part: {size: $sum}}")


def _asked(conditions: Iterable[str], folder: Path) -> Asked:
    rules = "author: a\nrules:\n  - rule: some\n    backing: judgement\n    when:\n"
    rules += "".join(f"      - {condition}\n" for condition in (_PATTERN, *conditions))
    rules += '    then: [decision: {role: "yes"}]\n'
    documents = [{"case": f"c{number}", "facts": facts} for number, facts in enumerate(_cases())]
    return Asked({"pack.yaml": HEAD, "facts.yaml": FACTS, "rules/all.yaml": rules.encode()}, documents, folder)


def _cases() -> Iterator[dict[str, Any]]:
    for a, b, c, size in product((None, 0, 2, FAR), (None, 4), (None, 0, 1), (None, 1, FAR)):
        thing = {name: value for name, value in (("a", a), ("b", b), ("c", c)) if value is not None}
        parts = [{"name": name, "kind": 1} | ({} if size is None else {"size": size}) for name in ("p", "q")]
        yield {"thing": thing, "part": parts}


def _meant(facts: Mapping[str, Any]) -> object:
    """What the first rule comes to, by the words of the law."""
    thing, sizes = facts["thing"], [part.get("size") for part in facts["part"]]
    a, b, c = (thing.get(name) for name in "abc")
    truths: list[object] = ["unknown" if value is None else True for value in (a, b, c)]
    if a is None or b is None:
        truths.append("unknown")
    else:
        truths.append("lawless" if abs(a * b) >= 2**63 else a * b > 5)
    truths.append("unknown" if c is None else c > 0)
    truths.append(False if c is not None and c in sizes else "unknown" if c is None or None in sizes else True)
    if False in truths:
        return "gap"
    return "open" if "unknown" in truths else "error" if "lawless" in truths else "settled"


def test_a_rule_says_what_the_law_says_of_each_case(tmp_path: Path) -> None:
    met = set[object]()
    for facts, said in zip(_cases(), _asked(_TESTS, tmp_path).expected, strict=True):
        meant = _meant(facts)
        assert said.status == ("AV501" if meant == "error" else meant), facts
        met.add(meant)
    assert met == {"gap", "open", "error", "settled"}


@pytest.mark.parametrize(("first", "conditions"), [((), _TESTS), ((_SUM,), _SUMMED)], ids=["tests", "sum"])
def test_every_order_of_conditions_says_the_same_at_every_door(
    first: tuple[str, ...], conditions: tuple[str, ...], tmp_path: Path
) -> None:
    orders = [_asked((*first, *order), tmp_path) for order in permutations(conditions)]
    expected = [said._replace(whole=b"") for said in orders[0].expected]
    for asked in orders:
        assert [said._replace(whole=b"") for said in asked.expected] == expected
        assert list(differences(asked, CHEAP)) == []
