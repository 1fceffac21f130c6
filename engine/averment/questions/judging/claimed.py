"""That there is a claim to ask of: a pack may have results only, of which questions are asked by name."""

from __future__ import annotations

from averment.diagnostics.diagnostic import refused
from averment.outcome.outcome import Outcome


def need_claim(outcome: Outcome) -> None:
    """Raises: Refused (AV631) where the outcome is of a pack without a claim."""
    if outcome.claim is None:
        names = " or ".join(f"`{name}`" for name in outcome.results)
        message = "the pack has results and no claim, and this asks of neither"
        raise refused("AV631", message, f"say of what to ask with `--of`, in Python with `Pack.asking`: {names}")
