"""The evidence of a consultation: what was quoted as it began, and in replies, for the values that hold by now.

A quote counts as long as the reply does that brought it, and the value it was for is the one that was given then. What
is kept of it is where it stands, and that was checked: a document may be gone later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from averment.core.node import Node
from averment.diagnostics.diagnostic import Diagnostic, Label, Refused, Report
from averment.model.case import Case
from averment.model.evidence import Documents, Evidence, Quote, evidence_of, holdings, read_evidence
from averment.outcome.outcome import Decided
from averment.pack import Pack
from averment.questions.ask.consultation import ADDED, ANSWER, REMOVED
from averment_service.kept import Reply

EVIDENCE = "evidence"


def supported(case: Decided, begun: Evidence | None, replies: Iterable[Reply], pack: Pack) -> Case:
    """A case with the evidence that there is for it by now; with none where nobody said anything of that."""
    quotes = {each.field: begun.of(each.field) for each in begun.quotes} if begun else {}
    told = begun is not None
    for reply in replies:
        if reply["said"] not in (ANSWER, ADDED, REMOVED):
            continue
        path = reply["field"]
        quotes = {each: held for each, held in quotes.items() if each != path and not each.startswith(f"{path}.")}
        if (entries := reply.get(EVIDENCE)) is not None:
            told = True
            for quote in evidence_of({"quotes": entries, "without": ()}).quotes:
                quotes[quote.field] = (*quotes.get(quote.field, ()), quote)
    types = pack.model.types
    paths = [each.path for each in holdings(case.facts, types, case.assumptions)]
    found = sorted((quote for path in paths for quote in quotes.get(path, ())), key=_order)
    evidence = Evidence(tuple(found), tuple(path for path in paths if path not in quotes)) if told else None
    return Case(case.name, case.facts, case.mentioned, case.assumptions, evidence=evidence)


def entries_of(
    document: Node, reply: Reply, case: Decided, pack: Pack, kept: Documents | None
) -> list[dict[str, Any]] | None:
    """The evidence that the ``document`` of a reply brings for what it gave; None where it says nothing of that.

    ``reply``: as it is kept; ``case``: after it. Raises: Refused with every mistake in it (AV611 to AV615).
    """
    if document.get(EVIDENCE) is None:
        return None
    said, path = reply["said"], reply["field"]
    held = [
        each
        for each in holdings(case.facts, pack.model.types, case.assumptions)
        if (said == ANSWER and each.path == path) or (said == ADDED and each.path.startswith(f"{path}."))
    ]
    report = Report()
    known = {each.path for each in held}
    for entry in document.list_of(EVIDENCE):
        field = entry.at(["field"])[0]
        if field.value not in known:
            help = "send the evidence of a value along with it"
            label = Label(field.span, "not given here")
            report.add(
                Diagnostic("AV615", f"`{str(field.value)[:80]}` is not what this reply gives", (label,), (help,))
            )
    if not report.failed:
        found = read_evidence(document, held, report, kept)
        if not report.failed:
            return [quote.entry for quote in found.quotes]
    raise Refused(report.diagnostics)


def without_evidence(document: Node) -> Node:
    """A request without the evidence in it."""
    held = {name: node for name, node in document.items() if name not in (EVIDENCE, "documents")}
    return Node(held, document.span, keys={name: span for name, span in document.keys.items() if name in held})


def _order(quote: Quote) -> tuple[str, str, int, str]:
    return quote.field, quote.document, quote.offset, quote.quote
