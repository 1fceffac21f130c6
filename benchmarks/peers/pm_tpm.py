"""The PM/TPM pack on generated cases: cases per second of processor time in memory, by how much of a case is given.

    python benchmarks/peers/pm_tpm.py [--cases 10000]

Fields are drawn evenly from what the vocabulary allows and left out by chance; a case has up to four records of each
type of many. The first cases are decided by the reference engine too, and must come out the same: claim, status,
strength, what the claim hangs on and the rules that fired.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
from run import RESULTS, machine

import averment
from averment import Pack, Refused
from averment.batch.table import TableDecider
from averment.core.program import Field, Kind

CHECKED = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    pack = averment.load("pm_tpm")
    decider = TableDecider(pack.program(), pack.model.types)
    text = [f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; {asked.cases:,} generated cases, in memory, one core", ""]
    for given in (1.0, 0.95, 0.7):
        cases = list(generated(pack, asked.cases, given))
        rows = [flat(case, number) for number, case in enumerate(cases)]
        table = pa.table(
            {name: [row.get(name) for row in rows] for name in dict.fromkeys(n for row in rows for n in row)}
        )
        check(pack, decider.decide(table.slice(0, CHECKED)), cases)
        began = time.process_time()
        decided = decider.decide(table)
        rate = asked.cases / (time.process_time() - began)
        counts = {
            each["values"]: each["counts"]
            for each in decided.column("status").combine_chunks().value_counts().to_pylist()
        }
        shares = ", ".join(f"{status} {count / asked.cases:.0%}" for status, count in counts.items())
        text.append(f"{given:>4.0%} of the fields given: {rate:>10,.0f} cases/CPU-s  ({shares})")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "pm_tpm.txt").write_text("\n".join([*text, ""]))
    print("\n".join(text))


def generated(pack: Pack, count: int, share: float) -> Any:
    """Random cases as the ``facts`` of fact files; of the fields that are no key that share is given."""
    rng = random.Random(7)
    for _ in range(count):
        case: dict[str, Any] = {}
        for name, kind in pack.model.types.items():
            if kind.derived:
                continue
            records: dict[Any, dict[str, Any]] = {}
            for _ in range(1 if kind.one else rng.randint(0, 4)):
                record = {
                    field.name: value(field, rng)
                    for field in kind.fields
                    if field.name in kind.key or (not kind.one and not kind.key) or rng.random() < share
                }
                records[tuple(str(record.get(key)) for key in kind.key or record)] = record
            case[name] = next(iter(records.values())) if kind.one else list(records.values())
        yield case


def value(field: Field, rng: random.Random) -> Any:
    least, greatest = field.minimum or 0, field.maximum if field.maximum is not None else 100
    match field.kind:
        case Kind.BOOLEAN:
            return rng.random() < 0.5
        case Kind.SET:
            return rng.sample(field.values, rng.randint(0, min(3, len(field.values))))
        case Kind.CHOICE | Kind.LEVEL:
            return rng.choice(field.values)
        case Kind.TEXT:
            return rng.choice("abcdef")
        case Kind.DATE:
            return (date(2024, 1, 1) + timedelta(rng.randint(0, 900))).isoformat()
        case Kind.DECIMAL:
            return f"{rng.randint(least, min(greatest, least + 10_000)) / 10**field.places:.{field.places}f}"
        case _:
            return rng.randint(least, min(greatest, least + 100))


def flat(case: dict[str, Any], number: int) -> dict[str, Any]:
    """A case as a row."""
    row: dict[str, Any] = {"case": f"c{number}"}
    for name, records in case.items():
        if isinstance(records, list):
            row[name] = records
        else:
            row |= {f"{name}.{field}": given for field, given in records.items()}
    return row


def check(pack: Pack, decided: Any, cases: list[dict[str, Any]]) -> None:
    rules = json.loads(decided.schema.metadata[b"averment.rules"])
    for row, case in zip(decided.to_pylist(), cases, strict=False):
        try:
            outcome = pack.decide(case, engine="reference")
        except Refused as refused:
            assert row["error"], (case, refused)
            continue
        bits = int.from_bytes(row["fired"], "little")
        fired = tuple(sorted(rule for place, rule in enumerate(rules) if bits >> place & 1))
        found = row["claim"], row["status"], row["strength"], tuple(json.loads(row["hangs_on"])), fired
        said = outcome.claim, outcome.status.value, outcome.strength, outcome.hangs_on, outcome.fired
        assert found == said, (found, said, case)


if __name__ == "__main__":
    main()
