"""What a condition falls short of: the fields that fail a pattern, the way a comparison would have to move."""

from __future__ import annotations

from averment.core.operators import OPERATORS
from averment.core.program import Arithmetic, Cell, Compare, Expression, Fact, Literal, Match, Value, Variable
from averment.law.cells import passes
from averment.law.expressions import compare, evaluate
from averment.law.memory import Memory
from averment.law.patterns import Bindings
from averment.law.truth import FALSE, TRUE, CaseError, Quantity
from averment.questions.why_not.attempts import Lack


def lacks_of(pattern: Match, fact: Fact, bindings: Bindings, memory: Memory) -> list[Lack]:
    """The fields of a fact that fail a pattern, or are unknown to it."""
    found = [
        Lack(fact, index, cell.origin) for index, cell in pattern.cells if passes(cell, fact.values[index]) is not TRUE
    ]
    met = dict(bindings)  # a variable may stand twice in one pattern
    for index, name in pattern.binds:
        held = met.get(name)
        value = fact.values[index]
        if held is None:
            met[name] = value
        if value is None:
            found.append(Lack(fact, index))
        elif held is not None and not isinstance(held, tuple) and held != value:
            found.append(Lack(fact, index, value=held))
    return found


def needs_of(guard: Compare, bindings: Bindings) -> dict[str, int]:
    """By variable of a comparison that is not true, whether it would have to be more (1) or less (-1)."""
    signs: dict[str, int] = {}
    _signs(guard.left, 1, signs)
    _signs(guard.right, -1, signs)
    match guard.operator:
        case ">" | ">=":
            more = 1
        case "<" | "<=":
            more = -1
        case _:
            try:
                more = 1 if guard.operator == "=" and compare("<", *_sides(guard, bindings)) is not FALSE else -1
            except (CaseError, AssertionError):
                more = 1
    return {name: sign * more for name, sign in signs.items()}


def _sides(guard: Compare, bindings: Bindings) -> tuple[Quantity, Quantity]:
    return evaluate(guard.left, bindings), evaluate(guard.right, bindings)


def _signs(expression: Expression, sign: int, signs: dict[str, int]) -> None:
    match expression:
        case Variable(name):
            signs[name] = sign
        case Arithmetic(operator, left, right):
            _signs(left, sign, signs)
            _signs(right, -sign if OPERATORS[operator].rises[1] < 0 else sign, signs)
        case _:
            return


def unify(start: Bindings | None, expression: object, value: Value) -> Bindings | None:
    """What the variables of a head must be for it to give ``value``; nothing where it cannot."""
    if start is None:
        return None
    if isinstance(expression, Literal):
        return start if expression.value == value else None
    if isinstance(expression, Variable):
        return {**start, expression.name: value} if start.get(expression.name, value) == value else None
    return start


def may_pass(expression: Expression, cell: Cell) -> bool:
    return not isinstance(expression, Literal) or passes(cell, expression.value) is TRUE
