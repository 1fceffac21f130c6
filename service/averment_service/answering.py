"""A request to decide, from its bytes to its answer: pure, so that every route and every process has the same one.

What is complete and plain is decided by straight-line code, in microseconds (``quickly``). Anything else, be it wrong,
incomplete or long, is read with its places and decided by an engine (``wholly``), to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from averment import __version__
from averment.audit.given import given_facts
from averment.audit.mask import Mask
from averment.audit.record import Entry, Maker, decision
from averment.core.node import Node, data_of
from averment.diagnostics.diagnostic import Diagnostic, Label, Refused, Report
from averment.diagnostics.render_json import to_json
from averment.engines import loss_of
from averment.ir.digest import canonical
from averment.model.case import UNNAMED, Case, read_case, refuse_unsupported, unsupported_of
from averment.model.evidence import Documents
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.pipeline import decide
from averment.quick import QuickOutcome
from averment.source.json_reader import read_json
from averment.surface.shape import check_shape
from averment_service.wire import canonical_quickly

ANSWER, OUTCOME = "answer", "outcome"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: cases, under parameters; ``detail``: the answers, or the whole outcomes."""

    cases: tuple[Case, ...]
    parameters: Mapping[str, Any]
    detail: str = ANSWER
    many: bool = False


class Answered(NamedTuple):
    """One case's answer: canonical bytes of the answer or the outcome, what to record, and who decided."""

    body: bytes
    entry: Entry
    engine: str
    warnings: tuple[Diagnostic, ...] = ()


def quickly(
    asked: dict[str, Any], pack: Pack, firings: int, note: Callable[[Outcome, Any], Answered]
) -> Answered | None:
    """The answer to a request of one complete case; None where it is not plainly that.

    Raises: nothing: what is wrong is found again, and told, the other way.
    """
    try:
        name = asked.get("case", UNNAMED)
        if type(name) is not str or not name.strip() or not name.isprintable() or not name.isascii():
            return None
        if len(asked) - ("case" in asked) != 1:  # parameters, detail, or what nobody knows
            return None
        outcome = pack.decide_quickly(asked["facts"], firings=firings, name=name)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Refused):
        return None
    return None if outcome is None else note(outcome, ANSWER)


def asked_of(body: bytes, pack: Pack, most: int, kept: Documents | None = None) -> Asked:
    """What a body of JSON asks for, in full. ``kept``: documents that evidence may quote beside those sent.

    Raises: Refused with every mistake in it, each with its place.
    """
    report = Report()
    document = read_json(body, "request", report)
    if document is None or report.failed or not check_shape(document, "request", report):
        raise Refused(report.diagnostics)
    told = document.get("cases")
    if (told is None) == (document.get("facts") is None):
        help = "write `facts` for one case, `cases` for many"
        raise Refused(
            [Diagnostic("AV591", "a request has either `facts` or `cases`", (Label(document.span),), (help,))]
        )
    documents = [document] if told is None else told.elements()
    if len(documents) > most:
        raise Refused([Diagnostic("AV594", f"a request has at most {most:,} cases", (), ("send them as NDJSON",))])
    cases = [case_of(each, pack, report, document, kept) for each in documents]
    if report.failed:
        raise Refused(report.diagnostics)
    detail = document.get("detail")
    parameters = document.get("parameters")
    return Asked(
        tuple(case for case in cases if case is not None),
        data_of(parameters) if parameters else {},
        str(detail.value) if detail else ANSWER,
        told is not None,
    )


def case_of(
    document: Node, pack: Pack, report: Report, whole: Node | None = None, kept: Documents | None = None
) -> Case | None:
    """The case that a part of a request gives, with its evidence; documents may stand in the ``whole`` request too, or
    be ``kept``.
    """
    held = {name: node for name, node in document.items() if name in ("case", "facts", "evidence", "documents")}
    keys = dict(document.keys)
    shared = whole.get("documents") if whole is not None and "evidence" in held and "documents" not in held else None
    if whole is not None and shared is not None:
        held["documents"], keys["documents"] = shared, whole.keys["documents"]
    return read_case(Node(held, document.span, keys=keys), pack.model.types, report, kept)


def wholly(case: Case, asked: Asked, pack: Pack, firings: int, note: Callable[[Outcome, str], Answered]) -> Answered:
    """The answer to one case of a request, by an engine. Raises: Refused where it has no lawful outcome."""
    report = Report()
    unsupported = refuse_unsupported(case, pack.model.types, report)
    outcome = None if unsupported else decide(pack.engine(asked.parameters, "", firings), case, report)
    if outcome is None:
        raise Refused(report.diagnostics)
    found = note(outcome, asked.detail)
    return found._replace(warnings=(loss_of(case.name, outcome.loss),)) if outcome.loss else found


class Noter:
    """Notes what was answered, for the log: masked as the vocabulary says. One for a pack, a principal and a key."""

    def __init__(self, pack: Pack, mask: Mask, requester: str) -> None:
        self._types, self._mask, self._requester = pack.model.types, mask, requester
        self._requires = pack.requires_evidence

    def note(self, outcome: Outcome, detail: str, key: str) -> Answered:
        """Raises: Refused (AV616) for what the pack takes only with evidence, by whatever way it was decided."""
        if self._requires and (found := unsupported_of(outcome.case, self._types)):
            raise Refused(found)
        document = outcome.answer if detail == ANSWER else outcome.document
        body = canonical_quickly(document)
        given = outcome.given if isinstance(outcome, QuickOutcome) else given_facts(outcome.case, self._types)
        maker = Maker(outcome.engine, __version__, self._requester)
        entry = decision(document, given, mask=self._mask, maker=maker, key=key, written=body, write=canonical_quickly)
        return Answered(body, entry, outcome.engine)


def written(answered: Answered, detail: str, decision: str) -> bytes:
    """One case's answer as it is sent: what was decided, under which number it is on record, and by which engine."""
    warnings = canonical([to_json(found) for found in answered.warnings]) if answered.warnings else b""
    return b"".join((
        b'{"decision":', canonical(decision),
        b',"engine":{"name":', canonical(answered.engine), b',"version":', _VERSION,
        b'},"', detail.encode(), b'":', answered.body,
        *((b',"warnings":', warnings) if warnings else ()),
        b"}",
    ))  # fmt: skip


_VERSION = canonical(__version__)
