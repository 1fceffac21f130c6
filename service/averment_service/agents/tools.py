"""The tools, one tuple: what each is called, what it takes and answers, and what it does. None changes anything: a
decision goes on record, which is no choice of whoever asks for it.

What a tool is called and how it is described are the same for every pack; of the pack's texts only what its vocabulary
says of its own fields stands in a schema.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from averment_service.agents import schemas
from averment_service.agents.call import Call, read_call
from averment_service.agents.consulting import consulted
from averment_service.agents.desk import Desk
from averment_service.answering import ANSWER, Answered, Asked, wholly, written
from averment_service.asking import JSON, Put, Question, put_explain, put_flip, put_whatif
from averment_service.principals import Permission, need

Run = Callable[[Desk, Call], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Tool:
    """``takes``: its arguments, of those of ``schema``; ``needs``: those that must be given. Beside them every tool
    takes the digest of the pack. ``answer``: the schema of what it gives.
    """

    name: str
    title: str
    description: str
    schema: str
    takes: tuple[str, ...]
    answer: Callable[[], schemas.Schema]
    run: Run
    needs: tuple[str, ...] = ("facts",)

    def input_schema(self, desk: Desk) -> schemas.Schema:
        return schemas.input_schema(desk.pack, self.schema, self.takes, self.needs, named=not desk.pinned)


async def call(desk: Desk, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What a tool answers. Raises: KeyError where there is no such tool, Refused, Problem, LogError."""
    tool = TOOLS[name]
    asked = read_call(name, tool.schema, tool.takes, tool.needs, arguments)
    desk.check(asked.pack)
    return await tool.run(desk, asked)


async def _vocabulary(desk: Desk, _: Call) -> dict[str, Any]:
    return {**desk.standing, **schemas.vocabulary(desk.pack, desk.parameters)}


async def _decide(desk: Desk, asked: Call) -> dict[str, Any]:
    """Decided, put on record, and answered as ``POST …/decide`` answers."""
    service, pack = desk.service, desk.pack
    need(desk.principal, Permission.DECIDE)
    detail, note = asked.get("detail") or ANSWER, service.note(pack, desk.principal)

    def work() -> Answered:
        case = asked.case(pack, desk.documents)
        told = Asked((case,), desk.parameters, detail)
        return wholly(case, told, pack, service.settings.firings, note)

    answered = await service.gate.run(work)
    (receipt,) = await service.record(pack, [answered.entry])
    found: dict[str, Any] = json.loads(written(answered, detail, receipt.id))
    return found


def _put(name: str, put: Put) -> Run:
    """A question of the library, put as ``POST …/{name}`` puts it."""

    async def run(desk: Desk, asked: Call) -> dict[str, Any]:
        settings, pack = desk.service.settings, desk.pack

        def work() -> str:
            case = asked.case(pack)
            question = Question(pack, case, desk.parameters, settings.seconds, asked.document, settings.firings)
            return put(question, JSON)

        return {**desk.standing, name: json.loads(await desk.service.gate.run(work))}

    return run


async def _ask(desk: Desk, asked: Call) -> dict[str, Any]:
    return {**desk.standing, **await desk.service.gate.run(lambda: consulted(desk, asked))}


_CASE = ("case", "facts")
TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            "vocabulary",
            "What can be said",
            "The facts that cases are told in, the claims that can be made, and the parameters that hold. "
            "Read this first: a fact outside of it is refused.",
            "request",
            (),
            schemas.vocabulary_answer,
            _vocabulary,
            (),
        ),
        Tool(
            "decide",
            "Decide a case",
            "The claim for a case, whether it is settled, and what an open claim hangs on. Give only facts that are "
            "known, and leave out the rest: what is not known stays open. The decision is put on record, where there "
            "is a log.",
            "request",
            (*_CASE, "evidence", "documents", "detail"),
            schemas.decision_answer,
            _decide,
        ),
        Tool(
            "ask",
            "Ask what still matters",
            "The next best question about a case, or that nothing is left to ask. Give the facts so far, and the "
            "answers to questions asked before; all facts come back, to be given again in the next call.",
            "request_next",
            (*_CASE, "answers", "unknown", "declined", "later", "until_presumed"),
            schemas.ask_answer,
            _ask,
            (),
        ),
        Tool(
            "explain",
            "Explain a claim",
            "Every reason for the claim of a case, or for a fact, down to the facts given, with the sources of the "
            "rules; or why something does not hold. Nothing goes on record.",
            "request_explain",
            (*_CASE, "fact", "why_not"),
            schemas.explain_answer,
            _put("explain", put_explain),
        ),
        Tool(
            "whatif",
            "What if",
            "What would be otherwise if some facts or parameters were: the claim before and after, and which reasons "
            "come and go; or the claim along a range. Nothing is decided, and nothing goes on record.",
            "request_whatif",
            (*_CASE, "change", "sweep"),
            lambda: schemas.question_answer("whatif", "sweep"),
            _put("whatif", put_whatif),
        ),
        Tool(
            "flip",
            "What would turn it",
            "The smallest changes of the facts that would turn the claim of a settled case. Nothing goes on record.",
            "request_flip",
            (*_CASE, "to", "most"),
            lambda: schemas.question_answer("flip"),
            _put("flip", put_flip),
        ),
    )
}
