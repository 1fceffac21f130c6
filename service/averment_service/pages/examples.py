"""The example cases of a pack, where its folder is at hand."""

from __future__ import annotations

from averment.diagnostics.diagnostic import Report
from averment.examples import examples_of
from averment.model.case import Case
from averment.pack import Pack
from averment_service.problems import UNKNOWN, problem


def examples(pack: Pack) -> list[Case]:
    """Every example case that can be read, by name; none of a pack that came from the log."""
    try:
        found = examples_of(pack, Report()) if pack.root else []
    except OSError:
        found = []
    return sorted(found, key=lambda case: case.name)


def example(pack: Pack, named: str) -> Case:
    """The example case of a name. Raises: Problem (404)."""
    for case in examples(pack):
        if case.name == named:
            return case
    raise problem(404, UNKNOWN, f"the pack `{pack.name}` has no example case `{named[:100]}`")
