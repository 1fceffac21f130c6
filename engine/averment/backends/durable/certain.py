"""What a match fires where nothing is unknown: premises, guards and heads of the law, written as straight Python once.

Rules that the engine matches alike are one function. What its code can do is from a closed list and the names in it are
made here: every value and every word of a pack is passed in beside it. Whatever the law refuses (a result that leaves
64 bits or the range of its field) raises a ``CaseError`` without words, and the law itself has to say what it means.

A negation or an aggregate whose pattern shares no variable with its rule has one value a case, whichever rule asks for
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from averment.backends.durable.plan import Plan
from averment.core.operators import OPERATORS
from averment.core.program import (
    Absent,
    Aggregate,
    Arithmetic,
    Cell,
    Compare,
    Expression,
    Fact,
    Field,
    Guard,
    Head,
    Kind,
    Known,
    Literal,
    Match,
    Program,
    Ranges,
    Rule,
    Size,
    Variable,
)
from averment.law.cells import admitting
from averment.law.conclusions import conclude
from averment.law.evaluation import Firing
from averment.law.expressions import FUNCTIONS, evaluate
from averment.law.memory import Memory
from averment.law.truth import INT64_MAX, INT64_MIN, TRUE, CaseError

Shared = dict[int, Any]
"""What has one value a case, by its number."""

Fire = Callable[[Mapping[str, Fact], Mapping[str, Fact], str, Memory, Shared], list[Firing]]
"""From the `one` records, the facts told to the engine by id, the text of a match, working memory and what is shared
to the firings of the match. Raises ``CaseError`` where the law has to be asked instead."""

_DEEP = 20  # operators within each other, beyond which an expression is left to the law
_OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_FUNCTIONS = {"count": "len({})", "sum": "fit(sum({}))", "min": "min({}, default=None)", "max": "max({}, default=None)"}


def _fit(value: int, low: int = INT64_MIN, high: int = INT64_MAX) -> int:
    if low <= value <= high:
        return value
    raise CaseError("", "")


class Certain:
    """The functions of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._numbers: dict[object, int] = {}

    def fire(self, plan: Plan) -> Fire:
        """What to do with a match of these rules."""
        return _Function(self._program, plan, self._numbers).compiled()


_Names = dict[str, str]  # the variables of a rule, and what holds their values


