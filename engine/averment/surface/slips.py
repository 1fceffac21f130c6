"""What people write who know another language, or none, and what to write in this one.

Each slip stands here with an example of it and of what to write instead, which a test reads. Where a text is not in the
grammar, the first slip that stands where reading stopped says how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

CELL, EXPRESSION, KEY = "cell", "expression", "key"

_ENDS = {
    "at least": ">=",
    "at most": "<=",
    "up to": "<=",
    "more than": ">",
    "greater than": ">",
    "less than": "<",
    "fewer than": "<",
    "from": ">=",
    "above": ">",
    "over": ">",
    "below": "<",
    "under": "<",
}
_LONGEST = 200  # characters of what a person writes: patterns take longer the longer a text is
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_VALUE = rf"(?:{_NUMBER}|[a-z][a-z0-9_]*)"
_WORDS = "|".join(words.replace(" ", r"\s+") for words in _ENDS)

_ALONE = "write the value alone: `{}`"
_CLOCK = "there is no clock: let the day to decide for be a date of the case, bind it to a variable, and write `{}`"
CLOCK, NO_CLOCK = ("today", "now"), _CLOCK.format("$today")
_CONJUNCTION = "write two conditions: all conditions of a rule must hold, `{}` among them"
_QUOTES = "a text is in double quotes, with those of YAML around them: `'{}'`"
_WRITE = "write `{}`"


class Slip(NamedTuple):
    """A way to miss the grammar of a cell, of an expression, or of ``both``; or to write a key that is no name.

    ``help`` is how to mend it; its ``{}`` stands for what was ``meant``, as made of the match.
    """

    where: str
    pattern: re.Pattern[str]
    help: str
    meant: Callable[[re.Match[str]], str]
    wrote: str
    instead: str


class Mend(NamedTuple):
    """Where a slip stands in a text, and how to mend it."""

    at: int
    end: int
    help: str


def slip_in(text: str, where: str, at: int) -> Mend | None:
    """The slip by which ``text``, a cell, an expression or a key, could not be read beyond the offset ``at``."""
    if len(text) > _LONGEST:
        return None
    for slip in SLIPS:
        if slip.where in (where, "both"):
            for found in slip.pattern.finditer(text):
                if found.start() <= at <= found.end():
                    return Mend(found.start(), found.end(), slip.help.format(slip.meant(found)))
    return None


def _slip(
    where: str, pattern: str, help: str, meant: str | Callable[[re.Match[str]], str], wrote: str, instead: str
) -> Slip:
    """``meant`` may be a template of the match, as ``re`` has them."""
    made: Callable[[re.Match[str]], str] = meant if callable(meant) else lambda found: found.expand(meant)
    return Slip(where, re.compile(pattern), help, made, wrote, instead)


def _worded(found: re.Match[str]) -> str:
    return f"{_ENDS[' '.join(found[1].split())]} {found[2]}"


def _dated(found: re.Match[str]) -> str:
    """Day first where there are points, or no such month; with slashes, month first."""
    first, second, year = int(found[1]), int(found[3]), found[4]
    month, day = (second, first) if found[2] == "." or first > 12 else (first, second)
    return f"{year}-{month:02}-{day:02}"


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"[^0-9]", "", found[0])


SLIPS: tuple[Slip, ...] = (
    _slip("both", r"\b(?:today|now)\b(?:\s*\(\s*\)?)?", _CLOCK, "$today", "$born > today()", "$born > $today"),
    _slip(EXPRESSION, r"^\s*if\s+(.*\S)", "a rule is its own `if`: write `{}`", r"\1", "if $n > 3", "$n > 3"),
    _slip(EXPRESSION, r"(.*\S)\s*(?:&&|\band\b)\s*(.*)", _CONJUNCTION, r"\1", "$n > 3 && $n < 5", "$n > 3"),
    _slip(EXPRESSION, r"==", _WRITE, "=", "$n == 3", "$n = 3"),
    _slip(EXPRESSION, r"<>|≠", _WRITE, "!=", "$n <> 3", "$n != 3"),
    _slip(CELL, rf"^\s*==?\s*({_VALUE})", _ALONE, r"\1", "== 3", "3"),
    _slip(CELL, rf"^\s*is\s+({_VALUE})\s*$", _ALONE, r"\1", "is low", "low"),
    _slip(CELL, rf"(?:!=|<>|≠|(?:is\s+)?\bnot)\s*({_VALUE})", _WRITE, r"not(\1)", "is not low", "not(low)"),
    _slip("both", r"≥|=>", _WRITE, ">=", "=> 3", ">= 3"),
    _slip("both", r"≤|=<", _WRITE, "<=", "≤ 3", "<= 3"),
    _slip(CELL, rf"\b({_WORDS})\s+({_VALUE})", _WRITE, _worded, "at least 3", ">= 3"),
    _slip(CELL, rf"({_VALUE})\s+or\s+({_VALUE})", _WRITE, r"\1, \2", "low or high", "low, high"),
    _slip(
        "both",
        rf"({_NUMBER})\s*(?:%|\bpercent\b)",
        "write `{}`; what it is counted in stands at the field, as `unit: percent`",
        r"\1",
        "> 20%",
        "> 20",
    ),
    _slip(
        "both",
        r"\b([0-9]{1,2})([./])([0-9]{1,2})[./]([0-9]{4})\b",
        "a date is YYYY-MM-DD: `{}`",
        _dated,
        "< 31.12.2024",
        "< 2024-12-31",
    ),
    _slip(
        "both",
        "\\b[0-9]{1,3}(?:[,'\u2019 \u00a0\u202f][0-9]{3})+\\b",
        "write `{}`: between the digits of a number stands nothing",
        _digits,
        "> 1,000",
        "> 1000",
    ),
    _slip(EXPRESSION, r"([0-9]+),([0-9]+)", "a number has a point: `{}`", r"\1.\2", "$n > 37,4", "$n > 37.4"),
    _slip(
        CELL,
        rf"(?:\bbetween\s+)?(?<![-\w.\[(])({_NUMBER})\s*(?:\.\.\.?|[-\u2013\u2014\u2026]|to\b|and\b)\s*({_NUMBER})(?![-\w.])",
        "a range is in brackets: `{}`",
        r"[\1..\2]",
        "92-93",
        "[92..93]",
    ),
    _slip(CELL, r"^\s*'([^']*)'\s*$", _QUOTES, r'"\1"', "'Anna'", '"Anna"'),
    _slip(
        "both",
        "[\u201c\u201d\u201e\u00ab]([^\u201c\u201d\u00bb]*)[\u201c\u201d\u00bb]?",
        _QUOTES,
        r'"\1"',
        "“Anna”",
        '"Anna"',
    ),
    _slip(CELL, r"^\s*([^\W\d_a-z][\w -]*?)\s*$", _QUOTES, r'"\1"', "Anna Karenina", '"Anna Karenina"'),
    _slip(
        CELL,
        rf"(?<![-\w.])({_VALUE})\s*[-+*/](?![0-9]{{2}}-).*",
        "a cell compares with one value, as `{}`; to calculate, bind the field to a variable and write a `test:`",
        r"\1",
        "> bound * 2",
        "> bound",
    ),
    _slip(KEY, r"^not\s+([a-z][a-z0-9_]*)$", _WRITE, r"not: {\1: {…}}", "not case", "not: {case: {…}}"),
    _slip(KEY, r"^([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)$", _WRITE, r"\1: {\2: …}", "case.score", "case: {score: …}"),
    _slip(KEY, r"^([a-z][a-z0-9_]*)\s*([<>=!].*)$", _WRITE, r'\1: "\2"', "score > 3", 'score: "> 3"'),
)


WORDS = {
    "and": "leave it out: all conditions of a rule must hold",
    "if": "a rule is its own `if`: its conditions stand under `when:`, and what follows from them under `then:`",
    "or": "alternatives stand under `any:`",
}
"""Words that stand where a condition does, and what to do instead."""
