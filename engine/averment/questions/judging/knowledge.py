"""What a question needs of a pack beyond one program: the program under other parameters, and what those are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from averment.core.program import Field, Program, Value
from averment.core.values import Misfit, fit
from averment.model.case import Case
from averment.model.model import Model
from averment.outcome.outcome import Outcome


class Pack(Protocol):
    """A loaded pack (``averment.Pack``)."""

    @property
    def model(self) -> Model: ...
    def program(self, parameters: Mapping[str, Any] | None = None) -> Program: ...
    def decide(
        self, facts: Mapping[str, Any] | Case, parameters: Mapping[str, Any] | None = None, engine: str = ""
    ) -> Outcome: ...


class Knowledge:
    """A pack under some parameters, as questions see it."""

    def __init__(self, pack: Pack, parameters: Mapping[str, Any] | None = None) -> None:
        self.pack, self.parameters = pack, dict(parameters or {})

    def program(self, overrides: Mapping[str, Any]) -> Program:
        """The program with more parameters overridden. Raises: Refused."""
        return self.pack.program({**self.parameters, **overrides})

    def parameter_fields(self) -> dict[str, Field]:
        """The pack's parameters as fields."""
        return {name: parameter.field for name, parameter in self.pack.model.parameters.items()}

    def has_one_value(self, name: str) -> bool:
        """Whether a parameter has the same value on every day."""
        return name in self.parameters or not self.pack.model.parameters[name].periods

    def encoded(self, name: str) -> Value:
        """The encoded value that a parameter has here; the last of several."""
        declared = self.pack.model.parameters[name]
        if name not in self.parameters:
            return declared.value
        found = fit(self.parameters[name], declared.field, name)
        assert not isinstance(found, Misfit), "parameters are checked before"
        return found
