"""What an open claim hangs on: the unknown fields that its undecided conditions meet, all the way down to the case."""

from __future__ import annotations

from collections.abc import Iterable

from averment.core.naming import field_path, record_path
from averment.core.program import Fact
from averment.law.evaluation import Evaluation
from averment.law.truth import UNKNOWN
from averment.outcome.doubts import doubts


def hangs_on(evaluation: Evaluation, roots: Iterable[Fact]) -> tuple[str, ...]:
    """The paths (see ``naming``) of the unknown fields under these facts, sorted."""
    memory = evaluation.memory
    paths: set[str] = set()
    pending = [fact for fact in roots if memory.truths[fact] is UNKNOWN]
    seen = set(pending)
    while pending:
        fact = pending.pop()
        if not memory.types[fact.type].derived:
            paths.add(record_path(memory.types[fact.type], fact))
        for firing in evaluation.support.get(fact, ()):
            for doubt in doubts(firing, memory):
                if doubt.field is not None:
                    paths.add(field_path(memory.types[doubt.fact.type], doubt.fact, doubt.field))
                elif doubt.fact not in seen:
                    seen.add(doubt.fact)
                    pending.append(doubt.fact)
    return tuple(sorted(paths))
