"""Every check there is, in the order in which they are told."""

from __future__ import annotations

from averment.checks import (
    always_true,
    circular,
    lost_paragraph,
    never_true,
    uncovered,
    underived,
    unknown_expectation,
    unlisted_paragraph,
    unmet_expectation,
)
from averment.checks.check import Check
from averment.checks.loading import LOADING

CHECKS: tuple[Check, ...] = (
    *LOADING,
    never_true.CHECK,
    always_true.CHECK,
    underived.CHECK,
    circular.CHECK,
    unknown_expectation.CHECK,
    unmet_expectation.CHECK,
    uncovered.CHECK,
    lost_paragraph.CHECK,
    unlisted_paragraph.CHECK,
)
