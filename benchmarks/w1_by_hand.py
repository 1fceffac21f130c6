"""The workload W1 by hand: random cases, and its 30 rules in plain Python, NumPy and Polars."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

LEVELS = {
    "technical_complexity": ["low", "medium", "high"],
    "stage": ["idea", "growth", "mature"],
    "pm_engineer_communication": ["poor", "fair", "good"],
    "delivery_risk": ["low", "medium", "high"],
    "rate_of_change": ["slow", "moderate", "fast"],
    "competition": ["low", "medium", "high"],
}
DOMAINS = ["ml", "api", "cloud", "data", "mobile", "security", "web", "hardware"]
SHARES = {  # of cases in which a boolean is true
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
NUMBERS = {"integrations": (0, 12), "team_size": (1, 90), "teams": (1, 8)}
TYPES = {
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
CLAIMS = ["tpm", "pm", "both", "insufficient"]
RULES = [
    *(f"r{number:02d}" for number in range(1, 19)),
    *(f"e{number}" for number in range(1, 9)),
    "d1",
    "d2",
    "d3",
    "d4",
]


def cases(count: int, seed: int = 42) -> pa.Table:
    """Random cases, one a row."""
    chance = np.random.default_rng(seed)
    columns: dict[str, Any] = {"case": pa.array(np.arange(count))}
    for name, values in LEVELS.items():
        columns[name] = pa.array(np.array(values, object)[chance.integers(0, len(values), count)], pa.string())
    for name, share in SHARES.items():
        columns[name] = pa.array(chance.random(count) < share)
    for name, (low, high) in NUMBERS.items():
        columns[name] = pa.array(chance.integers(low, high + 1, count))
    order = np.argsort(chance.random((count, len(DOMAINS))), axis=1)
    sizes = chance.integers(0, 6, count)
    chosen = order[np.arange(len(DOMAINS)) < sizes[:, None]]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    columns["domains"] = pa.ListArray.from_arrays(offsets, pa.array(np.array(DOMAINS, object)[chosen], pa.string()))
    return pa.table(columns)


def coded(table: pa.Table) -> pa.Table:
    """The same with words as dictionary codes, as a Parquet reader gives them."""
    for name in LEVELS:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).combine_chunks().dictionary_encode())
    place = table.schema.get_field_index("domains")
    lists = table.column("domains").combine_chunks()
    return table.set_column(place, "domains", pa.ListArray.from_arrays(lists.offsets, lists.values.dictionary_encode()))


def plain(row: dict[str, Any]) -> tuple[str, list[str]]:
    """The claim and the rules that fire, in plain Python."""
    get = row.__getitem__
    domains, level, size = get("domains"), get("technical_complexity"), get("team_size")
    weak = get("pm_engineer_communication") == "poor" or (get("pm_engineer_communication") == "fair" and size >= 20)
    direction = get("technical_roadmap") or get("evaluate_new_tech")
    truths = [
        level == "high" or get("uses_cutting_edge_tech"),
        "ml" in domains or "security" in domains or "hardware" in domains,
        "api" in domains or get("platform_product"),
        get("integrations") >= 6,
        size >= 30,
        get("teams") >= 3,
        weak,
        get("rate_of_change") == "fast" or (get("rate_of_change") == "moderate" and get("competition") == "high"),
        direction,
        get("customer_research") or get("go_to_market") or get("pricing"),
        get("delivery_risk") == "high" or (get("delivery_risk") == "medium" and get("teams") >= 5),
        get("regulated") and ("security" in domains or "cloud" in domains),
        get("stage") == "idea",
        get("stage") == "mature" and size >= 50,
        not get("has_architect") and level != "low",
        level == "low" and not get("uses_cutting_edge_tech") and get("integrations") < 3,
        get("competition") == "high" or (get("competition") == "medium" and get("rate_of_change") == "fast"),
        len(domains) >= 4,
    ]
    r = [False, *truths]
    evidence = [
        r[1] and r[9],
        r[2] and (r[3] or r[4]),
        (r[5] or r[6]) and r[7],
        r[15] and (r[11] or r[12] or r[18]),
        r[10] and r[17],
        r[13] and not r[9],
        (r[16] or r[14]) and not r[7],
        r[8] and get("stakeholder_alignment"),
    ]
    tpm = sum(weight for weight, holds in zip((3, 2, 2, 1), evidence[:4], strict=True) if holds)
    pm = sum(weight for weight, holds in zip((3, 2, 2, 1), evidence[4:], strict=True) if holds)
    if tpm >= 3 and tpm - pm >= 2:
        claim = 0
    elif pm >= 3 and pm - tpm >= 2:
        claim = 1
    else:
        claim = 2 if tpm >= 3 and pm >= 3 else 3
    fired = [rule for rule, holds in zip(RULES, [*truths, *evidence], strict=False) if holds]
    return CLAIMS[claim], sorted([*fired, f"d{claim + 1}"])


def numpy_columns(table: pa.Table) -> dict[str, Any]:
    """The columns of a coded table as NumPy arrays: words as codes in order, domains as bits."""
    columns: dict[str, Any] = {}
    for name, values in LEVELS.items():
        held = table.column(name).combine_chunks()
        order = np.array([values.index(word) for word in held.dictionary.to_pylist()], np.uint8)
        columns[name] = order[held.indices.to_numpy()]
    for name in SHARES:
        columns[name] = table.column(name).combine_chunks().to_numpy(zero_copy_only=False)
    for name in NUMBERS:
        columns[name] = table.column(name).to_numpy().astype(np.int8)
    lists = table.column("domains").combine_chunks()
    bits = np.array([1 << DOMAINS.index(word) for word in lists.values.dictionary.to_pylist()], np.uint8)
    sums = np.concatenate([[0], np.cumsum(bits[lists.values.indices.to_numpy()], dtype=np.uint8)]).astype(np.uint8)
    columns["domains"] = np.diff(sums[lists.offsets.to_numpy()])
    return columns


def numpy_decide(c: dict[str, Any]) -> tuple[Any, Any]:
    """Claims as codes and fired rules as bits, in NumPy by hand."""
    domains, level, size = c["domains"], c["technical_complexity"], c["team_size"]

    def has(*names: str) -> Any:
        return (domains & np.uint8(sum(1 << DOMAINS.index(name) for name in names))) != 0

    talk, change, rivals, risk = (
        c[n] for n in ("pm_engineer_communication", "rate_of_change", "competition", "delivery_risk")
    )
    r = [
        np.zeros(0),
        (level == 2) | c["uses_cutting_edge_tech"],
        has("ml", "security", "hardware"),
        has("api") | c["platform_product"],
        c["integrations"] >= 6,
        size >= 30,
        c["teams"] >= 3,
        (talk == 0) | ((talk == 1) & (size >= 20)),
        (change == 2) | ((change == 1) & (rivals == 2)),
        c["technical_roadmap"] | c["evaluate_new_tech"],
        c["customer_research"] | c["go_to_market"] | c["pricing"],
        (risk == 2) | ((risk == 1) & (c["teams"] >= 5)),
        c["regulated"] & has("security", "cloud"),
        c["stage"] == 0,
        (c["stage"] == 2) & (size >= 50),
        ~c["has_architect"] & (level > 0),
        (level == 0) & ~c["uses_cutting_edge_tech"] & (c["integrations"] < 3),
        (rivals == 2) | ((rivals == 1) & (change == 2)),
        np.bitwise_count(domains) >= 4,
    ]
    e = [
        r[1] & r[9],
        r[2] & (r[3] | r[4]),
        (r[5] | r[6]) & r[7],
        r[15] & (r[11] | r[12] | r[18]),
        r[10] & r[17],
        r[13] & ~r[9],
        (r[16] | r[14]) & ~r[7],
        r[8] & c["stakeholder_alignment"],
    ]
    small = [plane.view(np.int8) for plane in e]
    tpm = small[0] * np.int8(3) + (small[1] + small[2]) * np.int8(2) + small[3]
    pm = small[4] * np.int8(3) + (small[5] + small[6]) * np.int8(2) + small[7]
    claim = np.full(len(level), 3, np.uint8)
    claim[(tpm >= 3) & (pm >= 3)] = 2
    claim[(pm >= 3) & (pm - tpm >= 2)] = 1
    claim[(tpm >= 3) & (tpm - pm >= 2)] = 0
    fired = np.left_shift(np.uint32(1 << 26), claim.astype(np.uint32))
    for place, plane in enumerate([*r[1:], *e]):
        fired |= plane.astype(np.uint32) << np.uint32(place)
    return claim, fired


def polars_decide(frame: pl.DataFrame) -> pl.DataFrame:
    """Claims as words and fired rules as bits, in Polars by hand."""
    c = pl.col

    def has(*names: str) -> pl.Expr:
        return pl.any_horizontal([c("domains").list.contains(name) for name in names])

    level, talk, change = c("technical_complexity"), c("pm_engineer_communication"), c("rate_of_change")
    rivals, risk = c("competition"), c("delivery_risk")
    traits = [
        (level == "high") | c("uses_cutting_edge_tech"),
        has("ml", "security", "hardware"),
        has("api") | c("platform_product"),
        c("integrations") >= 6,
        c("team_size") >= 30,
        c("teams") >= 3,
        (talk == "poor") | ((talk == "fair") & (c("team_size") >= 20)),
        (change == "fast") | ((change == "moderate") & (rivals == "high")),
        c("technical_roadmap") | c("evaluate_new_tech"),
        c("customer_research") | c("go_to_market") | c("pricing"),
        (risk == "high") | ((risk == "medium") & (c("teams") >= 5)),
        c("regulated") & has("security", "cloud"),
        c("stage") == "idea",
        (c("stage") == "mature") & (c("team_size") >= 50),
        ~c("has_architect") & (level != "low"),
        (level == "low") & ~c("uses_cutting_edge_tech") & (c("integrations") < 3),
        (rivals == "high") | ((rivals == "medium") & (change == "fast")),
        c("domains").list.len() >= 4,
    ]
    r = [c("case"), *(c(name) for name in RULES[:18])]
    evidence = [
        r[1] & r[9],
        r[2] & (r[3] | r[4]),
        (r[5] | r[6]) & r[7],
        r[15] & (r[11] | r[12] | r[18]),
        r[10] & r[17],
        r[13] & ~r[9],
        (r[16] | r[14]) & ~r[7],
        r[8] & c("stakeholder_alignment"),
    ]
    e = [c(name).cast(pl.Int8) for name in RULES[18:26]]
    sums = [(3 * e[0] + 2 * e[1] + 2 * e[2] + e[3]).alias("t"), (3 * e[4] + 2 * e[5] + 2 * e[6] + e[7]).alias("p")]
    t, p = c("t"), c("p")
    code = (
        pl.when((t >= 3) & (t - p >= 2)).then(0)
        .when((p >= 3) & (p - t >= 2)).then(1)
        .when((t >= 3) & (p >= 3)).then(2)
        .otherwise(3)
    )  # fmt: skip
    bits = [
        pl.when(c(name)).then(pl.lit(1 << place, pl.UInt32)).otherwise(pl.lit(0, pl.UInt32))
        for place, name in enumerate(RULES[:26])
    ]
    last = c("code").replace_strict([0, 1, 2, 3], [1 << place for place in range(26, 30)], return_dtype=pl.UInt32)
    while len(bits) > 1:  # a balanced tree: a chain of 26 costs more
        bits = [left | right for left, right in zip(bits[::2], bits[1::2], strict=False)] + bits[len(bits) & ~1 :]
    return (
        frame.lazy()
        .with_columns([rule.alias(name) for rule, name in zip(traits, RULES, strict=False)])
        .with_columns([rule.alias(name) for rule, name in zip(evidence, RULES[18:], strict=False)])
        .with_columns(sums)
        .with_columns(code.alias("code"))
        .select(
            c("code").replace_strict([0, 1, 2, 3], CLAIMS, return_dtype=pl.String).alias("claim"),
            (bits[0] | last).alias("fired"),
        )
        .collect()
    )
