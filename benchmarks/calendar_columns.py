"""How many cases a second are decided in columns by rules that reckon with dates and times.

``python benchmarks/calendar_columns.py --rows 1000000``: ages, deadlines and durations of two dates and two datetimes.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pyarrow as pa

from averment.recording import loaded_files

_FACTS = """facts:
  loan:
    cardinality: one
    fields: {born: {type: date}, decided: {type: date}, asked: {type: datetime}, answered: {type: datetime}}
  decision: {derived: true, fields: {outcome: {type: choice, of: [granted, refused]}}}
  due: {derived: true, fields: {day: {type: date}, reminder: {type: datetime}, took: {type: duration}}}
"""
_RULES = """author: A
rules:
- rule: of-age
  backing: judgement
  when: [loan: {born: $b, decided: $t}, test: "years($b, $t) >= 18", test: $t + term months <= $b + 70 years]
  then: [decision: {outcome: granted}]
- rule: minor
  backing: judgement
  when: [loan: {born: $b, decided: $t}, test: "months($b, $t) < 18 * 12"]
  then: [decision: {outcome: refused}]
- rule: due
  backing: judgement
  when: [loan: {decided: $t, asked: $q, answered: $a}, test: $a - $q <= 36 hours, test: date($a) >= $t - 2 weeks]
  then: [due: {day: $t + term months, reminder: $a + 3 h, took: $a - $q}]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    pack = loaded_files({
        "pack.yaml": b"pack: loan\nversion: 1.0.0\ntitle: L\nclaim: {fact: decision, field: outcome}\n"
        b"parameters: {term: {type: integer, value: 18, says: Months.}}\n",
        "facts.yaml": _FACTS.encode(),
        "rules/a.yaml": _RULES.encode(),
    })  # fmt: skip
    rng = np.random.default_rng(1)
    asked = rng.integers(1_700_000_000, 1_720_000_000, rows)
    columns = {
        "born": rng.integers(-20_000, 15_000, rows).astype("datetime64[D]"),
        "decided": rng.integers(19_000, 20_500, rows).astype("datetime64[D]"),
        "asked": asked.astype("datetime64[s]"),
        "answered": (asked + rng.integers(0, 500_000, rows)).astype("datetime64[s]"),
    }
    table = pa.table({f"loan.{name}": pa.array(values) for name, values in columns.items()})
    pack.decide_table(table.slice(0, min(rows, 1000)))
    took: list[float] = []
    for _ in range(5):
        began = time.process_time()
        pack.decide_table(table)
        took.append(time.process_time() - began)
    print(f"{rows:,} rows, median of 5: {rows / max(sorted(took)[2], 1e-9):,.0f} cases a second of processor time")


if __name__ == "__main__":
    main()
