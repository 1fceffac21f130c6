"""The times of a random pack: values that are drawn, and tests and conclusions that reckon with them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

TIMES: dict[str, tuple[str, ...]] = {  # the values that are drawn, in their order
    "date": ("2024-01-31", "2024-02-29", "2025-06-01"),
    "time": ("00:00", "08:30", "23:59:59"),
    "datetime": ("2024-01-31T00:00", "2024-02-29T08:30", "2024-02-29T08:30:01"),
    "duration": ("-PT30M", "PT0S", "PT1H30M", "P3D"),
}
ORDERS = ("<", "<=", ">", ">=", "=", "!=")


def calendar_tests(bound: Mapping[str, Mapping[str, Any]], rng: random.Random) -> list[str]:
    """Comparisons that reckon with the dates, datetimes and durations among the variables that are bound."""
    dates, datetimes, lengths = (_of(kind, bound) for kind in ("date", "datetime", "duration"))
    order, n = rng.choice(ORDERS), rng.choice(["1", "2", "13", "p_integer", *_of("integer", bound)])
    found: list[str] = []
    if dates:
        a, b = rng.choice(dates), rng.choice([*dates, "2024-02-29", "p_date"])
        found += [f"{function}({a}, {b}) {order} {n}" for function in ("days", "months", "years")]
        found += [f"{a} + {n} months {order} {b}", f"{a} - {n} weeks {order} {b}", f"{a} + {n} days {order} p_date"]
        found += [f"{a} - {b} {order} p_duration", f"{b} - 1 year {order} {a}", f"max({a}, {b}) {order} p_date"]
    if datetimes:
        t, u = rng.choice(datetimes), rng.choice([*datetimes, "2024-02-29T12:00", "p_datetime"])
        length = rng.choice([*lengths, "PT36H", "p_duration", f"{n} hours"])
        found += [f"{t} + {length} {order} {u}", f"{t} - {u} {order} {length}", f"{t} - {n} months {order} {u}"]
        found += [f"date({t}) {order} p_date", f"time({t}) {order} p_time", f"{t} {order} p_date"]
    if lengths:
        d, e = rng.choice(lengths), rng.choice([*lengths, "P1D", "p_duration"])
        found += [
            f"{d} * {n} {order} {e}",
            f"{d} + {e} {order} 2 * {d}",
            f"abs({d}) {order} {e}",
            f"{d} / 1 h {order} {n}",
        ]
    return found


def calendar_values(kind: str, bound: Mapping[str, Mapping[str, Any]], rng: random.Random) -> list[str]:
    """Expressions of a kind."""
    dates, datetimes = (_of(kind, bound) for kind in ("date", "datetime"))
    n = rng.choice(["1", "13", "p_integer", *_of("integer", bound)])
    match kind:
        case "date":
            some = [f"{date} + {n} months" for date in dates] + [f"{date} - {n} days" for date in dates]
            return [*some, *(f"date({each})" for each in datetimes)]
        case "datetime":
            return [f"{each} - {n} hours" for each in datetimes] + [f"{each} + {n} years" for each in datetimes]
        case "duration":
            return [f"{each} - p_datetime" for each in datetimes] + [f"{each} - p_date" for each in dates]
        case "time":
            return [f"time({each})" for each in datetimes]
        case "integer":
            return [f"months({each}, p_date)" for each in dates]
        case _:
            return []


def _of(kind: str, bound: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [f"${name}" for name, about in bound.items() if about["type"] == kind]
