"""A cell that no value of its field passes."""

from __future__ import annotations

from averment.checks.check import Check
from averment.checks.reach import Reach, cells_that_let_pass

CHECK = Check(
    "AV404",
    lambda subject: cells_that_let_pass(subject, Reach.NONE),
    says="`{cell}` is never true of `{field}`",
    label="no value passes",
)
