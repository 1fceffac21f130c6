"""Large draws in parts: the first few in every run, the others in the slow ones."""

from __future__ import annotations

from typing import Any

import pytest


def parts(all: int, quick: int) -> list[Any]:
    """The numbers of the parts from 0, as parameters of a test; from ``quick`` on they are slow."""
    return [*range(quick), *(pytest.param(part, marks=pytest.mark.slow) for part in range(quick, all))]
