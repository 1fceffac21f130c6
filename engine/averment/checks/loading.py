"""The checks without which a pack cannot be loaded: what is promised of its claims would not be true."""

from __future__ import annotations

from averment.checks import known_claim
from averment.checks.check import Check

LOADING: tuple[Check, ...] = (known_claim.CHECK,)
