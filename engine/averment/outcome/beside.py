"""What is concluded beside the claim and the results: facts that none of them could rest on, such as advice.

That is read off the rules, not off the case: a derived type from which no chain of rules leads to the claim, its
strength or a result. Of such types those are told that no other of them is derived from.
"""

from __future__ import annotations

from averment.core.mentions import reads
from averment.core.naming import record_path
from averment.core.program import Fact, Program
from averment.law.evaluation import Evaluation


def beside(evaluation: Evaluation) -> tuple[Fact, ...]:
    """The facts concluded beside the claim, true or possible, by their paths."""
    memory = evaluation.memory
    found = [fact for type in types_beside(evaluation.program) for fact in memory.of(type)]
    return tuple(sorted(found, key=lambda fact: record_path(memory.types[fact.type], fact)))


def types_beside(program: Program) -> tuple[str, ...]:
    """The derived types that the claim could never rest on, but for those that others of them are derived from."""
    uses = [({head.type for head in rule.heads}, set(reads(rule))) for rule in program.rules]
    reached = set(program.answering)
    while True:
        more = {type for heads, used in uses if heads & reached for type in used} - reached
        if not more:
            break
        reached |= more
    apart = {type for heads, _ in uses for type in heads} - reached
    apart = {type for type in apart if not program.types[type].table}
    within = {type for heads, used in uses for type in used & apart if heads - {type}}
    within |= {type for type in apart if program.types[type].inner}
    return tuple(sorted(apart - within))