class _Function:
    def __init__(self, program: Program, plan: Plan, numbers: dict[object, int]) -> None:
        self._program, self._plan, self._numbers = program, plan, numbers
        self._lines: list[str] = []
        self._constants: dict[str, object] = {
            **FUNCTIONS, "Fact": Fact, "Firing": Firing, "fit": _fit, "evaluate": evaluate,
            "new": tuple.__new__,  # pyright: ignore[reportUnknownMemberType]
            "len": len, "sum": sum, "min": min, "max": max,
        }  # fmt: skip
        self._fresh = count()
        self._held: dict[str, str] = {}
        self._settled: set[str] = set()  # names of what every match of a case shares

    def compiled(self) -> Fire:
        names = self._match()
        fired = [self._fired(rule, dict(names)) for rule in self._plan.rules]
        if any(held for held, _ in fired):
            ways = [f"{f'if {held}: ' if held else ''}fired.append({firing})" for held, firing in fired]
            body = [*self._lines, "fired = []", *ways, "return fired"]
        else:
            body = [*self._lines, f"return [{', '.join(firing for _, firing in fired)}]"]
        source = "def fire(ones, told, text, memory, shared):\n" + "".join(f"    {line}\n" for line in body)
        scope: dict[str, Any] = {"__builtins__": {}, **self._constants}
        exec(compile(source, "<averment durable>", "exec"), scope)
        return scope["fire"]  # type: ignore[no-any-return]

    def _match(self) -> _Names:
        """Read the premises and variables of a match."""
        plan, lines = self._plan, self._lines
        facts = {place: f"ones[{self._constant(type)}]" for place, type in enumerate(plan.types)}
        if plan.joined:
            parts = [f"t{place}" for place in plan.joined]
            skipped = "_, _, " if plan.wide else "_, "
            lines.append(f"""{skipped}{", ".join(parts)} = text.split('{{"id":"')""")
            facts.update((place, f"""told[t{place}[:t{place}.index('"')]]""") for place in plan.joined)
        lines += [f"p{place} = {fact}" for place, fact in facts.items()]
        lines.append(f"premises = ({''.join(f'p{place}, ' for place in facts)})")
        for (place, field), (other, its) in plan.equal:
            lines.append(f"if p{place}[1][{field}] != p{other}[1][{its}]: return []")
        names = {name: f"v{number}" for number, (name, _, _) in enumerate(plan.variables)}
        lines += [f"{names[name]} = p{place}[1][{field}]" for name, place, field in plan.variables]
        return names

    def _fired(self, rule: Rule, names: _Names) -> tuple[str, str]:
        """The condition under which a rule fires, and its firing."""
        held = [condition for guard in rule.guards for condition in [self._guard(guard, names)] if condition]
        firing = f"new(Firing, ({self._constant(rule)}, premises, {self._conclusions(rule, names)}))"
        return " and ".join(held), firing

    # --- guards -------------------------------------------------------------------------------------------------------

    def _guard(self, guard: Guard, names: _Names) -> str:
        """The condition of a guard; none where it always holds."""
        match guard:
            case Compare(operator, left, right):
                return f"{self._term(left, names)} {_OPERATORS[operator]} {self._term(right, names)}"
            case Absent(pattern):
                return f"not {self._found(pattern, names)}"
            case Known(pattern, _, given):
                return f"{'' if given else 'not '}{self._found(pattern, names)}"
            case Aggregate():
                return self._aggregate(guard, names)

    def _aggregate(self, guard: Aggregate, names: _Names) -> str:
        """A condition that gives the variable its value; it is false where a minimum or maximum has none."""
        joined = any(name in names for _, name in guard.match.binds)
        found = self._found(guard.match, names, "fact" if guard.field is None else f"fact[1][{guard.field}]")
        value = _FUNCTIONS[guard.function].format(found)
        if joined:
            names[guard.variable] = name = f"a{next(self._fresh)}"
            return f"({name} := {value}) is not None"
        names[guard.variable] = name = self._once(guard, value)
        if guard.function in ("min", "max"):
            return f"{name} is not None"
        self._settled.add(name)
        return ""

    def _once(self, guard: Aggregate, value: str) -> str:
        """A name for what has one value a case."""
        match = guard.match
        number = self._numbers.setdefault(
            (guard.function, match.type, match.cells, _repeated(match.binds), guard.field), len(self._numbers)
        )
        name = f"s{number}"
        if name not in self._held:
            self._held[name] = name
            self._lines.append(f"{name} = shared.get({number})")
            self._lines.append(f"if {name} is None: {name} = shared[{number}] = {value}")
        return name

    def _found(self, match: Match, names: _Names, taken: str = "fact") -> str:
        """A list of what is taken of all facts that match, given what is bound."""
        joins = [(index, names[name]) for index, name in match.binds if name in names]
        local = [(index, name) for index, name in match.binds if name not in names]
        type = self._constant(match.type)
        facts = f"memory.of({type})"
        if joins:
            facts = f"memory.candidates({type}, {joins[0][0]}, {joins[0][1]})"
        tests = [f"fact[1][{index}] == {name}" for index, name in joins[1:]]
        tests += [f"fact[1][{index}] == fact[1][{first}]" for index, first in _repeated(tuple(local))]
        fields = self._program.types[match.type].fields
        tests += [self._test(cell, f"fact[1][{index}]", fields[index]) for index, cell in match.cells]
        if not tests and taken == "fact":
            return facts
        return f"[{taken} for fact in {facts}{' if ' if tests else ''}{' and '.join(tests)}]"

    def _test(self, cell: Cell, value: str, field: Field) -> str:
        if isinstance(cell, Ranges):
            ranges = [" <= ".join(end for end in (_end(low), value, _end(high)) if end) for low, high in cell.ranges]
            return "1" if value in ranges else f"({' or '.join(ranges) or '0'})"
        if cell.parts:
            return f"{self._constant(admitting(cell))}({value})"
        values = self._constant(cell.values)
        if field.kind is Kind.SET:
            return f"{'' if cell.negated else 'not '}{values}.isdisjoint({value})"
        return f"{value} {'not ' if cell.negated else ''}in {values}"

    # --- values -------------------------------------------------------------------------------------------------------

    def _term(self, expression: Expression, names: _Names, depth: int = 0) -> str:
        match expression:
            case Literal(value):
                return self._constant(value)
            case Variable(name):
                return names[name]
            case Size(name):
                return f"len({names[name]})"
            case Arithmetic() if depth == _DEEP:
                bound = ", ".join(f"{self._constant(name)}: {held}" for name, held in names.items())
                return f"evaluate({self._constant(expression)}, {{{bound}}})"
            case Arithmetic(operator, left, right):
                sides = [self._term(side, names, depth + 1) for side in (left, right)]
                value = f"fit({OPERATORS[operator].code(*sides)})"
                if any(isinstance(side, Variable) for side in (left, right)) and self._settled.issuperset(sides):
                    return self._hold(value)
                return value

    def _hold(self, value: str) -> str:
        """A name for a value that several rules may ask for, and that surely is there."""
        name = self._held.get(value)
        if name is None:
            name = self._held[value] = f"h{len(self._held)}"
            self._lines.append(f"{name} = {value}")
            self._settled.add(name)
        return name

    def _conclusions(self, rule: Rule, names: _Names) -> str:
        if all(isinstance(value, Literal) for head in rule.heads for value in head.values):
            with suppress(CaseError):  # every match will raise it
                return self._constant(conclude(self._program, rule, {}, TRUE)[0])
        return f"({''.join(f'{self._fact(head, names)}, ' for head in rule.heads)})"

    def _fact(self, head: Head, names: _Names) -> str:
        values: list[str] = []
        for expression, field in zip(head.values, self._program.types[head.type].fields, strict=True):
            value = self._term(expression, names)
            if field.minimum is not None or field.maximum is not None:
                ends = (field.minimum, INT64_MIN), (field.maximum, INT64_MAX)
                value = f"fit({value}, {', '.join(_end(other if end is None else end) for end, other in ends)})"
            values.append(f"{value}, ")
        return f"new(Fact, ({self._constant(head.type)}, ({''.join(values)})))"

    def _constant(self, value: object) -> str:
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return name


def _end(bound: int | None) -> str:
    return "" if bound is None else f"({bound})"


def _repeated(binds: tuple[tuple[int, str], ...]) -> tuple[tuple[int, int], ...]:
    """The fields that a pattern binds to a variable it has bound before, each with the field that was first."""
    first: dict[str, int] = {}
    return tuple((index, first[name]) for index, name in binds if first.setdefault(name, index) != index)
