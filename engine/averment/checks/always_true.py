"""A cell that every value of its field passes."""

from __future__ import annotations

from averment.checks.check import Check
from averment.checks.reach import Reach, cells_that_let_pass

CHECK = Check(
    "AV405",
    lambda subject: cells_that_let_pass(subject, Reach.ALL),
    says="`{cell}` is always true of `{field}`",
    label="every value passes",
    help="write `-`, or leave the field out, if even an unknown value will do",
)
