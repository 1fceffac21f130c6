"""A code under ``checks`` in ``pack.yaml`` that is of no check, or of one that a pack cannot do without."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.loading import LOADING
from averment.checks.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    from averment.checks.registry import CHECKS  # here, since this is one of them

    codes = {check.code for check in CHECKS} - {check.code for check in LOADING}
    for code, told in subject.model.checks.items():
        if code not in codes:
            yield Finding(told.span, {"code": code})


CHECK = Check(
    "AV410",
    find,
    says="`{code}` is no check that can be told otherwise",
    label="nothing is changed by it",
    help="`averment codes` lists what there is",
)
