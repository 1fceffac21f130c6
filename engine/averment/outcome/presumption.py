"""What an open claim presumably is, and unless what: Toulmin's qualifier and rebuttal.

Where a case is open, it is decided once more with what is unknown and has a presumption filled in. If that settles the
claim, the case has *presumably* that claim. A **rebuttal** is a smallest assignment of unknown fields under which,
everything else presumed, another claim is definite: no part of it turns the claim too. So a completion of the case has
another claim only if it holds a rebuttal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from averment.core.naming import field_at
from averment.core.program import Field, Value
from averment.core.values import decode
from averment.dataclass import dataclass

if TYPE_CHECKING:
    from averment.outcome.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Denial:
    """An unknown field that has one of these values after all. ``new``: those that stand for any text not named.

    Of an ordered field the ``values`` are examples, and ``runs`` are all that do alike: from and to, both among them;
    ``None`` has no end but the field's own.
    """

    path: str
    field: Field
    values: tuple[Value, ...]
    new: tuple[Value, ...] = ()
    runs: tuple[tuple[int | None, int | None], ...] = ()

    def document(self) -> dict[str, Any]:
        ends = [[None if end is None else decode(end, self.field) for end in run] for run in self.runs]
        return {
            "field": self.path,
            "is": [decode(value, self.field) for value in self.values],
            "new": [decode(value, self.field) for value in self.new],
            "runs": [{"from": low, "to": high} for low, high in ends],
        }


@dataclass(frozen=True, slots=True)
class Rebuttal:
    """What would turn a presumed claim: all of these denials together, whichever of its values each takes."""

    denials: tuple[Denial, ...]
    claim: str

    def document(self) -> dict[str, Any]:
        return {"claim": self.claim, "facts": [denial.document() for denial in self.denials]}


@dataclass(frozen=True, slots=True)
class Rebuttals:
    """The rebuttals of a presumed claim, smallest first; among those of a size by the fields they name.

    ``up_to``: rebuttals of up to so many fields are all here; ``None`` where these are all there are. ``idle``: the
    paths of unknown fields of which it is shown that no values of theirs turn the claim.
    """

    rebuttals: tuple[Rebuttal, ...]
    up_to: int | None
    idle: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "rebuttals": [rebuttal.document() for rebuttal in self.rebuttals],
            "up_to": self.up_to,
            "idle": list(self.idle),
        }


Rebut = Callable[["Outcome", "Outcome"], Rebuttals]
"""Finds the rebuttals of the second outcome, which is the presumed one of the first."""


@dataclass(frozen=True)
class Presumption:
    """``outcome`` is that of the case with presumptions filled in: a settled one. ``open`` is that of the case."""

    outcome: Outcome
    open: Outcome
    rebut: Rebut = field(repr=False)

    @property
    def claim(self) -> str:
        return self.outcome.claimed

    @property
    def strength(self) -> str | int | bool | None:
        return self.outcome.strength

    @cached_property
    def presuming(self) -> tuple[str, ...]:
        """The paths of the presumed fields that the open claim hangs on: presuming these alone gives the claim."""
        return tuple(path for path in self.open.hangs_on if path in self.outcome.case.presumptions)

    @cached_property
    def unless(self) -> Rebuttals:
        """What would turn the claim."""
        return self.rebut(self.open, self.outcome)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The part of the outcome's document that tells of it."""
        return {**self.short, "fired": list(self.outcome.fired), "warrant": self.outcome.warrant}

    @cached_property
    def short(self) -> dict[str, Any]:
        """The same without its derivation."""
        types = self.outcome.evaluation.program.types
        presumed: list[dict[str, Any]] = []
        for path in self.presuming:
            found = field_at(types, path)
            assert found is not None and found.presumption is not None
            presumed.append(
                {"field": path, "value": decode(found.presumption, found), "says": found.presumed_for or None}
            )
        return {
            "claim": self.claim,
            "strength": self.strength,
            "presuming": presumed,
            "unless": self.unless.document(),
        }
