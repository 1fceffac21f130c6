"""Straight-line Python for one case, generated from the network of a program.

The code holds only names that the generator makes (``k0``, ``v1``, …) and operators from a closed set; every value and
every word of a pack is passed in beside it, so no text of a pack is ever read as code. It decides cases in which every
field is given and right; for any other it returns nothing, and an engine of the full law decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from averment.backends.scalar.writing import Writer
from averment.ir.program import Fact, Field, Kind, Program, Value
from averment.ir.values import fact_order
from averment.law.grounding import ground


class Quick(NamedTuple):
    """What is wanted first of a case. ``fired`` are the ids of the rules that fired, sorted; ``values`` the fields of
    the records of each `one` type, in the order of the program, sets as bits.
    """

    claim: str
    status: str
    strength: str | int | bool | None
    fired: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]


Found = tuple[str, str, str | int | bool | None, tuple[str, ...], tuple[tuple[Any, ...], ...]]
Decide = Callable[[Mapping[str, Mapping[str, Any]]], Found | None]
"""From fact types to records, as in the ``facts`` of a fact file, to the parts of a ``Quick``; None where the case is
not complete, not valid, or has no lawful outcome."""


def compile_scalar(program: Program) -> Decide | None:
    """A function that decides single complete cases; None where rules join, recur or claim what they compute."""
    network = ground(program)
    if network.joins or network.loops or not all(kind.one or kind.derived for kind in program.types.values()):
        return None
    writer = Writer(program, network)
    if not writer.write():
        return None
    scope: dict[str, Any] = {"__builtins__": {}, **writer.constants}
    exec(compile(writer.source, "<averment scalar>", "exec"), scope)
    return scope["decide"]  # type: ignore[no-any-return]


def facts_of(program: Program, values: tuple[tuple[Any, ...], ...]) -> tuple[Fact, ...]:
    """The facts of a case that was decided, in canonical order, from ``Quick.values``."""
    kinds = (kind for kind in program.types.values() if kind.one)
    facts = (
        Fact(kind.name, tuple(map(_value, record, kind.fields))) for kind, record in zip(kinds, values, strict=True)
    )
    return tuple(sorted(facts, key=fact_order))


def _value(held: Any, field: Field) -> Value:
    if field.kind is not Kind.SET:
        value: Value = held
        return value
    return frozenset(value for index, value in enumerate(field.values) if held >> index & 1)
