"""The two workloads: their cases, from a seed, and what is right for each case, in plain Python.

W1: one record of 20 fields, 30 rules in three layers. W2: 8 teams, 20 components and 22 distinct dependencies between
components; 6 rules that join, negate and count. The packs beside this folder state the same rules.
An answer is ``[claim, fired]``: for W1 the sorted ids of the rules, for W2 the sorted ``[rule, first, second]``, where
the second is -1 if a rule concludes something of one thing only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Case = dict[str, Any]
Answer = tuple[str, list[Any]]

RULES = [*(f"r{n:02}" for n in range(1, 19)), *(f"e{n}" for n in range(1, 9)), "d1", "d2", "d3", "d4"]
DOMAINS = ["ml", "api", "cloud", "data", "mobile", "security", "web", "hardware"]
LEVELS = {
    "technical_complexity": ["low", "medium", "high"],
    "stage": ["idea", "growth", "mature"],
    "pm_engineer_communication": ["poor", "fair", "good"],
    "delivery_risk": ["low", "medium", "high"],
    "rate_of_change": ["slow", "moderate", "fast"],
    "competition": ["low", "medium", "high"],
}
NUMBERS = {"integrations": (0, 12), "team_size": (1, 90), "teams": (1, 8)}
CHANCES = {
    "uses_cutting_edge_tech": 0.3,
    "platform_product": 0.3,
    "has_architect": 0.5,
    "regulated": 0.4,
    "technical_roadmap": 0.4,
    "customer_research": 0.4,
    "go_to_market": 0.4,
    "evaluate_new_tech": 0.3,
    "stakeholder_alignment": 0.5,
    "pricing": 0.3,
}
RECORDS = {
    "product": [
        "technical_complexity",
        "uses_cutting_edge_tech",
        "domains",
        "integrations",
        "platform_product",
        "stage",
    ],
    "engineering": ["team_size", "teams", "pm_engineer_communication", "has_architect", "delivery_risk"],
    "industry": ["rate_of_change", "regulated", "competition"],
    "needs": [
        "technical_roadmap",
        "customer_research",
        "go_to_market",
        "evaluate_new_tech",
        "stakeholder_alignment",
        "pricing",
    ],
}
TEAMS, COMPONENTS, DEPENDENCIES = 8, 20, 22


def hiring(count: int, seed: int = 42) -> pa.Table:
    """Cases of W1, a column for each field; ``domains`` are up to five different ones in any order."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {"case": np.arange(count)}
    for name, (low, high) in NUMBERS.items():
        columns[name] = rng.integers(low, high, count, endpoint=True)
    for name, chance in CHANCES.items():
        columns[name] = rng.random(count) < chance
    for name, values in LEVELS.items():
        columns[name] = np.array(values, object)[rng.integers(0, 3, count)]
    order = np.argsort(rng.random((count, len(DOMAINS))), axis=1).astype(np.int8)
    sizes = rng.integers(0, 5, count, endpoint=True)
    chosen = order[np.arange(len(DOMAINS)) < sizes[:, None]]
    names = pa.array(np.array(DOMAINS, object)[chosen], pa.string())
    columns["domains"] = pa.ListArray.from_arrays(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32), names)
    return pa.table({name: columns[name] for name in ("case", *(name for names in RECORDS.values() for name in names))})


def hiring_cases(table: pa.Table) -> Iterator[Case]:
    """The rows as records."""
    for row in table.to_pylist():
        yield {kind: {name: row[name] for name in names} for kind, names in RECORDS.items()}


def decide_hiring(case: Case) -> Answer:
    """The right answer to a case of W1."""
    product, engineering, industry, needs = (case[kind] for kind in RECORDS)
    complexity, domains = product["technical_complexity"], product["domains"]
    size, teams = engineering["team_size"], engineering["teams"]
    talk, risk = engineering["pm_engineer_communication"], engineering["delivery_risk"]
    change, rivals = industry["rate_of_change"], industry["competition"]
    new = product["uses_cutting_edge_tech"]
    is_complex = complexity == "high" or new
    is_deep = "ml" in domains or "security" in domains or "hardware" in domains
    is_platform = "api" in domains or product["platform_product"]
    is_integrated = product["integrations"] >= 6
    is_large = size >= 30
    is_divided = teams >= 3
    is_estranged = talk == "poor" or (talk == "fair" and size >= 20)
    is_fast = change == "fast" or (change == "moderate" and rivals == "high")
    needs_direction = needs["technical_roadmap"] or needs["evaluate_new_tech"]
    needs_market = needs["customer_research"] or needs["go_to_market"] or needs["pricing"]
    is_pressed = risk == "high" or (risk == "medium" and teams >= 5)
    is_bound = industry["regulated"] and ("security" in domains or "cloud" in domains)
    is_early = product["stage"] == "idea"
    is_mature = product["stage"] == "mature" and size >= 50
    lacks_architect = not engineering["has_architect"] and complexity != "low"
    is_simple = complexity == "low" and not new and product["integrations"] < 3
    is_contested = rivals == "high" or (rivals == "medium" and change == "fast")
    is_broad = len(domains) >= 4
    evidence = (
        is_complex and needs_direction,
        is_deep and (is_platform or is_integrated),
        (is_large or is_divided) and is_estranged,
        lacks_architect and (is_pressed or is_bound or is_broad),
        needs_market and is_contested,
        is_early and not needs_direction,
        (is_simple or is_mature) and not is_estranged,
        is_fast and needs["stakeholder_alignment"],
    )
    tpm = 3 * evidence[0] + 2 * evidence[1] + 2 * evidence[2] + evidence[3]
    pm = 3 * evidence[4] + 2 * evidence[5] + 2 * evidence[6] + evidence[7]
    if tpm >= 3 and tpm - pm >= 2:
        claim, last = "tpm", "d1"
    elif pm >= 3 and pm - tpm >= 2:
        claim, last = "pm", "d2"
    elif tpm >= 3 and pm >= 3:
        claim, last = "both", "d3"
    else:
        claim, last = "insufficient", "d4"
    held = (
        is_complex, is_deep, is_platform, is_integrated, is_large, is_divided, is_estranged, is_fast, needs_direction,
        needs_market, is_pressed, is_bound, is_early, is_mature, lacks_architect, is_simple, is_contested, is_broad,
        *evidence,
    )  # fmt: skip
    return claim, sorted([last, *(rule for rule, holds in zip(RULES, held, strict=False) if holds)])


