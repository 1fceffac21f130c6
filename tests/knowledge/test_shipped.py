"""What every shipped pack keeps: nothing is found in it, and its cases come out as they expect."""

from __future__ import annotations

from pathlib import Path

import pytest

import averment
import averment_knowledge
from averment.checking import check

PACKS = sorted(path.parent for path in Path(averment_knowledge.__path__[0]).glob("*/pack.yaml"))


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_nothing_is_found_in_a_shipped_pack(folder: Path) -> None:
    assert not check(averment.load(folder.name))


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_a_shipped_pack_has_ten_cases_that_expect_something(folder: Path) -> None:
    cases = sorted(folder.glob("cases/*.yaml"))
    assert len(cases) >= 10
    assert all("expect:" in case.read_text("utf-8") for case in cases)


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_a_shipped_pack_says_what_it_is(folder: Path) -> None:
    assert (folder / "README.md").read_text("utf-8").startswith("# ")
