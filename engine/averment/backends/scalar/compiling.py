"""Straight-line Python for one case, generated from the network of a program.

The code holds only names that the generator makes (``k0``, ``v1``, …) and operators from a closed set; every value and
every word of a pack is passed in beside it, so no text of a pack is ever read as code. It decides cases in which every
field is given and right; for any other it returns nothing, and an engine of the full law decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from averment.backends.scalar.source import Names
from averment.backends.scalar.terms import CALLED, set_words
from averment.backends.scalar.writing import Writer
from averment.core.program import Fact, FactType, Field, Kind, Program, Value
from averment.core.values import decode, fact_order, in_order
from averment.law.budget import FIRINGS
from averment.law.grounding import ground
from averment.law.parted import parted
from averment.law.unfolding import unfolded


class Quick(NamedTuple):
    """What is wanted first of a case. ``fired`` are the ids of the rules that fired, sorted; ``values`` are by given
    type, in the order of the program, the record of a `one` type, and of a `many` type its records in a dictionary, or
    None where the case does not speak of it; sets are bits. ``results``: of each result the values of its facts.
    """

    claim: str
    status: str
    strength: str | int | bool | None
    fired: tuple[str, ...]
    values: tuple[Any, ...]
    results: tuple[set[Any], ...] = ()


Decide = Callable[[Mapping[str, Any]], Quick | None]
"""From fact types to records, as in the ``facts`` of a fact file, to what was found; None where the case is
not complete, not valid, has no lawful outcome, or may be past its budget."""


def compile_scalar(program: Program, firings: int = FIRINGS) -> Decide | None:
    """A function that decides single complete cases, each with this budget; None where the code would be too deep for
    Python, or too slow.
    """
    program = parted(unfolded(program))
    writer = Writer(program, ground(program), firings)
    source = writer.write()
    if source is None:
        return None
    scope: dict[str, Any] = {"__builtins__": {}, "new": tuple.__new__, "Quick": Quick, **CALLED, **writer.constants}  # pyright: ignore[reportUnknownMemberType]
    try:
        exec(compile(source, "<averment scalar>", "exec"), scope)
    except (SyntaxError, RecursionError, MemoryError):  # what Python says of conditions or loops too deep in each other
        return None
    return scope["decide"]  # type: ignore[no-any-return]


def facts_of(program: Program, values: tuple[Any, ...]) -> tuple[tuple[Fact, ...], frozenset[str]]:
    """The facts of a case that was decided, in canonical order, and the types it speaks of, from ``Quick.values``."""
    words = set_words(program)
    kinds = [kind for kind in program.types.values() if not kind.derived]
    given = [(kind, held) for kind, held in zip(kinds, values, strict=True) if held is not None]
    facts = [
        Fact(kind.name, tuple(_value(value, field, words) for value, field in zip(record, kind.fields, strict=True)))
        for kind, held in given
        for record in ((held,) if kind.one else held.values() if len(kind.fields) > 1 else zip(held.values()))
    ]
    return tuple(sorted(facts, key=fact_order)), frozenset(kind.name for kind, _ in given)


def results_of(program: Program, held: tuple[set[Any], ...]) -> list[tuple[Value, ...]]:
    """The values of each result that was found, encoded and in their order."""
    words, fields = set_words(program), map(program.field_of, program.results)
    return [
        in_order((_value(value, field, words) for value in values), field)
        for values, field in zip(held, fields, strict=True)
    ]


def not_mentioned(program: Program, values: tuple[Any, ...]) -> set[str]:
    """The given types that a case does not speak of, from ``Quick.values``."""
    kinds = (kind for kind in program.types.values() if not kind.derived)
    return {kind.name for kind, held in zip(kinds, values, strict=True) if held is None}


Given = Callable[[tuple[Any, ...]], dict[str, Any]]
"""From ``Quick.values`` to the facts as a fact file would give them."""


def given_writer(program: Program) -> Given:
    """What writes down the facts of cases that were decided: as ``facts_of``, and then in the words of a fact file."""
    kinds = [(place, kind) for place, kind in enumerate(kind for kind in program.types.values() if not kind.derived)]
    records = _record_writer(program, [(place, kind) for place, kind in kinds if kind.one])
    many = [(place, kind) for place, kind in kinds if not kind.one]

    def given(values: tuple[Any, ...]) -> dict[str, Any]:
        document = records(values)
        for place, kind in many:
            held = values[place]
            if held:
                facts, _ = facts_of(program, values)  # which are in order
                rows = [fact.values for fact in facts if fact.type == kind.name]
                document[kind.name] = [
                    {field.name: decode(value, field) for value, field in zip(row, kind.fields, strict=True)}
                    for row in rows
                ]
            elif held is not None:
                document[kind.name] = []
        return document

    return given


_AS_HELD = frozenset({Kind.BOOLEAN, Kind.CHOICE, Kind.TEXT, Kind.INTEGER})


def _record_writer(program: Program, kinds: list[tuple[int, FactType]]) -> Given:
    """What writes down the records of these `one` types, each at its place among the values."""
    words, names = set_words(program), Names()
    written: list[str] = []
    for place, kind in kinds:
        fields: list[str] = []
        for index, field in enumerate(kind.fields):
            held = f"values[{place}][{index}]"
            if field.kind is Kind.LEVEL:
                held = f"{names.constant(field.values)}[{held}]"
            elif field.kind not in _AS_HELD:
                held = f"{names.constant(_writer(field, words))}({held})"
            fields.append(f"{names.constant(field.name)}: {held}")
        written.append(f"{names.constant(kind.name)}: {{{', '.join(fields)}}}")
    code = f"lambda values: {{{', '.join(written)}}}"
    return eval(code, {"__builtins__": {}, **names.constants})  # type: ignore[no-any-return]


def _writer(field: Field, words: tuple[str, ...]) -> Callable[[Any], Any]:
    if field.kind is Kind.SET:
        bits = [(value, 1 << words.index(value)) for value in field.values]
        return lambda held: [value for value, bit in bits if held & bit]
    return lambda held: decode(held, field)


def _value(held: Any, field: Field, words: tuple[str, ...]) -> Value:
    if field.kind is not Kind.SET:
        value: Value = held
        return value
    return frozenset(word for place, word in enumerate(words) if held >> place & 1)