def teams(count: int, seed: int = 43) -> pa.Table:
    """Cases of W2, a column of records for each fact type."""
    return related(count, TEAMS, COMPONENTS, DEPENDENCIES, seed)


def related(count: int, teams: int, components: int, dependencies: int, seed: int = 43) -> pa.Table:
    """Cases with so many teams, components and different dependencies each."""
    rng = np.random.default_rng(seed)
    parts = {
        "team": {
            "id": np.tile(np.arange(teams), count),
            "has_lead": rng.random(count * teams) < 0.7,
            "size": rng.integers(3, 15, count * teams),
        },
        "component": {
            "id": np.tile(np.arange(components), count),
            "owner": rng.integers(0, teams, count * components),
            "critical": rng.random(count * components) < 0.3,
            "has_po": rng.random(count * components) < 0.6,
        },
    }
    pairs = np.concatenate([_different(rng, components * (components - 1), dependencies) for _ in range(count)])
    source, other = np.divmod(pairs, components - 1)
    parts["dependency"] = {"src": source, "dst": other + (other >= source)}
    columns: dict[str, Any] = {"case": np.arange(count)}
    for name, fields in parts.items():
        held = pa.StructArray.from_arrays([pa.array(values) for values in fields.values()], list(fields))
        columns[name] = pa.ListArray.from_arrays(np.linspace(0, len(held), count + 1).astype(np.int32), held)
    return pa.table(columns)


def _different(rng: np.random.Generator, among: int, count: int) -> Any:
    """So many different numbers below ``among``, in any order."""
    return rng.choice(among, count, replace=False, shuffle=False)


def team_cases(table: pa.Table) -> Iterator[Case]:
    """The rows as records."""
    for row in table.to_pylist():
        del row["case"]
        yield row


def decide_teams(case: Case) -> Answer:
    """The right answer to a case of W2."""
    owner = {component["id"]: component["owner"] for component in case["component"]}
    owned = {component["owner"] for component in case["component"] if component["has_po"]}
    unowned = {team["id"] for team in case["team"]} - owned
    load: dict[int, int] = {}
    crossing: list[tuple[int, int, int, int]] = []
    for dependency in case["dependency"]:
        source, target = dependency["src"], dependency["dst"]
        here, there = owner[source], owner[target]
        if here != there:
            crossing.append((source, target, here, there))
            load[here] = load.get(here, 0) + 1
    loaded = {team for team, count in load.items() if count >= 3}
    risky = [(source, target, here) for source, target, here, there in crossing if there in unowned]
    needing = {here for _, _, here in risky if here in loaded}
    critical = {component["id"] for component in case["component"] if component["critical"]}
    hot = {source for source, _, here, _ in crossing if here in loaded and source in critical}
    fired = [
        *(("j1", source, target) for source, target, _, _ in crossing),
        *(("j2", team, -1) for team in unowned),
        *(("j3", team, -1) for team in loaded),
        *(("j4", source, target) for source, target, _ in risky),
        *(("j5", component, -1) for component in hot),
        *(("j6", team, -1) for team in needing),
    ]
    fired.sort()
    return "tpm" if needing else "pm" if unowned else "none", fired


WORKLOADS = {
    "w1": (hiring, hiring_cases, decide_hiring),
    "w2": (teams, team_cases, decide_teams),
}


def write(folder: Path, workload: str, count: int, lines: int) -> None:
    """``W.parquet`` of so many cases, ``W.jsonl`` of the first ``lines``, and ``W.answers.jsonl``, right for all."""
    make, cases, decide = WORKLOADS[workload]
    table = make(count)
    pq.write_table(table, folder / f"{workload}.parquet", row_group_size=65_536)
    jsonl, right = folder / f"{workload}.jsonl", folder / f"{workload}.answers.jsonl"
    with jsonl.open("w") as written, right.open("w") as answers:
        number = 0
        for batch in table.to_batches(max_chunksize=10_000):
            for case in cases(pa.Table.from_batches([batch])):
                if number < lines:
                    written.write(json.dumps({"case": str(number), "facts": case}, separators=(",", ":")) + "\n")
                answers.write(json.dumps(decide(case), separators=(",", ":")) + "\n")
                number += 1
