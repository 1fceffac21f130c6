"""Where lines end, found in all bytes at once: with NumPy, where it is there."""

from __future__ import annotations

import numpy as np

_BREAK, _QUOTE, _COMMA = b'\n",'
_USUAL = 128  # bytes of a record


def line_ends(data: bytes) -> list[int]:
    """Where each line ends, with its line break."""
    found: list[int] = (np.flatnonzero(np.frombuffer(data, np.uint8) == _BREAK) + 1).tolist()
    return found


def ends_of_lines(data: bytes, last: bool, most: int | None) -> list[int] | None:
    """Where the records end if each is a line; nothing where a cell may hold a line break. None does where every second
    quote, from the first on, begins a cell or follows another, and every line has an even number of them.
    """
    window = len(data) if most is None else min(len(data), most * _USUAL)
    while True:
        held = np.frombuffer(data, np.uint8, window)
        ends = np.flatnonzero(held == _BREAK) + 1
        if window == len(data) or (most is not None and len(ends) >= most):
            break
        window = min(len(data), 2 * window)
    if most is not None:
        ends = ends[:most]
    quotes = np.flatnonzero(held == _QUOTE)
    counts = np.searchsorted(quotes, ends)
    opening = quotes[: int(counts[-1]) if len(counts) and not last else len(quotes) : 2]
    before = held[opening[opening > 0] - 1]
    if (counts & 1).any() or not ((before == _COMMA) | (before == _BREAK) | (before == _QUOTE)).all():
        return None
    found: list[int] = ends.tolist()
    if last and window == len(data) and len(data) > (found[-1] if found else 0) and (most is None or len(found) < most):
        found.append(len(data))
    return found
