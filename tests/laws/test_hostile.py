"""Hostile packs and cases end in good time, in little memory, and with a word that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.laws.hostile.throwing import KINDS, thrown

SLOW = {"unknown_keys", "many_rules", "facts", "bad_facts", "many_files", "large_files", "late"}

SEEDS = [
    pytest.param(seed, id=kind, marks=[pytest.mark.slow] if kind in SLOW else []) for seed, kind in enumerate(KINDS)
]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hostile_document_is_refused_or_decided(seed: int, tmp_path: Path) -> None:
    root = tmp_path / "here"
    root.mkdir()
    assert not {name: ended.wrong for name, ended in thrown(seed, root, sizes=(1,)).items() if ended.wrong}
