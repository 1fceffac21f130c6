"""Made-up packs of some 300 rules, and cases for them: what ``flips.py`` asks to be turned.

``votes``: single conditions on 40 fields, pairs of them as weighted evidence, a claim by the sums (``big_pack.py``).
``chain``: points by thresholds on 24 numbers and levels, summed by topic, graded, weighted again and compared.
``relations``: components, teams and dependencies; joins, negations and counts over them beside plain conditions.
Harder ones, of which an answer in time is not promised, but an end: ``crowd`` (``relations`` over 40 components),
``throng`` (over 200), ``dense`` (1,000 rules of up to four conditions, most of the evidence for one side) and
``long-chain`` (``chain`` of 600 rules).
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from big_pack import big_pack, facts

LEVELS = ("low", "fair", "high", "extreme")
TOPICS = 6
SIDES = ("go", "stay")

Made = tuple[dict[str, bytes], Callable[[random.Random], dict[str, Any]]]
"""The files of a pack, and what makes the facts of a random case for it."""


def votes(seed: int, rules: int = 300) -> Made:
    """Weighted votes in layers."""
    return big_pack(rules, seed), lambda rng: facts(rng, 1)


def chain(seed: int, rules: int = 300) -> Made:
    """Chained thresholds."""
    rng = random.Random(seed)
    made: list[dict[str, Any]] = []
    numbers = range(24)
    points = rules - 4 * TOPICS - 2
    for number in range(points):
        conditions = [
            {f"t{field % TOPICS}": {f"f{field}": _threshold(field, rng)}}
            for field in rng.sample(numbers, rng.choice((1, 1, 2)))
        ]
        point = {"point": {"number": number, "topic": f"t{rng.randrange(TOPICS)}", "weight": rng.randint(-2, 4)}}
        made.append(_rule(f"point-{number}", "A point is given.", conditions, [point]))
    for topic in range(TOPICS):
        total = {"sum": {"of": {"point": {"topic": f"t{topic}"}}, "field": "weight", "as": "$n"}}
        bounds = sorted(rng.sample(range(5, 3 * points // (2 * TOPICS)), 3))
        for place, grade in enumerate(LEVELS):
            tests = [{"test": f"$n >= {bounds[place - 1]}"}] if place else []
            tests += [{"test": f"$n < {bounds[place]}"}] if place < 3 else []
            side, weight = SIDES[(topic + place // 2) % 2], rng.randint(1, 4)
            heads = [{"graded": {"topic": f"t{topic}", "grade": grade}}]
            heads += [{"evidence": {"topic": f"t{topic}", "side": side, "weight": weight}}]
            made.append(_rule(f"grade-{topic}-{grade}", "Topic graded on $n points.", [total, *tests], heads))
    made += _claim()
    types: dict[str, Any] = {
        f"t{topic}": {"cardinality": "one", "fields": {f"f{n}": _kind(n) for n in numbers if n % TOPICS == topic}}
        for topic in range(TOPICS)
    }
    topics = {"type": "choice", "of": [f"t{topic}" for topic in range(TOPICS)]}
    types["point"] = _derived(number=_integer(0, points), topic=topics, weight=_integer(-2, 4))
    types["graded"] = _derived(topic=topics, grade={"type": "level", "of": list(LEVELS)})
    types["evidence"] = _derived(topic=topics, side={"type": "choice", "of": list(SIDES)}, weight=_integer(1, 4))

    def case(rng: random.Random) -> dict[str, Any]:
        return {
            f"t{topic}": {f"f{n}": _value(n, rng) for n in numbers if n % TOPICS == topic} for topic in range(TOPICS)
        }

    return _files(types, made), case


def relations(seed: int, rules: int = 300, components: int = 6, dependencies: int = 6) -> Made:
    """Joins, negation and counts over records, beside plain conditions."""
    rng = random.Random(seed)
    made: list[dict[str, Any]] = []
    kinds = 8
    plain = rules - 2 - 3 * kinds
    for kind in range(kinds):
        size, load = rng.randint(2, 8), rng.choice(LEVELS[1:])
        cross = [
            {"component": {"name": "$c", "team": "$t", "size": f">= {size}"}},
            {"dependency": {"from": "$c", "to": "$d"}},
            {"component": {"name": "$d", "team": "$u", "load": f">= {load}"}},
            {"test": "$t != $u"},
        ]
        made.append(
            _rule(
                f"cross-{kind}", "$c depends on $d of $u.", cross, [{"cross": {"kind": kind, "from": "$c", "to": "$d"}}]
            )
        )
        alone = [
            {"component": {"name": "$c", "size": f"< {size + 2}", "load": rng.choice(LEVELS)}},
            {"not": {"cross": {"kind": kind, "from": "$c"}}},
        ]
        made.append(_rule(f"alone-{kind}", "$c stands alone.", alone, [{"alone": {"kind": kind, "name": "$c"}}]))
        crowd = [{"count": {"of": {"cross": {"kind": kind}}, "as": "$n"}}, {"test": f"$n >= {rng.randint(1, 3)}"}]
        evidence = {"evidence": {"number": 1000 + kind, "side": rng.choice(SIDES), "weight": rng.randint(2, 5)}}
        made.append(_rule(f"crowd-{kind}", "$n cross.", crowd, [evidence]))
    for number in range(plain):
        conditions: list[dict[str, Any]] = []
        for field in rng.sample(range(16), rng.randint(1, 2)):
            conditions.append({f"g{field % 2}": {f"f{field}": _threshold(field, rng)}})
        if number % 3 == 0:
            conditions.append(
                rng.choice(({"alone": {"kind": rng.randrange(kinds)}}, {"cross": {"kind": rng.randrange(kinds)}}))
            )
        if number % 7 == 0:
            conditions.append({"not": {"alone": {"kind": rng.randrange(kinds)}}})
        evidence = {"evidence": {"number": number, "side": rng.choice(SIDES), "weight": rng.randint(1, 4)}}
        made.append(_rule(f"plain-{number}", "A sign is seen.", conditions, [evidence]))
    made += _claim()
    given: dict[str, Any] = {
        f"g{group}": {"cardinality": "one", "fields": {f"f{n}": _kind(n) for n in range(16) if n % 2 == group}}
        for group in range(2)
    }
    text = {"type": "text"}
    given["component"] = {
        "cardinality": "many",
        "key": "name",
        "fields": {"name": text, "team": text, "size": _integer(0, 10), "load": {"type": "level", "of": list(LEVELS)}},
    }
    given["dependency"] = {"cardinality": "many", "fields": {"from": text, "to": text}}
    given["cross"] = {"derived": True, "fields": {"kind": _integer(0, kinds), "from": text, "to": text}}
    given["alone"] = _derived(kind=_integer(0, kinds), name=text)
    given["evidence"] = _derived(
        number=_integer(0, 2000), side={"type": "choice", "of": list(SIDES)}, weight=_integer(1, 5)
    )

    def case(rng: random.Random) -> dict[str, Any]:
        names = [f"c{number}" for number in range(components)]
        component = [
            {"name": name, "team": rng.choice("xyz"), "size": rng.randint(0, 10), "load": rng.choice(LEVELS)}
            for name in names
        ]
        pairs = rng.sample([(one, other) for one in names for other in names if one != other], dependencies)
        groups = {f"g{group}": {f"f{n}": _value(n, rng) for n in range(16) if n % 2 == group} for group in range(2)}
        return {**groups, "component": component, "dependency": [{"from": one, "to": other} for one, other in pairs]}

    return _files(given, made), case


def dense(seed: int, rules: int = 1_000, many: int = 60) -> Made:
    """Conjunctions of up to four conditions, most of the evidence for one side."""
    rng = random.Random(seed)
    made: list[dict[str, Any]] = []
    for number in range(rules - 2):
        fields = rng.sample(range(many), rng.randint(1, 4))
        conditions = [{f"g{field % 4}": {f"f{field}": _threshold(field, rng)}} for field in fields]
        evidence = {"number": number, "side": rng.choices(SIDES, (3, 2))[0], "weight": rng.randint(1, 9)}
        made.append(_rule(f"sign-{number}", "A sign is seen.", conditions, [{"evidence": evidence}]))
    made += _claim()
    types: dict[str, Any] = {
        f"g{group}": {"cardinality": "one", "fields": {f"f{n}": _kind(n) for n in range(many) if n % 4 == group}}
        for group in range(4)
    }
    types["evidence"] = _derived(
        number=_integer(0, rules), side={"type": "choice", "of": list(SIDES)}, weight=_integer(1, 9)
    )

    def case(rng: random.Random) -> dict[str, Any]:
        return {f"g{group}": {f"f{n}": _value(n, rng) for n in range(many) if n % 4 == group} for group in range(4)}

    return _files(types, made), case


KINDS: dict[str, Callable[[int], Made]] = {"votes": votes, "chain": chain, "relations": relations}
HARDER: dict[str, Callable[[int], Made]] = {
    "crowd": lambda seed: relations(seed, components=40, dependencies=60),
    "throng": lambda seed: relations(seed, components=200, dependencies=300),
    "dense": dense,
    "long-chain": lambda seed: chain(seed, 600),
}


def _kind(number: int) -> dict[str, Any]:
    return ({"type": "level", "of": list(LEVELS)}, {"type": "boolean"}, _integer(0, 100))[number % 3]


def _value(number: int, rng: random.Random) -> Any:
    return (rng.choice(LEVELS), rng.random() < 0.5, rng.randint(0, 100))[number % 3]


def _threshold(number: int, rng: random.Random) -> str:
    level = rng.choice((rng.choice(LEVELS), f">= {rng.choice(LEVELS[1:])}"))
    amount = rng.choice((f">= {rng.randrange(5, 100, 5)}", f"< {rng.randrange(5, 100, 5)}"))
    return (level, rng.choice(("true", "false")), amount)[number % 3]


def _integer(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "min": low, "max": high}


def _derived(**fields: Any) -> dict[str, Any]:
    return {"derived": True, "fields": fields}


def _rule(name: str, says: str, conditions: list[Any], heads: list[Any]) -> dict[str, Any]:
    return {"rule": name, "says": says, "backing": "judgement", "when": conditions, "then": heads}


def _claim() -> list[dict[str, Any]]:
    sums = [{"sum": {"of": {"evidence": {"side": side}}, "field": "weight", "as": f"${side}"}} for side in SIDES]
    tests = (("go", "$go > $stay"), ("stay", "$go <= $stay"))
    return [
        _rule(
            f"decide-{answer}",
            "The evidence is $go against $stay.",
            [*sums, {"test": test}],
            [{"decision": {"answer": answer}}],
        )
        for answer, test in tests
    ]


def _files(types: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, bytes]:
    about = {
        "pack": "made",
        "version": "1.0.0",
        "title": "A made-up pack",
        "claim": {"fact": "decision", "field": "answer"},
    }
    types = types | {"decision": _derived(answer={"type": "choice", "of": list(SIDES)})}
    texts = {
        "pack.yaml": about,
        "facts.yaml": {"facts": types},
        "rules/all.yaml": {"author": "The benchmark's authors", "rules": rules},
    }
    return {name: json.dumps(text).encode() for name, text in texts.items()}
