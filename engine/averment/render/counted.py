"""What an aggregate counted, as a reader sees it: which facts speak for what the rule concludes and which against it,
which are undecided, and what each adds.
"""

from __future__ import annotations

from averment.core.program import Aggregate, Fact, FactType
from averment.core.values import decode, show
from averment.dataclass import dataclass
from averment.law.memory import Memory
from averment.law.truth import TRUE
from averment.warrant.derivation import Step


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted fact: its sign (1 for, -1 against, 0 neither), and its amount as shown (nothing for a count)."""

    fact: Fact
    certain: bool
    sign: int
    amount: str


def counted(guard: Aggregate, step: Step, memory: Memory) -> list[Counted]:
    """The facts an aggregate met, the weightiest first."""
    type = memory.types[guard.match.type]

    def weight(fact: Fact) -> int:
        value = None if guard.field is None else fact.values[guard.field]
        return value if isinstance(value, int) else 0

    found = [
        Counted(fact, memory.truths[fact] is TRUE, bears.sign, _amount(guard, fact, type))
        for fact, bears in zip(step.facts, step.bears, strict=True)
    ]
    return sorted(found, key=lambda each: -weight(each.fact))


def _amount(guard: Aggregate, fact: Fact, type: FactType) -> str:
    if guard.field is None:
        return ""
    value = fact.values[guard.field]
    field = type.fields[guard.field]
    return "?" if value is None else show(value, field) if field.kind.timed else str(decode(value, field))
