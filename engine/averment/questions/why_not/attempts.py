"""Attempts: ways through a rule that did not come through, each with the conditions that failed, and as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from averment.core.naming import record_path
from averment.core.program import Condition, Fact, Field, Program, Rule, Value, text_of
from averment.core.values import decode
from averment.core.written import Cell
from averment.dataclass import dataclass
from averment.law.patterns import Bindings
from averment.law.truth import Truth
from averment.warrant.document import bindings_document


@dataclass(frozen=True, slots=True)
class Lack:
    """A field that does not hold what a condition needs: what a ``cell`` asks, or the ``value`` of a variable; where
    neither is there, any value that is known.
    """

    fact: Fact
    index: int
    cell: Cell | None = None
    value: Value | None = None

    def needed(self, field: Field) -> str:
        """What is needed of ``field``, as its author wrote it."""
        if self.cell is not None:
            return self.cell.text
        return "known" if self.value is None else str(decode(self.value, field))


@dataclass(frozen=True, slots=True)
class Failing:
    """A condition that is false or unknown; without one, what a rule would derive is not certain.

    ``lacks``: what each near fact lacks; ``met``: facts that should not be; ``below``: why the derived facts it wanted
    do not hold.
    """

    condition: Condition | None
    truth: Truth
    bindings: Mapping[str, Any]
    lacks: tuple[tuple[Lack, ...], ...] = ()
    met: tuple[Fact, ...] = ()
    below: tuple[Attempt, ...] = ()

    @property
    def text(self) -> str:
        """The condition as its author wrote it."""
        return text_of(self.condition) if self.condition else "every value that it would derive is certain"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A way through a rule that did not come through. ``told``: this was gone into above."""

    rule: Rule
    bindings: Bindings = field(hash=False)
    failing: tuple[Failing, ...] = ()
    told: bool = False


def attempt_document(attempt: Attempt, program: Program) -> dict[str, Any]:
    """An attempt as data."""
    rule = attempt.rule
    shown = {entry.variable for entry in rule.shown if entry.variable in attempt.bindings}
    bound = {entry.variable: attempt.bindings.get(entry.variable) for entry in rule.shown}
    values = bindings_document(rule, bound) if rule.shown else {}
    return {
        "rule": rule.id,
        "alternative": rule.alternative,
        "bindings": {name: value for name, value in values.items() if name in shown},
        "failing": [_failing_document(failing, program) for failing in attempt.failing],
        "told": attempt.told,
    }


def _failing_document(failing: Failing, program: Program) -> dict[str, Any]:
    def lack(each: Lack) -> dict[str, Any]:
        type = program.types[each.fact.type]
        held = type.fields[each.index]
        path = f"{record_path(type, each.fact)}.{held.name}"
        return {"field": path, "actual": decode(each.fact.values[each.index], held), "needed": each.needed(held)}

    return {
        "condition": failing.text,
        "truth": failing.truth.word,
        "nearest": [[lack(each) for each in lacks] for lacks in failing.lacks],
        "met": [record_path(program.types[fact.type], fact) for fact in failing.met],
        "below": [attempt_document(attempt, program) for attempt in failing.below],
    }
