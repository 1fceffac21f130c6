"""Large draws in parts: the first few in every run, some more in the slow ones, and all with ``DRAWS=all``."""

from __future__ import annotations

import os
from typing import Any

import pytest

_ALL = os.environ.get("DRAWS") == "all"


def parts(all: int, quick: int, slow: int = 0) -> list[Any]:
    """The numbers of the parts from 0, as parameters of a test: ``quick`` in every run, then up to ``slow``, or all."""
    last = all if _ALL or not slow else slow
    return [*range(quick), *(pytest.param(part, marks=pytest.mark.slow) for part in range(quick, last))]
