"""Expressions with dates, times and durations: what each comes to for one case, in a pack that asks if it is so."""

from __future__ import annotations

import pytest

from averment.diagnostics.diagnostic import Refused
from averment.pack import Pack
from averment.recording import loaded_files

_FACTS = {
    "d": "2024-01-31",
    "e": "2024-02-29",
    "t": "2024-01-31T22:30",
    "u": "2024-02-01T01:00",
    "c": "08:30",
    "x": "PT1H30M",
    "y": "P2D",
    "n": 3,
}
_KINDS = {"d": "date", "e": "date", "t": "datetime", "u": "datetime", "c": "time", "x": "duration", "y": "duration"}
_TRUE = [
    "$d + 1 month = $e",
    "$e - 1 month = 2024-01-29",
    "$d + $n months = 2024-04-30",
    "$d + ($n - 2) months = 2024-02-29",
    "$d + many months = 2026-01-31",
    "$d + 1 year - 1 day = 2025-01-30",
    "$e + 1 year = 2025-02-28",
    "$d + 2 weeks = 2024-02-14",
    "$d - $n days = 2024-01-28",
    "$d + P2D = 2024-02-02",
    "days($d, $e) = 29",
    "days($e, $d) = -29",
    "months($d, $e) = 1",
    "months($e, $d) = 0",
    "years(1990-06-15, 2024-06-14) = 33",
    "$t + 1 month = 2024-02-29T22:30",
    "$t + 3 h = 2024-02-01T01:30",
    "$t + $x = 2024-02-01",
    "$x + $t = 2024-02-01T00:00",
    "$t - 90 minutes = 2024-01-31T21:00",
    "$u - $t = 2 h 30 min",
    "$e - $d = 29 days",
    "$u - $d = P1DT1H",
    "$c - 07:00 = $x",
    "$x * 2 = PT3H",
    "$n * $x + 30 min = 5 hours",
    "$y / $x = 32",
    "abs($x - $y) = 46 h 30 min",
    "max($x, $y, limit) = $y",
    "min($d, $e) = $d",
    "date($t) = $d",
    "time($t) = 22:30",
    "$t > $d",
    "$d <= $u",
    'date("2024-01-31") = $d',
    'time("08:30") = $c',
]


def _pack(test: str) -> Pack:
    fields = ", ".join(f"{name}: {{type: {_KINDS.get(name, 'integer')}}}" for name in _FACTS)
    binds = ", ".join(f"{name}: ${name}" for name in _FACTS)
    texts = {
        "pack.yaml": "pack: s\nversion: 1.0.0\ntitle: S\nclaim: {fact: advice, field: what}\nparameters:\n"
        "  many: {type: integer, value: 24, says: One.}\n  limit: {type: duration, value: PT1S, says: One.}\n",
        "facts.yaml": f"facts:\n  p: {{cardinality: one, fields: {{{fields}}}}}\n"
        "  advice: {derived: true, fields: {what: {type: choice, of: [so]}}}\n",
        "rules/a.yaml": "author: A\nrules:\n- rule: so\n  backing: judgement\n"
        f"  when:\n  - p: {{{binds}}}\n  - test: '{test}'\n  then: [advice: {{what: so}}]\n",
    }
    return loaded_files({path: text.encode() for path, text in texts.items()})


@pytest.mark.parametrize("test", _TRUE)
def test_it_is_so(test: str) -> None:
    pack = _pack(test)
    for engine in ("reference", ""):  # and, asked again, straight-line code
        assert pack.decide({"p": _FACTS}, engine=engine).claim == "so"
    assert pack.decide({"p": _FACTS}).claim == "so"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("$d + 3 = $d", "say of what the number is"),
        ("$d + $x = $d", "a duration may be of part of a day"),
        ("$c + $x = $c", "may pass midnight"),
        ("$d + $n hours = $d", "a date has no hours"),
        ("$x = 3 months", "vary in length"),
        ("$x + 1 month = $x", "vary in length"),
        ("months($t, $u) = 1", "date($a)"),
        ("$d + $e = $d", "has no meaning here"),
        ("$x * $y = $x", "has no meaning here"),
        ("years($d) = 1", "of two dates"),
        ("days($d, $e, $d) = 1", "expected `)`"),
        ("$d = $c", "does not compare"),
    ],
)
def test_what_has_no_meaning(test: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        _pack(test)
    assert any(said in each.line for each in refused.value.diagnostics), refused.value


def test_what_leaves_the_calendar_has_no_outcome() -> None:
    pack = _pack("$d + $n years > $e")
    with pytest.raises(Refused, match="AV501"):
        pack.decide({"p": _FACTS | {"d": "9998-01-01"}})
