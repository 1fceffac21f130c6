"""Whether answers are right: each is compared with the plain Python one. Answers in columns are compared as columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from workloads import RULES


def wrong(answers: Path, right: Path, workload: str, level: str) -> tuple[int, int]:
    """How many answers there are, and how many are wrong. ``level``: ``rules`` if W2 is told by rule, not by firing."""
    if answers.with_suffix(".parquet").exists():
        found = pq.read_table(answers.with_suffix(".parquet"))
        expected = columns(right).slice(0, found.num_rows)
        equal = [pc.equal(found.column(name), expected.column(name)) for name in ("claim", "fired")]
        return found.num_rows, found.num_rows - (pc.sum(pc.and_(*equal)).as_py() or 0)
    count = bad = 0
    with answers.with_suffix(".jsonl").open() as lines, right.open() as expectations:
        for line, expectation in zip(lines, expectations, strict=False):
            count += 1
            if line != expectation:
                bad += _claim_and_rules(line) != _claim_and_rules(expectation) if level == "rules" else 1
    return count, bad


def columns(right: Path) -> pa.Table:
    """The answers to W1 as the claim and the rules as bits; kept beside the file."""
    kept = right.with_suffix(".parquet")
    if not kept.exists():
        bits = {rule: 1 << place for place, rule in enumerate(RULES)}
        claims: list[str] = []
        masks: list[int] = []
        with right.open() as lines:
            for line in lines:
                claim, fired = json.loads(line)
                claims.append(claim)
                masks.append(sum(map(bits.__getitem__, fired)))
        pq.write_table(pa.table({"claim": claims, "fired": np.array(masks, np.uint32)}), kept)
    return pq.read_table(kept)


def _claim_and_rules(line: str) -> Any:
    claim, fired = json.loads(line)
    return claim, sorted({entry if isinstance(entry, str) else entry[0] for entry in fired})
