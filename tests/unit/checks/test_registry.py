"""The tuple of checks: whole, each with a module, a code, a page and a story of its own."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import averment.checks
from averment.checks.check import Check
from averment.checks.loading import LOADING
from averment.checks.registry import CHECKS
from averment.diagnostics.catalogue import codes

_ROOT = Path(__file__).parents[3]
_STORIES = _ROOT / "tests" / "golden" / "bad"
_GUIDE = _ROOT / "knowledge" / "README.md"


def _of_modules() -> list[Check]:
    names = (f"averment.checks.{found.name}" for found in pkgutil.iter_modules(averment.checks.__path__))
    modules = [importlib.import_module(name) for name in names]
    return [module.CHECK for module in modules if hasattr(module, "CHECK")]


def test_every_module_with_a_check_is_in_the_tuple_once() -> None:
    assert sorted(check.code for check in CHECKS) == sorted(check.code for check in _of_modules())
    assert len({check.code for check in CHECKS}) == len(CHECKS)


def test_every_check_has_a_page_and_a_story() -> None:
    for check in CHECKS:
        assert check.code in codes()
        assert (_STORIES / f"{check.code}.txt").is_file()


def test_the_guide_tells_of_every_check() -> None:
    _, _, section = _GUIDE.read_text("utf-8").partition("\n## Checks\n")
    told: set[str] = set()
    for first, last in re.findall(r"AV(\d{3})(?: to AV(\d{3}))?", section.partition("\n## ")[0]):
        told |= {f"AV{code}" for code in range(int(first), int(last or first) + 1)}
    assert {check.code for check in CHECKS} - {check.code for check in LOADING} - told == set()
