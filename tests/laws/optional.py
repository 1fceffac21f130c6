"""Fields of a random pack made optional, and cells of its rules that ask for ``none``.

It has dice of its own, so that a seed gives the pack that it gave before, but for what is added here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from tests.laws.ruling import Layered

_SHARE = 0.3  # of the packs that have optional fields


def make_optional(pack: Layered, seed: int) -> None:
    """Some given fields of some packs."""
    rng = random.Random(f"optional {seed}")
    if rng.random() >= _SHARE:
        return
    chosen: set[tuple[str, str]] = set()
    for type, about in pack.facts.items():
        fields = about["fields"] = {**about["fields"]}  # which types may share
        keys = about.get("key", [] if about.get("cardinality") == "one" else [*fields])
        for name, field in [*fields.items()] if "cardinality" in about else ():
            if name not in keys and field["type"] not in ("boolean", "set") and rng.random() < 0.5:
                fields[name] = {**field, "optional": True}
                chosen.add((type, name))
    for rule in pack.rules:
        for type, cells in _patterns(rule["when"]):
            for name in cells:
                if (type, name) in chosen and "$" not in str(cells[name]) and rng.random() < 0.4:
                    cells[name] = _cell(cells[name], rng)


def _cell(cell: Any, rng: random.Random) -> Any:
    if isinstance(cell, list):
        return [*cell, "none"]
    text = str(cell).lower() if isinstance(cell, bool) else str(cell)
    listed = [] if text == "-" or text.startswith("not(") else [f"{text}, none"]
    return rng.choice(["none", "not(none)", *listed])


def _patterns(conditions: Sequence[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every pattern among the conditions, with its cells, to be changed where it stands."""
    for condition in conditions:
        ((key, content),) = condition.items()
        if key == "any":
            for each in content:
                yield from _patterns(each if isinstance(each, list) else [each])
        elif key in ("count", "sum", "min", "max", "known", "unknown"):
            if isinstance(content, dict) and isinstance(content["of"], dict):
                yield from content["of"].items()
        elif key == "not":
            yield from _patterns(content if isinstance(content, list) else [content])
        elif key != "test":
            yield key, content
