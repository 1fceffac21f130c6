"""Polars, written by hand: a column for each rule (W1, rules as bits, ``memory`` or ``file``), joins (W2)."""

from __future__ import annotations

from typing import Any

import polars as pl
from harness import Task
from polars import col
from workloads import RULES


def has(*names: str) -> pl.Expr:
    return pl.any_horizontal([col("domains").list.contains(name) for name in names])


def hiring(frame: pl.LazyFrame) -> pl.LazyFrame:
    complexity, new = col("technical_complexity"), col("uses_cutting_edge_tech")
    talk, size, teams, risk = col("pm_engineer_communication"), col("team_size"), col("teams"), col("delivery_risk")
    change, rivals, stage = col("rate_of_change"), col("competition"), col("stage")
    traits = [
        (complexity == "high") | new,
        has("ml", "security", "hardware"),
        has("api") | col("platform_product"),
        col("integrations") >= 6,
        size >= 30,
        teams >= 3,
        (talk == "poor") | ((talk == "fair") & (size >= 20)),
        (change == "fast") | ((change == "moderate") & (rivals == "high")),
        col("technical_roadmap") | col("evaluate_new_tech"),
        col("customer_research") | col("go_to_market") | col("pricing"),
        (risk == "high") | ((risk == "medium") & (teams >= 5)),
        col("regulated") & has("security", "cloud"),
        stage == "idea",
        (stage == "mature") & (size >= 50),
        ~col("has_architect") & (complexity != "low"),
        (complexity == "low") & ~new & (col("integrations") < 3),
        (rivals == "high") | ((rivals == "medium") & (change == "fast")),
        col("domains").list.len() >= 4,
    ]
    r = [col(name) for name in RULES[:18]]
    evidence = [
        r[0] & r[8],
        r[1] & (r[2] | r[3]),
        (r[4] | r[5]) & r[6],
        r[14] & (r[10] | r[11] | r[17]),
        r[9] & r[16],
        r[12] & ~r[8],
        (r[15] | r[13]) & ~r[6],
        r[7] & col("stakeholder_alignment"),
    ]
    e = [col(name).cast(pl.Int8) for name in RULES[18:26]]
    tpm, pm = col("tpm"), col("pm")
    claim = pl.when((tpm >= 3) & (tpm - pm >= 2)).then(0).when((pm >= 3) & (pm - tpm >= 2)).then(1)
    claim = claim.when((tpm >= 3) & (pm >= 3)).then(2).otherwise(3)
    names = pl.Enum(["tpm", "pm", "both", "insufficient"])
    bits = [col(rule).cast(pl.UInt32) * (1 << place) for place, rule in enumerate(RULES[:26])]
    last = col("d").replace_strict([0, 1, 2, 3], [1 << place for place in range(26, 30)], return_dtype=pl.UInt32)
    return (
        frame.with_columns(plane.alias(name) for plane, name in zip(traits, RULES, strict=False))
        .with_columns(plane.alias(name) for plane, name in zip(evidence, RULES[18:], strict=False))
        .with_columns(tpm=3 * e[0] + 2 * e[1] + 2 * e[2] + e[3], pm=3 * e[4] + 2 * e[5] + 2 * e[6] + e[7])
        .with_columns(d=claim.cast(pl.UInt8))
        .select(
            claim=col("d").cast(pl.Int8).replace_strict(range(4), names.categories, return_dtype=names),
            fired=pl.sum_horizontal([*bits, last]).cast(pl.UInt32),
        )
    )


def teams(team: pl.DataFrame, component: pl.DataFrame, dependency: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The firings of every case, sorted, and the cases with a claim other than none."""
    owner = component.lazy().select("case", "id", "owner")
    crossing = (
        dependency.lazy()
        .join(owner.rename({"id": "src", "owner": "t"}), on=["case", "src"])
        .join(owner.rename({"id": "dst", "owner": "u"}), on=["case", "dst"])
        .filter(col("t") != col("u"))
        .collect()
    )
    owned = component.filter("has_po").select("case", t="owner")
    unowned = team.select("case", t="id").join(owned, on=["case", "t"], how="anti")
    loaded = crossing.group_by("case", "t").len().filter(col("len") >= 3).select("case", "t")
    risky = crossing.join(unowned.rename({"t": "u"}), on=["case", "u"], how="semi")
    needing = risky.join(loaded, on=["case", "t"], how="semi").select("case", "t").unique()
    critical = component.filter("critical").select("case", src="id")
    hot = crossing.join(loaded, on=["case", "t"], how="semi").join(critical, on=["case", "src"], how="semi")
    hot = hot.select("case", t="src").unique()
    alone = [("j2", unowned), ("j3", loaded), ("j5", hot), ("j6", needing)]
    fired = pl.concat(
        [
            *(
                some.select("case", r=pl.lit(rule), a="src", b="dst")
                for rule, some in (("j1", crossing), ("j4", risky))
            ),
            *(some.select("case", r=pl.lit(rule), a="t", b=pl.lit(-1, pl.Int64)) for rule, some in alone),
        ]
    )
    fired = fired.sort("case", "r", "a", "b").group_by("case", maintain_order=True).agg(pl.struct("r", "a", "b"))
    claims = pl.concat([needing.select("case", claim=pl.lit("tpm")), unowned.select("case", claim=pl.lit("pm"))])
    return fired, claims.unique("case", keep="first", maintain_order=True)


def main() -> None:
    task = Task()
    out = task.answers.with_suffix(".parquet")
    if task.workload == "w2":
        frame = pl.read_parquet(task.table).head(task.count)
        kinds = ("team", "component", "dependency")
        held = [frame.select("case", kind).explode(kind).unnest(kind).rechunk() for kind in kinds]
        fired, claims = task.at_once(lambda: teams(*held))
        found: dict[int, list[Any]] = {case: [[f["r"], f["a"], f["b"]] for f in some] for case, some in fired.rows()}
        named = dict(claims.rows())
        task.write_lines([named.get(case, "none"), found.get(case, [])] for case in range(task.count))
    elif task.mode == ["memory"]:
        frame = pl.read_parquet(task.table).head(task.count)
        task.at_once(lambda: hiring(frame.lazy()).collect()).write_parquet(out)
    else:
        task.at_once(lambda: hiring(pl.scan_parquet(task.table)).sink_parquet(out))


main()
