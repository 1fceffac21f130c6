"""Every door says of a case what the reference says of it: small cases, each for a fault that once was, and random."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.draws import parts
from tests.laws.doors import DOORS, Asked, differences
from tests.laws.generate import random_case, random_pack

GIVEN = (1, 1, 1, 0.95, 0.9, 0.8, 0.7, 0.5)  # how much of each case of a pack is known
SMALL = sorted((Path(__file__).parent / "small").glob("*.yaml"))
MANIFEST = {"pack": "small", "version": "1.0.0", "title": "A small pack", "claim": {"fact": "verdict", "field": "role"}}


def asked(path: Path, folder: Path) -> tuple[Asked, list[str]]:
    """A small pack with its cases, and the claims that they come to."""
    small: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = [{"backing": "judgement", **rule} for rule in small["rules"]]
    manifest = MANIFEST | {name: small[name] for name in ("claim", "parameters", "day", "results") if name in small}
    contents = {
        "pack.yaml": manifest,
        "facts.yaml": {"facts": small["facts"]},
        "rules/all.yaml": {"author": "Tests", "rules": rules},
    }
    files = {name: yaml.safe_dump(content, sort_keys=False).encode() for name, content in contents.items()}
    documents = [{"case": f"c{number}", "facts": case["facts"]} for number, case in enumerate(small["cases"])]
    return Asked(files, documents, folder), [case["claim"] for case in small["cases"]]


@pytest.mark.parametrize("path", SMALL, ids=[path.stem for path in SMALL])
def test_a_small_case_comes_out_alike_at_every_door(path: Path, tmp_path: Path) -> None:
    small, claims = asked(path, tmp_path)
    assert [said.claim for said in small.expected] == claims
    assert list(differences(small, DOORS)) == []


@pytest.mark.parametrize("part", parts(3, quick=1))
def test_random_cases_come_out_alike_at_every_door(part: int, tmp_path: Path) -> None:
    found: list[str] = []
    statuses: set[str] = set()
    for seed in range(10 * part, 10 * part + 10):
        files, rng = random_pack(seed), random.Random(seed)
        documents = [random_case(files, rng, given, f"c{number}") for number, given in enumerate(GIVEN)]
        drawn = Asked(files, documents, tmp_path, rng)
        found += (f"seed {seed}: {difference}" for difference in differences(drawn, DOORS))
        statuses |= {said.status for said in drawn.expected}
    assert found == []
    assert statuses >= {"settled", "open", "gap"}
