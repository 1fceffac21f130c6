"""DuckDB, written by hand: a column for each rule (W1, rules as bits, ``memory`` or ``file``), joins (W2)."""

from __future__ import annotations

import duckdb
from harness import Task
from workloads import RULES


def has(*names: str) -> str:
    return "(" + " or ".join(f"list_contains(domains, '{name}')" for name in names) + ")"


TRAITS = [
    "technical_complexity = 'high' or uses_cutting_edge_tech",
    has("ml", "security", "hardware"),
    has("api") + " or platform_product",
    "integrations >= 6",
    "team_size >= 30",
    "teams >= 3",
    "pm_engineer_communication = 'poor' or (pm_engineer_communication = 'fair' and team_size >= 20)",
    "rate_of_change = 'fast' or (rate_of_change = 'moderate' and competition = 'high')",
    "technical_roadmap or evaluate_new_tech",
    "customer_research or go_to_market or pricing",
    "delivery_risk = 'high' or (delivery_risk = 'medium' and teams >= 5)",
    "regulated and " + has("security", "cloud"),
    "stage = 'idea'",
    "stage = 'mature' and team_size >= 50",
    "not has_architect and technical_complexity <> 'low'",
    "technical_complexity = 'low' and not uses_cutting_edge_tech and integrations < 3",
    "competition = 'high' or (competition = 'medium' and rate_of_change = 'fast')",
    "len(domains) >= 4",
]
EVIDENCE = [
    "r01 and r09",
    "r02 and (r03 or r04)",
    "(r05 or r06) and r07",
    "r15 and (r11 or r12 or r18)",
    "r10 and r17",
    "r13 and not r09",
    "(r16 or r14) and not r07",
    "r08 and stakeholder_alignment",
]


def hiring(source: str) -> str:
    traits = ", ".join(f"({test}) as {rule}" for rule, test in zip(RULES, TRAITS, strict=False))
    evidence = ", ".join(f"({test}) as {rule}" for rule, test in zip(RULES[18:], EVIDENCE, strict=False))
    bits = " | ".join(f"({rule}::int::uinteger << {place})" for place, rule in enumerate(RULES[:26]))
    return f"""
        with a as (select *, {traits} from {source}),
        b as (select *, {evidence} from a),
        c as (select *, 3 * e1::int + 2 * e2::int + 2 * e3::int + e4::int as t,
                        3 * e5::int + 2 * e6::int + 2 * e7::int + e8::int as p from b),
        d as (select *, case when t >= 3 and t - p >= 2 then 0 when p >= 3 and p - t >= 2 then 1
                             when t >= 3 and p >= 3 then 2 else 3 end as d from c)
        select (['tpm', 'pm', 'both', 'insufficient'])[d + 1] as claim, {bits} | (1::uinteger << (26 + d)) as fired
        from d"""


TEAMS = """
    create or replace temp table crossing as
        select d.k, d.src, d.dst, a.owner t, b.owner u from dependency d
        join component a on a.k = d.k and a.id = d.src join component b on b.k = d.k and b.id = d.dst
        where a.owner <> b.owner;
    create or replace temp table unowned as
        select k, id t from team
        where not exists (select 1 from component c where c.k = team.k and c.owner = team.id and c.has_po);
    create or replace temp table loaded as select k, t from crossing group by k, t having count(*) >= 3;
    create or replace temp table risky as
        select c.* from crossing c join unowned n on n.k = c.k and n.t = c.u;
    create or replace temp table needing as
        select distinct r.k, r.t from risky r join loaded l on l.k = r.k and l.t = r.t;
    create or replace temp table hot as
        select distinct x.k, x.src from crossing x join loaded l on l.k = x.k and l.t = x.t
        join component c on c.k = x.k and c.id = x.src where c.critical;
    create or replace temp table fired as
        select k, list([r, a::varchar, b::varchar] order by r, a, b) as fired from (
            select k, 'j1' r, src a, dst b from crossing union all select k, 'j2', t, -1 from unowned
            union all select k, 'j3', t, -1 from loaded union all select k, 'j4', src, dst from risky
            union all select k, 'j5', src, -1 from hot union all select k, 'j6', t, -1 from needing) group by k;
    create or replace temp table claims as
        select k, case when exists (select 1 from needing n where n.k = c.k) then 'tpm'
                       when exists (select 1 from unowned n where n.k = c.k) then 'pm' else 'none' end as claim
        from (select distinct k from team) c;
"""

task = Task()
con = duckdb.connect()
con.execute("set threads = 1")
out = task.answers.with_suffix(".parquet")
if task.workload == "w2":
    for kind in ("team", "component", "dependency"):
        rows = (
            f'select "case" as k, unnest({kind}, recursive := true) from \'{task.table}\' where "case" < {task.count}'
        )
        con.execute(f"create table {kind} as {rows}")
    task.at_once(lambda: con.execute(TEAMS))
    answers = con.execute("select claim, fired from claims left join fired using (k) order by k").fetchall()
    task.write_lines([claim, [[r, int(a), int(b)] for r, a, b in fired or []]] for claim, fired in answers)
elif task.mode == ["memory"]:
    con.execute(f"create table cases as select * from '{task.table}' limit {task.count}")
    task.at_once(lambda: con.execute(f"create or replace temp table decided as {hiring('cases')}"))
    con.execute(f"copy decided to '{out}' (format parquet)")
else:
    source = f"'{task.table}'"
    task.at_once(lambda: con.execute(f"copy ({hiring(source)}) to '{out}' (format parquet)"))
