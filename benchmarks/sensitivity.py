"""Which weights and thresholds of a pack turn how many of a realistic population: the table of the pack's own page.

    python benchmarks/sensitivity.py [--pack pm_tpm] [--cases 600]

The population are the panel of the tests, the example cases, and cases between them: each a case of these with some of
its fields taken from another. A claim that is presumed counts as what it presumably is. Each parameter is moved by one
step, and by a quarter, either way.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import averment

HERE = Path(__file__).parent.parent


def population(pack: averment.Pack, count: int) -> list[dict[str, Any]]:
    """The facts of cases of the pack."""
    rng = random.Random(1)
    paths = [HERE / "tests" / "knowledge" / "panel.yaml", *sorted(Path(pack.root, "cases").glob("*.yaml"))]
    known = [document["facts"] for path in paths for document in yaml.safe_load_all(path.read_text("utf-8"))]
    one = {name for name, kind in pack.model.types.items() if kind.one}
    mixed: list[dict[str, Any]] = []
    while len(known) + len(mixed) < count:
        base, other = rng.sample(known, 2)
        facts = {name: dict(value) if name in one else value for name, value in base.items()}
        for name in one & facts.keys():
            for field, value in other.get(name, {}).items():
                if rng.random() < 0.25:
                    facts[name][field] = value
        mixed.append(facts)
    return (known + mixed)[:count]


def claims(pack: averment.Pack, cases: list[Any], parameters: dict[str, Any]) -> list[str]:
    """What each case is claimed, or presumed, to be."""
    outcomes = [pack.decide(case, parameters, engine="reference") for case in cases]
    return [(outcome.presumed or outcome).claim for outcome in outcomes]


def moved(name: str, pack: averment.Pack) -> Iterator[Any]:
    """A parameter one step and a quarter lower, and higher, where its range lets it."""
    declared = pack.model.parameters[name]
    value, field = declared.value, declared.field
    assert isinstance(value, int) and not isinstance(value, bool)
    steps = dict.fromkeys((-max(1, round(value / 4)), -(10**field.places), 10**field.places, max(1, round(value / 4))))
    for step in sorted(steps):
        if field.spans(value + step):
            yield (value + step) / 10**field.places if field.places else value + step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="pm_tpm")
    parser.add_argument("--cases", type=int, default=600)
    asked = parser.parse_args()
    pack = averment.load(asked.pack)
    cases = [pack.case(facts, str(number)) for number, facts in enumerate(population(pack, asked.cases))]
    before = claims(pack, cases, {})
    print(f"{len(cases)} cases, pack {pack.version}: ", end="")
    print(", ".join(f"{claim} {before.count(claim) / len(before):.0%}" for claim in sorted(set(before))))
    print("\n| parameter | value | turned, by what it is moved to |\n|---|---|---|")
    rows: list[tuple[float, str]] = []
    for name, declared in pack.model.parameters.items():
        turned = {
            value: sum(now != then for now, then in zip(claims(pack, cases, {name: value}), before, strict=True))
            for value in moved(name, pack)
        }
        shown = ", ".join(f"{value}: {100 * many / len(cases):.1f}%" for value, many in turned.items())
        value = pack.program().parameters[name]
        counted = f"{value} {declared.field.unit}".strip()
        rows.append((-max(turned.values(), default=0), f"| `{name}` | {counted} | {shown} |"))
    for _, row in sorted(rows):
        print(row)


if __name__ == "__main__":
    main()
