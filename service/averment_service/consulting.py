"""Consultations as sessions: what was said so far is kept (``kept``), and from it each is taken up again.

A process keeps those it was asked for last as they are, on the live engine, and tells each only what is new. Where a
reply went to another process meanwhile, it hears of it from what is kept; so it does not matter which one answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import Any, cast

from averment.audit.given import given_facts
from averment.core.naming import record_path
from averment.core.node import data_of
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.engines import Engine
from averment.examples import usual_of
from averment.ir.digest import canonical
from averment.law.truth import CaseError
from averment.model.case import Case, blank_case
from averment.model.encoding import plain_value
from averment.model.evidence import Documents, evidence_of
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.pipeline import decide
from averment.questions.ask.consultation import (
    ADDED,
    ANSWER,
    DECLINED,
    SKIPPED,
    UNKNOWN,
    Consultation,
    consult,
)
from averment.questions.ask.live import Live
from averment.questions.ask.provenance import provenance
from averment.questions.ask.usual import Usual
from averment.recent import Recent
from averment.render.pack_documents import field_document
from averment_service.answering import case_of
from averment_service.asking import document_of
from averment_service.kept import Kept, Reply, Store, moved
from averment_service.problems import REQUEST, problem
from averment_service.settings import Settings
from averment_service.supporting import EVIDENCE, entries_of, supported, without_evidence

WITHDRAWN = "withdrawn"
NAME = "consultation"
LIVE = 64  # consultations that a process keeps as they are
MOST = 1000  # replies of one
USUAL = 5.0  # seconds for the next question, where nobody says how many
_OF_FIELDS = (ANSWER, UNKNOWN, DECLINED, SKIPPED)


@dataclass(eq=False)
class _Held:
    """A consultation as this process has it: the replies it has heard, and the state they led to, on an ``engine``."""

    begun: Case
    first: Consultation
    engine: Engine
    lock: Lock = field(default_factory=Lock)
    replies: list[Reply] = field(default_factory=list[Reply])
    state: Consultation = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.first

    def hear(self, replies: list[Reply]) -> Consultation:
        """The state after these. Raises: Refused, and all stays as it was."""
        had = len(self.replies)
        if replies[:had] == self.replies:
            state, new = self.state, replies[had:]
        elif replies == self.replies[:-1]:
            state, new = self.state.back(), []
        else:
            state, new = self.first, replies
        for reply in new:
            state = said(state, reply)
        try:
            state.outcome  # noqa: B018  an answer may leave the case without an outcome
        except CaseError as error:
            raise Refused([Diagnostic(error.code, f"with this the case has no outcome: {error.message}")]) from None
        self.replies, self.state = list(replies), state
        return state


@dataclass(frozen=True)
class Standing:
    """Where a consultation stands."""

    kept: Kept
    pack: Pack
    begun: Case
    state: Consultation
    engine: Engine
    expires: float

    @cached_property
    def case(self) -> Case:
        """The case by now, with what it rests on."""
        return supported(self.state.case, self.begun.evidence, counting(self.kept.replies), self.pack)

    @property
    def outcome(self) -> Outcome:
        """Its outcome by now. Raises: Refused."""
        if self.case.evidence is None:
            return self.state.outcome
        report = Report()
        outcome = decide(self.engine, self.case, report)
        if outcome is None:
            raise Refused(report.diagnostics)
        return outcome

    @cached_property
    def document(self) -> dict[str, Any]:
        state, pack = self.state, self.pack
        question = None if state.whether else state.question
        asked: dict[str, Any] | None = None
        if question is not None:
            asked = {"path": question.slot.path, **field_document(question.slot.field), "ask": question.text}
        return {
            "session": self.kept.id,
            "step": self.kept.step,
            "expires_in": int(self.expires),
            "pack": {"name": pack.name, "version": pack.version, "digest": pack.digest},
            "ask": state.document(),
            "whether": state.whether or None,
            "question": asked,
            "why": [] if state.finished else list(state.why()),
            "proved": state.proved or None,
            **self.facts,
        }

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What is known by now, and where it came from."""
        facts = given_facts(self.state.case, self.pack.model.types)
        evidence = self.case.evidence.document if self.case.evidence else None
        return {"facts": facts, "provenance": provenance(self.state, self.begun), "evidence": evidence}


