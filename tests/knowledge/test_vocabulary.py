"""Fact files of version 1 stay valid, and over all that they can say each claim of the pack can be had."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import averment
from averment.diagnostics.diagnostic import Report
from averment.source.yaml_reader import read_yaml

VOCABULARY = Path(__file__).with_name("vocabulary-1.yaml")


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, dict[str, Any]]:
    (document,) = read_yaml(VOCABULARY.read_bytes(), VOCABULARY.name, Report())
    found: dict[str, dict[str, Any]] = document.plain()
    return found


@pytest.fixture(scope="module")
def pack() -> averment.Pack:
    return averment.load("pm_tpm")


def test_nothing_is_taken_back(vocabulary: dict[str, dict[str, Any]], pack: averment.Pack) -> None:
    for type, fields in vocabulary.items():
        declared = {field.name: field for field in pack.model.types[type].fields}
        for name, values in fields.items():
            field = declared[name]
            match values:
                case list():
                    assert set(values) <= set(field.values), name
                case {"from": least, "to": most}:
                    assert field.spans(least * 10**field.places) and field.spans(most * 10**field.places), name
                case kind:
                    assert field.kind == kind, name


def test_each_claim_can_be_had(vocabulary: dict[str, dict[str, Any]], pack: averment.Pack) -> None:
    rng = random.Random(1)
    count = 1000
    columns = {
        f"{type}.{name}": [_drawn(name, values, rng) for _ in range(count)]
        for type, fields in vocabulary.items()
        if pack.model.types[type].one
        for name, values in fields.items()
    }
    rows = pack.decide_table(pa.table(columns)).to_pylist()
    claims = Counter(row["claim"] for row in rows)
    assert {row["status"] for row in rows} == {"settled"}
    assert set(claims) == set(pack.program().claim.values)
    assert min(claims.values()) > 0.04 * count, claims  # of values drawn alike most are technical ones


def _drawn(name: str, values: Any, rng: random.Random) -> Any:
    match values:
        case "boolean":
            return rng.random() < 0.5
        case list() if name == "technologies":
            return [value for value in values if rng.random() < 0.5]
        case list():
            return rng.choice(values)
        case {"from": least, "to": most}:
            return max(least, int(min(most, 1000) ** rng.random()))
        case _:
            raise AssertionError(f"{name} is not drawn")


def test_nothing_technical_is_no_need(vocabulary: dict[str, dict[str, Any]], pack: averment.Pack) -> None:
    """However much of the role is technical: the article names what to decide by, and none of it holds."""
    plain = {
        "product": {"technical_complexity": "medium", "technology_novelty": "recent", "technologies": ["web"]},
        "engineering": {"team_size": 12},
        "industry": {"rate_of_change": "moderate"},
        "company": {"must_lead_technology": False, "headcount": 200, "has_product_manager": False},
    }
    needs = {name: values[-1] for name, values in vocabulary["role_needs"].items()}
    assert pack.decide({**plain, "role_needs": needs}).claim == "product_manager"
    technical = {name: level if name.startswith(("tech", "eng")) else "some" for name, level in needs.items()}
    assert pack.decide({**plain, "role_needs": technical}).claim == "product_manager"
    needed = {**plain, "industry": {"rate_of_change": "rapid"}, "role_needs": technical}
    found = pack.decide(needed)
    assert (found.presumed or found).claim == "technical_product_manager"
