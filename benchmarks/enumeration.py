"""The questions answered by enumeration: every value of every field, each case decided by the reference backend.

Nothing here knows how the library answers them. Packs are the random ones of ``tests/laws/generate.py`` over domains of
a few values, and cases are cut down until they can be enumerated.
"""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from types import ModuleType
from typing import Any

from averment.backends import reference
from averment.core.naming import field_path
from averment.core.optional import nothing
from averment.core.program import Fact, Field, Kind, Program, Value
from averment.diagnostics.diagnostic import Report
from averment.law.truth import CaseError
from averment.model.case import Case
from averment.outcome.claim import read_claim
from averment.pack import Pack, compile_files
from averment.surface.pack_files import read_pack_files

NO_OUTCOME = "no outcome"
TEXTS = ("x", "y")
TIMES = {  # every value of the kind that a field may have
    "date": ("2024-01-31", "2024-02-01", "2024-02-02"),
    "time": ("08:30", "08:30:01", "08:30:02"),
    "datetime": ("2024-01-31T08:30", "2024-01-31T08:30:01", "2024-01-31T08:30:02"),
    "duration": ("-PT1S", "PT0S", "PT1S"),
}
UNNAMED = ("third", "fourth")  # texts that no case and no rule names
Word = tuple[str, bool]  # a claim, and whether it is definite
Told = dict[str, Value]  # by path what a field changes to


