"""A hit policy for a random table, and the records of a `many` type that it is asked of."""

from __future__ import annotations

import random
from typing import Any

from tests.laws.ruling import NUMBERS, ORDERED, Layered, becomes, cell, constant

_PLAIN = ("collect", "first", "first", "unique", "any", "priority")


def give_policy(pack: Layered, rng: random.Random) -> None:
    """Turn the table of a pack, most of the time, into one with a hit policy. Draws nothing from the pack's own."""
    drawn, pack.rng = pack.rng, rng
    try:
        if rng.random() < 0.75:
            _give(pack, pack.tables[-1])
    finally:
        pack.rng = drawn


def _give(pack: Layered, table: dict[str, Any]) -> None:
    rng = pack.rng
    head = table["then"][0].partition(".")[0]
    for _ in range(rng.randint(0, 3)):
        table["rows"].append(_row(pack, table, head))
    _add_record(pack, table, head)
    fields = pack.fields(head)
    free = [path.partition(".")[2] for path in table["then"] if isinstance(path, str)]
    if len(free) == 1 and rng.random() < 0.5:
        (only,) = free
        if fields[only]["type"] in (*NUMBERS, *ORDERED):
            functions = ["min", "max", *(("sum",) if fields[only]["type"] in NUMBERS else ())]
            functions += ["count"] if fields[only]["type"] == "integer" and table["when"] else []
            table["hit"] = f"collect {rng.choice(functions)}"
            other = [row[-1] for row in table["rows"]]
            if table["hit"] == "collect count":
                table["rows"] = [row[:-1] for row in table["rows"]]
            if rng.random() < 0.4:
                table["else"] = [rng.choice(other)]
            return
    whole = [name for name in free if fields[name]["type"] == "integer" and "max" not in fields[name]]
    if whole and rng.random() < 0.3 and (table["when"] or len(table["then"]) > 1):  # a row has a cell
        _order(table, head, rng.choice(whole), rng)
        return
    policy = rng.choice(_PLAIN)
    first = free[0] if free else ""
    if policy == "priority" and (not free or fields[first]["type"] in ("set", "decimal")):
        policy = "first"
    table["hit"] = policy
    width = len(table["when"])
    if policy == "priority":
        values = [row[width] for row in table["rows"]]
        if any(isinstance(value, str) and value.startswith("p_") for value in values):
            table["hit"] = "first"
        else:
            table["priority"] = rng.sample(distinct := _distinct(values), len(distinct))
    if free and rng.random() < 0.4:
        table["else"] = [constant(pack, fields[name]) for name in free]


def _order(table: dict[str, Any], head: str, field: str, rng: random.Random) -> None:
    """Let a field get the place of the row, or of what is now the first output."""
    path = f"{head}.{field}"
    before = [each for each in table["then"][: table["then"].index(path)] if isinstance(each, str)]
    place = len(table["when"]) + len(before)
    for row in table["rows"]:
        del row[place]
    table["then"].remove(path)
    table |= {"hit": "rule order", "order": path}
    cells = [row[len(table["when"]) :] for row in table["rows"]]
    plain = all(row and isinstance(row[0], int) and not isinstance(row[0], bool) for row in cells)
    if plain and rng.random() < 0.7:
        distinct = _distinct([row[0] for row in cells])
        table |= {"hit": "output order", "priority": rng.sample(distinct, len(distinct))}
    if not table["then"]:
        table["then"].append({path: 0})
        table["hit"] = "collect"
        table.pop("priority", None)
        del table["order"]


def _row(pack: Layered, table: dict[str, Any], head: str) -> list[Any]:
    looks = [cell(pack, pack.fields(path.partition(".")[0])[path.partition(".")[2]]) for path in table["when"]]
    return [*looks, *(constant(pack, about) for about in pack.fields(head).values())]


def _add_record(pack: Layered, table: dict[str, Any], head: str) -> None:
    """Let the table look at records of a type, and some of what it derives be of their key."""
    rng = pack.rng
    many = [
        name
        for name, about in pack.facts.items()
        if pack.layer[name] < pack.layer[head] and (about.get("derived") or about["cardinality"] == "many")
    ]
    if not many or rng.random() < 0.35:
        return
    of = rng.choice(many)
    columns = rng.sample(list(pack.fields(of)), rng.randint(1, min(2, len(pack.fields(of)))))
    table["when"] += [f"{of}.{name}" for name in columns]
    width = len(table["when"]) - len(columns)
    for row in table["rows"]:
        row[width:width] = [cell(pack, pack.fields(of)[name]) for name in columns]
    named = [path.partition(".")[2] for path in (*table["when"], *table["then"])]
    about = pack.facts[of]
    keys = about.get("key", list(about["fields"]))
    then: list[Any] = []
    for path in list(table["then"]):
        field = pack.fields(head)[path.partition(".")[2]]
        fitting = [
            key
            for key in ([keys] if isinstance(keys, str) else keys)
            if named.count(key) == (f"{of}.{key}" in table["when"]) and becomes(about["fields"][key], field)
        ]
        place = len(table["when"]) + sum(isinstance(each, str) for each in then)
        if fitting and rng.random() < 0.6:
            then.append({path: f"${rng.choice(fitting)}"})
            for row in table["rows"]:
                del row[place]
        else:
            then.append(path)
    table["then"] = then


def _distinct(values: list[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if value not in values[:place]]