class Consultations:
    """The consultations of a service, as one process sees them. Safe in threads; it takes as long as a question."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self._settings = store, settings
        self._held: Recent[str, _Held] = Recent(LIVE)
        self._usual: Recent[str, Usual] = Recent(LIVE)

    def begin(self, body: bytes, pack: Pack, principal: str, documents: Documents) -> Standing:
        """``documents``: those that evidence may quote without their being sent along.

        Raises: Refused for what the request has wrong; Problem (429, 503) where there is no room.
        """
        document, report = document_of(body, "request_ask"), Report()
        case = case_of(document, pack, report, kept=documents)
        if case is None or report.failed:
            raise Refused(report.diagnostics)
        evidence = case.evidence.document if case.evidence else None
        begun = json.dumps({"request": body.decode(), EVIDENCE: evidence})
        held = self._taken_up(begun, pack)
        kept = self.store.begin(principal, f"{pack.name}@{pack.digest}", begun)
        with held.lock:
            self._held.get(kept.id, lambda: held)
            return self._stands(kept, pack, held)

    def standing(self, kept: Kept, pack: Pack) -> Standing:
        """Where it stands."""
        held = self._of(kept, pack)
        with held.lock:
            held.hear(counting(kept.replies))
            return self._stands(kept, pack, held)

    def reply(self, body: bytes, kept: Kept, pack: Pack, documents: Documents) -> Standing:
        """After one more reply. Raises: Refused, and nothing was said; Problem (409)."""
        document = document_of(body, "request_reply")
        told = {name: data_of(node) for name, node in document.items() if name not in (EVIDENCE, "documents")}
        value = document.get("value")
        if value is not None and isinstance(value.value, dict):
            told["value"] = {name: plain_value(node) for name, node in value.items()}
        elif value is not None:
            told["value"] = plain_value(value)
        if told.get("step", kept.step) != kept.step:
            raise moved()
        held = self._of(kept, pack)
        with held.lock:
            before = held.hear(counting(kept.replies))
            reply = {**told, "field": told.get("field") or _next(before)}
            _check(reply, before, kept)
            state = held.hear(counting([*kept.replies, reply]))
            try:
                written = reply if reply["said"] == WITHDRAWN else _written(state, reply)
                if (entries := entries_of(document, written, state.case, pack, documents)) is not None:
                    written[EVIDENCE] = entries
            except Refused:
                held.hear(counting(kept.replies))
                raise
            replies = [*kept.replies, written]
            held.replies = counting(replies)
            return self._stands(self.store.change(kept, replies), pack, held)

    def back(self, kept: Kept, pack: Pack) -> Standing:
        """Before the last reply."""
        held = self._of(kept, pack)
        with held.lock:
            held.hear(counting(kept.replies))
            held.hear(counting(kept.replies[:-1]))
            return self._stands(self.store.change(kept, kept.replies[:-1]), pack, held)

    def _stands(self, kept: Kept, pack: Pack, held: _Held) -> Standing:
        """Where it stands, all worked out: a consultation is not for several threads at once."""
        found = Standing(kept, pack, held.begun, held.state, held.engine, self.store.expires)
        found.document  # noqa: B018
        return found

    def _of(self, kept: Kept, pack: Pack) -> _Held:
        return self._held.get(kept.id, lambda: self._taken_up(kept.begun, pack))

    def _taken_up(self, begun: str, pack: Pack) -> _Held:
        """A consultation as it began: with the evidence that was found then. Raises: Refused."""
        was = json.loads(begun)
        document, report = without_evidence(document_of(was["request"].encode(), "request_ask")), Report()
        told: dict[str, Any] = data_of(document)
        if document.get("facts") is not None:
            case = case_of(document, pack, report)
        else:
            case = blank_case(pack.model.types, told.get("case", NAME))
        engine = pack.engine(told.get("parameters", {}), "", self._settings.firings)
        outcome = None if case is None or report.failed else decide(engine, case, report)
        if case is None or outcome is None:
            raise Refused(report.diagnostics)
        seconds = min(float(told.get("seconds", USUAL)), self._settings.seconds)
        usual = self._usual.get(pack.digest, lambda: usual_of(pack))
        first = consult(outcome, Live(engine).evaluate, usual, told.get("until_presumed", False), seconds)
        return _Held(replace(case, evidence=evidence_of(was[EVIDENCE]) if was[EVIDENCE] else None), first, engine)


# --- replies ------------------------------------------------------------------------------------------------------


def said(state: Consultation, reply: Reply) -> Consultation:
    """After a reply, as the document of a consultation has it. Raises: Refused."""
    path, value = reply["field"], reply.get("value")
    match reply["said"]:
        case "answer":
            return state.answer(value, path=path)
        case "unknown":
            return state.unknown(path)
        case "declined":
            return state.decline(path)
        case "skipped":
            return state.skip(path)
        case "added":
            if not isinstance(value, Mapping):
                raise problem(422, REQUEST, "a record that is added has `value`, its fields")
            return state.add(path.partition("[")[0], cast("Mapping[str, object]", value))
        case "removed":
            return _removed(state, path)
        case _:
            return state.none(path)


def _removed(state: Consultation, path: str) -> Consultation:
    types = state.judge.situation.program.types
    there = {record_path(types[fact.type], fact): fact for fact in state.case.facts if not types[fact.type].one}
    if path not in there:
        near = did_you_mean(path, there)
        help = (f"did you mean `{near}`?",) if near else ()
        raise Refused([Diagnostic("AV585", f"`{path}` is not a record of this case", help=help)])
    return state.remove(there[path])


def counting(replies: list[Reply]) -> list[Reply]:
    """Those of the replies that count by now: what is taken back, or said not to be known after all, does not."""
    found: list[Reply] = []
    for reply in replies:
        if reply["said"] in (UNKNOWN, DECLINED, SKIPPED, WITHDRAWN):
            found = [each for each in found if each["field"] != reply["field"] or each["said"] not in _OF_FIELDS]
        if reply["said"] != WITHDRAWN:
            found.append(reply)
    return found


def _next(state: Consultation) -> str:
    """What is asked next. Raises: Refused (AV583)."""
    if state.whether:
        return state.whether
    if state.question is None:
        raise Refused([Diagnostic("AV583", "the consultation is over, there is nothing left to ask")])
    return state.question.slot.path


def _check(reply: Reply, state: Consultation, kept: Kept) -> None:
    """Raises: Refused, Problem for a reply that cannot be."""
    if len(kept.replies) >= MOST:
        raise problem(422, REQUEST, f"a consultation has at most {MOST:,} replies")
    if reply["said"] == ANSWER and "value" not in reply:
        raise problem(422, REQUEST, "an answer has a `value`", "say `unknown` where there is none")
    heard = [each for each in state.replies if each.path == reply["field"] and each.said in _OF_FIELDS]
    if reply["said"] == WITHDRAWN and not heard:
        raise Refused([Diagnostic("AV585", f"nothing was said of `{reply['field']}` in this consultation")])


def _written(state: Consultation, told: Reply) -> Reply:
    """The reply heard last as it is kept: its values in the field's own form; of a record the fields that were told."""
    found: Reply = json.loads(canonical(state.document()["replies"][-1]))
    if found["said"] == ADDED:
        found["value"] = {name: held for name, held in found["value"].items() if name in told["value"]}
    return found