def small_packs() -> ModuleType:
    """The generator of random packs, over smaller domains."""
    path = Path(__file__).parent.parent / "tests" / "laws" / "generate.py"
    spec = importlib.util.spec_from_file_location("small_packs", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["small_packs"] = module
    sys.path.append(str(path.parents[2]))  # it imports its neighbours
    spec.loader.exec_module(module)
    declare, value = module._field, module.random_value

    def narrow_field(kind: str, rng: random.Random, given: bool) -> dict[str, Any]:
        about: dict[str, Any] = declare(kind, rng, given)
        if given and kind == "integer":
            about |= {"min": 0, "max": 3}
        elif given and kind == "decimal":
            about |= {"min": "0.0", "max": "0.4"}
        elif given and kind in TIMES:
            about |= {"min": TIMES[kind][0], "max": TIMES[kind][-1]}
        if "default" in about:
            about["default"] = narrow_value(about, rng)
        return about

    def narrow_value(about: dict[str, Any], rng: random.Random) -> Any:
        match about["type"]:
            case "integer":
                return rng.randint(0, 3)
            case "decimal":
                return f"{rng.randint(0, 4) / 10:.1f}"
            case _:
                return value(about, rng)

    module.TEXTS, module.TIMES, module.PARTS = TEXTS, TIMES, ()
    module._field, module.random_value = narrow_field, narrow_value
    return module


def small_pack(generator: ModuleType, seed: int) -> tuple[Pack, dict[str, bytes]]:
    """A random small pack, with random costs and fixed fields."""
    files: dict[str, bytes] = generator.random_pack(seed, calendar=False)
    rng = random.Random(seed)
    vocabulary = json.loads(files["facts.yaml"])
    for about in vocabulary["facts"].values():
        for field in about["fields"].values():
            if not about.get("derived"):
                field["cost"] = rng.choice((1, 1, 2))
                field["fixed"] = rng.random() < 0.15
    files["facts.yaml"] = json.dumps(vocabulary).encode()
    report = Report()
    pack = compile_files(read_pack_files(files, report), "", report)
    assert pack is not None, report.diagnostics
    return pack, files


@dataclass(frozen=True)
class Place:
    """A changeable field of a case, with all its values."""

    path: str
    record: int
    index: int
    field: Field
    value: Value | None
    domain: tuple[Value, ...]


class Enumeration:
    """A case and every other that differs from it in the values of fields."""

    def __init__(self, program: Program, case: Case) -> None:
        self.program, self.case = program, case
        held = {fact.type for fact in case.facts}
        blanks = [
            Fact(name, (None,) * len(type.fields))
            for name, type in program.types.items()
            if type.one and name not in held
        ]
        self.records = [*case.facts, *blanks]
        self.places = list(self._places())
        self._words: dict[tuple[Value | None, ...], Word] = {}

    def _places(self) -> Iterator[Place]:
        for number, fact in enumerate(self.records):
            type = self.program.types[fact.type]
            for index, field in enumerate(type.fields):
                if type.one or field.name not in type.key:
                    path = field_path(type, fact, index)
                    yield Place(path, number, index, field, fact.values[index], domain(field))

    def word(self, changes: Mapping[int, Value | None]) -> Word:
        """The claim where these places hold other values."""
        values = tuple(changes.get(number, place.value) for number, place in enumerate(self.places))
        if values not in self._words:
            records = [list(fact.values) for fact in self.records]
            for place, value in zip(self.places, values, strict=True):
                records[place.record][place.index] = value
            facts = tuple(Fact(fact.type, tuple(new)) for fact, new in zip(self.records, records, strict=True))
            named = {fact.type for fact in facts if self.program.types[fact.type].one}
            case = Case("changed", facts, self.case.mentioned | named)
            try:
                reading = read_claim(reference.evaluate(self.program, case))
                self._words[values] = reading.claim, reading.status.value != "open"
            except CaseError:
                self._words[values] = NO_OUTCOME, True
        return self._words[values]

    def numbers(self, given: bool) -> list[int]:
        return [number for number, place in enumerate(self.places) if (place.value is not None) is given]

    def assignments(self, numbers: list[int]) -> Iterator[dict[int, Value]]:
        for values in product(*(self.places[number].domain for number in numbers)):
            yield dict(zip(numbers, values, strict=True))

    def size(self, numbers: list[int], unknown: int = 0) -> int:
        size = 1
        for number in numbers:
            size *= len(self.places[number].domain) + unknown
        return size

    @property
    def lawful(self) -> bool:
        """Whether each of these cases has an outcome."""
        every = range(len(self.places))
        return all(self.word(changes) != (NO_OUTCOME, True) for changes in self.assignments([*every]))

    # --- the answers ----------------------------------------------------------------------------------------------

    def smallest_flips(self, to: str | None) -> tuple[int, int, list[tuple[str, Told]]] | None:
        """How many fields, at what cost, and all of the smallest flips, each with its claim."""
        free = [number for number in self.numbers(given=True) if not self.places[number].field.fixed]
        claim = self.word({})[0]
        targets = {to} if to else set(self.program.claim.values) - {claim}
        best: tuple[int, int] | None = None
        flips: list[tuple[str, Told]] = []
        for changes in self.assignments(free):
            changed = {number for number, value in changes.items() if value != self.places[number].value}
            word = self.word(changes)[0]
            if word not in targets:
                continue
            cost = sum(self._cost(self.places[number], changes[number]) for number in changed)
            if best is None or (len(changed), cost) < best:
                best, flips = (len(changed), cost), []
            if (len(changed), cost) == best:
                flips.append((word, {self.places[number].path: changes[number] for number in changed}))
        return None if best is None else (*best, flips)

    @staticmethod
    def _cost(place: Place, value: Value) -> int:
        if isinstance(place.value, frozenset) and isinstance(value, frozenset):
            return place.field.cost * len(place.value ^ value)
        if place.field.kind.ordered:
            return place.field.cost * abs(int(place.value) - int(value))  # type: ignore[arg-type]
        return place.field.cost

    def turning_sets(self) -> list[frozenset[str]]:
        """The least sets of given fields of which some change turns the claim."""
        given = self.numbers(given=True)
        before = self.word({})
        sets = {
            frozenset(self.places[number].path for number in given if changes[number] != self.places[number].value)
            for changes in self.assignments(given)
            if self.word(changes) != before
        }
        return least(sets)

    def possible_claims(self) -> set[str]:
        """The claims that some completion has."""
        unknown = self.numbers(given=False)
        return {self.word(changes)[0] for changes in self.assignments(unknown)} - {NO_OUTCOME}

    def settling_sets(self) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
        """The least sets of unknown fields of which some answers settle the claim, and all do."""
        unknown = self.numbers(given=False)
        some: set[frozenset[str]] = set()
        every: set[frozenset[str]] = set()
        for size in range(len(unknown) + 1):
            for chosen in combinations(unknown, size):
                words = [self.word(changes) for changes in self.assignments(list(chosen))]
                paths = frozenset(self.places[number].path for number in chosen)
                if any(definite and claim != NO_OUTCOME for claim, definite in words):
                    some.add(paths)
                if all(definite for _, definite in words):
                    every.add(paths)
        return least(some), least(every)


def least(sets: set[frozenset[str]]) -> list[frozenset[str]]:
    """Those that hold no other."""
    kept: list[frozenset[str]] = []
    for one in sorted(sets, key=lambda each: (len(each), sorted(each))):
        if not any(other <= one for other in kept):
            kept.append(one)
    return kept


def domain(field: Field) -> tuple[Value, ...]:
    """All that a field of a small pack may have, that it has no value too where it is optional."""
    return (*_values(field), nothing(field)) if field.optional else _values(field)


def _values(field: Field) -> tuple[Value, ...]:
    """Every value of a field; of text those it can meet and two more."""
    match field.kind:
        case Kind.BOOLEAN:
            return (False, True)
        case Kind.CHOICE:
            return field.values
        case Kind.LEVEL:
            return tuple(range(len(field.values)))
        case Kind.SET:
            every = field.values
            return tuple(frozenset(some) for size in range(len(every) + 1) for some in combinations(every, size))
        case Kind.TEXT:
            return (*TEXTS, *UNNAMED)
        case _:
            assert field.minimum is not None and field.maximum is not None, field
            return tuple(range(field.minimum, field.maximum + 1))


def small_case(
    generator: ModuleType, pack: Pack, files: dict[str, bytes], rng: random.Random, given: float, most: int
) -> Enumeration | None:
    """A random case whose given fields, and whose unknown ones, have at most ``most`` combinations of values."""
    document = generator.random_case(files, rng, given)
    facts = document["facts"]
    for _ in range(60):
        enumeration = Enumeration(pack.program(), pack.case(facts))
        over = [
            number
            for known, extra in ((True, 0), (False, 1))
            if enumeration.size(numbers := enumeration.numbers(known), extra) > most
            for number in numbers
        ]
        if not over:
            return enumeration
        place = enumeration.places[rng.choice(over)]
        record = enumeration.records[place.record]
        if place.value is None:
            _fill(facts, record, pack, place, generator, rng)
        else:
            _drop(facts, record, pack, place, rng)
    return None


def _record(facts: dict[str, Any], fact: Fact, pack: Pack) -> tuple[dict[str, Any], Any]:
    type = pack.program().types[fact.type]
    if type.one:
        return facts.setdefault(fact.type, {}), None
    for record in facts[fact.type]:
        if all(record[name] == fact.values[type.position[name]] for name in type.key):
            return record, facts[fact.type]
    raise AssertionError(fact)


def _fill(
    facts: dict[str, Any], fact: Fact, pack: Pack, place: Place, generator: ModuleType, rng: random.Random
) -> None:
    from averment.core.values import decode

    record, _ = _record(facts, fact, pack)
    record[place.field.name] = decode(rng.choice(place.domain), place.field)


def _drop(facts: dict[str, Any], fact: Fact, pack: Pack, place: Place, rng: random.Random) -> None:
    """Take away what holds a given value: the record, or the field where it has no default."""
    record, records = _record(facts, fact, pack)
    if records is not None and (rng.random() < 0.5 or place.field.default is not None):
        records.remove(record)
    elif place.field.default is None and place.field.name in record:
        del record[place.field.name]
