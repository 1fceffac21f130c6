"""Guards where nothing is unknown: what ``law.guards`` says, with two truths, made into functions once.

A negation or an aggregate whose pattern shares no variable with its rule has one value a case, whichever rule asks for
it. What is rare (arithmetic, a variable twice in one pattern) is left to the law itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from operator import itemgetter
from typing import Any, cast

from averment.ir.program import (
    Aggregate,
    Among,
    Arithmetic,
    Cell,
    Compare,
    Expression,
    Fact,
    Field,
    Guard,
    Kind,
    Known,
    Literal,
    Match,
    Program,
    Ranges,
    Rule,
    Size,
    Value,
    Variable,
)
from averment.law.cells import passes
from averment.law.expressions import evaluate
from averment.law.guards import hold
from averment.law.memory import Memory
from averment.law.patterns import Bindings
from averment.law.truth import INT64_MAX, INT64_MIN, TRUE

Shared = dict[int, Any]
"""What the guards that have one value a case were found to be, by their numbers."""

Check = Callable[[Memory, Bindings, Shared], bool]
"""Whether a guard is true; an aggregate adds its variable to the bindings. May raise CaseError, as the law does."""

_Find = Callable[[Memory, Bindings], list[Fact]]
_Test = Callable[[Any], bool]
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {"count": len, "sum": sum, "min": min, "max": max}


class Checks:
    """The guards of a program as functions."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._numbers: dict[object, int] = {}

    def of(self, rule: Rule) -> Check:
        """All the guards of a rule, in their order."""
        bound = {name for match in rule.matches for _, name in match.binds}
        checks: list[Check] = []
        for guard in rule.guards:
            checks.append(self._check(guard, bound) or _by_law(guard))
            if isinstance(guard, Aggregate):
                bound.add(guard.variable)
        return _all(checks)

    def _check(self, guard: Guard, bound: set[str]) -> Check | None:
        """A function for a guard; nothing where it is rare."""
        if isinstance(guard, Compare):
            return _comparison(guard)
        joins = [(index, name) for index, name in guard.match.binds if name in bound]
        local = [name for _, name in guard.match.binds if name not in bound]
        if len(set(local)) < len(local):
            return None
        find = _finder(guard.match, joins, self._program.types[guard.match.type].fields)
        if isinstance(guard, Aggregate):
            return self._aggregate(guard, find, joins)
        wanted = isinstance(guard, Known) and guard.given
        return lambda memory, bindings, shared: bool(find(memory, bindings)) is wanted

    def _aggregate(self, guard: Aggregate, find: _Find, joins: list[tuple[int, str]]) -> Check:
        field, variable, law = guard.field, guard.variable, _by_law(guard)
        function = _FUNCTIONS[guard.function]
        total, extreme = guard.function == "sum", guard.function in ("min", "max")

        def check(memory: Memory, bindings: Bindings, shared: Shared) -> bool:
            found: list[Any] = find(memory, bindings)
            if extreme and not found:
                return False
            value = function(found if field is None else [fact[1][field] for fact in found])
            if total and not INT64_MIN <= value <= INT64_MAX:
                return law(memory, bindings, shared)
            bindings[variable] = value
            return True

        if joins:
            return check
        match = guard.match
        number = self._numbers.setdefault((guard.function, match.type, match.cells, field), len(self._numbers))

        def check_once(memory: Memory, bindings: Bindings, shared: Shared) -> bool:
            value = shared.get(number)
            if value is not None:
                bindings[variable] = value
                return True
            held = check(memory, bindings, shared)
            if held:
                shared[number] = bindings[variable]
            return held

        return check_once


def _all(checks: list[Check]) -> Check:
    if not checks:
        return lambda memory, bindings, shared: True
    first, *rest = checks
    if not rest:
        return first
    then = _all(rest)
    return lambda memory, bindings, shared: first(memory, bindings, shared) and then(memory, bindings, shared)


def _by_law(guard: Guard) -> Check:
    return lambda memory, bindings, shared: hold(guard, memory, bindings) is TRUE


def _comparison(guard: Compare) -> Check:
    compare, left, right = _OPERATORS[guard.operator], _term(guard.left), _term(guard.right)
    return lambda memory, bindings, shared: compare(left(bindings), right(bindings))


def _term(expression: Expression) -> Callable[[Bindings], Any]:
    match expression:
        case Literal(value):
            return lambda bindings: value
        case Variable(name):
            return itemgetter(name)
        case Size(name):
            return lambda bindings: len(cast(frozenset[str], bindings[name]))
        case Arithmetic(sign, left, right):
            calculate, first, second = _ARITHMETIC[sign], _term(left), _term(right)

            def term(bindings: Bindings) -> Any:
                value = calculate(first(bindings), second(bindings))
                return value if INT64_MIN <= value <= INT64_MAX else evaluate(expression, bindings)

            return term


def _finder(match: Match, joins: list[tuple[int, str]], fields: tuple[Field, ...]) -> _Find:
    """All facts that match, given what is bound."""
    type = match.type
    tests = [(index, _test(cell, fields[index])) for index, cell in match.cells]

    def find(memory: Memory, bindings: Bindings) -> list[Fact]:
        if joins:
            index, name = joins[0]
            value: Any = bindings[name]
            facts = memory.candidates(type, index, value)
            for index, name in joins[1:]:
                facts = [fact for fact in facts if fact[1][index] == bindings[name]]
        else:
            facts = memory.of(type)
        for index, test in tests:
            facts = [fact for fact in facts if test(fact[1][index])]
        return facts

    return find


def _test(cell: Cell, field: Field) -> _Test:
    if isinstance(cell, Among) and field.kind is not Kind.SET:
        values: frozenset[Value] = frozenset(cell.values)
        return (lambda value: value not in values) if cell.negated else values.__contains__
    if isinstance(cell, Ranges) and len(cell.ranges) == 1:
        low, high = cell.ranges[0]
        if high is None and low is not None:
            return lambda value: value >= low
    return lambda value: passes(cell, value) is TRUE
