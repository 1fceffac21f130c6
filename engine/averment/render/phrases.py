"""Fields and values as a sentence has them: by their label and with their unit, never by the name of a variable."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from averment.core.program import Fact, FactType, Field, Kind, Setting, Value
from averment.core.values import decode, show

_OF_WHETHER = ("whether ", "presence of ", "need to ")  # what labels of booleans begin with
_SAID = ("yes", "no")
_ONE = ("none", "one")
UNTOLD = "not known"


def words(name: str) -> str:
    """A declared name, or a value, as a reader would write it: ``technical product manager``."""
    return name.replace("_", " ")


def noun(field: Field) -> str:
    """What a field is called in a sentence."""
    return field.label or words(field.name)


def subject(field: Field) -> str:
    """A field as what a sentence is about: ``the number of engineers``, ``whether the sea lies between``."""
    named = noun(field)
    return named if named.startswith("whether ") else f"the {named}"


def held(field: Field, value: Value | None) -> str:
    """A value in a sentence; an empty set and an unknown value in words."""
    return UNTOLD if value is None else show(value, field)


def untold(field: Field) -> Field:
    """The field without its unit, where what it is called has told that: ``number of engineers``."""
    told = bool(field.unit) and noun(field).casefold().endswith(field.unit.casefold())
    return replace(field, unit="") if told else field


def labelled(field: Field, value: Value | None) -> str:
    """A field and its value: ``decision margin: 2``; ``number of engineers: 24``."""
    return f"{noun(field)}: {held(untold(field), value)}"


def stated(field: Field, told: str) -> str:
    """What is so of a field, ``told`` being its value in words: ``there is no need to lead``."""
    if field.kind is Kind.BOOLEAN and told in (*_SAID, UNTOLD):
        return _said(field, told)
    if field.kind is Kind.SET and told == "none":
        told = "empty"
    return f"{subject(field)} is {told}"


def _said(field: Field, told: str) -> str:
    """A boolean, as what its label says to be so, or not."""
    named = noun(field)
    lead, what = next(((lead, named.removeprefix(lead)) for lead in _OF_WHETHER if named.startswith(lead)), ("", named))
    if lead == "whether ":
        no, yes, asked = f"it is not so that {what}", what, what
    elif lead:
        what, article = (f"need to {what}", "a ") if lead == "need to " else (what, "")
        yes = asked = f"there is {article}{what}"
        no = f"there is no {what.removeprefix('a ').removeprefix('an ')}"
    else:
        return f"{named}: {told}"
    return {"yes": yes, "no": no}.get(told, f"it is not known whether {asked}")


def opposite(field: Field, wanted: bool) -> str:
    """What a boolean needs to be, beside what it is: ``one``, ``none``, ``yes``."""
    lead = next((lead for lead in _OF_WHETHER if noun(field).startswith(lead)), "")
    if lead == "whether ":
        return "it to be so" if wanted else "it not to be so"
    return _ONE[wanted] if lead else _SAID[not wanted]


def fact_words(type: FactType, fact: Fact) -> str:
    """A fact without its sentence: ``evidence: engineering size, technical product manager, weight 2``."""
    held_by = [_held_by(field, value) for field, value in zip(type.fields, fact.values, strict=True)]
    return f"{words(type.name)}: {', '.join(held_by)}" if held_by else words(type.name)


def _held_by(field: Field, value: Value | None) -> str:
    plain = value is not None and (field.kind.timed or field.kind in (Kind.CHOICE, Kind.LEVEL, Kind.TEXT, Kind.SET))
    return held(field, value) if plain else f"{words(field.name)} {held(field, value)}"


def record_words(type: FactType, fact: Fact) -> str:
    """A given record by its key: ``component checkout``."""
    keys = [held(type.fields[index], fact.values[index]) for index in type.naming if not type.one]
    return f"{words(type.name)} {', '.join(keys)}".rstrip()


def record_at(path: str) -> str:
    """The record that a path such as ``component["map"].team`` is of: ``component map``; empty where it names none."""
    type, bracket, keys = path.rpartition(".")[0].partition("[")
    return f"{words(type)} {', '.join(map(str, json.loads(bracket + keys)))}" if bracket else ""


def unspoken(type: FactType) -> str:
    """What is said of records of which nothing is said."""
    return f"there may be {indefinite(type)}, as nothing is said of any"


def indefinite(type: FactType) -> str:
    """``a component``, ``an engine``; of what is derived, and maybe not counted, ``some core work``."""
    named = words(type.name)
    return f"some {named}" if type.derived else f"a{'n' if named[:1] in 'aeiou' else ''} {named}"


def grouped(value: int, field: Field) -> str:
    """An encoded number as people read it, without its unit: ``100,000``, ``2.50``; of another kind, as it is held."""
    if field.kind not in (Kind.INTEGER, Kind.DECIMAL):
        return held(field, value)
    whole, point, places = str(decode(value, field)).partition(".")
    return f"{'-' if whole.startswith('-') else ''}{int(whole.lstrip('-')):,}{point}{places}"


def claim_phrase(claim: str) -> str:
    """A claim in a sentence."""
    told = {
        "gap": "no claim at all",
        "conflict": "a conflict of claims",
        "open": "an open claim",
        "no outcome": "no outcome",
    }
    return told.get(claim, words(claim))


def series(parts: Iterable[str], last: str = "and") -> str:
    """Parts of a sentence in a row: ``a, b and c``; ``nothing`` where there are none."""
    *most, final = [*parts] or ["nothing"]
    return f"{', '.join(most)} {last} {final}" if most else final


def setting(value: Setting) -> str:
    """The value of a parameter as it is written: of one that is a set a list."""
    return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)
