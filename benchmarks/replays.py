"""Replays: every recorded decision again, from the log alone, after the pack has changed three times.

A log is filled with decisions of four versions of the pack about product managers: as shipped, with another
threshold, with a rule less and with other words. Then each is decided again by the reference engine with the pack that
the log holds, and its outcome and warrant are compared to the byte.

``python benchmarks/replays.py [DECISIONS]``, 100,000 unless said.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import averment
from averment.audit.given import given_facts
from averment.audit.log import DecisionLog, open_log
from averment.audit.record import Maker, decision
from averment.audit.replay import replay
from averment.audit.verify import verify
from averment.diagnostics.diagnostic import Report
from averment.model.case import Case
from averment.pack import Pack
from averment.recording import Recorder, Redecider, loaded_files, pack_bytes
from averment.surface.pack_files import read_case_file

_DISTINCT = 500  # cases that are really decided for a version; the others differ from them by name


def versions(pack: Pack) -> list[Pack]:
    """The pack as shipped, and after one change, two and three."""
    files = pack_bytes(pack)
    changes = [
        ("pack.yaml", b"{type: integer, value: 20, min: 1, max: 100000, unit: engineers",
         b"{type: integer, value: 30, min: 1, max: 100000, unit: engineers"),
        ("tables/audience.yaml", b'  - [internal, high, audience, technical_product_manager]\n', b""),
        ("rules/hiring_factors.yaml", b"The product is technically complex.", b"The product is complex."),
    ]  # fmt: skip
    made = [pack]
    for path, before, after in changes:
        assert before in files[path], path
        files = {**files, path: files[path].replace(before, after)}
        made.append(loaded_files(files))
    assert len({each.digest for each in made}) == len(made)
    return made


def cases(pack: Pack) -> Iterator[Case]:
    """The example cases, with teams and companies of every size."""
    report = Report()
    documents: list[dict[str, Any]] = []
    for path in sorted(Path(pack.root, "cases").glob("*.yaml")):
        documents += [node.plain() for node in read_case_file(path.read_bytes(), path.name, report)]
    for number in range(_DISTINCT):
        document = documents[number % len(documents)]
        facts = {**document["facts"]}
        facts["engineering"] = {**facts.get("engineering", {}), "team_size": number % 90}
        yield pack.case(facts, f"{document['case']}-{number}")


def main(wanted: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:{folder}/log.db"
        packs = versions(averment.load("pm_tpm"))
        started = time.perf_counter()
        with open_log(address, clock=lambda: datetime.now(UTC)) as log:
            for number, pack in enumerate(packs):
                fill(log, pack, wanted // len(packs) + (number < wanted % len(packs)))
        print(f"recorded {wanted:,} decisions of {len(packs)} packs in {time.perf_counter() - started:.1f} s")
        with open_log(address) as log:
            started = time.perf_counter()
            report = verify(log)
            took = time.perf_counter() - started
            assert report.whole
            print(f"verified {report.records:,} records in {took:.2f} s: {report.records / took:,.0f} a second")
            started, busy = time.perf_counter(), time.process_time()
            states = Counter(one.state.value for one in replay(log, Redecider()))
            took, busy = time.perf_counter() - started, time.process_time() - busy
    many = states.total()
    print(f"replayed {many:,} decisions in {took:.1f} s: {many / took:,.0f} a second, {dict(states)}")
    print(f"that took {busy:.1f} s of one processor: {many / busy:,.0f} a second of it")
    sys.exit(0 if states == {"same": wanted} else 1)


def fill(log: DecisionLog, pack: Pack, count: int) -> None:
    """Record ``count`` decisions of ``pack``."""
    maker = Maker("reference", averment.__version__, "benchmark")
    Recorder(log, pack, maker)
    mask = log.mask(pack.model.types)
    made = []
    for case in islice(cases(averment.load("pm_tpm")), count):
        outcome = pack.decide(case, engine="reference")
        made.append((case, given_facts(case, pack.model.types), outcome.document))
    for number in range(count):
        case, facts, document = made[number % len(made)]
        named = {**document, "case": f"{case.name}-{number // len(made)}"}
        log.append(decision(named, facts, mask=mask, maker=maker))


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 100_000)
