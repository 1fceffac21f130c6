"""A good pack and a good case for it, and how to change them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

Files = dict[str, bytes]
Hostile = Callable[[Files, random.Random, int], None]
"""Makes files of a good pack in ``pack/`` and a good ``case.yaml`` hostile; the number is how large."""


def good() -> dict[str, Any]:
    """The documents of a small pack, and of a case for it."""
    return {
        "pack/pack.yaml": {
            "pack": "demo",
            "version": "1.0.0",
            "title": "?",
            "claim": {"fact": "verdict", "field": "word"},
        },
        "pack/facts.yaml": {
            "facts": {
                "thing": {
                    "cardinality": "one",
                    "fields": {
                        "size": {"type": "integer"},
                        "price": {"type": "decimal", "places": 2},
                        "name": {"type": "text"},
                        "day": {"type": "date"},
                        "level": {"type": "level", "of": ["low", "high"]},
                    },
                },
                "part": {
                    "cardinality": "many",
                    "fields": {"name": {"type": "text"}, "of": {"type": "text"}, "size": {"type": "integer"}},
                },
                "reached": {"derived": True, "fields": {"name": {"type": "text"}, "of": {"type": "text"}}},
                "verdict": {"derived": True, "fields": {"word": {"type": "choice", "of": ["yes", "no"]}}},
            }
        },
        "pack/rules/base.yaml": {"author": "The authors", "rules": [rule("base", [{"thing": {"size": ">= 5"}}])]},
        "case.yaml": {"case": "c", "facts": {"thing": {"size": 7, "level": "high"}, "part": []}},
    }


def rule(name: str, when: list[Any], then: Any = None) -> dict[str, Any]:
    found = then or [{"verdict": {"word": "yes"}}]
    return {"rule": name, "says": "It is so.", "backing": "judgement", "when": when, "then": found}


def change(files: Files, name: str, change: Callable[[Any], object]) -> None:
    document = json.loads(files[name])
    change(document)
    files[name] = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def put_rules(files: Files, rules: list[Any]) -> None:
    files["pack/rules/more.yaml"] = json.dumps({"author": "The authors", "rules": rules}, ensure_ascii=False).encode()


def anywhere(files: Files, rng: random.Random) -> str:
    return rng.choice([name for name in sorted(files) if name.endswith(".yaml")])


def put_parts(files: Files, rng: random.Random, many: int) -> None:
    names = max(1, many // rng.choice((1, 10)))
    parts = [{"name": f"n{n % names}", "of": f"n{(n + 1) % names}", "size": n} for n in range(many)]
    change(files, "case.yaml", lambda document: document["facts"].update(part=parts))
