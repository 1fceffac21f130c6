"""How like a heading is to what a field is called: from 0 to 1, by words, their beginnings, initials and slips.

A unit at the end of a heading, as in ``body_mass_g`` or ``length (cm)``, is no part of its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from averment.core.program import FactType, Field
from averment.core.suggest import distance

_WORD = re.compile(r"[^\W\d_]+|\d+")
_BRACKETED = re.compile(r"[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$")
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SMALL = "a an and are at by does do for has have how in is it its many much of on per the to what which"
_FILLERS = frozenset(_SMALL.split())
_SAME = {
    word: group.split()[0]
    for group in (
        "maximum max highest largest greatest", "minimum min lowest smallest least", "average avg mean", "sex gender",
        "year yr",
        "number num nr no count", "color colour", "gray grey", "percent pct percentage", "child kid children",
        "born birth birthday birthdate dob", "died death deceased", "amount amt", "quantity qty", "identifier id",
        "temperature temp", "address addr", "phone telephone tel",
    )
    for word in group.split()
}  # fmt: skip
_ASKED = 0.55  # the most that words of the question count
_UNITS: dict[str, tuple[str, Decimal]] = {
    name: (dimension, Decimal(factor))
    for dimension, units in {
        "mass": {"mg": "0.000001", "g": "0.001", "gram": "0.001", "grams": "0.001", "kg": "1", "kilograms": "1",
                 "t": "1000", "lb": "0.45359237", "lbs": "0.45359237", "pounds": "0.45359237"},
        "length": {"mm": "0.001", "cm": "0.01", "m": "1", "metres": "1", "meters": "1", "km": "1000", "in": "0.0254",
                   "inch": "0.0254", "inches": "0.0254", "ft": "0.3048", "feet": "0.3048", "mi": "1609.344",
                   "miles": "1609.344"},
        "time": {"ms": "0.001", "s": "1", "sec": "1", "seconds": "1", "min": "60", "minutes": "60", "h": "3600",
                 "hr": "3600", "hours": "3600"},
        "volume": {"ml": "0.001", "cl": "0.01", "l": "1", "litres": "1", "liters": "1"},
        "speed": {"kmh": "1", "mph": "1.609344"},
        "temperature": {"c": "1", "celsius": "1"},
    }.items()
    for name, factor in units.items()
}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A heading as words, and the unit at its end, if any."""

    words: tuple[str, ...]
    unit: str = ""


def heading_of(text: str) -> Heading:
    """The words of a heading, and its unit."""
    bracketed = _BRACKETED.search(text)
    if bracketed:
        unit = bracketed[1].lower().replace("/", "")
        return Heading(words_of(text[: bracketed.start()]), unit if unit in _UNITS else "")
    words = words_of(text, fillers=True)
    if len(words) > 1 and words[-1] in _UNITS:
        return Heading(tuple(word for word in words[:-1] if word not in _FILLERS) or words[:-1], words[-1])
    return Heading(words_of(text))


@cache
def words_of(text: str, fillers: bool = False) -> tuple[str, ...]:
    """A text as lower-case words; without the small ones, unless ``fillers``."""
    found = tuple(_single(word.lower()) for word in _WORD.findall(_CAMEL.sub(" ", text)))
    return found if fillers else tuple(word for word in found if word not in _FILLERS) or found


def factor(unit: str, wanted: str) -> Decimal | None:
    """What a number in ``unit`` is multiplied by to be in the ``wanted`` one; none if that is not exact."""
    one, other = _UNITS.get(unit), _UNITS.get(wanted.lower().replace("/", ""))
    if not one or not other or one[0] != other[0] or one[1] == other[1]:
        return None
    found = one[1] / other[1]
    return found.normalize() if found * other[1] == one[1] else None


def likeness(heading: Heading, type: FactType, field: Field) -> float:
    """How like a heading is to a field of a type."""
    return _likeness(heading.words, type.name, field.name, field.label, field.ask)


@cache
def _likeness(words: tuple[str, ...], type: str, name: str, label: str, ask: str) -> float:
    if not words:
        return 0.0
    plain, of_type = "".join(words), words_of(type)
    named = [each for each in map(words_of, (name, label, *_apart(label))) if each]
    if plain in {"".join(each) for each in (*named, words_of(f"{type} {name}"))}:
        return 1.0
    best = max(_overlap(words, each) for each in named)
    if words[: len(of_type)] == of_type and len(words) > len(of_type):
        best = max(best, *(_overlap(words[len(of_type) :], each) for each in named))
    for text in (name, label):
        for fillers in (True, False):
            initials = "".join(word[0] for word in words_of(text, fillers))
            if len(words) == 1 and plain == initials and len(plain) > 1:
                best = max(best, 0.7)
    return max(best, min(_ASKED, _covered(words, words_of(ask)))) if ask else best


def _apart(label: str) -> tuple[str, ...]:
    """A label such as ``loan to value (ltv)`` without its brackets, and what is in them, but for a unit."""
    found = _BRACKETED.search(label)
    if not found or found[1].lower().replace("/", "") in _UNITS:
        return ()
    return label[: found.start()], found[1]


def _overlap(words: tuple[str, ...], others: tuple[str, ...]) -> float:
    """What of both is alike: the mean of how far each is covered by the other, or run together, with slips."""
    both = (_covered(words, others) + _covered(others, words)) / 2
    plain, other = "".join(words), "".join(others)
    longest = max(len(plain), len(other))
    slips = distance(plain, other, longest // 4) if longest <= 64 else longest
    return min(max(both, 1 - 2 * slips / longest if slips <= longest // 4 else 0.0), 0.95)


def _covered(words: tuple[str, ...], others: tuple[str, ...]) -> float:
    weights = [max(len(word), 2) for word in words]
    return sum(weight * max((_alike(word, other) for other in others), default=0.0)
               for word, weight in zip(words, weights, strict=True)) / sum(weights)  # fmt: skip


@cache
def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if long.startswith(short) or (len(short) >= 3 and short[-1] == "y" and long.startswith(short[:-1] + "i")):
        return 0.85 if len(short) >= 3 else 0.6 if len(short) == 2 else 0.4
    if short[:1] == long[:1] and 2 <= len(short) <= 5 and _is_within(short, long):
        return 0.6
    longest = len(long)
    if longest >= 4 and distance(one, other, longest // 4) <= longest // 4:
        return 0.7
    return 0.0


def _is_within(short: str, long: str) -> bool:
    """Whether the letters of a word stand in another in their order, as those of an abbreviation do."""
    rest = iter(long)
    return all(letter in rest for letter in short)


def _single(word: str) -> str:
    """A word as all that mean the same are: a plural without its s (``mass`` and ``gas`` are none)."""
    plain = word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "sui" else word
    return _SAME.get(plain, plain)
