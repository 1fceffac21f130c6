"""What an aggregate counted: which facts speak for a claim, which against it, which are undecided, and by how much.

A fact speaks for a claim where one of its choice fields holds that claim, and against it where one holds another claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from averment.ir.program import Aggregate, Fact, FactType, Kind
from averment.ir.values import decode
from averment.law.memory import Memory
from averment.law.truth import TRUE


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted fact: the claim it speaks for (if any), and its amount as shown (nothing for a count)."""

    fact: Fact
    certain: bool
    speaks_for: str
    amount: str


def counted(guard: Aggregate, facts: Iterable[Fact], claims: tuple[str, ...], memory: Memory) -> list[Counted]:
    """The facts an aggregate met, the weightiest first."""
    type = memory.types[guard.match.type]

    def weight(fact: Fact) -> int:
        value = None if guard.field is None else fact.values[guard.field]
        return value if isinstance(value, int) else 0

    return [
        Counted(fact, memory.truths[fact] is TRUE, side(fact, type, claims), _amount(guard, fact, type))
        for fact in sorted(facts, key=lambda fact: -weight(fact))
    ]


def side(fact: Fact, type: FactType, claims: tuple[str, ...]) -> str:
    """The claim that a derived fact speaks for; nothing where it names none or several."""
    if not type.derived:
        return ""
    named = {
        str(value)
        for value, field in zip(fact.values, type.fields, strict=True)
        if field.kind is Kind.CHOICE and value in claims
    }
    return named.pop() if len(named) == 1 else ""


def _amount(guard: Aggregate, fact: Fact, type: FactType) -> str:
    if guard.field is None:
        return ""
    value = fact.values[guard.field]
    return "?" if value is None else str(decode(value, type.fields[guard.field]))
