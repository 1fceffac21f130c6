"""Ways to write values: each as documents, cells of CSV, Python and Arrow have it, and what it is to every door."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import normalize

import numpy as np
import pyarrow as pa

KINDS = {
    "boolean": "{type: boolean}",
    "integer": "{type: integer, min: -5, max: 9007199254740993}",
    "decimal": "{type: decimal, places: 2, min: 0.00, max: 99999.99}",
    "text": "{type: text}",
    "choice": "{type: choice, of: [red, green, blue]}",
    "level": "{type: level, of: [low, medium, high]}",
    "set": "{type: set, of: [red, green, blue]}",
    "date": "{type: date}",
    "time": "{type: time, min: '06:00'}",
    "datetime": "{type: datetime}",
    "duration": "{type: duration, max: P10D}",
}
UNKNOWN, _NFD = "unknown", normalize("NFD", "Köln")


@dataclass(frozen=True)
class Way:
    """A way to write a value: as a document (YAML and JSON), a cell of CSV, objects of Python, and arrays of Arrow; and
    what it is: what the rules see of it, or the code of the finding.
    """

    name: str
    kind: str
    is_: str
    document: str | None = None
    cell: str | None = None
    objects: tuple[Any, ...] = ()
    arrays: tuple[Any, ...] = field(default=())


def _array(value: Any, kind: Any = None) -> Any:
    return pa.array([value], kind)


def _nothing(kind: str) -> Way:
    """Nothing, in every way there is to write it."""
    nan, nat = float("nan"), np.datetime64("NaT")
    arrays = (pa.nulls(1), _array(nan), pa.nulls(1, pa.string()), _array(None, pa.string()).dictionary_encode())
    if kind == "set":
        arrays = (*arrays, pa.nulls(1, pa.list_(pa.string())))
    objects = (None, nan, np.float64("nan"), nat, Decimal("NaN"))
    return Way("nothing", kind, UNKNOWN, "null", "", objects, arrays)


def _text(name: str, kind: str, is_: str, text: str) -> Way:
    """A text, in every way there is to write it."""
    plain = _array(text)
    arrays = (plain, plain.cast(pa.large_string()), plain.cast(pa.string_view()), plain.dictionary_encode())
    return Way(name, kind, is_, json.dumps(text), None, (text, np.str_(text)), arrays)


_DAY, _NOON = datetime(2024, 1, 31), datetime(2024, 1, 31, 12)
MATRIX: list[Way] = [
    *map(_nothing, KINDS),
    # truth values
    Way("true", "boolean", "true", "true", "true", (True, np.bool_(True)), (_array(True),)),
    Way("words in any case", "boolean", "true", cell="TRUE"),
    Way("words in any case too", "boolean", "false", cell="False"),
    Way("yes", "boolean", "AV312", '"yes"', "yes", ("yes",), (_array("yes"),)),
    Way("one", "boolean", "AV312", "1", None, (1, np.int64(1)), (_array(1),)),
    # whole numbers
    Way("whole", "integer", "37", "37", "37", (37, np.int64(37), np.uint8(37)), (_array(37), _array(37, pa.uint64()))),
    Way("whole float", "integer", "37", "37.0", "37.0", (37.0, np.float32(37), Decimal("37.0")),
        (_array(37.0), _array(37.0, pa.float32()), _array(Decimal("37.0")), _array(37.0).dictionary_encode())),
    Way("exponent", "integer", "300", "3e2", "3e2", (3e2,), (_array(3e2),)),
    Way("half", "integer", "AV314", "37.5", "37.5", (37.5, np.float64(37.5), Decimal("37.5")),
        (_array(37.5), _array(Decimal("37.5")), _array(37.5).dictionary_encode())),
    Way("in quotes", "integer", "AV312", '"37"', None, ("37",), (_array("37"), _array("37").dictionary_encode())),
    Way("beyond 64 bits", "integer", "AV116", str(2**63), str(2**63), (2**63,),
        (_array(2**63, pa.uint64()), _array(Decimal(2**63)))),
    Way("far beyond", "integer", "AV116", str(10**50), str(10**50), (10**50,)),
    Way("beyond exactness", "integer", "AV314", "9007199254740992.0", "9007199254740992.0", (2.0**53,),
        (_array(2.0**53),)),
    Way("exact all the same", "integer", str(2**53 + 1), str(2**53 + 1), str(2**53 + 1), (2**53 + 1,),
        (_array(2**53 + 1), _array(Decimal(2**53 + 1)))),
    Way("too small", "integer", "AV313", "-6", "-6", (-6, -6.0, np.int8(-6)), (_array(-6), _array(-6.0))),
    Way("true for a number", "integer", "AV312", "true", None, (True, np.bool_(True)), (_array(True),)),
    Way("a word", "integer", "AV312", '"many"', "many", ("many",), (_array("many"),)),
    Way("leading zeros", "integer", "AV114", "007", "007"),
    Way("hexadecimal", "integer", "AV312", '"0x1F"', "0x1F", ("0x1F",), (_array("0x1F"),)),
    Way("infinite", "decimal", "AV115", None, None, (float("inf"), Decimal("inf")), (_array(float("inf")),)),
    # decimals
    Way("decimal", "decimal", "1.50", "1.5", "1.5", (1.5, Decimal("1.5"), np.float64(1.5)),
        (_array(1.5), _array(Decimal("1.50")), _array(Decimal("1.5"), pa.decimal128(9, 1)))),
    Way("decimal in quotes", "decimal", "1.50", '"1.50"', "1.50", ("1.50",), (_array("1.50"),)),
    Way("decimal exponent", "decimal", "150.00", "1.5e2", "1.5e2", (150.0, 150), (_array(1.5e2), _array(150))),
    Way("too fine", "decimal", "AV314", "1.125", "1.125", (1.125, Decimal("1.125")),
        (_array(1.125), _array(Decimal("1.125")))),
    Way("too great", "decimal", "AV313", "100000", "100000", (100000,), (_array(100000),)),
    Way("leading zeros of a decimal", "decimal", "AV114", "01.5", "01.5"),
    Way("comma", "decimal", "AV312", '"1,5"', '"1,5"', ("1,5",), (_array("1,5"),)),
    # texts
    _text("text", "text", "abc", "abc"),
    _text("composed", "text", "Köln", "Köln"),
    _text("decomposed", "text", "Köln", _NFD),
    Way("decomposed in a cell", "text", "Köln", None, _NFD),
    _text("hidden", "text", "AV109", "a\u200bb"),
    Way("hidden in a cell", "text", "AV109", '"a\\u200bb"', "a\u200bb"),
    Way("digits for a text", "text", "007", '"007"', "007", ("007",), (_array("007"),)),
    Way("number for a text", "text", "AV312", "7", None, (7, np.int64(7)), (_array(7),)),
    Way("bytes", "text", "AV312", None, None, (b"abc",)),
    # choices and levels
    _text("choice", "choice", "green", "green"),
    Way("choice in a cell", "choice", "green", None, "green"),
    _text("no choice", "choice", "AV303", "grene"),
    Way("no choice in a cell", "choice", "AV303", '"grene"', "grene"),
    _text("level", "level", "high", "high"),
    Way("categorical", "level", "high", None, "high", (), (_array("high").dictionary_encode(),)),
    Way("number for a level", "level", "AV312", "2", None, (2, np.int64(2)),
        (_array(2), _array(2).dictionary_encode())),
    # sets
    Way("list", "set", "red green", '["green", "red"]', "green|red",
        (["green", "red"], ("red", "green"), {"red", "green"}, frozenset({"red", "green"}), np.array(["green", "red"])),
        (_array(["green", "red"]), _array(["green", "red"], pa.large_list(pa.string())),
         _array(["green", "red"], pa.list_(pa.string(), 2)))),
    Way("JSON in a cell", "set", "red green", None, '["green", "red"]'),
    Way("empty list", "set", "", "[]", "[]", ([], ()), (_array([], pa.list_(pa.string())),)),
    Way("with bars", "set", "AV312", '"green|red"', None, ("green|red",), (_array("green|red"),)),
    Way("twice", "set", "AV312", '["red", "red"]', "red|red", (["red", "red"],), (_array(["red", "red"]),)),
    Way("no element", "set", "AV303", '["pink"]', "pink", (["pink"],), (_array(["pink"]),)),
    Way("an element that is none", "set", "AV312", None, "[null]", ([None],), (_array([None], pa.list_(pa.string())),)),
    # days
    Way("day", "date", "2024-01-31", '"2024-01-31"', "2024-01-31", (date(2024, 1, 31), "2024-01-31"),
        (_array(date(2024, 1, 31)), _array("2024-01-31"), _array("2024-01-31").dictionary_encode())),
    Way("midnight", "date", "2024-01-31", '"2024-01-31T00:00:00"', "2024-01-31T00:00:00",
        (_DAY, np.datetime64("2024-01-31T00:00:00"), np.datetime64("2024-01-31", "ns")),
        (_array(_DAY), _array(_DAY, pa.timestamp("ms")), _array(_DAY, pa.timestamp("s", "UTC")))),
    Way("midnight as CSV is written", "date", "2024-01-31", '"2024-01-31 00:00:00"', "2024-01-31 00:00:00"),
    Way("noon", "date", "AV312", '"2024-01-31T12:00:00"', "2024-01-31T12:00:00", (_NOON,), (_array(_NOON),)),
    Way("no day", "date", "AV312", '"2024-02-30"', "2024-02-30", ("2024-02-30",), (_array("2024-02-30"),)),
    Way("number for a day", "date", "AV312", "20240131", None, (20240131,), (_array(20240131),)),
    Way("something else", "date", "AV312", None, None, (object(),)),
    # times of day
    Way("time", "time", "08:30", '"08:30"', "08:30", (time(8, 30), "08:30", "08:30:00"),
        (_array(time(8, 30)), _array(time(8, 30), pa.time32("s")), _array(time(8, 30), pa.time64("ns")),
         _array("08:30"), _array("08:30:00").dictionary_encode())),
    Way("time to the second", "time", "08:30:15", '"08:30:15"', "08:30:15", (time(8, 30, 15),),
        (_array(time(8, 30, 15)), _array("08:30:15.000"))),
    Way("time with parts that are nothing", "time", "08:30", '"08:30:00"', "08:30:00.0"),
    Way("half a second", "time", "AV314", '"08:30:15.500000"', "08:30:15.500000", (time(8, 30, 15, 500_000),),
        (_array(time(8, 30, 15, 500_000)), _array("08:30:15.500000"))),
    Way("zone of a time", "time", "AV621", '"08:30+01:00"', "08:30+01:00", (), (_array("08:30+01:00"),)),
    Way("end of a day", "time", "AV312", '"24:00"', "24:00", ("24:00",), (_array("24:00"),)),
    Way("too early", "time", "AV313", '"05:59"', "05:59", ("05:59",), (_array("05:59"),)),
    Way("number for a time", "time", "AV312", "830", None, (830,), (_array(830),)),
    # datetimes
    Way("datetime", "datetime", "2024-01-31T12:00", '"2024-01-31T12:00"', "2024-01-31T12:00",
        (_NOON, np.datetime64("2024-01-31T12"), "2024-01-31 12:00:00"),
        (_array(_NOON), _array(_NOON, pa.timestamp("ns")), _array(_NOON, pa.timestamp("s")),
         _array("2024-01-31T12:00:00"), _array(_NOON).dictionary_encode())),
    Way("start of a day", "datetime", "2024-01-31T00:00", '"2024-01-31"', "2024-01-31", (_DAY, date(2024, 1, 31)),
        (_array(_DAY), _array(date(2024, 1, 31)), _array("2024-01-31"))),
    Way("datetime as CSV is written", "datetime", "2024-01-31T12:00", '"2024-01-31 12:00:00"', "2024-01-31 12:00:00"),
    Way("zone", "datetime", "AV621", '"2024-01-31T12:00:00+00:00"', "2024-01-31T12:00:00+00:00",
        (_NOON.replace(tzinfo=UTC),), (_array(_NOON, pa.timestamp("us", "UTC")),)),
    Way("millisecond", "datetime", "AV314", '"2024-01-31T12:00:00.001000"', "2024-01-31T12:00:00.001000",
        (_NOON.replace(microsecond=1000),), (_array(_NOON.replace(microsecond=1000)),)),
    Way("no day of a datetime", "datetime", "AV312", '"2024-02-30T12:00"', "2024-02-30T12:00", ("2024-02-30T12:00",)),
    # durations
    Way("duration", "duration", "PT1H30M", '"PT1H30M"', "PT1H30M",
        (timedelta(hours=1.5), np.timedelta64(90, "m"), np.timedelta64(5400 * 10**9, "ns"), "PT90M"),
        (_array(timedelta(minutes=90)), _array(timedelta(minutes=90), pa.duration("ns")), _array("PT1H30M"),
         _array(timedelta(minutes=90), pa.duration("s")))),
    Way("duration in words", "duration", "PT1H30M", '"1 h 30 min"', "1 h 30 min", ("90 minutes",), (_array("90 min"),)),
    Way("days and more", "duration", "P3DT4H", '"P3DT4H"', "P3DT4H", (timedelta(3, 4 * 3600),),
        (_array(timedelta(3, 4 * 3600)),)),
    Way("below nothing", "duration", "-PT5M", '"-PT5M"', "-PT5M", (timedelta(minutes=-5),),
        (_array(timedelta(minutes=-5)),)),
    Way("finer", "duration", "AV314", '"PT0.5S"', "PT0.5S", (timedelta(seconds=0.5), np.timedelta64(500, "ms")),
        (_array(timedelta(seconds=0.5)),)),
    Way("a month", "duration", "AV622", '"P1M"', "P1M", ("P1M",), (_array("P1M"),)),
    Way("too long", "duration", "AV313", '"P11D"', "P11D", (timedelta(days=11),), (_array(timedelta(days=11)),)),
    Way("number for a duration", "duration", "AV312", "90", None, (90,), (_array(90),)),
]  # fmt: skip
