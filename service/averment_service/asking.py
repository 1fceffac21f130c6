"""What is asked of a case beside its decision: why, what if, what would turn it, what matters, what is missing.

Each question takes facts as a decision does, and options of its own; its answer is the library's own document. Nothing
that is only asked goes on record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from averment.core.node import Node, Span, data_of
from averment.diagnostics.diagnostic import Refused, Report
from averment.ir.digest import canonical
from averment.model.case import Case
from averment.model.encoding import plain_value
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.pipeline import decide
from averment.questions.flip.flip import flip
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import matters
from averment.questions.missing.missing import missing
from averment.questions.whatif import sweep, whatif
from averment.questions.why_not.why_not import why_not
from averment.render.diagram import diagram
from averment.render.display import Style
from averment.render.dot import dot
from averment.render.explanation import explanation_document
from averment.render.flip_text import flips_text
from averment.render.html import page
from averment.render.mermaid import mermaid
from averment.render.questions_text import heading, missing_text
from averment.render.svg import svg
from averment.render.text import explanation, fact_explanation
from averment.render.weighing import matters_text
from averment.render.what_if_text import sweep_text, whatif_text
from averment.render.why_not_tree import why_not_text
from averment.source.json_reader import read_json
from averment.surface.shape import check_shape
from averment_service.answering import case_of
from averment_service.problems import REQUEST, problem
from averment_service.settings import Settings

JSON, TEXT = "json", "text"
PICTURES = ("html", "svg", "dot", "mermaid")
MOST = 10  # answers, where nobody says how many


@dataclass(frozen=True)
class Question:
    """A question as it was put: of which pack, about which case, under which parameters; ``seconds`` are allowed."""

    pack: Pack
    case: Case
    parameters: Mapping[str, Any]
    seconds: float
    options: Node
    firings: int

    def option(self, name: str) -> Any:
        """An option as it was written; None without."""
        node = self.options.get(name)
        return None if node is None else data_of(node)

    @cached_property
    def outcome(self) -> Outcome:
        """Raises: Refused where the case has no lawful one."""
        report = Report()
        found = decide(self.pack.engine(self.parameters, "", self.firings), self.case, report)
        if found is None:
            raise Refused(report.diagnostics)
        return found

    @cached_property
    def knowledge(self) -> Knowledge:
        return Knowledge(self.pack, self.parameters)


class Answer(Protocol):
    """What a question of the library gives."""

    def document(self) -> dict[str, Any]: ...


A = TypeVar("A", bound=Answer)
Put = Callable[[Question, str], str]
"""A question and a format, to its answer in that format. Raises: Refused."""


def document_of(body: bytes, schema: str) -> Node:
    """A body of JSON that has the shape of a schema. Raises: Refused with every mistake in it, each with its place."""
    report = Report()
    document = read_json(body, "request", report)
    if document is None or report.failed or not check_shape(document, schema, report):
        raise Refused(report.diagnostics)
    return document


def question_of(body: bytes, schema: str, pack: Pack, settings: Settings) -> Question:
    """The question that a body asks. Raises: Refused with every mistake in it, each with its place."""
    document, report = document_of(body, schema), Report()
    if (of := document.get("of")) is not None:
        pack = pack.asking(str(of.value))
    case = case_of(document, pack, report)
    if case is None or report.failed:
        raise Refused(report.diagnostics)
    parameters, told = document.get("parameters"), document.get("seconds")
    seconds = settings.seconds if told is None else min(float(data_of(told)), settings.seconds)
    return Question(pack, case, data_of(parameters) if parameters else {}, seconds, document, settings.firings)


def put_explain(put: Question, format: str) -> str:
    """Why a claim is made or a fact holds; or why something does not."""
    asked, named = put.option("why_not"), put.option("fact")
    model, places = put.pack.model, put.case.places
    if asked is not None:
        if named is not None or format not in (JSON, TEXT):
            raise problem(422, REQUEST, "`why_not` is told as text or JSON, and of one thing", "leave out the other")
        found = why_not(put.outcome, asked, put.seconds)
        return _written(found, format, put.outcome, lambda answer, style: why_not_text(answer, model, style))
    return explained(put.outcome, put.pack, places, named or "", format)


def explained(outcome: Outcome, pack: Pack, places: Mapping[str, Span], named: str, format: str) -> str:
    """Why the claim of an outcome is made, or the fact called ``named`` holds. Raises: Refused (AV560)."""
    found, model = explain(outcome, named), pack.model
    match format:
        case "json":
            return canonical(explanation_document(found, model, places)).decode()
        case "text" if found.named:
            return fact_explanation(found, model, Style(), places)
        case "text":
            return explanation(outcome, model, Style(), places)
        case "html":
            return page(found, model, places)
        case _:
            return {"svg": svg, "dot": dot, "mermaid": mermaid}[format](diagram(found, model, places))


def put_whatif(put: Question, format: str) -> str:
    """The case under other facts or parameters; with ``sweep`` the claim along a range."""
    change, along = put.options.get("change"), put.options.get("sweep")
    if change is None and along is None:
        raise problem(422, REQUEST, "this does not say what is to change", "write `change`, or `sweep`")
    sets = change.get("sets") if change else None
    written = {path: plain_value(node) for path, node in sets.items()} if sets else {}
    told: dict[str, Any] = data_of(change) if change else {}
    unsets, parameters = told.get("unsets", ()), told.get("parameters", {})
    for path in unsets:
        if path in written:
            raise problem(422, REQUEST, f"`{path}` cannot be both set and unset")
    found = whatif(put.knowledge, put.case, written, unsets, parameters, put.seconds)
    if along is None:
        return _written(found, format, found.before, whatif_text)
    ends: dict[str, Any] = data_of(along)
    name, low, high = ends["name"], ends.get("low"), ends.get("high")
    knowledge = Knowledge(put.pack, {**put.parameters, **parameters})
    swept = sweep(knowledge, found.after, name, low, high, put.seconds)
    if not swept.stretches:
        raise problem(422, REQUEST, f"there is nothing of `{name}` from {low} to {high}")
    return _written(swept, format, found.after, sweep_text)


def put_flip(put: Question, format: str) -> str:
    """The smallest change of the facts that turns the claim."""
    found = flip(put.outcome, put.option("to"), put.option("most") or MOST, seconds=put.seconds)
    return _written(found, format, put.outcome, flips_text)


def put_matters(put: Question, format: str) -> str:
    """Which facts decide, which cannot, and how far each number may move."""
    found = matters(put.outcome, put.knowledge, seconds=put.seconds)
    return _written(found, format, put.outcome, matters_text)


def put_missing(put: Question, format: str) -> str:
    """What would settle an open claim, and what to ask next."""
    found = missing(put.outcome, seconds=put.seconds)
    return _written(found, format, put.outcome, missing_text)


def _written(found: A, format: str, about: Outcome, text: Callable[[A, Style], str]) -> str:
    """As JSON; or, under the case and its claim, as ``text`` has it."""
    if format == TEXT:
        return heading(about, Style()) + "\n" + text(found, Style())
    return canonical(found.document()).decode()
