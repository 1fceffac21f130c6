"""A made-up pack of 5,000 rules: how long it takes to load, to compile for tables, and to decide a case with it.

``python benchmarks/big_pack.py``: rules on 40 fields of four records, of which each asks one to three, in three layers
(signs, evidence with weights, a claim by sums), 500 rules a file. Load is measured against PyYAML's ``CSafeLoader``
reading the same texts into dictionaries, in turns, each time in process time; ``first`` is the first load of a process,
imports of the validator included.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import yaml

from averment.backends.columnar import Kernel
from averment.diagnostics.diagnostic import Report
from averment.pack import Pack, compile_files
from averment.surface.pack_files import read_pack_files

GROUPS = ("product", "team", "market", "plan")
WORDS = ("low", "fair", "high", "extreme")
EACH = 500  # rules a file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    files = big_pack(asked.rules)
    size = sum(map(len, files.values()))
    first = seconds(lambda: load(files))
    floors, loads = [], []
    for _ in range(asked.rounds):
        floors.append(seconds(lambda: [yaml.load(data, yaml.CSafeLoader) for data in files.values()]))
        loads.append(seconds(lambda: load(files)))
    floor, taken = statistics.median(floors), statistics.median(loads)
    pack = load(files)
    print(f"{asked.rules} rules, {len(files)} files, {size:,} bytes")
    print(f"load: {taken:.2f} s (first {first:.2f} s), CSafeLoader {floor:.2f} s, ratio {taken / floor:.1f}")
    compiled = seconds(lambda: Kernel(pack.program()))
    print(f"columnar: compiled in {compiled:.2f} s, {compiled / asked.rules * 1e6:.0f} µs a rule")
    rng = random.Random(2)
    cases = [pack.case(facts(rng, given), f"c{number}") for number, given in enumerate((1, 1, 0.8, 0.5))]
    outcomes: dict[str, list[bytes]] = {}
    for engine in ("reference", "durable"):
        ready = seconds(lambda name=engine: pack.engine(engine=name))
        each: list[float] = []
        outcomes[engine] = []
        for case in cases:
            each.append(seconds(lambda name=engine, one=case: outcomes[name].append(decide(pack, one, name))))
        fired = statistics.mean(len(json.loads(outcome)["fired"]) for outcome in outcomes[engine])
        shown = ", ".join(f"{one * 1e3:.0f}" for one in each)
        print(f"{engine}: ready in {ready:.2f} s; canonical bytes of a case in {shown} ms; {fired:.0f} rules fire")
    assert outcomes["reference"] == outcomes["durable"]
    print("both give the same bytes")


def seconds(work: Callable[[], Any]) -> float:
    """Process time."""
    began = time.process_time()
    work()
    return time.process_time() - began


def load(files: dict[str, bytes]) -> Pack:
    """The pack of these files."""
    report = Report()
    pack = compile_files(read_pack_files(files, report), "big", report)
    assert pack is not None, report.diagnostics[:3]
    return pack


def decide(pack: Pack, case: Any, engine: str) -> bytes:
    return pack.decide(case, engine=engine).canonical


def big_pack(rules: int, seed: int = 1) -> dict[str, bytes]:
    """The files of a pack with so many rules, as an author would write them."""
    rng = random.Random(seed)
    signs = rules * 7 // 10
    made = [_sign(number, rng) for number in range(signs)]
    made += [_evidence(number, signs, rng) for number in range(rules - signs - 2)]
    made += [_claim("go", "$go > $stay"), _claim("stay", "$go <= $stay")]
    files = {"pack.yaml": PACK, "facts.yaml": _vocabulary(signs)}
    for start in range(0, rules, EACH):
        files[f"rules/r{start:05}.yaml"] = "author: The benchmark's authors\nrules:\n" + "".join(
            made[start : start + EACH]
        )
    return {name: text.encode() for name, text in files.items()}


def facts(rng: random.Random, given: float) -> dict[str, Any]:
    """A random case with this share of its fields given."""
    return {
        group: {f"f{number}": _value(number, rng) for number in range(10) if rng.random() < given} for group in GROUPS
    }


PACK = """pack: big
version: 1.0.0
title: A pack of many rules
claim: {fact: decision, field: answer}
"""


def _vocabulary(signs: int) -> str:
    kinds = (f"{{type: level, of: [{', '.join(WORDS)}]}}", "{type: boolean}", "{type: integer, min: 0, max: 100}")
    lines = ["facts:"]
    for group in GROUPS:
        lines += [f"  {group}:", "    cardinality: one", "    fields:"]
        lines += [f"      f{number}: {kinds[number % 3]}" for number in range(10)]
    lines += ["  sign:", "    derived: true", "    fields:"]
    lines += [f"      number: {{type: integer, min: 0, max: {signs}}}"]
    lines += ["  evidence:", "    derived: true", "    fields:", "      number: {type: integer, min: 0, max: 100000}"]
    lines += ["      side: {type: choice, of: [go, stay]}", "      weight: {type: integer, min: 1, max: 5}"]
    lines += ["  decision:", "    derived: true", "    fields:", "      answer: {type: choice, of: [go, stay]}"]
    return "\n".join(lines) + "\n"


def _value(number: int, rng: random.Random) -> Any:
    return (rng.choice(WORDS), rng.random() < 0.5, rng.randint(0, 100))[number % 3]


def _cell(number: int, rng: random.Random) -> str:
    level = (rng.choice(WORDS), f'">= {rng.choice(WORDS[1:])}"')
    between = f"[{rng.randint(0, 40)}..{rng.randint(41, 80)}]"
    amount = (f'">= {rng.randint(50, 99)}"', f'"< {rng.randint(1, 50)}"', f'"{between}"')
    return (rng.choice(level), rng.choice(("true", "false")), rng.choice(amount))[number % 3]


def _sign(number: int, rng: random.Random) -> str:
    conditions = []
    for group in rng.sample(GROUPS, rng.randint(1, 3)):
        fields = rng.sample(range(10), rng.randint(1, 2))
        cells = ", ".join(f"f{field}: {_cell(field, rng)}" for field in sorted(fields))
        conditions.append(f"      - {group}: {{{cells}}}\n")
    return (
        f"  - rule: sign-{number}\n    says: Sign {number} is seen.\n    backing: judgement\n    when:\n"
        f"{''.join(conditions)}    then:\n      - sign: {{number: {number}}}\n"
    )


def _evidence(number: int, signs: int, rng: random.Random) -> str:
    one, other = rng.sample(range(signs), 2)
    against = f"      - not: {{sign: {{number: {rng.randrange(signs)}}}}}\n" if number % 5 == 0 else ""
    return (
        f"  - rule: evidence-{number}\n    says: Signs {one} and {other} speak for it.\n    backing: judgement\n"
        f"    when:\n      - sign: {{number: {one}}}\n      - sign: {{number: {other}}}\n{against}    then:\n"
        f"      - evidence: {{number: {number}, side: {rng.choice(('go', 'stay'))}, weight: {rng.randint(1, 5)}}}\n"
    )


def _claim(answer: str, test: str) -> str:
    return (
        f"  - rule: decide-{answer}\n    says: The evidence is $go against $stay.\n    backing: judgement\n    when:\n"
        "      - sum: {of: {evidence: {side: go}}, field: weight, as: $go}\n"
        "      - sum: {of: {evidence: {side: stay}}, field: weight, as: $stay}\n"
        f'      - test: "{test}"\n    then:\n      - decision: {{answer: {answer}}}\n'
    )


if __name__ == "__main__":
    main()
