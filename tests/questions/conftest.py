"""The questions by enumeration, as the benchmark has them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import averment

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


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
