"""What is typed at a question: a command of the consultation, or an answer as people write one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from averment.core.program import Field

COMMANDS = {
    "why": "why is this asked: the rules that wait for the answer",
    "how": "the explanation so far",
    "what if VALUE": "what the claim would be if this were the answer",
    "skip": "ask this later",
    "unknown": "nobody knows: do not ask again",
    "declined": "somebody was asked and would not say: do not ask again",
    "back": "take the last answer back",
    "save FILE": "write the facts so far as a fact file",
    "quit": "stop here",
    "help": "this list",
}
RECORDS = {
    "add TYPE": "tell of one more record, such as add team; its fields are asked for",
    "remove TYPE NUMBER": "there is no such record after all",
    "records": "the records told of so far, with their numbers",
}
_SAME = {
    "?": "help",
    "h": "help",
    "q": "quit",
    "exit": "quit",
    "don't know": "unknown",
    "decline": "declined",
    "whatif": "what if",
}
_BARE = ("what if", "save", "add", "remove", "records")  # they say what is missing
_NUMBER = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PLACE = re.compile(r"[1-9][0-9]{0,5}")
_YES_NO = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "2": False}


def command_of(text: str, field: Field | None) -> tuple[str, str]:
    """The command that is typed, and what it is about; an empty command for an answer.

    A word that is a value of the field is an answer, and what is quoted is; after a colon it is a command all the same.
    """
    plain = text.removeprefix(":").strip()
    if field and plain == text and text.casefold() in field.values:
        return "", text
    words = " ".join(plain.split())
    whole = _SAME.get(words.casefold(), words.casefold())
    if whole in COMMANDS or whole in _BARE:
        return whole, ""
    first, _, rest = plain.partition(" ")
    if first.casefold() == "what" and rest.strip().casefold().split(" ")[0] == "if":
        return "what if", rest.strip()[2:].strip()
    first = _SAME.get(first.casefold(), first.casefold())
    return (first, rest.strip()) if first in ("what if", "save", "add", "remove") else ("", text)


def yes_or_no(text: str) -> bool | None:
    """What is said in words or by number, if it is one of the two."""
    return _YES_NO.get(text.casefold().strip())


def answer_of(text: str, field: Field) -> object:
    """An answer as JSON has it, where it can be made out; else the text, to be refused."""
    from averment.core.program import Kind

    match field.kind:
        case Kind.BOOLEAN:
            said = yes_or_no(text)
            return text if said is None else said
        case Kind.INTEGER | Kind.DECIMAL:
            for unit in filter(None, (field.unit, field.singular)):
                text = text.removesuffix(unit).strip()
            return _number(text)
        case Kind.SET:
            return _elements(text, field)
        case Kind.CHOICE | Kind.LEVEL:
            return _word(text, field)
        case Kind.TEXT:
            return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
        case _:
            return text


def _number(text: str) -> object:
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return text
    return Decimal(text) if "." in text else int(text)


def _elements(text: str, field: Field) -> object:
    inner = text.strip().removeprefix("[").removesuffix("]").strip()
    if not inner or (inner.casefold() == "none" and "none" not in field.values):
        return []
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", inner)
    return [_word(part, field) for part in parts if part]


def _word(text: str, field: Field) -> str:
    """A value of the field as people may write it: with spaces or capitals, or by its number."""
    plain = text.strip("\"'").strip()
    if _PLACE.fullmatch(plain) and int(plain) <= len(field.values):
        return field.values[int(plain) - 1]
    folded = re.sub(r"[\s-]+", "_", plain).casefold()
    return next((value for value in field.values if value.casefold() == folded), plain)
