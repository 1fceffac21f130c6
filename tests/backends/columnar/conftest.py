"""Programs and cases for the columnar and scalar backends, and what both sides say of them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from averment.backends import reference
from averment.backends.columnar import Kernel
from averment.core.program import (
    Absent,
    Aggregate,
    Among,
    Arithmetic,
    Claim,
    Compare,
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
    Value,
    Variable,
)
from averment.core.values import decode
from averment.law.truth import CaseError
from averment.model.case import Case
from averment.outcome.outcome import Outcome

CLAIM = FactType("claim", (Field("role", Kind.CHOICE, ("red", "green", "blue")),), derived=True)
STRENGTH = FactType("strength", (Field("degree", Kind.LEVEL, ("low", "middle", "high")),), derived=True)
ARROW = {Kind.BOOLEAN: pa.bool_(), Kind.SET: pa.list_(pa.string()), Kind.INTEGER: pa.int64()}
POOL: dict[Kind, tuple[Value, ...]] = {
    Kind.BOOLEAN: (False, True),
    Kind.INTEGER: (-2, 0, 1, 3, 2**62),
    Kind.LEVEL: (0, 1, 2),
    Kind.CHOICE: ("red", "green", "blue"),
    Kind.TEXT: ("a", "", "long “text”"),
    Kind.SET: (frozenset(), frozenset("u"), frozenset("uv"), frozenset("uvw")),
}
FIELDS = {
    Kind.BOOLEAN: Field("b", Kind.BOOLEAN),
    Kind.INTEGER: Field("i", Kind.INTEGER),
    Kind.LEVEL: Field("l", Kind.LEVEL, ("low", "middle", "high")),
    Kind.CHOICE: Field("c", Kind.CHOICE, ("red", "green", "blue")),
    Kind.TEXT: Field("t", Kind.TEXT),
    Kind.SET: Field("s", Kind.SET, ("u", "v", "w")),
}


class Said(NamedTuple):
    """What a backend says of a case; an error has its code as ``status`` and its words as ``claim``."""

    claim: str
    status: str
    strength: object = None
    hangs_on: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()


def make_program(types: Iterable[FactType], *strata: Iterable[Rule]) -> Program:
    named = {type.name: type for type in (*types, CLAIM, STRENGTH)}
    claim = Claim("claim", 0, CLAIM.fields[0].values, "strength", 0)
    return Program("p", "1", "sha256:0", named, tuple(map(tuple, strata)), frozenset(), claim)


def make_case(*facts: tuple[Any, ...], mentioned: tuple[str, ...] = ()) -> Case:
    held = tuple(Fact(type, tuple(values)) for type, *values in facts)
    return Case("case", held, frozenset([*mentioned, *(fact.type for fact in held)]))


def referee(program: Program, case: Case) -> Said:
    """What the law says."""
    try:
        found = Outcome(case, reference.evaluate(program, case))
        return Said(found.claimed, found.status.value, found.strength, found.hangs_on, found.fired)
    except CaseError as error:
        return Said(error.message, error.code)


def to_table(program: Program, cases: list[Case]) -> pa.Table:
    """Cases as a table: structs for `one` types, lists of structs for the others."""
    given = {name: kind for name, kind in program.types.items() if not kind.derived}
    columns: dict[str, pa.Array] = {"case": pa.array(range(len(cases)))}
    for name, kind in given.items():
        struct = pa.struct([(field.name, ARROW.get(field.kind, pa.string())) for field in kind.fields])
        rows = [_records(kind, case) if name in case.mentioned else None for case in cases]
        if kind.one:
            columns[name] = pa.array([row[0] if row else None for row in rows], struct)
        else:
            columns[name] = pa.array(rows, pa.list_(struct))
    return pa.table(columns)


def _records(kind: FactType, case: Case) -> list[dict[str, Any]]:
    def plain(value: Value | None, field: Field) -> Any:
        return value if field.kind is Kind.INTEGER else decode(value, field)

    return [
        {field.name: plain(value, field) for field, value in zip(kind.fields, fact.values, strict=True)}
        for fact in case.facts
        if fact.type == kind.name
    ]


def columnar(program: Program, cases: list[Case]) -> tuple[list[Said], int]:
    """What the columnar backend says, and how many cases it left to be decided alone."""
    kernel = Kernel(program)

    def alone(case: Any) -> Outcome:
        read = Case("case", case.facts, case.mentioned)
        return Outcome(read, reference.evaluate(program, read))

    decided = kernel.decide(to_table(program, cases), alone)
    said: dict[int, Said] = {reject.row: Said(reject.message, reject.code) for reject in decided.rejects}
    for row in decided.batch.to_pylist():
        bits = int.from_bytes(row["fired"], "little")
        fired = tuple(sorted(rule for place, rule in enumerate(kernel.rules) if bits >> place & 1))
        hangs_on = tuple(json.loads(row["hangs_on"]))
        said[row["case"]] = Said(row["claim"], row["status"], row["strength"], hangs_on, fired)
    return [said[number] for number in range(len(cases))], decided.alone


class Chance:
    """A random program and cases for it. ``joined``: it has a `many` type too, of which not all need be known."""

    def __init__(self, seed: int, joined: bool) -> None:
        self.random = pick = random.Random(seed)
        self.types = [FactType(f"one{n}", self._fields(3), one=True) for n in range(2)]
        if joined:
            fields = self._fields(3)
            key = tuple(field.name for field in fields[: pick.randrange(1, len(fields) + 1)])
            self.types.append(FactType("many", fields, key=key, absent_unknown=pick.random() < 0.3))
        derived = [FactType(f"derived{n}", self._fields(2), derived=True) for n in range(3)]
        self.level = {type.name: -1 for type in self.types} | {type.name: n % 2 for n, type in enumerate(derived)}
        self.level |= {"claim": 2, "strength": 2}
        self.all = [*self.types, *derived, CLAIM, STRENGTH]
        strata: list[list[Rule]] = [[], [], []]
        for number in range(pick.randrange(4, 11)):
            head = pick.choice([*derived, *derived, CLAIM, STRENGTH]) if number > 2 else CLAIM
            strata[self.level[head.name]].append(self._rule(f"r{number}", head))
        self.program = make_program([*self.types, *derived], *strata)

    def _fields(self, most: int) -> tuple[Field, ...]:
        kinds = self.random.sample(list(FIELDS), self.random.randrange(1, most + 1))
        return tuple(FIELDS[kind] for kind in kinds)

    def _rule(self, id: str, head: FactType) -> Rule:
        pick, level = self.random, self.level[head.name]
        bound: dict[str, Kind] = {}
        usable = [type for type in self.all if self.level[type.name] <= level]
        lower = [type for type in self.all if self.level[type.name] < level]
        matches = tuple(self._match(pick.choice(usable), bound, True) for _ in range(pick.choice([1, 1, 2, 2, 3])))
        recursive = any(self.level[match.type] == level for match in matches)
        guards: list[Guard] = []
        for number in range(pick.choice([0, 0, 1, 2])):
            guards += self._guard(pick.choice(lower), bound, number)
        values = [self._value(field, bound, not recursive) for field in head.fields]
        return Rule(id, 0, matches, tuple(guards), (Head(head.name, tuple(values)),))

    def _match(self, type: FactType, bound: dict[str, Kind], binding: bool) -> Match:
        pick = self.random
        cells: list[Any] = []
        binds: list[tuple[int, str]] = []
        for index, field in enumerate(type.fields):
            if pick.random() < 0.4:
                cells.append((index, self._cell(field)))
            name = f"{field.kind.value}{pick.randrange(2)}"
            if pick.random() < 0.4 and (binding or name in bound):
                binds.append((index, name))
                bound[name] = field.kind
        return Match(type.name, tuple(cells), tuple(binds))

    def _cell(self, field: Field) -> Any:
        pick = self.random
        if field.kind.ordered:
            low, high = sorted(pick.choice(POOL[field.kind]) for _ in range(2))  # type: ignore[type-var]
            return Ranges(((pick.choice([None, low]), high),))  # type: ignore[arg-type]
        pool: Any = field.values if field.kind is Kind.SET else POOL[field.kind]
        return Among(frozenset(pick.sample(pool, pick.randrange(1, 3))), pick.random() < 0.3)

    def _guard(self, type: FactType, bound: dict[str, Kind], number: int) -> list[Guard]:
        pick = self.random
        inner = self._match(type, dict(bound), False)
        shape = pick.choice(["absent", "compare", "aggregate", "aggregate", "known"])
        if shape == "absent":
            return [Absent(inner)]
        if shape == "known":
            return [Known(inner, pick.randrange(len(type.fields)), pick.random() < 0.5)]
        if shape == "aggregate" and not type.one:
            integers = [index for index, field in enumerate(type.fields) if field.kind is Kind.INTEGER]
            function = pick.choice(["count", "sum", "min", "max"]) if integers else "count"
            name = f"n{number}"
            made = Aggregate(function, inner, integers[0] if function != "count" else None, name)
            bound[name] = Kind.INTEGER
            return [made, Compare(pick.choice(["<", ">=", "=", "!="]), Variable(name), Literal(pick.randrange(3)))]
        names = [name for name, kind in bound.items() if kind in (Kind.INTEGER, Kind.LEVEL, Kind.TEXT)]
        if not names:
            return []
        name = pick.choice(names)
        other = [Variable(n) for n, kind in bound.items() if kind is bound[name]] + [Literal(POOL[bound[name]][1])]
        operator = pick.choice(["=", "!="] + ["<", "<=", ">", ">="] * bound[name].ordered)
        return [Compare(operator, Variable(name), pick.choice(other))]

    def _value(self, field: Field, bound: dict[str, Kind], computed: bool) -> Any:
        names = [name for name, kind in bound.items() if kind is field.kind]
        if names and self.random.random() < 0.7:
            variable = Variable(self.random.choice(names))
            if computed and field.kind is Kind.INTEGER and self.random.random() < 0.8:
                return Arithmetic(self.random.choice("+-*"), variable, Literal(3))
            return variable
        pool: Any = range(len(field.values)) if field.kind is Kind.LEVEL else field.values
        if field.kind not in (Kind.LEVEL, Kind.CHOICE):
            pool = POOL[field.kind]
        return Literal(self.random.choice(pool))

    def case(self) -> Case:
        pick = self.random
        unknown = pick.choice([0.0, 0.0, 0.2, 0.5])
        facts: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # by key
        mentioned = [type.name for type in self.types if type.one or pick.random() < 0.9]
        for type in self.types:
            for _ in range(0 if type.name not in mentioned else 1 if type.one else pick.randrange(4)):
                values = [
                    None if field.name not in type.key and pick.random() < unknown else pick.choice(POOL[field.kind])
                    for field in type.fields
                ]
                key = [type.name, *(values[place] for place in type.naming)]
                facts[tuple(key)] = (type.name, *values)
        return make_case(*facts.values(), mentioned=tuple(mentioned))


class Kit(NamedTuple):
    """What the tests of this folder share."""

    chance: type[Chance]
    program: Callable[..., Program]
    case: Callable[..., Case]
    referee: Callable[[Program, Case], Said]
    columnar: Callable[[Program, list[Case]], tuple[list[Said], int]]
    table: Callable[[Program, list[Case]], pa.Table]
    fields: Mapping[Kind, Field]
    pool: Mapping[Kind, tuple[Value, ...]]


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit(Chance, make_program, make_case, referee, columnar, to_table, FIELDS, POOL)
