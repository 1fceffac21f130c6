"""A presumed claim in words: what it presumes, and what would turn it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from averment.core.naming import field_at
from averment.core.program import Field, Kind, Value
from averment.outcome.presumption import Denial, Presumption, Rebuttal
from averment.render.display import Piece
from averment.render.new_ones import NewOnes
from averment.render.phrases import claim_phrase, held, record_at, series, stated, untold
from averment.render.tree import Branch, say

_MOST = 12  # rebuttals told
_MOST_VALUES = 6  # of one field
_FEW = 5  # rebuttals told in a sentence


def presuming_lines(presumption: Presumption) -> Iterator[Branch]:
    """What is presumed, each with the reason the pack gives."""
    types = presumption.outcome.evaluation.program.types
    for path in presumption.presuming:
        field = field_at(types, path)
        assert field is not None and field.presumption is not None
        lines = [say(stated(field, held(untold(field), field.presumption)), note=path)]
        if field.presumed_for:
            lines.append(say(Piece(field.presumed_for, "dim")))
        yield Branch(lines)


def unless_lines(presumption: Presumption) -> Iterator[Branch]:
    """What would turn the claim, smallest first, and how far that was searched."""
    found = presumption.unless
    for rebuttal in found.rebuttals[:_MOST]:
        phrase = rebuttal_phrase(rebuttal)
        yield Branch([say(phrase, note=claim_phrase(rebuttal.claim))])
    rest = len(found.rebuttals) - _MOST
    if rest > 0:
        yield Branch([say(Piece(f"and {rest} more: all are in --format json", "dim"))])
    if found.up_to is not None:
        yield Branch([say(Piece(searched(found.up_to), "dim"))])


def unless_phrase(presumption: Presumption) -> str:
    """``Unless a is yes, or b is high and c is low.``, with the smallest; nothing where nothing turns the claim."""
    phrases = [rebuttal_phrase(rebuttal) for rebuttal in presumption.unless.rebuttals[:_FEW]]
    return f"Unless {', or '.join(phrases)}." if phrases else ""


def searched(up_to: int) -> str:
    """How far rebuttals were searched, where that is not all the way."""
    if not up_to:
        return "some unknown facts have too many values to try all of them"
    return f"what turns it only with more than {up_to} unknown fact{'' if up_to == 1 else 's'} was not looked for"


def rebuttal_phrase(rebuttal: Rebuttal) -> str:
    """``there is a need to lead and for component map the team is media or sales``."""
    met = NewOnes()
    return " and ".join(_of_record(denial) + stated(denial.field, denied(denial, met)) for denial in rebuttal.denials)


def _of_record(denial: Denial) -> str:
    record = record_at(denial.path)
    return f"for {record} " if record else ""


def denied(denial: Denial, met: NewOnes | None = None) -> str:
    """What a denied field would be instead: ``high``, ``20 engineers or more``, ``api or web``."""
    field = untold(denial.field)
    if field.kind.ordered:
        return series((_run(field, low, high) for low, high in denial.runs), "or")
    named = [value for value in denial.values if value not in denial.new]
    words = [_word(field, value) for value in named[:_MOST_VALUES]]
    words += [f"one of {len(named) - _MOST_VALUES} others"] if len(named) > _MOST_VALUES else []
    words += [(met or NewOnes()).named(0, denial.new[0])] if denial.new else []
    return series(words, "or")


def _word(field: Field, value: Value) -> str:
    shown = held(field, value)
    return f"just {shown}" if field.kind is Kind.SET and value else shown


def _run(field: Field, low: int | None, high: int | None) -> str:
    """A run of ordered values: ``20 engineers or more``, ``4 to 7 percent``, ``high``."""
    if low is None or high is None:
        end = high if low is None else low
        last = len(field.values) - 1 if field.kind is Kind.LEVEL else None
        if end is None:
            return "anything else"
        if end == (0 if low is None else last):
            return held(field, end)
        return f"{held(field, end)} or {'less' if low is None else 'more'}"
    return held(field, low) if low == high else f"{held(replace(field, unit=''), low)} to {held(field, high)}"
