"""The kinds of values that a field may have; how each is held is in ``core.program``."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    CHOICE = "choice"
    LEVEL = "level"
    SET = "set"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"

    @property
    def ordered(self) -> bool:
        """Whether values of this kind are encoded as integers in their order."""
        return self in _ORDERED

    @property
    def ranged(self) -> bool:
        """Whether a field of this kind may declare a least and a greatest value."""
        return self is not Kind.LEVEL and self in _ORDERED

    @property
    def of_calendar(self) -> bool:
        """Whether values of this kind come before and after each other, rather than being more or less."""
        return self in _OF_CALENDAR

    @property
    def timed(self) -> bool:
        """Whether it is one of the kinds of ``core.times``."""
        return self is Kind.DURATION or self.of_calendar


_OF_CALENDAR = frozenset({Kind.DATE, Kind.TIME, Kind.DATETIME})
_ORDERED = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.LEVEL, Kind.DURATION, *_OF_CALENDAR})
