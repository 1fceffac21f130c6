"""What a failed keyword of a JSON Schema means to the person who wrote the value, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from averment.core.node import Node, Span
from averment.core.numbers import shortened
from averment.core.suggest import did_you_mean
from averment.core.times import SCALES
from averment.diagnostics.diagnostic import Diagnostic, Label
from averment.source.text import MAX_FINDINGS
from averment.surface.slips import KEY, WORDS, slip_in

_NAME = r"[a-z][a-z0-9_]*"


class Misshape(NamedTuple):
    """A value that fails ``keyword`` of the schema ``part``; ``title`` is what that schema calls the value."""

    root: Node
    path: tuple[str | int, ...]
    keyword: str
    part: Mapping[str, Any]
    title: str

    @property
    def node(self) -> Node:
        return self.root.at(self.path)[0]

    @property
    def key_span(self) -> Span:
        """Where the key of the value stands; in a list, the value itself."""
        return self.root.at(self.path)[1]

    @property
    def shown(self) -> str:
        """What to call the value: its key where it has one."""
        last = self.path[-1] if self.path else None
        return f"`{shortened(last)}`" if isinstance(last, str) else f"this {self.title}"


def explain(misshape: Misshape, meant: frozenset[str] = frozenset()) -> Iterator[Diagnostic]:
    """The findings that a misshape amounts to; ``meant``: keys that stand there already, but mistyped."""
    if misshape.keyword == "required":
        return _missing(misshape, meant)
    return _EXPLANATIONS[misshape.keyword](misshape)


def is_slip(misshape: Misshape) -> bool:
    """Whether the key of a value is no name, but a condition that should have been the value."""
    last = misshape.path[-1] if misshape.path else ""
    return isinstance(last, str) and not re.match(_NAME + r"$", last) and slip_in(last, KEY, 0) is not None


def meant_keys(unknown: Misshape) -> frozenset[str]:
    """The known keys that the unknown keys of a mapping most likely stand for."""
    found = (did_you_mean(key, unknown.part.get("properties", {})) for key, _ in _unknown_keys(unknown))
    return frozenset(key for key in found if key)


def beyond(misshape: Misshape) -> int:
    """How many unknown keys there are beyond those that are explained."""
    if misshape.keyword != "additionalProperties":
        return 0
    known = misshape.part.get("properties", {})
    return max(0, sum(key not in known for key in misshape.node.keys) - MAX_FINDINGS)


def _unknown_keys(misshape: Misshape) -> list[tuple[str, Span]]:
    known = misshape.part.get("properties", {})
    unknown = ((key, span) for key, span in misshape.node.keys.items() if key not in known)
    return list(islice(unknown, MAX_FINDINGS))


def _unknown(misshape: Misshape) -> Iterator[Diagnostic]:
    known = misshape.part.get("properties", {})
    for key, span in _unknown_keys(misshape):
        nearest, value = did_you_mean(key, known), misshape.node.get(key)
        owner = f"{'an' if misshape.title[0] in 'aeiou' else 'a'} {misshape.title}"
        help = f"did you mean `{nearest}`?" if nearest else f"the keys of {owner} are {_list(known)}"
        if value and value.value is None and not value.text and not re.fullmatch(_NAME, key):
            help = "within `{…}` a comma ends a value: put a text that has one in quotes, and write a number without"
        message = f"`{shortened(key)}` is not a key of {owner}"
        yield _finding("AV201", message, span, "unknown key", help)


def _missing(misshape: Misshape, meant: frozenset[str]) -> Iterator[Diagnostic]:
    present = misshape.node.keys
    for key in misshape.part["required"]:
        if key not in present and key not in meant:
            message = f"this {misshape.title} has no `{key}`"
            yield _finding("AV202", message, misshape.node.span, f"`{key}` is missing", f"add `{key}: …`")


def _type(misshape: Misshape) -> Iterator[Diagnostic]:
    node, expected = misshape.node, misshape.part["type"]
    words = [expected] if isinstance(expected, str) else expected
    # A cell may be a mapping only for the model to say more of it.
    what = _either([_TYPES[word] for word in words if word != "object" or "number" not in words])
    found = _kind(node)
    meant = [WORDS[word] for word in (*misshape.path[-1:], node.text) if isinstance(word, str) and word in WORDS]
    if "object" in words and meant:
        help = meant[0]
    elif node.value is None:
        help = "write a value, or leave the key out" if misshape.path else "write a document, or delete the line `---`"
    elif "string" in words and isinstance(node.value, (bool, int, Decimal)):
        help = f'put it in quotes: `"{shortened(node.text)}"`'
    elif "array" in words and not isinstance(node.value, dict) and node.text:
        help = f"write a list: `[{shortened(node.text)}]`"
    elif node.quoted and any(word in words for word in ("integer", "number", "boolean")):
        help = "write it without quotes"
    elif node.text and words == ["boolean"]:
        nearest = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(node.text.lower())
        help = f"write `{nearest}`" if nearest else "write `true` or `false`"
    else:
        help = ""
    label = f"expected {what}"
    yield _finding("AV203", f"{misshape.shown} must be {what}, not {found}", node.span, label, help)


def _one_of(misshape: Misshape) -> Iterator[Diagnostic]:
    node = misshape.node
    part = misshape.part
    allowed = [str(value) for value in (part["enum"] if misshape.keyword == "enum" else [part["const"]])]
    nearest = did_you_mean(node.text, allowed)
    choice = f"`{allowed[0]}`" if len(allowed) == 1 else f"one of {_list(allowed)}"
    message = f"{misshape.shown} must be {choice}, not `{shortened(node.text)}`"
    yield _finding("AV204", message, node.span, "not accepted here", f"did you mean `{nearest}`?" if nearest else "")


def _pattern(misshape: Misshape) -> Iterator[Diagnostic]:
    node = misshape.node
    yield _badly_formed(node.text, misshape.part["pattern"], node.span)


def _names(misshape: Misshape) -> Iterator[Diagnostic]:
    pattern = misshape.part["propertyNames"]["pattern"]
    for key, span in misshape.node.keys.items():
        if not re.fullmatch(pattern, key):
            yield _badly_formed(key, pattern, span)


def _badly_formed(text: str, pattern: str, span: Span) -> Diagnostic:
    form, mend = _FORMS[pattern]
    slip = slip_in(text, KEY, 0) if len(text) <= 64 else None
    if slip:
        return _finding("AV205", f"`{text}` is not {form}", span, "not of this form", slip.help)
    mended = mend(text) if len(text) <= 64 else ""
    help = f"did you mean `{mended}`?" if mended != text and re.fullmatch(pattern, mended) else f"write {form}"
    return _finding("AV205", f"`{shortened(text)}` is not {form}", span, "not of this form", help)


def _size(misshape: Misshape) -> Iterator[Diagnostic]:
    node, keyword = misshape.node, misshape.keyword
    limit: int = misshape.part[keyword]
    size = len(node.value) if isinstance(node.value, (dict, list)) else len(node.text)
    noun = {"Length": "character", "Items": "value", "Properties": "key"}[keyword[3:]]
    bound = "at least" if keyword.startswith("min") else "at most"
    span: Span = node.span
    help = ""
    if keyword == "maxProperties":
        span = list(node.keys.values())[limit]
        help = "start a new list entry with `- ` for each"
    shown = "nothing" if size == 0 else f"{size:,}"
    message = f"{misshape.shown} must have {bound} {limit:,} {noun}{'' if limit == 1 else 's'}, and has {shown}"
    yield _finding("AV206", message, span, "one too many" if keyword == "maxProperties" else "", help)


def _range(misshape: Misshape) -> Iterator[Diagnostic]:
    low, high = misshape.part.get("minimum"), misshape.part.get("maximum")
    bounds = f"from {low} to {high}" if high is not None and low is not None else f"{low} or more"
    message = f"{misshape.shown} must be {bounds}, not `{shortened(misshape.node.text)}`"
    yield _finding("AV207", message, misshape.node.span, "out of range")


def _misplaced(misshape: Misshape) -> Iterator[Diagnostic]:
    message = f"{misshape.shown} has no meaning here"
    yield _finding("AV208", message, misshape.key_span, "out of place", f"delete it: {misshape.part['$comment']}")


def _finding(code: str, message: str, span: Span, label: str, help: str = "") -> Diagnostic:
    return Diagnostic(code, message, (Label(span, label),), (help,) if help else ())


def _list(words: Mapping[str, Any] | list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _either(words: list[str]) -> str:
    return ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else words[0]


def _kind(node: Node) -> str:
    match node.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return f"`{node.text}`"
        case int() | Decimal():
            return f"the number `{shortened(node.text)}`"
        case str():
            return f"the text `{shortened(node.text)}`" if node.text else "an empty text"
        case None:
            return f"`{node.text}`" if node.text else "nothing"


_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def _joined(with_: str) -> Callable[[str], str]:
    return lambda text: re.sub(r"[^a-z0-9]+", with_, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).lower()).strip(with_)


def _csv(text: str) -> str:
    return text.rsplit("/", 1)[-1].removesuffix(".csv") + ".csv"


def _same(text: str) -> str:
    return text


# Each pattern of the schemas: what it asks for, and what a text that fails it was probably meant to be.
_FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "^[a-z][a-z0-9_]*$": ("a name (lower-case letters, digits and `_`, a letter first)", _joined("_")),
    "^[a-z][a-z0-9-]*$": ("a rule's name (lower-case letters, digits and `-`, a letter first)", _joined("-")),
    r"^\$[a-z][a-z0-9_]*$": ("a variable (`$` and a name)", lambda text: "$" + _joined("_")(text)),
    r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$": ("a field as `TYPE.FIELD`", _same),
    "^sha256:[0-9a-f]{64}$": ("a digest (`sha256:` and 64 hexadecimal digits)", lambda text: text.lower()),
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.csv$": ("the name of a file of `data` (such as `rates.csv`)", _csv),
    "^AV[0-9]{3}$": ("the code of a check (`AV` and three digits)", lambda text: text.upper()),
    **{scale.pattern: (f"{scale.article} (`{scale.shape}`)", _same) for scale in SCALES.values()},
    r"^-?[0-9]+(\.[0-9]+)?$": ("a decimal number", lambda text: text.replace(",", ".")),
    r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9a-z.]+)?$": (
        "a version (three numbers with points, such as `1.0.0`)",
        lambda text: text.removeprefix("v") + ".0" * max(0, 2 - text.count(".")),
    ),
}

_EXPLANATIONS: dict[str, Callable[[Misshape], Iterator[Diagnostic]]] = {
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _one_of,
    "const": _one_of,
    "pattern": _pattern,
    "propertyNames": _names,
    "minItems": _size,
    "maxItems": _size,
    "minLength": _size,
    "maxLength": _size,
    "minProperties": _size,
    "maxProperties": _size,
    "minimum": _range,
    "maximum": _range,
    "not": _misplaced,
}
