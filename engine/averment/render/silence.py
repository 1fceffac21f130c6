"""What the silence of a case is taken to mean, in words."""

from __future__ import annotations

from averment.outcome.outcome import Outcome
from averment.render.phrases import series, words


def silence(outcome: Outcome) -> str:
    """Of what there is assumed to be none, because the case does not speak of it; nothing where nothing is."""
    silent = sorted(outcome.evaluation.memory.silent)
    if not silent:
        return ""
    it = "them" if len(silent) > 1 else "it"
    return f"Assumed: there is no {series(map(words, silent), 'or')}, since the case does not speak of {it}."
