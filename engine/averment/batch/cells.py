"""A value of a table as a cell of CSV has it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from averment.core.plain import plain
from averment.core.values import MOST_EXACT


def cell_text(value: Any) -> str | None:
    """The text; none where it is unknown. A whole float is that integer, as far as readers of numbers keep it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
        case date():
            return value.isoformat()
        case time() | timedelta():
            return str(plain(value))
        case Decimal():
            return f"{value:f}"
        case float() if value != value:
            return None
        case float() if value.is_integer() and abs(value) <= MOST_EXACT:
            return str(int(value))
        case _:
            return str(value)
