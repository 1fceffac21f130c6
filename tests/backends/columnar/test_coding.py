"""A string gets the place of the value it is, and is told where it is none: for every near miss of every value."""

from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from averment.backends.columnar.coding import coding_of
from averment.backends.columnar.columns import Array, Plane


def _near(values: tuple[str, ...]) -> list[str]:
    """The values, and what is nearly one of them: cut short, drawn out, and changed in any one character."""
    found = ["", "\0", "\0" * 8, "x" * 15, "x" * 300, *values]
    for value in values:
        found += [value[:end] for end in range(len(value))]
        found += [value + more for more in ("\0", "\0" * 9, "x", value, "x" * 300)]
        found += [value[:place] + "#" + value[place + 1 :] for place in range(len(value))]
    return found


_VALUES = [
    ("low", "medium", "high"),
    ("low", "medium", "high", "very high", "none"),
    ("web", "mobile", "security", "hardware"),
    ("ml", "api", "cloud", "data", "mobile", "security", "web", "hardware"),
    ("consumer_first", "consumer_second", "consumer", "sixteen_letters_"),
    ("", "a", "é", "日本"),
    ("", "\0", "a\0", "a"),
    ("low", "low\0"),
    tuple(one + two for one, two in product("abcdefgh", repeat=2)),
]


@pytest.mark.parametrize("values", _VALUES)
@pytest.mark.parametrize("least", [0, 1, 2], ids=["any", "without zero bytes", "short, without zero bytes"])
def test_only_a_value_has_a_place(values: tuple[str, ...], least: int) -> None:
    coding = coding_of(values)
    assert coding is not None
    strings = [
        string
        for string in _near(values) * 300  # more than one block
        if not (least and "\0" in string) and not (least == 2 and len(string.encode()) > 8)
    ]
    offsets = np.cumsum([7, *(len(string.encode()) for string in strings)]).astype(np.int32)
    data = np.frombuffer(b"before:" + "".join(strings).encode() + b"after", np.uint8)
    expected = [string if string in values else None for string in strings]
    assert _read(coding.codes(data, offsets), values) == expected
    if coding.in_views:
        views = pa.array(strings, pa.string_view()).buffers()[1]
        assert _read(coding.view_codes(np.frombuffer(views, np.uint64)), values) == expected
    assert coding.in_views is (max(len(value.encode()) for value in values) <= 12)


def _read(found: tuple[Array, Plane | None], values: tuple[str, ...]) -> list[str | None]:
    codes, wrong = found
    assert wrong is not None
    return [None if bad else values[code] for code, bad in zip(codes.tolist(), wrong.tolist(), strict=True)]


def test_strings_that_are_too_alike_are_left_to_a_hash_table() -> None:
    alike = tuple("\0" * count + "x" for count in range(6))
    assert coding_of(alike) is None


@pytest.mark.parametrize("values", [(), ("x" * 17,), tuple(map(str, range(65)))])
def test_other_values_are_left_to_a_hash_table(values: tuple[str, ...]) -> None:
    assert coding_of(values) is None
