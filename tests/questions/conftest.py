"""The questions by enumeration, as the benchmark has them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import averment
from averment.outcome.outcome import Outcome

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CASES = Path(__file__).parents[2] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
Changed = Callable[..., Outcome]
"""The outcome of an example case in which fields, by their paths, hold other values; with ``None`` they are unknown."""


@pytest.fixture(scope="session")
def benchmark_questions() -> ModuleType:
    """``benchmarks/questions.py`` as a module."""
    path = BENCHMARKS / "questions.py"
    spec = importlib.util.spec_from_file_location("benchmark_questions", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["benchmark_questions"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def pack() -> averment.Pack:
    return averment.load("pm_tpm")


@pytest.fixture(scope="session")
def changed(pack: averment.Pack) -> Changed:
    def outcome_of(name: str, changes: dict[str, Any]) -> Outcome:
        facts = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))["facts"]
        for path, value in changes.items():
            type, field = path.split(".")
            if value is None:
                del facts[type][field]
            else:
                facts[type][field] = value
        return pack.decide(facts, engine="reference")

    return outcome_of
