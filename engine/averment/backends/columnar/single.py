"""What the kernel asks of the engine that decides single cases, and values out of their codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from averment.backends.columnar.vocabulary import Symbols
from averment.core.program import Field, Kind, Value
from averment.law.evaluation import Given


class Answer(Protocol):
    """What the kernel needs of a case decided alone; ``outcome.Outcome`` has it."""

    @property
    def claim(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def strength(self) -> str | int | bool | None: ...
    @property
    def hangs_on(self) -> tuple[str, ...]: ...
    @property
    def fired(self) -> tuple[str, ...]: ...
    @property
    def results(self) -> Mapping[str, Any]: ...


Alone = Callable[[Given], Any]  # an Answer; pyright lets no cached property stand for a property of a protocol
"""Decides one case. Raises CaseError where it has no lawful outcome."""


def decoded(code: int, declared: Field, symbols: Symbols) -> Value:
    """The encoded value of the IR that a code stands for."""
    match declared.kind:
        case Kind.BOOLEAN:
            return bool(code)
        case Kind.TEXT:
            return symbols.strings[code]
        case Kind.CHOICE:
            return declared.values[code]
        case Kind.SET:
            return frozenset(value for index, value in enumerate(declared.values) if code >> index & 1)
        case _:
            return code
