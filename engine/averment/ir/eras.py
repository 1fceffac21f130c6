"""The periods of a rule: from which day until which the parameters that it names keep their values.

A parameter with values by period makes of a rule alternatives, one for each period in which all that it names have one
value each; each asks that the day to decide for is of its period. A parameter that is overridden has one value for
ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from averment.core.node import Span
from averment.core.program import Field, Value
from averment.core.values import show
from averment.dataclass import dataclass
from averment.ir.parameters import Parameters
from averment.model.model import ALWAYS, Pattern, Period, Validity
from averment.model.validity import on_days


@dataclass(frozen=True, slots=True)
class Era:
    """Days on which parameters have these values."""

    days: Validity
    values: Mapping[str, Value]

    def condition(self, parameters: Parameters, span: Span) -> tuple[Pattern, ...]:
        """What a rule asks of the day."""
        if self.days == ALWAYS:
            return ()
        assert parameters.day is not None
        fields = {name: parameters.field(name) for name in self.values}
        told = (f"the {name.replace('_', ' ')} is {show(value, fields[name])}" for name, value in self.values.items())
        return (on_days(self.days, parameters.day, f"when {' and '.join(told)}", span),)


def eras(names: Iterable[str], parameters: Parameters) -> list[Era]:
    """The periods in which all of these parameters have a value, in order; one without end where none has several."""
    found = [Era(ALWAYS, {})]
    for name in sorted({*names}.intersection(parameters.periods)):
        periods = parameters.periods[name]
        found = [
            Era(days, {**era.values, name: period.value})
            for era in found
            for period in periods
            if not (days := _both(era.days, period.valid)).empty
        ]
    merged: list[Era] = []
    for era in found:
        if merged and merged[-1].values == era.values and merged[-1].days.high is not None:
            merged[-1] = Era(Validity(merged[-1].days.low, era.days.high), era.values)
        else:
            merged.append(era)
    return merged


def _both(one: Validity, other: Validity) -> Validity:
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    return Validity(max(lows, default=None), min(highs, default=None))


def periods_told(periods: Iterable[Period], field: Field) -> str:
    """The values of a parameter and their periods, in words: ``20 until 2024-12-31, 25 from 2025-01-01``."""
    return ", ".join(f"{show(period.value, field)} {days_told(period.valid)}".rstrip() for period in periods)


def days_told(days: Validity) -> str:
    """A period in words: ``from 2024-01-01 until 2024-12-31``."""
    ends = zip(("from", "until"), days, strict=True)
    return " ".join(f"{word} {date.fromordinal(end).isoformat()}" for word, end in ends if end is not None)
