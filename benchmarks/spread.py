"""How the claims and statuses of a pack are spread over many cases: the table of the pack's own page.

    python benchmarks/spread.py [--pack pm_tpm] [--cases 5000] [--realistic 1000] [--without RULE ...]

*Uniform* cases have each value of each field of a `one` type alike (numbers up to a thousand, alike at each order of
magnitude), as no company is: they show which claims can be had at all. *Realistic* are the cases of ``sensitivity.py``.
Both are decided as they are, and with half of their fields left out. Those of the uniform ones for which none of the
rules fired that are named by ``--without`` are told apart.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from sensitivity import population

import averment
from averment.core.program import Field
from averment.core.values import decode

MOST = 1000


def drawn(field: Field, rng: random.Random) -> Any:
    """A value of a field."""
    match str(field.kind):
        case "boolean":
            return rng.random() < 0.5
        case "set":
            return [value for value in field.values if rng.random() < 0.5]
        case "choice" | "level":
            return rng.choice(field.values)
        case _:
            most = MOST * 10**field.places
            least, most = field.minimum or 0, most if field.maximum is None else min(field.maximum, most)
            return decode(max(least, int((most + 1) ** rng.random())), field)


def uniform(pack: averment.Pack, count: int, given: float) -> pa.Table:
    """Cases in columns; each field is there with the chance ``given``."""
    rng = random.Random(1)
    columns = {
        f"{type.name}.{field.name}": [drawn(field, rng) if rng.random() < given else None for _ in range(count)]
        for type in pack.model.types.values()
        if type.one and not type.derived
        for field in type.fields
    }
    return pa.table(columns)


def realistic(pack: averment.Pack, count: int, given: float) -> list[dict[str, Any]]:
    """Decided cases of the panel, the examples, and those between, as ``decide_table`` would tell them."""
    rng = random.Random(1)
    one = {name for name, type in pack.model.types.items() if type.one}
    found: list[dict[str, Any]] = []
    for facts in population(pack, count):
        kept = {
            name: {key: value for key, value in each.items() if rng.random() < given} if name in one else each
            for name, each in facts.items()
        }
        outcome = pack.decide(kept, engine="reference")
        presumed = outcome.presumed.claim if outcome.presumed else None
        found.append({"claim": outcome.claim, "status": outcome.status.value, "presumed": presumed})
    return found


def shares(rows: Iterable[Mapping[str, Any]]) -> str:
    """Of decided rows the shares of the claims, presumed ones as what they presumably are, and of the statuses."""
    told = [(row.get("presumed") or row["claim"], row["status"]) for row in rows]
    counts = [Counter(claim for claim, _ in told), Counter(status for _, status in told)]
    return " | ".join(
        ", ".join(f"{name.replace('_', ' ')} {many / len(told):.1%}" for name, many in sorted(count.items()))
        for count in counts
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="pm_tpm")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--realistic", type=int, default=1000)
    parser.add_argument("--without", nargs="+", default=[])
    asked = parser.parse_args()
    pack = averment.load(asked.pack)
    print("| cases | claims | statuses |\n|---|---|---|")
    for words, given in (("all fields given", 1.0), ("half of them", 0.5)):
        table = pack.decide_table(uniform(pack, asked.cases, given))
        rows = table.to_pylist()
        print(f"| {len(rows):,} uniform, {words} | {shares(rows)} |")
        if asked.without:
            rules = json.loads(table.schema.metadata[b"averment.rules"])
            named = sum(1 << rules.index(rule) for rule in asked.without)
            rows = [row for row in rows if not int.from_bytes(row["fired"], "little") & named]
            print(f"| the {len(rows):,} of them without | {shares(rows)} |")
    for words, given in (("as they are", 1.0), ("half of that left out", 0.5)):
        print(f"| {asked.realistic:,} realistic, {words} | {shares(realistic(pack, asked.realistic, given))} |")


if __name__ == "__main__":
    main()
