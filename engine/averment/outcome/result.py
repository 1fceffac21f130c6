"""One result of an outcome: its value and how it stands, told as the claim is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from averment.core.naming import field_at
from averment.core.program import Field, Result, Value
from averment.core.values import decode
from averment.dataclass import dataclass
from averment.law.evaluation import Evaluation
from averment.outcome.claim import Status
from averment.outcome.hangs_on import hangs_on
from averment.outcome.results import Possible, ResultReading, read_result

if TYPE_CHECKING:
    from averment.outcome.outcome import Outcome


@dataclass(frozen=True)
class ResultOutcome:
    """``supposed`` is the outcome of the case with presumptions filled in, where anything of it is open."""

    result: Result
    evaluation: Evaluation
    supposed: Outcome | None = None

    @property
    def name(self) -> str:
        """What the pack calls it."""
        return self.result.name

    @property
    def field(self) -> Field:
        """The field whose values it is."""
        return self.evaluation.program.field_of(self.result)

    @cached_property
    def reading(self) -> ResultReading:
        """What is read off the evaluation, encoded."""
        return read_result(self.evaluation, self.result)

    @property
    def told(self) -> tuple[Status, tuple[Value, ...]]:
        """How it stands with nothing presumed, and its values where that is settled, encoded."""
        return self.reading.status, self.reading.values

    @property
    def status(self) -> Status:
        """``settled``, ``presumed``, ``open``, ``gap`` or ``conflict``."""
        return Status.PRESUMED if self.presumed else self.told[0]

    @property
    def settled(self) -> bool:
        """Whether no completion of the unknown fields can change it."""
        return self.told[0] is not Status.OPEN

    @property
    def value(self) -> Any:
        """What it is, as documents have values, or of many values a list; nothing unless that is settled."""
        status, held = self.told
        if status is not Status.SETTLED:
            return None
        values = [decode(value, self.field) for value in held]
        return values if self.result.many else values[0]

    @property
    def possible(self) -> Possible | None:
        """What an open result may still be, encoded."""
        return None if self.settled else self.reading.possible

    @property
    def possible_document(self) -> dict[str, Any] | None:
        """The same as documents have it."""
        return None if self.possible is None else _possible_document(self.possible, self.result, self.field)

    @cached_property
    def hangs_on(self) -> tuple[str, ...]:
        """The paths of the unknown fields that an open result hangs on, sorted."""
        return () if self.settled else hangs_on(self.evaluation, self.reading.roots)

    @cached_property
    def presumed(self) -> ResultOutcome | None:
        """What an open result presumably is: it with presumptions filled in, where that settles it."""
        if self.supposed is None or self.settled:
            return None
        found = self.supposed.results[self.name]
        return found if found.status is Status.SETTLED else None

    @cached_property
    def presuming(self) -> tuple[str, ...]:
        """The paths of the presumed fields that a presumed result hangs on."""
        if self.supposed is None:
            return ()
        return tuple(path for path in self.hangs_on if path in self.supposed.case.presumptions)

    @property
    def document(self) -> dict[str, Any]:
        """The part of the outcome's document that tells of it."""
        return {
            "value": self.value,
            "status": self.status.value,
            "possible": self.possible_document,
            "hangs_on": list(self.hangs_on),
            **({"presumed": self._presumed(self.presumed)} if self.presumed else {}),
        }

    def _presumed(self, found: ResultOutcome) -> dict[str, Any]:
        types = self.evaluation.program.types
        told: list[dict[str, Any]] = []
        for path in self.presuming:
            field = field_at(types, path)
            assert field is not None and field.presumption is not None
            value = decode(field.presumption, field)
            told.append({"field": path, "value": value, "says": field.presumed_for or None})
        return {"value": found.value, "presuming": told}


def _possible_document(possible: Possible, result: Result, field: Field) -> dict[str, Any]:
    def shown(value: Value | None) -> Any:
        return decode(value, field)

    found: dict[str, Any]
    if field.kind.ordered and possible.values is None:
        found = {"from": shown(possible.low), "to": shown(possible.high)}
    else:
        found = {"values": None if possible.values is None else [shown(value) for value in possible.values]}
    if result.many:
        return {**found, "certainly": [shown(value) for value in possible.certainly]}
    return {**found, "gap": possible.gap, "conflict": possible.conflict}
