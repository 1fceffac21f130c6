"""How long a page of decisions takes in a long log: python benchmarks/paging.py [--records N] [--log URL].

Without --log it is an SQLite file that is made, and taken away again; the log named must be an empty one.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import averment
from averment.audit.batches import batches, strays
from averment.audit.log import DecisionLog, open_log
from averment.audit.record import DECISION, Entry
from averment.audit.store import Filter
from averment.ir.digest import canonical
from averment.recording import pack_bytes

_TOGETHER = 2000
_BODY = {
    "engine": "reference", "version": "0", "requester": "ann", "pack_version": "1", "parameters": {},
    "facts": {"product": {"technical_complexity": "high", "stage": "growth"}, "engineering": {"team_size": 12}},
    "answer": "sha256:" + "0" * 64,
}  # fmt: skip


def fill(log: DecisionLog, records: int) -> None:
    """So many decisions, as far as a list of them looks at one."""
    pack, chance = averment.load("pm_tpm"), random.Random(1)
    log.put_pack(pack.digest, pack_bytes(pack), pack.name)
    body = canonical(_BODY)
    for first in range(0, records, _TOGETHER):
        log.append_all([
            Entry(DECISION, body, f"{DECISION}:{number}", f"case-{number}", pack.name, pack.digest,
                  chance.choice(["product_manager", "open"]), chance.choice(["settled", "open", "presumed"]))
            for number in range(first, min(first + _TOGETHER, records))
        ])  # fmt: skip


def questions(log: DecisionLog, records: int) -> dict[str, Callable[[], Any]]:
    """What is asked of the log, by what it is called."""

    def page(**where: Any) -> Callable[[], int]:
        chosen = Filter(kind=DECISION, **where)
        return lambda: len(list(log.records(chosen, newest_first=True, limit=50)))

    middle = datetime.fromisoformat(next(log.records(after=records // 2, limit=1)).time)
    return {
        "the newest 50": page(),
        "50 before the middle": page(before=records // 2),
        "of a frequent claim": page(claim="open"),
        "of a claim that there is not": page(claim="conflict"),
        "of a case": page(case=f"case-{records // 2}"),
        "until the middle": page(until=middle),
        "of a millisecond in the middle": page(since=middle, until=middle + timedelta(milliseconds=1)),
        "since the end": page(since=datetime(2100, 1, 1, tzinfo=UTC)),
        "every run of a batch": lambda: len(batches(log)),
        "parts without a run": lambda: len(strays(log)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--log", default="")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = told.log or f"sqlite:{Path(folder) / 'log.db'}"
        with open_log(url, clock=lambda: datetime.now(UTC)) as log:
            fill(log, told.records)
        with open_log(url) as log:
            for name, ask in questions(log, told.records).items():
                taken: list[float] = []
                for _ in range(3):
                    begun = time.perf_counter()
                    ask()
                    taken.append(time.perf_counter() - begun)
                print(json.dumps({"asked": name, "ms": round(1000 * sorted(taken)[1], 1)}))


if __name__ == "__main__":
    main()
