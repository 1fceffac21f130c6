"""A string gets the place of the value it is, and is told where it is none: for every near miss of every value."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from averment.backends.columnar.coding import coding_of


def _near(values: tuple[str, ...]) -> list[str]:
    """The values, and what is nearly one of them: cut short, drawn out, and changed in any one character."""
    found = ["", "\0", "\0" * 8, "x" * 15, "x" * 300, *values]
    for value in values:
        found += [value[:end] for end in range(len(value))]
        found += [value + more for more in ("\0", "\0" * 9, "x", value, "x" * 300)]
        found += [value[:place] + "#" + value[place + 1 :] for place in range(len(value))]
    return found


@pytest.mark.parametrize(
    "values",
    [
        ("low", "medium", "high"),
        ("web", "mobile", "security", "hardware"),
        ("consumer_first", "consumer_second", "consumer", "sixteen_letters_"),
        ("", "a", "é", "日本"),
        ("low", "low\0"),
        tuple(one + two for one, two in product("abcdefgh", repeat=2)),
    ],
)
def test_only_a_value_has_a_place(values: tuple[str, ...]) -> None:
    coding = coding_of(values)
    if coding is None:
        assert "low\0" in values  # told apart by their lengths alone: left to the hash table
        return
    strings = _near(values) * 300  # more than one block
    offsets = np.cumsum([7, *(len(string.encode()) for string in strings)]).astype(np.int32)
    data = np.frombuffer(b"before:" + "".join(strings).encode() + b"after", np.uint8)
    codes, wrong = coding.codes(data, offsets)
    assert wrong is not None
    assert [None if bad else values[code] for code, bad in zip(codes.tolist(), wrong.tolist(), strict=True)] == [
        string if string in values else None for string in strings
    ]


@pytest.mark.parametrize("values", [(), ("x" * 17,), tuple(map(str, range(65)))])
def test_other_values_are_left_to_a_hash_table(values: tuple[str, ...]) -> None:
    assert coding_of(values) is None
