"""W2: 50 records a case, joined, negated and counted, against the same rules in DuckDB and plain Python by hand.

    python benchmarks/w2.py [CASES] [ROUNDS]

One process on one core; every contender once a round; medians of processor time. All answers are compared first.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import measuring

measuring.needs("numpy", "pyarrow")
measuring.pin()

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402

import averment  # noqa: E402
from averment.backends.columnar import Kernel  # noqa: E402

PACK = Path(__file__).parent / "packs" / "w2"
TEAMS, COMPONENTS, DEPENDENCIES = 8, 20, 22
DERIVED = {  # the rule that derives each type, and the fields it binds
    "crossing": ("j1", ("src", "dst")),
    "unowned_team": ("j2", ("team",)),
    "loaded_team": ("j3", ("team",)),
    "risky": ("j4", ("src", "dst")),
    "hotspot": ("j5", ("component",)),
    "needing_team": ("j6", ("team",)),
}

BY_HAND = """
create or replace temp table x as select d."case" k, d.src, d.dst, a.owner t, b.owner u from dependency d
  join component a on a."case" = d."case" and a.id = d.src join component b on b."case" = d."case" and b.id = d.dst
  where a.owner <> b.owner;
create or replace temp table unowned as select t."case" k, t.id team from team t where not exists
  (select 1 from component c where c."case" = t."case" and c.owner = t.id and c.has_po);
create or replace temp table loaded as select k, t team from x group by all having count(*) >= 3;
create or replace temp table risky as select x.k, x.src, x.dst, x.t from x join unowned n on n.k = x.k and n.team = x.u;
create or replace temp table need as select distinct r.k, r.t team from risky r
  join loaded l on l.k = r.k and l.team = r.t;
create or replace temp table hot as select distinct x.k, x.src component from x
  join loaded l on l.k = x.k and l.team = x.t join component c on c."case" = x.k and c.id = x.src where c.critical;
create or replace temp table claims as select k."case" k,
  case when exists (select 1 from need n where n.k = k."case") then 'tpm'
       when exists (select 1 from unowned n where n.k = k."case") then 'pm' else 'none' end claim
  from (select distinct "case" from team) k;
create or replace temp table fired as
  select k, 'j1' rule, src a, dst b from x union all select k, 'j2', team, -1 from unowned
  union all select k, 'j3', team, -1 from loaded union all select k, 'j4', src, dst from risky
  union all select k, 'j5', component, -1 from hot union all select k, 'j6', team, -1 from need;
