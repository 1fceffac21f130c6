"""The tuple of checks: whole, each with a module, a code, a page and a story of its own."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import averment.checks
from averment.checks.check import Check
from averment.checks.registry import CHECKS
from averment.diagnostics.catalogue import codes

_STORIES = Path(__file__).parents[2] / "golden" / "bad"


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
