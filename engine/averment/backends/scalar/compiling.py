"""Straight-line Python for one case, generated from the network of a program.

The code holds only names that the generator makes (``k0``, ``v1``, …) and operators from a closed set; every value and
every word of a pack is passed in beside it, so no text of a pack is ever read as code. It decides cases in which every
field is given and right; for any other it returns nothing, and an engine of the full law decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from averment.backends.scalar.writing import Writer
from averment.ir.program import Program
from averment.law.grounding import ground


class Quick(NamedTuple):
    """What is wanted first of a case; ``fired`` are the ids of the rules that fired, sorted."""

    claim: str
    status: str
    strength: str | int | bool | None
    fired: tuple[str, ...]


Decide = Callable[[Mapping[str, Mapping[str, Any]]], tuple[str, str, str | int | bool | None, tuple[str, ...]] | None]
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