"""


def main(count: int, rounds: int) -> None:
    """Compare, then print the table."""
    measuring.needs("duckdb")  # the cases are made without it, too
    import duckdb

    pa.set_cpu_count(1)
    kernel = Kernel(averment.load(PACK).program())
    sides = cases(count)
    table = pa.table({"case": np.arange(count)})
    records = {name: side.to_pylist() for name, side in sides.items()}
    grouped = [{name: [] for name in sides} for _ in range(count)]
    for name, found in records.items():
        for record in found:
            grouped[record["case"]][name].append(record)

    base = duckdb.connect()
    base.execute("set threads = 1")
    for name, side in sides.items():
        base.register("side", side)
        base.execute(f"create table {name} as select * from side")
        base.unregister("side")

    claims, fired = averments(kernel, table, sides)
    base.execute(BY_HAND)
    assert dict(base.execute("select * from claims").fetchall()) == claims
    assert Counter(base.execute("select * from fired").fetchall()) == fired
    by_hand = [plain(case) for case in grouped]
    assert [claim for claim, _ in by_hand] == [claims[number] for number in range(count)]
    assert Counter((number, *found) for number, (_, bound) in enumerate(by_hand) for found in bound) == fired
    print(f"{count:,} cases, the same answers from all")

    found = measuring.interleaved(
        {
            "averment, fired bindings": lambda: kernel.decide(table, nobody, sides, bindings=True),
            "averment": lambda: kernel.decide(table, nobody, sides),
            "DuckDB by hand, fired bindings": lambda: base.execute(BY_HAND),
            "plain Python by hand, fired bindings": lambda: [plain(case) for case in grouped],
        },
        rounds,
    )
    measuring.show("in memory", count, found, "DuckDB by hand, fired bindings")


def nobody(case: object) -> Any:
    """No case of this workload is decided alone."""
    raise AssertionError(case)


def cases(count: int, seed: int = 43) -> dict[str, pa.Table]:
    """Random cases as side tables."""
    chance = np.random.default_rng(seed)

    def each(number: int) -> dict[str, Any]:
        return {"case": np.repeat(np.arange(count), number)}

    pairs = chance.permuted(np.tile(np.arange(COMPONENTS * (COMPONENTS - 1)), (count, 1)), axis=1)[
        :, :DEPENDENCIES
    ].ravel()
    source, other = np.divmod(pairs, COMPONENTS - 1)
    many = count * COMPONENTS
    return {
        "team": pa.table({
            **each(TEAMS), "id": np.tile(np.arange(TEAMS), count),
            "has_lead": chance.random(count * TEAMS) < 0.7, "size": chance.integers(3, 15, count * TEAMS),
        }),
        "component": pa.table({
            **each(COMPONENTS), "id": np.tile(np.arange(COMPONENTS), count), "owner": chance.integers(0, TEAMS, many),
            "critical": chance.random(many) < 0.3, "has_po": chance.random(many) < 0.6,
        }),
        "dependency": pa.table({**each(DEPENDENCIES), "src": source, "dst": other + (other >= source)}),
    }  # fmt: skip


def averments(kernel: Kernel, table: pa.Table, sides: dict[str, pa.Table]) -> tuple[dict[int, str], Counter[Any]]:
    """The claim of each case, and every rule that fired with what it bound."""
    decided = kernel.decide(table, nobody, sides, bindings=True)
    claims = dict(zip(decided.batch.column("case").to_pylist(), decided.batch.column("claim").to_pylist(), strict=True))
    fired: Counter[Any] = Counter()
    for type, (rule, fields) in DERIVED.items():
        found = decided.derived[type]
        columns = [found.column(name).to_pylist() for name in ("row", *fields)]
        for row, *bound in zip(*columns, strict=True):
            fired[row, rule, bound[0], bound[1] if len(bound) > 1 else -1] += 1
    return claims, fired


def plain(case: dict[str, list[dict[str, Any]]]) -> tuple[str, list[tuple[str, int, int]]]:
    """The claim and what fired, in plain Python."""
    owner = {record["id"]: record["owner"] for record in case["component"]}
    owned = {record["owner"] for record in case["component"] if record["has_po"]}
    unowned = {record["id"] for record in case["team"]} - owned
    links = [(record["src"], record["dst"]) for record in case["dependency"]]
    crossing = [(a, b) for a, b in links if owner[a] != owner[b]]
    counts: dict[int, int] = {}
    for a, _ in crossing:
        counts[owner[a]] = counts.get(owner[a], 0) + 1
    loaded = {team for team, number in counts.items() if number >= 3}
    risky = [(a, b) for a, b in crossing if owner[b] in unowned]
    needing = {owner[a] for a, _ in risky} & loaded
    critical = {record["id"] for record in case["component"] if record["critical"]}
    hot = {a for a, _ in crossing if owner[a] in loaded and a in critical}
    fired = [("j1", a, b) for a, b in crossing] + [("j4", a, b) for a, b in risky]
    for rule, bound in (("j2", unowned), ("j3", loaded), ("j5", hot), ("j6", needing)):
        fired += [(rule, one, -1) for one in bound]
    return "tpm" if needing else "pm" if unowned else "none", sorted(fired)


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], *["20000", "5"][len(sys.argv) - 1 :]]))
