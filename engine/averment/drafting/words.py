"""The words of other tables: for what is missing, for true and false, and for the values of a choice or a level."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from averment.core.composed import composed
from averment.core.suggest import did_you_mean
from averment.drafting.likeness import words_of

_MISSING = "na n/a #n/a n.a. n.a nan nat null none nil - -- --- . ? unknown missing <na> k.a. #null! #value! #ref! \\n"
_TRUE = "true t yes y ja j oui si sí sim da tak x ✓ ✔ on 1 1.0 wahr vrai"
_FALSE = "false f no n nein non não nie net off 0 0.0 falsch faux"
MISSING = frozenset(_MISSING.split()) | {"not available", "not known", "k. a.", "no data"}
TRUE, FALSE = frozenset(_TRUE.split()), frozenset(_FALSE.split())
_NOT = ("not", "no", "non", "un", "without", "never", "kein", "ohne")
_ALIKE = {"man": "male", "men": "male", "boy": "male", "woman": "female", "women": "female", "girl": "female"}
_COUNTED = (
    "zero", "one first 1st i", "two second 2nd ii", "three third 3rd iii", "four fourth 4th iv", "five fifth 5th v",
    "six sixth 6th vi", "seven seventh 7th vii", "eight eighth 8th viii", "nine ninth 9th ix", "ten tenth 10th x",
)  # fmt: skip
_NUMBERS = {word: str(number) for number, words in enumerate(_COUNTED) for word in words.split()}


def missing_in(cells: Iterable[str], values: Sequence[str] = ()) -> tuple[str, ...]:
    """The cells that say that something is not known, but for those that are among the ``values`` of the field."""
    return tuple(sorted(cell for cell in cells if cell.strip().lower() in MISSING and composed(cell) not in values))


def truths_in(cells: Sequence[str], name: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The words for true and those for false among the cells of a column of a field called so; none where it is not
    told.
    """
    true = tuple(sorted({cell for cell in cells if cell.strip().lower() in TRUE}))
    false = tuple(sorted({cell for cell in cells if cell.strip().lower() in FALSE}))
    if len(true) + len(false) == len(set(cells)):
        return true, false
    if len(cells) != 2:
        return None
    for one, other in (cells, cells[::-1]):
        plain, negated = words_of(one, fillers=True), words_of(other, fillers=True)
        if negated[:1] and negated[0] in _NOT and negated[1:] == plain:
            return (one,), (other,)
        if set(plain) & set(words_of(name)) and not set(negated) & set(words_of(name)):
            return (one,), (other,)
    return None


def spelled(cells: Sequence[str], values: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Which value each cell is, as far as that can be told, and of which cells that is no more than likely."""
    found = {cell: cell for cell in cells if cell in values}
    certain = {cell: value for cell in cells if cell not in found and (value := _same(cell, values))}
    found |= certain
    begun = _begun_in_turn([cell for cell in cells if cell not in found], values, set(found.values()))
    found |= begun
    unsure = [] if len(set(found.values())) == len(found) == len(cells) else list(begun)  # as F and M of female, male
    rest = [cell for cell in cells if cell not in found]
    near = {cell: value for cell in rest if (value := _near(cell, values))}
    left = [value for value in values if value not in {*found.values(), *near.values()}]
    over = [cell for cell in rest if cell not in near]
    if len(left) == len(over) == 1 and len(found) > 1:
        near[over[0]] = left[0]
    unsure += near
    told = {cell: value for cell, value in {**found, **near}.items() if cell not in values}
    rank = {value: place for place, value in enumerate(values)}
    return dict(sorted(told.items(), key=lambda item: (rank[item[1]], item[0]))), tuple(unsure)


def _begun_in_turn(cells: Sequence[str], values: Sequence[str], taken: set[str]) -> dict[str, str]:
    """The cells that begin as one value does, or stand for it as an abbreviation does; a value that has been told is
    none for the cells after.
    """
    found: dict[str, str] = {}
    for alike in (_begins, _begins, _abbreviates, _abbreviates):
        free = [value for value in values if value not in taken | set(found.values())]
        for cell in cells:
            fitting = [value for value in (free if alike is _abbreviates else values) if alike(cell, value)]
            if cell not in found and len(fitting) == 1:
                found[cell] = fitting[0]
    return found


def _same(cell: str, values: Sequence[str]) -> str:
    """The one value that has the words of a cell, numbers being what they are in any word."""
    plain = _words(cell)
    same = [value for value in values if _words(value) == plain]
    if not same:
        same = [value for value in values if "".join(_words(value)) == "".join(plain)]
    if not same and any(word.isdigit() for word in plain):
        digits = [word for word in plain if word.isdigit()]
        same = [value for value in values if [word for word in _words(value) if word.isdigit()] == digits]
    if not same:
        same = [value for value in values if set(_words(value)) <= set(plain)]
        same = [value for value in same if len(_words(value)) == max(len(_words(each)) for each in same)]
    return same[0] if len(same) == 1 else ""


def _begins(cell: str, value: str) -> bool:
    """Whether a value begins as a cell does, or a cell as it does."""
    plain, other = "".join(_words(cell)), "".join(_words(value))
    first = _words(cell)[:1]
    whole = bool(plain) and (other.startswith(plain) or (len(other) >= 3 and plain.startswith(other)))
    return whole or (bool(first) and len(first[0]) >= 3 and other.startswith(first[0]))


def _abbreviates(cell: str, value: str) -> bool:
    """Whether the first word of a cell has the first letter of a value, and others of it in their order."""
    first, other = "".join(_words(cell)[:1]), "".join(_words(value))
    rest = iter(other)
    return len(first) > 1 and first[0] == other[:1] and all(letter in rest for letter in first)


def _near(cell: str, values: Sequence[str]) -> str:
    folded = {"_".join(_words(value)): value for value in values}
    return folded.get(did_you_mean("_".join(_words(cell)), folded) or "", "")


def _words(text: str) -> tuple[str, ...]:
    parted = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", text)
    plain = re.sub(r"(\d+)(?:st|nd|rd|th|\.0)\b", r"\1", parted.lower())
    words = (word for word in re.split(r"[\W_]+", plain) if word)
    return tuple(_ALIKE.get(word, _NUMBERS.get(word, word)) for word in words)
