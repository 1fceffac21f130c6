"""Times, datetimes and durations: what is read, the one way each is written, and how it is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averment.core.program import Field, Kind
from averment.core.times import DAY, SCALES
from averment.core.values import Misfit, decode, encoding_ends, fit, show

_READ = [  # kind, text, its one spelling, how it is told
    ("time", "08:30", "08:30", "08:30"),
    ("time", "00:00:00", "00:00", "00:00"),
    ("time", "23:59:59.000", "23:59:59", "23:59:59"),
    ("datetime", "2024-01-31T08:30", "2024-01-31T08:30", "2024-01-31 08:30"),
    ("datetime", "2024-01-31 08:30:15", "2024-01-31T08:30:15", "2024-01-31 08:30:15"),
    ("datetime", "2024-01-31", "2024-01-31T00:00", "2024-01-31 00:00"),
    ("date", "2024-01-31T00:00:00", "2024-01-31", "2024-01-31"),
    ("duration", "PT1H30M", "PT1H30M", "1 hour 30 minutes"),
    ("duration", "90 min", "PT1H30M", "1 hour 30 minutes"),
    ("duration", "1h30min", "PT1H30M", "1 hour 30 minutes"),
    ("duration", "PT1.5H", "PT1H30M", "1 hour 30 minutes"),
    ("duration", "1.5 hours", "PT1H30M", "1 hour 30 minutes"),
    ("duration", "P2W", "P14D", "14 days"),
    ("duration", "P1DT1S", "P1DT1S", "1 day 1 second"),
    ("duration", "-3 days", "-P3D", "minus 3 days"),
    ("duration", "P-1DT23H", "-PT1H", "minus 1 hour"),
    ("duration", "PT0S", "PT0S", "0 seconds"),
]
_REFUSED = [  # kind, text, code, what is said
    ("time", "8:30", "AV312", "`8:30` is not a time of day"),
    ("time", "24:00", "AV312", "the end of a day is `00:00` of the next"),
    ("time", "12:60", "AV312", "is not a time of day"),
    ("time", "08:30:15.5", "AV314", "is finer than a second"),
    ("time", "08:30Z", "AV621", "without `Z`, as `08:30`"),
    ("time", "08:30 UTC", "AV621", "without `UTC`, as `08:30`"),
    ("datetime", "2024-02-30T08:30", "AV312", "is not a date and time of the calendar"),
    ("datetime", "2024-01-31T08:30+01:00", "AV621", "without `+01:00`, as `2024-01-31T08:30`"),
    ("duration", "P", "AV312", "is not a duration"),
    ("duration", "PT", "AV312", "is not a duration"),
    ("duration", "90", "AV312", "is not a duration"),
    ("duration", "1 min 1 h", "AV312", "is not a duration"),
    ("duration", "2 h 3 h", "AV312", "is not a duration"),
    ("duration", "3 fortnights", "AV312", "is not a duration"),
    ("duration", "PT0.5S", "AV314", "is finer than a second"),
    ("duration", "P1M", "AV622", "months and years vary in length"),
    ("duration", "1 year", "AV622", "months and years vary in length"),
    ("duration", "999999999999999999 weeks", "AV313", "beyond 64 bits"),
]


@pytest.mark.parametrize(("kind", "text", "written", "told"), _READ)
def test_what_is_read(kind: str, text: str, written: str, told: str) -> None:
    field = Field("f", Kind(kind))
    value = fit(text, field, "f")
    assert not isinstance(value, Misfit), value
    assert (decode(value, field), show(value, field)) == (written, told)


@pytest.mark.parametrize(("kind", "text", "code", "said"), _REFUSED)
def test_what_is_refused(kind: str, text: str, code: str, said: str) -> None:
    found = fit(text, Field("f", Kind(kind)), "f")
    assert isinstance(found, Misfit), found
    assert (found.code, said in found.line) == (code, True), found.line


@pytest.mark.parametrize("kind", SCALES)
@given(data=st.data())
def test_what_is_written_is_read_again(kind: str, data: Any) -> None:
    field = Field("f", Kind(kind))
    value = data.draw(st.integers(*encoding_ends(field.kind)))
    assert fit(decode(value, field), field, "f") == value
    if kind != "datetime" or value % DAY:  # a datetime is told with its time even where that is the start of a day
        assert fit(show(value, field).replace("minus ", "-"), field, "f") == value


@given(moment=st.datetimes().map(lambda moment: moment.replace(microsecond=0)))
def test_the_order_is_that_of_the_calendar(moment: datetime) -> None:
    value = fit(moment.isoformat(), Field("f", Kind.DATETIME), "f")
    assert isinstance(value, int)
    assert value == (moment - datetime(1, 1, 1)) // timedelta(seconds=1) + DAY
    assert value // DAY == date(moment.year, moment.month, moment.day).toordinal()
