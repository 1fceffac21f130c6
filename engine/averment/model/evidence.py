"""Evidence of given facts: which words of which document a value rests on, and whether they stand there.

A document is known by the SHA-256 of its text in Unicode NFC, in UTF-8; an offset counts characters of that text, from
0. What is quoted must stand at its offset, and must not speak against the value (``model.quotes``). Evidence is no part
of the law: no claim rests on it. What is given without any is told, and refused where the vocabulary requires some.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from averment.core.composed import composed
from averment.core.naming import field_path
from averment.core.node import Node, Span
from averment.core.program import Fact, FactType, Field, Value
from averment.core.suggest import did_you_mean
from averment.core.values import show
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.model.quotes import Compared, compared, whole_words

Documents = Callable[[str], str | None]
"""A document by its digest, from where documents are kept; None where it is not there."""
_NEAR = 3  # other places that are told of a quote


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that the value of a field rests on, where they stand, and what a comparison of the two came to."""

    field: str
    document: str
    offset: int
    quote: str
    compared: Compared

    @property
    def entry(self) -> dict[str, Any]:
        """As documents have it."""
        return {
            "field": self.field,
            "document": self.document,
            "offset": self.offset,
            "quote": self.quote,
            "compared": self.compared.value,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the facts of a case rest on: ``quotes`` by field, and the paths of what is given ``without`` any."""

    quotes: tuple[Quote, ...]
    without: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        """As outcomes have it."""
        return {"quotes": [each.entry for each in self.quotes], "without": list(self.without)}

    def of(self, path: str) -> tuple[Quote, ...]:
        """The quotes for one field."""
        return tuple(each for each in self.quotes if each.field == path)


@dataclass(frozen=True, slots=True)
class Holding:
    """A given value: its path, its field and what it holds."""

    path: str
    field: Field
    value: Value


def evidence_of(document: Mapping[str, Any]) -> Evidence:
    """The evidence that the document of an outcome has."""
    quotes = [
        Quote(each["field"], each["document"], each["offset"], each["quote"], Compared(each["compared"]))
        for each in document["quotes"]
    ]
    return Evidence(tuple(quotes), tuple(document["without"]))


def holdings(facts: Sequence[Fact], types: Mapping[str, FactType], assumptions: frozenset[str]) -> Iterator[Holding]:
    """Every value that a case gives, in order; a default that stands in is none."""
    for fact in facts:
        type = types[fact.type]
        for index, (field, value) in enumerate(zip(type.fields, fact.values, strict=True)):
            if value is not None and (path := field_path(type, fact, index)) not in assumptions:
                yield Holding(path, field, value)


def read_evidence(node: Node, held: Sequence[Holding], report: Report, kept: Documents | None = None) -> Evidence:
    """The evidence that a document gives for what it holds, every mistake in it reported (AV611 to AV615).

    ``kept``: gives documents that are not handed in.
    """
    texts = _texts(node, report)
    known = {each.path: each for each in held}
    found: list[Quote] = []
    for entry in node.list_of("evidence"):
        quote = _read(entry, known, texts, report, kept)
        if quote is not None:
            found.append(quote)
    quotes = tuple(sorted(set(found), key=lambda each: (each.field, each.document, each.offset, each.quote)))
    supported = {each.field for each in quotes}
    return Evidence(quotes, tuple(path for path in known if path not in supported))


def unsupported(held: Sequence[Holding], evidence: Evidence | None, name: str, place: Span | None) -> list[Diagnostic]:
    """What is given without the evidence that the vocabulary requires of it (AV616)."""
    supported = {each.field for each in evidence.quotes} if evidence else set[str]()
    labels = (Label(place, "this case"),) if place else ()
    return [
        Diagnostic(
            "AV616",
            f"`{each.path}` of case `{name}` is given without evidence, and the pack requires some",
            labels,
            (
                "quote the words of a document that say so, under `evidence`",
                "or leave the field out: it is unknown then",
            ),
        )
        for each in held
        if each.field.evidence and each.path not in supported
    ]


def document_digest(text: str) -> str:
    """``sha256:…`` of a document: of its text in NFC, in UTF-8."""
    return "sha256:" + hashlib.sha256(composed(text).encode("utf-8", "surrogatepass")).hexdigest()


def refuse_table(types: Mapping[str, FactType]) -> Diagnostic | None:
    """Why a table cannot be decided by this vocabulary, if it requires evidence, which no table has (AV616)."""
    for name, type in types.items():
        for field in type.fields:
            if field.evidence:
                message = f"the pack requires evidence of `{name}.{field.name}`, and a table has none"
                return Diagnostic("AV616", message, help=("decide such cases one by one, with `evidence`",))
    return None


def _texts(node: Node, report: Report) -> dict[str, str]:
    """The documents handed in, by their digests."""
    texts: dict[str, str] = {}
    for named, text, span in node.entries_of("documents"):
        content = str(text.value)
        digest = document_digest(content)
        texts[named] = content
        if digest != named:
            message = f"the document `{named[:80]}` has another digest"
            report.error("AV612", message, span, "not what was handed in", f"the digest of this text is {digest}")
    return texts


def _read(
    entry: Node, known: Mapping[str, Holding], texts: Mapping[str, str], report: Report, kept: Documents | None
) -> Quote | None:
    path, digest, quote = (str(entry.at([name])[0].value) for name in ("field", "document", "quote"))
    place = entry.get("offset")
    held = known.get(path)
    if held is None:
        near = did_you_mean(path, known)
        help = f"did you mean `{near}`?" if near else "evidence is of a field that the case gives, by its path"
        report.error("AV615", f"`{path[:80]}` is not given in this case", entry.at(["field"])[0].span, "no value", help)
        return None
    text = texts.get(digest)
    if text is None and kept is not None:
        text = kept(digest)
    if text is None:
        span = entry.at(["document"])[0].span
        help = "hand its text in, under `documents`" if kept is None else "hand its text in, or one that is kept here"
        report.error("AV611", f"the document `{digest[:80]}` is not at hand", span, "no text", help)
        return None
    offset = _offset(entry, quote, text, held, report, place)
    if offset is None:
        return None
    verdict = compared(held.value, held.field, whole_words(text, offset, len(quote)))
    if verdict is Compared.AGAINST:
        shown = "" if held.field.sensitive else f", which is {show(held.value, held.field)},"
        message = f"the quote for `{path}`{shown} says otherwise"
        report.error("AV614", message, entry.at(["quote"])[0].span, "not this value", "give the value that it says")
        return None
    return Quote(path, digest, offset, quote, verdict)


def _offset(entry: Node, quote: str, text: str, held: Holding, report: Report, place: Node | None) -> int | None:
    """Where a quote stands, which is where it says; or, where it does not say, the one place where it does."""
    if place is not None and isinstance(place.value, int) and text.startswith(quote, place.value):
        return place.value
    found = _places(quote, text)
    if place is None and len(found) == 1:
        return found[0]
    shown = ", ".join(map(str, found[:_NEAR])) + (", …" if len(found) > _NEAR else "")
    span = entry.at(["quote"])[0].span
    if place is None and found:
        message, help = (
            f"the quote for `{held.path}` stands in the document more than once",
            f"give its offset: {shown}",
        )
    elif found:
        message, help = f"the quote for `{held.path}` does not stand at {place.value}", f"it stands at {shown}"  # type: ignore[union-attr]
    else:
        message = f"the quote for `{held.path}` does not stand in the document"
        help = "quote the very words, with their white space and punctuation"
    report.error("AV613", message, span, "not there" if place is not None or not found else "which of them", help)
    return None


def _places(quote: str, text: str) -> list[int]:
    found: list[int] = []
    start = text.find(quote)
    while start >= 0 and len(found) <= _NEAR:
        found.append(start)
        start = text.find(quote, start + 1)
    return found
