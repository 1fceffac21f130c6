"""Random small programs of the IR and cases for them, and what it means that two evaluations are equal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from averment.backends import reference
from averment.core.program import (
    Absent,
    Aggregate,
    Among,
    Arithmetic,
    Cell,
    Claim,
    Compare,
    Expression,
    Fact,
    FactType,
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
    Value,
    Variable,
)
from averment.law.evaluation import Evaluation, Given
from averment.law.memory import Memory
from averment.law.truth import CaseError


class Case(NamedTuple):
    facts: tuple[Fact, ...]
    mentioned: frozenset[str]


Outcome = tuple[Any, ...]


def outcome(evaluate: Callable[[Program, Given], Evaluation], program: Program, case: Given) -> Outcome:
    """Everything an evaluation says, order aside."""
    try:
        found = evaluate(program, case)
    except CaseError as error:
        return ("error", error.code, error.rule, error.message)
    return (
        Counter((rule_key(firing.rule), *firing[1:]) for firing in found.firings),
        Counter((rule_key(firing.rule), *firing[1:]) for firing in found.undecided),
        contents(found.memory),
    )


def rule_key(rule: Rule) -> tuple[str, int]:
    return rule.id, rule.alternative


def contents(memory: Memory) -> object:
    return memory.uncertain, memory.truths, {name: Counter(memory.of(name)) for name in memory.types}


def make_program(types: list[FactType], *strata: list[Rule]) -> Program:
    named = {type.name: type for type in types}
    return Program("p", "1", "sha256:0", named, tuple(map(tuple, strata)), frozenset(), Claim("claim", 0, ()))


def make_case(*facts: tuple[str, *tuple[Value | None, ...]], mentioned: tuple[str, ...] = ()) -> Case:
    given = tuple(Fact(type, values) for type, *rest in facts for values in [tuple(rest)])
    return Case(given, frozenset([*mentioned, *(fact.type for fact in given)]))


# --- chance -------------------------------------------------------------------------------------------------------

FIELDS = {
    Kind.BOOLEAN: Field("b", Kind.BOOLEAN),
    Kind.CHOICE: Field("c", Kind.CHOICE, ("red", "green", "blue")),
    Kind.LEVEL: Field("l", Kind.LEVEL, ("low", "medium", "high")),
    Kind.INTEGER: Field("i", Kind.INTEGER),
    Kind.DECIMAL: Field("d", Kind.DECIMAL, places=2, minimum=-300, maximum=300),
    Kind.TEXT: Field("t", Kind.TEXT),
    Kind.SET: Field("s", Kind.SET, ("u", "v", "w")),
    Kind.DATE: Field("a", Kind.DATE),
}
LONG = "x" * 70_000
POOL: dict[Kind, list[Value]] = {
    Kind.BOOLEAN: [False, True],
    Kind.CHOICE: ["red", "green", "blue"],
    Kind.LEVEL: [0, 1, 2],
    Kind.INTEGER: [0, 1, 2, -1, 3, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)],
    Kind.DECIMAL: [-300, -1, 0, 1, 100, 300],
    Kind.TEXT: ["1", "1.0", "", 'quote " and \\', "😀", "true", LONG, LONG[:-1] + "y"],
    Kind.SET: [frozenset(), frozenset("u"), frozenset("uv"), frozenset("uvw")],
    Kind.DATE: [1, 730_000, 739_000, 3_652_059],
}


class Chance:
    """A random program, well typed and stratified, and cases for it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        pick = self.random
        self.types = [FactType(f"one{n}", self.fields(4), one=True) for n in range(2)]
        self.types += [FactType(f"many{n}", self.fields(3), absent_unknown=pick.random() < 0.3) for n in range(2)]
        self.level = dict.fromkeys([type.name for type in self.types], -1)
        derived = [FactType(f"derived{n}", self.fields(2), derived=True) for n in range(4)]
        for type in derived:
            self.level[type.name] = pick.randrange(3)
        self.types += derived
        strata: list[list[Rule]] = [[], [], []]
        for number in range(pick.randrange(3, 12)):
            rule = self.rule(number, pick.choice(derived))
            strata[self.level[rule.heads[0].type]].append(rule)
        self.program = make_program(self.types, *strata)

    def fields(self, most: int) -> tuple[Field, ...]:
        kinds = [self.random.choice(list(FIELDS)) for _ in range(self.random.randrange(1, most + 1))]
        return tuple(replace(FIELDS[kind], name=f"{FIELDS[kind].name}{n}") for n, kind in enumerate(kinds))

    def rule(self, number: int, head: FactType) -> Rule:
        pick, level = self.random, self.level[head.name]
        bound: dict[str, Kind] = {}
        usable = [type for type in self.types if self.level[type.name] <= level]
        matches = tuple(self.match(pick.choice(usable), bound, 0.5) for _ in range(pick.choice([0, 1, 1, 2, 2, 3])))
        recursive = any(self.level[match.type] == level for match in matches)
        guards: list[Guard] = []
        lower = [type for type in self.types if self.level[type.name] < level]
        for _ in range(pick.choice([0, 0, 1, 2])):
            guard = self.guard(pick.choice(lower), bound)
            if guard is not None:
                guards.append(guard)
        computed = not recursive and pick.random() < 0.5
        values = tuple(self.value(field, bound, computed) for field in head.fields)
        return Rule(f"r{number}", 0, matches, tuple(guards), (Head(head.name, values),))

    def match(self, type: FactType, bound: dict[str, Kind], binding: float) -> Match:
        pick = self.random
        cells, binds = [], []
        for index, field in enumerate(type.fields):
            if pick.random() < 0.4:
                cells.append((index, self.cell(field)))
            if pick.random() < binding:
                name = f"{field.kind.value}{pick.randrange(2)}"
                bound[name] = field.kind
                binds.append((index, name))
        return Match(type.name, tuple(cells), tuple(binds))

    def cell(self, field: Field) -> Cell:
        pick = self.random
        if field.kind.ordered:
            ends: list[Any] = sorted(pick.sample(POOL[field.kind], pick.randrange(1, 4)))
            shapes = {
                1: [((ends[0], ends[0]),), ((None, ends[0]),), ((ends[0], None),), ((None, None),)],
                2: [((ends[0], ends[-1]),), ((None, ends[0]), (ends[-1], None))],
                3: [((ends[0], ends[0]), (ends[-1], None))],
            }
            return Ranges(pick.choice(shapes[len(ends)]))
        pool = list(field.values) if field.kind is Kind.SET else POOL[field.kind]
        chosen = frozenset(pick.sample(pool, pick.randrange(1, min(3, len(pool)) + 1)))
        return Among(chosen, pick.random() < 0.4)  # type: ignore[arg-type]

    def guard(self, type: FactType, bound: dict[str, Kind]) -> Guard | None:
        pick = self.random
        shape = pick.choice(["compare", "compare", "absent", "aggregate", "known"])
        if shape == "compare":
            kinds = sorted(set(bound.values()))
            kind = pick.choice(kinds) if kinds else Kind.INTEGER
            operators = ["=", "!=", "!=", "<", "<=", ">", ">="] if kind.ordered else ["=", "!="]
            return Compare(pick.choice(operators), self.side(kind, bound), self.side(kind, bound))
        inner = Match(type.name, *self.inner(type, bound))
        if shape == "absent":
            return Absent(inner)
        if shape == "known":
            return Known(inner, pick.randrange(len(type.fields)), pick.random() < 0.5)
        ordered = [index for index, field in enumerate(type.fields) if field.kind.ordered]
        function = pick.choice(["count", "sum", "min", "max"]) if ordered else "count"
        kind = Kind.INTEGER
        if function == "sum":
            ordered = [i for i in ordered if type.fields[i].kind in (Kind.INTEGER, Kind.DECIMAL)]
            if not ordered:
                return None
        field = None if function == "count" else pick.choice(ordered)
        if function in ("min", "max") and field is not None:
            kind = type.fields[field].kind
        name = f"aggregate{len(bound)}"
        guard = Aggregate(function, inner, field, name)
        bound[name] = kind
        return guard

    def inner(self, type: FactType, bound: dict[str, Kind]) -> tuple[Any, Any]:
        made = self.match(type, dict(bound), 0.5)
        return made.cells, tuple((i, n) for i, n in made.binds if n in bound or not n.startswith("aggregate"))

    def side(self, kind: Kind, bound: dict[str, Kind]) -> Expression:
        pick = self.random
        names = [name for name, its in bound.items() if its is kind]
        sets = [name for name, its in bound.items() if its is Kind.SET]
        if kind is Kind.INTEGER and sets and pick.random() < 0.3:
            return Size(pick.choice(sets))
        if not names or pick.random() < 0.3:
            return Literal(pick.choice(POOL[kind]))
        variable = Variable(pick.choice(names))
        if kind in (Kind.INTEGER, Kind.DECIMAL) and pick.random() < 0.4:
            return Arithmetic(pick.choice("+-*"), variable, self.side(kind, bound))
        return variable

    def value(self, field: Field, bound: dict[str, Kind], computed: bool) -> Expression:
        if computed and field.kind in (Kind.INTEGER, Kind.DECIMAL):
            return self.side(field.kind, bound)
        names = [name for name, kind in bound.items() if kind is field.kind]
        if names and self.random.random() < 0.8:
            return Variable(self.random.choice(names))
        return Literal(self.random.choice(POOL[field.kind]))

    def case(self) -> Case:
        pick = self.random
        unknown = pick.choice([0.0, 0.0, 0.1, 0.3])
        facts: list[Fact] = []
        mentioned = set()
        for type in self.types:
            if type.derived or pick.random() < 0.15:
                continue
            mentioned.add(type.name)
            for _ in range(1 if type.one else pick.choice([0, 1, 2, 4])):
                values = tuple(
                    None if pick.random() < unknown else pick.choice(POOL[field.kind]) for field in type.fields
                )
                facts.append(Fact(type.name, values))
        return Case(tuple(dict.fromkeys(facts)), frozenset(mentioned))


def joining(seed: int = 0) -> Chance:
    """A random program that fires and joins often."""
    while True:
        chance = Chance(seed)
        found = [outcome(reference.evaluate, chance.program, chance.case()) for _ in range(20)]
        if sum(said[0] != "error" and any(len(key[1]) > 1 for key in said[0]) for said in found) > 5:
            return Chance(seed)
        seed += 1


class Kit(NamedTuple):
    """What the tests of this folder share."""

    chance: type[Chance]
    joining: Callable[..., Chance]
    program: Callable[..., Program]
    case: Callable[..., Case]
    outcome: Callable[[Callable[[Program, Given], Evaluation], Program, Given], Outcome]
    same: Callable[[Program, Given], Outcome]


def same(program: Program, case: Given) -> Outcome:
    """Assert that both backends say the same, and return it."""
    from averment.backends import durable

    expected = outcome(reference.evaluate, program, case)
    assert outcome(durable.evaluate, program, case) == expected
    return expected


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit(Chance, joining, make_program, make_case, outcome, same)
