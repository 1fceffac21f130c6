"""Data that a random pack has of its own, and conditions of its rules that look at it.

It has dice of its own, so that a seed gives the pack that it gave before, but for what is added here.
"""

from __future__ import annotations

import random
import re
from typing import Any

from tests.laws.ruling import Field, Layered, cell

_SHARE = 0.25  # of the packs that have data
_KINDS = ("integer", "decimal", "text", "choice", "level", "date", "boolean")
_VARIABLE = re.compile(r"\$[a-z][a-z0-9_]*")


def add_data(pack: Layered, seed: int) -> dict[str, bytes]:
    """The files of the data of some packs, whose types are declared and met by some rules."""
    rng = random.Random(f"data {seed}")
    if rng.random() >= _SHARE:
        return {}
    fields = {f"f{number}": pack.field(rng.choice(_KINDS), rng, False) for number in range(rng.randint(1, 3))}
    rows = {tuple(_text(pack.value(about, rng)) for about in fields.values()) for _ in range(rng.randint(1, 8))}
    for rule in pack.rules:
        if rng.random() < 0.5:
            rule["when"].append(_condition(pack, rule["when"], fields, rng))
    pack.facts["owned"] = {"data": "owned.csv", "backing": "judgement", "author": "nobody", "fields": fields}
    pack.layer["owned"] = 0
    lines = [",".join(fields), *(",".join(row) for row in sorted(rows))]
    return {"data/owned.csv": ("\n".join(lines) + "\n").encode()}


def _condition(pack: Layered, when: list[Any], fields: dict[str, Field], rng: random.Random) -> dict[str, Any]:
    bound = _bound(pack, when)
    cells: dict[str, Any] = {}
    for name, about in fields.items():
        joined = [variable for variable, of in bound.items() if _alike(of, about)]
        chance = rng.random()
        if joined and chance < 0.6:
            cells[name] = rng.choice(joined)
        elif chance < 0.8:
            pack.rng, held = rng, pack.rng
            cells[name] = cell(pack, about)
            pack.rng = held
        elif chance < 0.9:
            cells[name] = f"${pack.variable()}"
    how = rng.random()
    if how < 0.6:
        return {"owned": cells}
    if how < 0.8:
        return {"count": {"of": {"owned": cells}, "as": f"${pack.variable()}"}}
    return {"not": {"owned": cells}}


def _bound(pack: Layered, when: list[Any]) -> dict[str, Field]:
    """The variables that patterns of a rule bind, each with its field."""
    return {
        cells[name]: pack.fields(type)[name]
        for condition in when
        for type, cells in condition.items()
        if type in pack.facts
        for name in cells
        if isinstance(cells[name], str) and _VARIABLE.fullmatch(cells[name])
    }


def _alike(one: Field, other: Field) -> bool:
    if (one["type"], one.get("places")) != (other["type"], other.get("places")):
        return False
    return one["type"] != "choice" and one.get("of") == other.get("of")


def _text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return '"' + text.replace('"', '""') + '"' if text == "" or '"' in text or "," in text else text
