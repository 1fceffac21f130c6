"""Where a chain breaks: what is wrong with the first record that does not continue it."""

from __future__ import annotations

from collections.abc import Iterable

from averment.audit.chain import Head, Link, sealed
from averment.audit.errors import ALTERED, MISSING
from averment.diagnostics.diagnostic import Diagnostic


def broken(link: Link, head: Head) -> Diagnostic:
    """What is wrong with the first record that does not continue a chain whole up to ``head``."""
    due = head.size + 1
    if link.sequence != due:
        return Diagnostic(MISSING, f"record {due} is missing: number {link.sequence} stands in its place")
    if sealed(link.packed) != link.hash:
        return Diagnostic(ALTERED, f"record {due} is not what was recorded: its hash does not fit its content")
    return Diagnostic(
        MISSING, f"record {due} does not follow record {head.size}: records were removed, moved or replaced"
    )


def first_break(links: Iterable[Link], head: Head) -> Diagnostic | None:
    """The first record that does not continue a chain whole up to ``head``."""
    for link in links:
        if link.sequence != head.size + 1 or link.previous != head.hash or sealed(link.packed) != link.hash:
            return broken(link, head)
        head = Head(link.sequence, link.hash)
    return None
