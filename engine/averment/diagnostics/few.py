"""The first findings of each kind, and how many more there are: nobody reads a hundred thousand of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from averment.diagnostics.diagnostic import Diagnostic

MOST = 20  # of one code that are told


def few(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """At most ``MOST`` findings of each code and severity, and after them one that stands for the rest of these."""
    kept: list[Diagnostic] = []
    told: Counter[tuple[str, str]] = Counter()
    rest: dict[tuple[str, str], Diagnostic] = {}
    for each in diagnostics:
        kind = each.code, each.severity
        told[kind] += 1
        if told[kind] <= MOST:
            kept.append(each)
        else:
            count = each.count + (rest[kind].count if kind in rest else 0)
            rest[kind] = Diagnostic(each.code, f"and {count:,} more like these", severity=each.severity, count=count)
    last = {kind: place for place, each in enumerate(kept) if (kind := (each.code, each.severity)) in rest}
    for kind, place in sorted(last.items(), key=lambda item: -item[1]):
        kept.insert(place + 1, rest[kind])
    return kept
