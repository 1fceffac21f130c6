"""Every door says of a case what the reference says of it: small cases, each for a fault that once was, and random."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.laws.doors import DOORS, Asked, differences

SMALL = sorted((Path(__file__).parent / "small").glob("*.yaml"))
MANIFEST = {"pack": "small", "version": "1.0.0", "title": "A small pack", "claim": {"fact": "verdict", "field": "role"}}


def asked(path: Path, folder: Path) -> tuple[Asked, list[str]]:
    """A small pack with its cases, and the claims that they come to."""
    small: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = [{"backing": "judgement", **rule} for rule in small["rules"]]
    manifest = MANIFEST | {name: small[name] for name in ("claim", "parameters") if name in small}
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
