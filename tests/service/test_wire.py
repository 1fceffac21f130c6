"""What goes between the processes of a service, and the quick way to write canonical JSON."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from averment.audit.errors import LogRefused, LogUnavailable
from averment.audit.log import Receipt
from averment.audit.record import Entry
from averment.diagnostics.diagnostic import Diagnostic
from averment.ir.digest import canonical
from averment_service.wire import canonical_quickly, entries_frame, entries_of, results_frame, results_of

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
