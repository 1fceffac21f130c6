"""A consultation that is held by whoever asks: each call brings all that was said, so any process can go on with it."""

from __future__ import annotations

import json
from typing import Any

from averment.audit.given import given_facts
from averment.diagnostics.diagnostic import Refused, Report
from averment.examples import usual_of
from averment.ir.digest import canonical
from averment.model.case import Case, blank_case
from averment.pipeline import decide
from averment.questions.ask.consultation import consult
from averment.questions.ask.usual import Usual
from averment.questions.judging.situation import Situation
from averment.questions.whatif import changes_of
from averment.recent import Recent
from averment_service.agents.call import Call
from averment_service.agents.desk import Desk

_NAME = "consultation"
_usual: Recent[str, Usual] = Recent(16)


def consulted(desk: Desk, asked: Call) -> dict[str, Any]:
    """Where a consultation stands after what a call says: the next question, and all facts so far.

    Raises: Refused for what no field can hold, or names no field of the case.
    """
    pack, settings = desk.pack, desk.service.settings
    case = asked.case(pack) if asked.get("facts") is not None else blank_case(pack.model.types, _NAME)
    situation = Situation(pack.program(desk.parameters), case)
    told = situation.told(changes_of(situation, asked.get("answers") or {}, ()))
    answered = Case(told.name, told.facts, told.mentioned, told.assumptions)
    report = Report()
    outcome = decide(pack.engine(desk.parameters, "", settings.firings), answered, report)
    if outcome is None:
        raise Refused(report.diagnostics)
    usual = _usual.get(pack.digest, lambda: usual_of(pack))
    begun = consult(outcome, None, usual, bool(asked.get("until_presumed")), settings.seconds)
    state = begun.putting_off(*(asked.get(name) or () for name in ("unknown", "declined", "later")))
    return {
        "ask": json.loads(canonical(state.document())),
        "whether": state.whether or None,
        "facts": given_facts(state.case, pack.model.types),
    }
