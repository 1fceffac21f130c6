"""How the cost of deciding grows: with cases, with rules, and with the facts of a case. On one core, CPU time.

    python benchmarks/peers/growth.py [--most-cases 10000000] [--most-rules 3000] [--most-facts 10000]

Cases: W1 from Parquet to Parquet, fed in batches, and W2 in memory. Rules: a pack over the fields of W1, two layers
of as many as wanted, whose weights are summed; and a chain of rules, each of which rests on another. Facts: W2 with
more records of each type a case. The slope of the logarithms is fitted to each (1 is linear); drawings and a table go
to ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import figures
import pyarrow as pa
import pyarrow.parquet as pq
from run import RESULTS, machine
from workloads import LEVELS, hiring, related, teams

import averment
from averment.backends.columnar import Kernel

PACKS = Path(__file__).parent.parent / "packs"
BATCH = 65_536
Points = list[tuple[float, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most-cases", type=int, default=10_000_000)
    parser.add_argument("--most-rules", type=int, default=3_000)
    parser.add_argument("--most-facts", type=int, default=10_000)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    found = {
        "cases": by_cases(asked.most_cases),
        "rules": by_rules(asked.most_rules),
        "facts": by_facts(asked.most_facts),
    }
    RESULTS.mkdir(exist_ok=True)
    text = [f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; seconds of processor time, one core", ""]
    for what, series in found.items():
        across = "facts of a case" if what == "facts" else what
        drawn = figures.lines(f"How the cost grows with {across}", across, "CPU seconds", series)
        (RESULTS / f"growth-{what}.svg").write_text(drawn)
        for name, points in series.items():
            text.append(f"{name}, by {across}: {figures.slopes(points)}")
            text += [f"{x:>12,.0f} {y:>12.4g} s" for x, y in points]
            text.append("")
    (RESULTS / "growth.txt").write_text("\n".join(text))
    print("\n".join(text))


def by_cases(most: int) -> dict[str, Points]:
    kernel, joining = (Kernel(averment.load(PACKS / name).program()) for name in ("w1", "w2"))
    with tempfile.TemporaryDirectory() as place:
        source, target = Path(place) / "cases.parquet", Path(place) / "decided.parquet"

        def stream() -> None:
            file = pq.ParquetFile(source, read_dictionary=[*LEVELS, "domains.list.element"])
            writer = None
            for batch in file.iter_batches(BATCH, use_threads=False):
                decided = kernel.decide(batch, nobody).batch
                writer = writer or pq.ParquetWriter(target, decided.schema)
                writer.write_batch(decided)
            assert writer is not None
            writer.close()

        flat: Points = []
        for count in steps(10_000, most):
            write_cases(source, count)
            flat.append((count, seconds(stream)))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"W1, {count:,} cases: {flat[-1][1]:.2f} s, peak of the process {peak:,.0f} MiB", flush=True)
    deep: Points = []
    for count in steps(100, min(most, 100_000)):
        table = teams(count)
        deep.append((count, seconds(lambda table=table: joining.decide(table, nobody))))
    return {"W1, Parquet to Parquet": flat, "W2, in memory": deep}


def write_cases(path: Path, count: int) -> None:
    """A Parquet file of so many cases of W1, made piece by piece."""
    with pq.ParquetWriter(path, hiring(1).schema) as writer:
        for start in range(0, count, 2 * BATCH):
            writer.write_table(hiring(min(2 * BATCH, count - start), seed=start), BATCH)


def by_rules(most: int) -> dict[str, Points]:
    deciding: Points = []
    loading: Points = []
    table = hiring(20_000)
    for rules in (10, 30, 100, 300, 1_000, 3_000):
        if rules > most:
            break
        with tempfile.TemporaryDirectory() as place:
            many_rules(Path(place), rules)
            loading.append((rules, seconds(lambda place=place: Kernel(averment.load(place).program()))))
            kernel = Kernel(averment.load(place).program())
        deciding.append((rules, seconds(lambda kernel=kernel: kernel.decide(table, nobody))))
        print(f"{rules:,} rules: {loading[-1][1]:.2f} s to load, {deciding[-1][1]:.3f} s to decide", flush=True)
    looping, looped = by_links(most)
    return {
        "20,000 cases decided": deciding,
        "loading and compiling": loading,
        "20,000 cases decided by a chain of rules": looped,
        "loading and compiling a chain": looping,
    }


def by_links(most: int) -> tuple[Points, Points]:
    """Rules of which each rests on what the next one in the order of their names derives: a loop, and the worst."""
    loading: Points = []
    deciding: Points = []
    table = hiring(20_000)
    for links in (10, 30, 100, 300, 1_000, 3_000):
        if links > most:
            break
        with tempfile.TemporaryDirectory() as place:
            chain(Path(place), links)
            loading.append((links, seconds(lambda place=place: Kernel(averment.load(place).program()))))
            kernel = Kernel(averment.load(place).program())
        deciding.append((links, seconds(lambda kernel=kernel: kernel.decide(table, nobody))))
        print(f"chain of {links:,}: {loading[-1][1]:.2f} s to load, {deciding[-1][1]:.3f} s to decide", flush=True)
    return loading, deciding


def by_facts(most: int) -> dict[str, Points]:
    kernel = Kernel(averment.load(PACKS / "w2").program())
    found: Points = []
    for facts in (10, 30, 100, 300, 1_000, 3_000, 10_000):
        if facts > most:
            break
        cases = max(1, 100_000 // facts)
        size = max(3, facts * 2 // 5)
        table = related(cases, max(2, facts // 6), size, facts - size - max(2, facts // 6))
        found.append((facts, seconds(lambda table=table: kernel.decide(table, nobody)) / cases))
        print(f"{facts:,} facts a case: {found[-1][1] * 1e6:,.0f} µs a case", flush=True)
    return {"W2, one case": found}


def many_rules(folder: Path, count: int) -> None:
    """A pack of so many rules over the fields of W1: two of three make traits, one of three weighs two of them."""
    weighing = max(1, count // 3)
    traits = count - weighing - 2
    weight = "  weight: {derived: true, fields: {of: {type: integer}, points: {type: integer, min: 0, max: 9}}}\n"
    parameters = "parameters:\n  enough: {type: integer, value: 9, min: 0, max: 100000, says: When it is enough.}\n"
    levels = list(LEVELS.items())
    owners = {"technical_complexity": "product", "stage": "product", "rate_of_change": "industry"}
    owners |= {"competition": "industry", "pm_engineer_communication": "engineering", "delivery_risk": "engineering"}
    rules: list[str] = []
    for number in range(traits):
        name, values = levels[number % len(levels)]
        size = f"engineering: {{team_size: '>= {1 + number * 7 % 90}'}}"
        test = f"{size}, {owners[name]}: {{{name}: {values[number % 3]}}}"
        rules.append(rule(f"r{number}", test, f"trait: {{name: t{number}}}"))
    for number in range(weighing):
        pair = f"{{trait: {{name: t{number % traits}}}}}, {{trait: {{name: t{(number * 3 + 1) % traits}}}}}"
        rules.append(rule(f"e{number}", pair, f"weight: {{of: {number}, points: {1 + number % 9}}}"))
    total = "{sum: {of: weight, field: points, as: $n}}"
    for name, role, test in (("d1", "tpm", ">="), ("d2", "pm", "<")):
        rules.append(rule(name, f"{total}, {{test: $n {test} enough}}", f"decision: {{role: {role}}}"))
    write_pack(folder, traits, weight, parameters, rules)


def chain(folder: Path, count: int) -> None:
    """A pack in which each trait rests on the one before; the names of the rules run against the chain."""
    rules = [rule("start", "engineering: {team_size: '>= 1'}", "trait: {name: t0}")]
    for number in range(1, count):
        test = f"{{trait: {{name: t{number - 1}}}}}, {{engineering: {{team_size: '>= {1 + number % 7}'}}}}"
        rules.append(rule(f"r{count - number:05}", test, f"trait: {{name: t{number}}}"))
    rules.append(rule("d1", f"trait: {{name: t{count - 1}}}", "decision: {role: tpm}"))
    rules.append(rule("d2", f"not: {{trait: {{name: t{count - 1}}}}}", "decision: {role: pm}"))
    write_pack(folder, count, "", "", rules)


def rule(name: str, when: str, then: str) -> str:
    return f"  - {{rule: {name}, backing: judgement, when: [{when}], then: [{then}]}}"


def write_pack(folder: Path, traits: int, more: str, parameters: str, rules: list[str]) -> None:
    """A pack over the fields of W1, with so many traits and these rules."""
    choice = ", ".join(f"t{number}" for number in range(traits))
    fields = (PACKS / "w1" / "facts.yaml").read_text().split("  trait:")[0]
    derived = f"  trait: {{derived: true, fields: {{name: {{type: choice, of: [{choice}]}}}}}}\n{more}"
    derived += "  decision: {derived: true, fields: {role: {type: choice, of: [tpm, pm]}}}\n"
    (folder / "rules").mkdir()
    (folder / "facts.yaml").write_text(fields + derived)
    (folder / "pack.yaml").write_text(
        f"pack: many\nversion: 1.0.0\ntitle: Many rules\nclaim: {{fact: decision, field: role}}\n{parameters}"
    )
    head = ["author: The benchmark's authors", "rules:"]
    (folder / "rules" / "all.yaml").write_text("\n".join([*head, *rules]) + "\n")


def steps(first: int, last: int) -> list[int]:
    """``first``, and ten times it, up to ``last``."""
    found = [first]
    while found[-1] * 10 <= last:
        found.append(found[-1] * 10)
    return found


def seconds(work: Callable[[], Any]) -> float:
    """Of processor time: the least of three runs, or of one that takes long."""
    taken: list[float] = []
    while len(taken) < 3 and sum(taken) < 5:
        gc.collect()
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def nobody(case: object) -> Any:
    raise AssertionError(case)


if __name__ == "__main__":
    main()
