"""The claims of many cases on one screen: under each claim, and how it stands, the names of its cases."""

from __future__ import annotations

from collections.abc import Sequence

from averment.diagnostics.render_text import visible
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.render.display import Piece, Style, columns
from averment.render.outline import headline
from averment.render.phrases import claim_phrase
from averment.render.tree import layout, say

_BETWEEN = 2


def claims_table(outcomes: Sequence[Outcome], style: Style) -> str:
    """The table, the claims in the pack's order, each with the number of its cases; ends in a newline."""
    found: dict[tuple[str, Status], list[str]] = {}
    for outcome in outcomes:
        told = outcome.presumed or outcome
        claim = headline(outcome) if told.claim is None else told.claim
        found.setdefault((claim, outcome.status), []).append(outcome.case.name)
    values = outcomes[0].evaluation.program.claim.values if outcomes else ()
    place = {value: number for number, value in enumerate(values)}
    rows: list[str] = []
    for claim, status in sorted(found, key=lambda kind: (place.get(kind[0], len(place)), [*Status].index(kind[1]))):
        names = found[claim, status]
        word = claim
        if values:
            word = "open" if status is Status.OPEN else claim_phrase(claim)
            word = f"presumably {word}" if status is Status.PRESUMED else word
        many = f"{len(names):,} case{'' if len(names) == 1 else 's'}"
        rows += [*([""] if rows else []), *layout(say(Piece(word, "bold"), note=many), style)]
        rows += _columns(sorted(map(visible, names)), style.width)
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _columns(names: Sequence[str], width: int) -> list[str]:
    """The names in columns of one width, read down."""
    wide = min(max(map(columns, names)) + _BETWEEN, width)
    across = max(1, (width + _BETWEEN) // wide)
    down = -(-len(names) // across)
    grid = [names[start::down] for start in range(down)]
    return ["".join(name + " " * (wide - columns(name)) for name in row) for row in grid]
