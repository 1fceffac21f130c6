"""A consultation that is held by whoever asks: each call brings all that was said, so any process can go on with it."""

from __future__ import annotations

import json
from typing import Any

from averment.audit.given import given_facts
from averment.ir.digest import canonical
from averment.model.case import Case, blank_case
from averment.questions.consultation import consult
from averment.questions.situation import Situation
from averment.questions.whatif import changes_of
from averment_service.agents.call import Call
from averment_service.agents.desk import Desk

_NAME = "consultation"


def consulted(desk: Desk, asked: Call) -> dict[str, Any]:
    """Where a consultation stands after what a call says: the next question, and all facts so far.

    Raises: Refused for what no field can hold, or names no field of the case.
    """
    pack, settings = desk.pack, desk.service.settings
    case = asked.case(pack) if asked.get("facts") is not None else blank_case(pack.model.types, _NAME)
    situation = Situation(pack.program(desk.parameters), case)
    told = situation.told(changes_of(situation, asked.get("answers") or {}, ()))
    answered = Case(told.name, told.facts, told.mentioned, told.assumptions)
    outcome = pack.decide(answered, desk.parameters, firings=settings.firings)
    begun = consult(outcome, until_presumed=bool(asked.get("until_presumed")), seconds=settings.seconds)
    state = begun.putting_off(asked.get("unknown") or (), asked.get("later") or ())
    return {
        "ask": json.loads(canonical(state.document())),
        "whether": state.whether or None,
        "facts": given_facts(state.case, pack.model.types),
    }
