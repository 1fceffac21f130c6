"""NumPy, written by hand for these two workloads: what a person gets who gives up rules for arrays.

W1 (``memory``, ``file``): dictionary codes, a plane of booleans for each rule, the rules as bits; in memory the codes
are there already. W2: components and teams are small numbers, so that arrays of cases × components stand for every
index; each firing becomes one sortable key.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from harness import Task
from workloads import COMPONENTS, DOMAINS, LEVELS, RULES, TEAMS

CLAIMS = np.array(["tpm", "pm", "both", "insufficient"])
Planes = dict[str, Any]


def read(path: Any) -> pa.Table:
    """The table, its words as dictionaries."""
    return pq.read_table(path, use_threads=False, read_dictionary=[*LEVELS, "domains.list.element"]).combine_chunks()


def planes(table: pa.Table) -> Planes:
    """Codes and booleans of the columns."""
    found: Planes = {}
    for name in table.column_names:
        column = table.column(name).chunk(0)
        if name in LEVELS:
            codes = np.array([LEVELS[name].index(word) for word in column.dictionary.to_pylist()], np.uint8)
            found[name] = codes[column.indices.to_numpy()]
        elif name == "domains":
            words = column.values
            bits = np.array([1 << DOMAINS.index(word) for word in words.dictionary.to_pylist()], np.uint8)
            sums = np.concatenate([[0], np.cumsum(bits[words.indices.to_numpy()], dtype=np.uint8)]).astype(np.uint8)
            ends = sums[column.offsets.to_numpy()]
            found[name] = ends[1:] - ends[:-1]
        elif name != "case":
            found[name] = column.to_numpy(zero_copy_only=False)
    return found


def hiring(p: Planes) -> tuple[Any, Any]:
    """The code of the claim and the fired rules as bits."""
    has = {name: (p["domains"] & (1 << place)) != 0 for place, name in enumerate(DOMAINS)}
    low, medium, high = ((p["technical_complexity"] == level) for level in range(3))
    talk, size, teams, risk = (p[n] for n in ("pm_engineer_communication", "team_size", "teams", "delivery_risk"))
    change, rivals = p["rate_of_change"], p["competition"]
    r = [
        high | p["uses_cutting_edge_tech"],
        has["ml"] | has["security"] | has["hardware"],
        has["api"] | p["platform_product"],
        p["integrations"] >= 6,
        size >= 30,
        teams >= 3,
        (talk == 0) | ((talk == 1) & (size >= 20)),
        (change == 2) | ((change == 1) & (rivals == 2)),
        p["technical_roadmap"] | p["evaluate_new_tech"],
        p["customer_research"] | p["go_to_market"] | p["pricing"],
        (risk == 2) | ((risk == 1) & (teams >= 5)),
        p["regulated"] & (has["security"] | has["cloud"]),
        p["stage"] == 0,
        (p["stage"] == 2) & (size >= 50),
        ~p["has_architect"] & (medium | high),
        low & ~p["uses_cutting_edge_tech"] & (p["integrations"] < 3),
        (rivals == 2) | ((rivals == 1) & (change == 2)),
        np.bitwise_count(p["domains"]) >= 4,
    ]
    e = [
        r[0] & r[8],
        r[1] & (r[2] | r[3]),
        (r[4] | r[5]) & r[6],
        r[14] & (r[10] | r[11] | r[17]),
        r[9] & r[16],
        r[12] & ~r[8],
        (r[15] | r[13]) & ~r[6],
        r[7] & p["stakeholder_alignment"],
    ]
    three, two = np.int8(3), np.int8(2)
    w = [plane.view(np.int8) for plane in e]
    tpm, pm = w[0] * three + (w[1] + w[2]) * two + w[3], w[4] * three + (w[5] + w[6]) * two + w[7]
    first, second = (tpm >= 3) & (tpm - pm >= 2), (pm >= 3) & (pm - tpm >= 2)
    both = (tpm >= 3) & (pm >= 3) & ~first & ~second
    claim = np.full(len(low), 3, np.uint8)
    claim[first], claim[second], claim[both] = 0, 1, 2
    mask = np.left_shift(np.uint32(1 << 26), claim, dtype=np.uint32)
    for place, plane in enumerate([*r, *e]):
        mask |= plane.astype(np.uint32) << np.uint32(place)
    return claim, mask


def related(path: Any, count: int) -> dict[str, dict[str, Any]]:
    """The records of every type as arrays, with the case of each."""
    table = pq.read_table(path).slice(0, count).combine_chunks()
    found: dict[str, dict[str, Any]] = {}
    for name in ("team", "component", "dependency"):
        lists = table.column(name).chunk(0)
        records, sizes = lists.flatten(), np.diff(lists.offsets.to_numpy())
        found[name] = {"case": np.repeat(np.arange(count), sizes)}
        for field in records.type:
            found[name][field.name] = records.field(field.name).to_numpy(zero_copy_only=False)
    return found


def teams(held: dict[str, dict[str, Any]], count: int) -> tuple[Any, Any]:
    """The code of the claim, and every firing as one number, sorted."""
    team, component, dependency = held["team"], held["component"], held["dependency"]
    place = component["case"] * COMPONENTS + component["id"]
    owner = np.zeros(count * COMPONENTS, np.int64)
    owner[place] = component["owner"]
    critical = np.zeros(count * COMPONENTS, np.bool_)
    critical[place] = component["critical"]
    unowned = np.zeros(count * TEAMS, np.bool_)
    unowned[team["case"] * TEAMS + team["id"]] = True
    unowned[(component["case"] * TEAMS + component["owner"])[component["has_po"]]] = False
    case, source, target = dependency["case"], dependency["src"], dependency["dst"]
    at = case * COMPONENTS + source
    here, there = case * TEAMS + owner[at], case * TEAMS + owner[case * COMPONENTS + target]
    crossing = here != there
    loaded = np.bincount(here[crossing], minlength=count * TEAMS) >= 3
    risky = crossing & unowned[there]
    needing = np.zeros(count * TEAMS, np.bool_)
    needing[here[risky]] = True
    needing &= loaded
    hot = np.zeros(count * COMPONENTS, np.bool_)
    hot[at[crossing & loaded[here]]] = True
    hot &= critical
    keys = [_keys(case[plane], rule, source[plane], target[plane]) for rule, plane in ((1, crossing), (4, risky))]
    for rule, plane, width in ((2, unowned, TEAMS), (3, loaded, TEAMS), (5, hot, COMPONENTS), (6, needing, TEAMS)):
        of, which = np.divmod(np.flatnonzero(plane), width)
        keys.append(_keys(of, rule, which, -1))
    fired = np.sort(np.concatenate(keys))
    by_case = [plane.reshape(count, TEAMS).any(1) for plane in (needing, unowned)]
    return np.where(by_case[0], 0, np.where(by_case[1], 1, 2)), fired


def _keys(case: Any, rule: int, first: Any, second: Any) -> Any:
    return ((case * 8 + rule) * 32 + first) * 32 + second + 1


def main() -> None:
    task = Task()
    if task.workload == "w2":
        held = related(task.table, task.count)
        claim, fired = task.at_once(lambda: teams(held, task.count))
        answers: list[Any] = [[("tpm", "pm", "none")[code], []] for code in claim.tolist()]
        for key in fired.tolist():
            rest, second = divmod(key, 32)
            rest, first = divmod(rest, 32)
            case, rule = divmod(rest, 8)
            answers[case][1].append([f"j{rule}", first, second - 1])
        task.write_lines(answers)
    elif task.mode == ["memory"]:
        held = planes(read(task.table).slice(0, task.count))
        claim, mask = task.at_once(lambda: hiring(held))
        task.write_columns(CLAIMS[claim], mask)
    else:

        def whole() -> None:
            claim, mask = hiring(planes(read(task.table)))
            words = pa.DictionaryArray.from_arrays(claim, CLAIMS.tolist())
            pq.write_table(pa.table({"claim": words, "fired": mask}), task.answers.with_suffix(".parquet"))

        task.at_once(whole)


assert len(RULES) == 30
if __name__ == "__main__":
    main()
