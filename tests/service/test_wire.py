"""What goes between the processes of a service, and the quick way to write canonical JSON."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from averment.audit.errors import LogRefused, LogUnavailable
from averment.audit.log import Receipt
from averment.audit.record import Entry
from averment.diagnostics.diagnostic import Diagnostic
from averment.ir.digest import canonical
from averment_service.wire import canonical_quickly, entries_frame, entries_of, plain, results_frame, results_of

_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8"))
_KEYS = st.text(st.characters(codec="ascii"))


@given(st.recursive(_SCALARS, lambda held: st.lists(held) | st.dictionaries(_KEYS, held)))
def test_the_quick_way_writes_what_canonical_writes(value: Any) -> None:
    assert canonical_quickly(value) == canonical(value)


def test_entries_and_results_arrive_as_they_were() -> None:
    entries = [Entry("decision", b"{}", "key", "a case", "pm_tpm", "sha256:0", "open", "open", b"archive")]
    assert entries_of(entries_frame(entries)) == entries
    found = Diagnostic("AV558", "in conflict", (), ("use another key",))
    first, second, third = results_of(
        results_frame([Receipt(7, "7-abc", "abc", "2026", False), LogRefused(found), LogUnavailable(found)])
    )
    assert first == Receipt(7, "7-abc", "abc", "2026", False)
    assert isinstance(second, LogRefused) and second.diagnostic == found
    assert isinstance(third, LogUnavailable)


_NAMES = st.sampled_from(['"a"', '"b"', '"a:b"', '"\\u0061"', '"é"'])
_TEXTS = st.sampled_from([
    "null", "true", "0", "-0", "1", "1.50", "-0.0", "1e5", "1E-2", "0.1234567890123456", "12345678901234567890123",
    "NaN", "Infinity", "01", "1.", '""', '":"', '"\\":"', '"\\ud800"', '"\x01"', '"\\u0000"', "'a'", "",
])  # fmt: skip
_JSON = st.recursive(
    _TEXTS,
    lambda held: (
        st.lists(held).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(_NAMES, held)).map(
            lambda pairs: "{" + ",".join(f"{name} :{value}" for name, value in pairs) + "}"
        )
    ),
)


@given(st.lists(st.tuples(_NAMES, _JSON), max_size=3), st.sampled_from(["", "", " ", "x", "\ufeff"]))
def test_what_is_read_at_speed_is_what_every_reader_reads(pairs: list[tuple[str, str]], before: str) -> None:
    text = before + "{" + ",".join(f"{name}:{value}" for name, value in pairs) + "}"
    found = plain(text.encode())
    try:
        expected = json.loads(text, object_pairs_hook=_once, parse_float=_short, parse_constant=_none)
    except ValueError:
        expected = None
    if "\\ud800" in text:  # half a character, which not every reader takes
        assert found is None or found == expected
    else:
        assert repr(found) == repr(expected)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError
    return dict(pairs)


def _short(text: str) -> float:
    if len(text) > 15 or "e" in text.lower():
        raise ValueError
    return float(text)


def _none(_: str) -> None:
    raise ValueError
