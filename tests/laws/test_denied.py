"""What a list under ``not`` promises, enumerated: each small case with gaps against each of its completions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from averment import Pack
from averment.diagnostics.diagnostic import Report
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

SIGHT = {"type": "level", "of": ["low", "high"]}
FACTS = {
    "person": {
        "cardinality": "many",
        "key": "id",
        "fields": {
            "id": {"type": "choice", "of": ["a", "b"]},
            "town": {"type": "choice", "of": ["x", "y"]},
            "rank": SIGHT,
        },
    },
    "ban": {
        "cardinality": "many",
        "key": "id",
        "fields": {"id": {"type": "text"}, "town": {"type": "choice", "of": ["x", "y"]}, "rank": SIGHT},
    },
    "able": {"derived": True, "fields": {"rank": SIGHT}},
    "verdict": {"derived": True, "fields": {"role": {"type": "choice", "of": ["yes", "no"]}}},
}
DENIED: list[list[Any]] = [
    [{"ban": {"town": "$t", "rank": "$m"}}, {"test": "$r >= $m"}],
    [{"ban": {"town": "$t", "rank": "> $r"}}],
    [{"ban": {"rank": "$r"}}, {"not": {"ban": {"town": "$t", "rank": "low"}}}],
    [{"count": {"of": {"ban": {"town": "$t"}}, "as": "$n"}}, {"test": "$n >= 1"}],
    [{"any": [{"ban": {"town": "$t"}}, [{"person": {"town": "y", "id": "$p"}}, {"test": "$r = high"}]]}],
    [{"not": [{"ban": {"town": "$t", "rank": "$m"}}, {"test": "$m = $r"}]}, {"ban": {"rank": "high"}}],
    [{"test": "$r = high"}],
    [{"able": {"rank": "$r"}}, {"ban": {"town": "$t"}}],
]


def pack_of(denied: list[Any]) -> Pack:
    person = {"person": {"id": "$p", "town": "$t", "rank": "$r"}}
    rules = [
        {"rule": "able", "backing": "judgement", "when": [{"ban": {"rank": "$m"}}], "then": [{"able": {"rank": "$m"}}]},
        {
            "rule": "yes",
            "backing": "judgement",
            "when": [person],
            "unless": denied,
            "then": [{"verdict": {"role": "yes"}}],
        },
        {
            "rule": "no",
            "backing": "judgement",
            "when": [{"not": [person, *denied]}],
            "then": [{"verdict": {"role": "no"}}],
        },
    ]
    files = {
        "pack.yaml": {"pack": "p", "version": "1.0.0", "title": "P", "claim": {"fact": "verdict", "field": "role"}},
        "facts.yaml": {"facts": FACTS},
        "rules/r.yaml": {"author": "A", "rules": rules},
    }
    report = Report()
    pack = compile_files(read_pack_files({k: json.dumps(v).encode() for k, v in files.items()}, report), "p", report)
    assert pack is not None, report.diagnostics
    return pack


def records(ids: tuple[str, ...], towns: tuple[Any, ...], ranks: tuple[Any, ...]) -> Iterator[list[dict[str, Any]]]:
    for held in product(product(towns, ranks), repeat=len(ids)):
        yield [
            {"id": id, **{k: v for k, v in (("town", town), ("rank", rank)) if v}}
            for id, (town, rank) in zip(ids, held, strict=True)
        ]


def completions(found: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    gaps = [(record, name) for record in found for name in ("town", "rank") if name not in record]
    for values in product(*(("x", "y") if name == "town" else ("low", "high") for _, name in gaps)):
        whole = [dict(record) for record in found]
        for (record, name), value in zip(gaps, values, strict=True):
            whole[found.index(record)][name] = value
        yield whole


@pytest.mark.parametrize("denied", DENIED, ids=range(len(DENIED)))
def test_a_settled_claim_holds_in_every_completion_and_one_that_all_have_alike_is_seldom_open(
    denied: list[Any],
) -> None:
    pack = pack_of(denied)
    claims: dict[str, str] = {}

    def claim(people: list[Any], bans: list[Any]) -> str:
        key = json.dumps([people, bans])
        if key not in claims:
            claims[key] = pack.decide({"person": people, "ban": bans}, engine="reference").claimed
        return claims[key]

    towns, ranks = ("x", "y", None), ("low", "high", None)
    settled = 0
    for people in [*records(("a",), towns, ranks), *records(("a", "b"), ("x", None), ranks)]:
        for bans in records(("k",), towns, ranks):
            outcome = pack.decide({"person": people, "ban": bans}, engine="reference")
            whole = {claim(p, b) for p in completions(people) for b in completions(bans)}
            assert outcome.claim == "open" or whole == {outcome.claim}, (people, bans)
            assert whole <= {*outcome.possible}, (people, bans)
            assert len(whole) == 1 or outcome.hangs_on
            settled += outcome.settled
    assert settled > 20


def test_what_is_unknown_of_one_record_leaves_nothing_open_of_another() -> None:
    pack = pack_of([{"test": "$r = high"}, {"ban": {}}])
    people = [{"id": "a", "town": "x"}, {"id": "b", "town": "x", "rank": "low"}]
    outcome = pack.decide({"person": people, "ban": [{"id": "k"}]}, engine="reference")
    assert outcome.fired == ("yes",)


def test_nothing_of_it_is_told_as_a_rule_of_the_authors() -> None:
    pack = pack_of(DENIED[0])
    outcome = pack.decide({"person": [{"id": "a", "town": "x", "rank": "high"}], "ban": [{"id": "k", "rank": "low"}]})
    assert outcome.status.value == "open" and outcome.fired == ("able",)
    assert set(outcome.hangs_on) == {'ban["k"].town'}
    told = json.dumps(outcome.document)
    assert "_1_" not in told and "no~" not in told
    assert all("_1_" not in rule for rule in pack.program().rule_ids)
