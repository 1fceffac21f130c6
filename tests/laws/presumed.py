"""Random packs that presume: the packs of ``generate`` with presumptions in some of their given fields."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.laws.generate import random_pack, random_value

from averment import Outcome, Pack, Refused
from averment.core.naming import field_at
from averment.core.values import decode
from averment.diagnostics.diagnostic import Report
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

Files = dict[str, bytes]


def presuming_pack(seed: int) -> Files:
    """The files of the random pack of this seed, with presumptions."""
    files, rng = random_pack(seed, calendar=False), random.Random(f"presume {seed}")
    vocabulary = json.loads(files["facts.yaml"])
    for about in vocabulary["facts"].values():
        if "cardinality" not in about or about.get("derived"):
            continue
        keys = about.get("key", list(about["fields"]) if about["cardinality"] == "many" else [])
        for name, field in about["fields"].items():
            if "default" not in field and name not in keys and rng.random() < 0.85:
                value = random_value(field, rng)
                field["presume"] = value if rng.random() < 0.5 else {"value": value, "says": "Most are."}
    return {**files, "facts.yaml": json.dumps(vocabulary).encode()}


def compiled(files: Files) -> Pack:
    """The pack that these files make."""
    report = Report()
    pack = compile_files(read_pack_files(files, report), "random", report)
    assert pack is not None, report.diagnostics
    return pack


def decided(pack: Pack, facts: Any, engine: str = "reference") -> Outcome | None:
    """The outcome; none where the case has no lawful one."""
    try:
        return pack.decide(facts, engine=engine)
    except Refused:
        return None


def presumption_of(pack: Pack, path: str) -> Any:
    """What a field presumes, as a fact file has it; nothing where it presumes nothing."""
    declared = field_at(pack.model.types, path)
    return None if declared is None or declared.presumption is None else decode(declared.presumption, declared)


def told(facts: dict[str, Any], answers: dict[str, Any], pack: Pack) -> dict[str, Any]:
    """The facts with more fields given, by path."""
    whole: dict[str, Any] = json.loads(json.dumps(facts))
    for path, value in answers.items():
        type, field = path.partition("[")[0].partition(".")[0], path.rpartition(".")[2]
        kind = pack.model.types[type]
        if kind.one:
            whole.setdefault(type, {})[field] = value
            continue
        named = json.loads(path[len(type) : len(path) - len(field) - 1])
        for record in whole[type]:
            if [record[key] for key in kind.key] == named:
                record[field] = value
    return whole
