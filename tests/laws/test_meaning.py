"""The promises of the law, on random packs: soundness, what a claim hangs on, order, and warrants that re-check."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from tests.laws import differential
from tests.laws.generate import random_case, random_pack, random_value

from averment import Outcome, Pack, Refused
from averment.diagnostics.diagnostic import Report
from averment.law.memory import Memory
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files
from averment.warrant.recheck import recheck

SEEDS = range(0, 600, 6)
made = lru_cache(len(SEEDS))(differential.made)


def decided(pack: Pack, case: Any) -> Outcome | None:
    try:
        return pack.decide(case, engine="reference")
    except Refused:
        return None


def told(value: Any) -> Any:
    """A value of a key as paths have it."""
    return str(value) if type(value) is int and abs(value) >= 2**53 else value


def completed(files: dict[str, bytes], facts: dict[str, Any], rng: random.Random, only: set[str] | None) -> Any:
    """The facts with unknown fields filled at random: all of them, or ``only`` those of these paths."""
    declared = json.loads(files["facts.yaml"])["facts"]
    whole = {type: json.loads(json.dumps(content)) for type, content in facts.items()}
    for type, about in declared.items():
        if about.get("derived") or "data" in about:
            continue
        if type not in whole and about["cardinality"] == "one":
            whole[type] = {}
        if type not in whole and about.get("absent") == "unknown" and (only is None or type in only):
            whole[type] = random_case(files, rng, 1)["facts"].get(type, [])
        records = whole.get(type, [])
        for record in [records] if isinstance(records, dict) else records:
            keys = about.get("key", list(about["fields"]))
            keys = [keys] if isinstance(keys, str) else keys
            path = (
                type
                if isinstance(records, dict)
                else type + json.dumps([told(record[key]) for key in keys], separators=(",", ":"), ensure_ascii=False)
            )
            for name, field in about["fields"].items():
                if only is None or f"{path}.{name}" in only:
                    record.setdefault(name, field.get("default", random_value(field, rng)))
    return whole


def test_the_cases_of_these_laws_come_to_every_status() -> None:
    met: Counter[str] = Counter()
    for seed in SEEDS[::2]:
        files, rng = random_pack(seed), random.Random(seed)
        outcomes = [decided(made(seed)[0], random_case(files, rng, 0.6)["facts"]) for _ in range(4)]
        met.update(outcome.status.value for outcome in outcomes if outcome)
    assert min(met[status] for status in ("settled", "open", "gap", "conflict")) > 4, met


@pytest.mark.parametrize("seed", SEEDS)
def test_a_settled_claim_holds_in_every_completion(seed: int) -> None:
    files = random_pack(seed)
    pack, _ = made(seed)
    rng = random.Random(seed)
    for _ in range(4):
        facts = random_case(files, rng, 0.6)["facts"]
        outcome = decided(pack, facts)
        for _ in range(12):
            whole = decided(pack, completed(files, facts, rng, None))
            if outcome and whole:
                assert not outcome.settled or whole.claim == outcome.claim
                assert whole.claim in outcome.possible
                assert outcome.strength in (None, whole.strength)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_open_claim_is_settled_by_what_it_hangs_on(seed: int) -> None:
    files = random_pack(seed)
    pack, _ = made(seed)
    rng = random.Random(seed)
    for _ in range(6):
        facts = random_case(files, rng, 0.6)["facts"]
        outcome = decided(pack, facts)
        if outcome and not outcome.settled:
            assert outcome.hangs_on
            answered = decided(pack, completed(files, facts, rng, set(outcome.hangs_on)))
            assert answered is None or answered.settled


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rules_files_facts_and_records_does_not_matter(seed: int) -> None:
    files = random_pack(seed)
    rng = random.Random(seed)
    read = [json.loads(content) for name, content in files.items() if name.startswith("rules/")]
    rules = [rule | {"when": file.get("when", []) + rule["when"]} for file in read for rule in file["rules"]]
    rng.shuffle(rules)
    shuffled = {
        "facts.yaml": json.dumps({"facts": mixed(json.loads(files["facts.yaml"])["facts"], rng)}).encode(),
        "pack.yaml": files["pack.yaml"],
        "rules/other.yaml": json.dumps({"author": "nobody", "rules": rules}).encode(),
        **{name: content for name, content in files.items() if name.startswith(("tables/", "data/"))},
    }
    report = Report()
    pack, other = made(seed)[0], compile_files(read_pack_files(shuffled, report), "random", report)
    assert other is not None
    assert other.digest == pack.digest
    for _ in range(4):
        facts = random_case(files, rng, 0.7)["facts"]
        turned = {
            type: rng.sample(facts[type], len(facts[type])) if isinstance(facts[type], list) else facts[type]
            for type in rng.sample(list(facts), len(facts))
        }
        outcome, again = decided(pack, facts), decided(other, turned)
        assert (outcome and outcome.canonical) == (again and again.canonical)


def mixed(mapping: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    return {key: mapping[key] for key in rng.sample(list(mapping), len(mapping))}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_warrant_rechecks_from_the_given_facts(seed: int) -> None:
    pack, cases = made(seed)
    for case in cases:
        outcome = decided(pack, case)
        if outcome:
            model: Memory = pack.engine(engine="reference").evaluate(case).memory
            warrant = json.loads(json.dumps(outcome.warrant))
            assert list(recheck(outcome.evaluation.program, warrant, model)) == []


def test_a_tampered_warrant_is_found_out() -> None:
    """Break each warrant once, in every way: drop an edge, drop a node, change a value, change a truth."""
    rng = random.Random(7)
    tried = 0
    for seed in range(60):
        pack, cases = made(seed)
        outcome = decided(pack, cases[0])
        if outcome is None or not any(node["kind"] == "firing" for node in outcome.warrant["nodes"]):
            continue
        model = pack.engine(engine="reference").evaluate(cases[0]).memory
        program = outcome.evaluation.program
        for tamper in (
            drop_premise,
            drop_doubt,
            turn_truth,
            change_binding,
            drop_conclusion,
            drop_claim,
            turn_sign,
            *RETOLD,
        ):
            warrant = json.loads(json.dumps(outcome.warrant))
            if tamper(warrant, rng):
                tried += 1
                assert list(recheck(program, warrant, model)), (seed, tamper.__name__)
    assert tried > 50


def drop_claim(warrant: Any, rng: random.Random) -> bool:
    claims = warrant["claims"]
    if claims:
        claims.remove(rng.choice(claims))
        return True
    return False


def retell(key: str, value: Any) -> Callable[[Any, random.Random], bool]:
    """A way to tamper: some firing has another ``key``."""

    def retold(warrant: Any, rng: random.Random) -> bool:
        node = rng.choice([node for node in warrant["nodes"] if node["kind"] == "firing"])
        before, node[key] = node[key], value
        return bool(before != value)

    retold.__name__ = f"retell_{key}"
    return retold


RETOLD = (retell("says", "Otherwise."), retell("backing", [{"judgement": "Nobody"}]), retell("conditions", []))


def turn_sign(warrant: Any, rng: random.Random) -> bool:
    signed = [edge for edge in warrant["edges"] if "sign" in edge]
    if signed:
        edge = rng.choice(signed)
        edge["sign"] = "against" if edge["sign"] == "for" else "for"
    return bool(signed)


def drop_premise(warrant: Any, rng: random.Random) -> bool:
    edges = [edge for edge in warrant["edges"] if edge["role"] == "premise"]
    alone = [edge for edge in edges if sum(other["to"] == edge["to"] for other in warrant["edges"]) == 1]
    if alone:
        warrant["edges"].remove(rng.choice(alone))
    return bool(alone)


def drop_doubt(warrant: Any, rng: random.Random) -> bool:
    edges = warrant["edges"]
    ends = Counter((edge["from"], edge["to"]) for edge in edges)
    alone = [edge for edge in edges if edge["role"] == "doubt" and ends[edge["from"], edge["to"]] == 1]
    if alone:
        edges.remove(rng.choice(alone))
    return bool(alone)


def drop_conclusion(warrant: Any, rng: random.Random) -> bool:
    edges = [edge for edge in warrant["edges"] if edge["role"] == "concludes"]
    alone = [edge for edge in edges if sum(other["to"] == edge["to"] for other in edges) == 1]
    if alone:
        warrant["edges"].remove(rng.choice(alone))
    return bool(alone)


def turn_truth(warrant: Any, rng: random.Random) -> bool:
    node = rng.choice([node for node in warrant["nodes"] if node["kind"] == "firing"])
    node["truth"] = "unknown" if node["truth"] == "true" else "true"
    return True


def change_binding(warrant: Any, rng: random.Random) -> bool:
    bound = [node for node in warrant["nodes"] if node["kind"] == "firing" and node["bindings"]]
    if bound:
        node = rng.choice(bound)
        node["bindings"][rng.choice(list(node["bindings"]))] = "tampered"
    return bool(bound)


def test_the_hash_seed_does_not_matter() -> None:
    program = (
        "import hashlib\nfrom tests.laws.differential import made, verdict\n"
        "told = hashlib.sha256()\n"
        "for seed in range(40):\n"
        "    pack, cases = made(seed)\n"
        "    for case in cases:\n"
        "        told.update(verdict(pack, case, 'reference'))\n"
        "print(told.hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(digests) == 1
