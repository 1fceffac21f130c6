"""Where what is known of a case came from, and why the rest is not known, as a consultation heard it.

What somebody was asked and would not say (``declined``) is told apart from what nobody knows (``unknown``), from what
was put off (``skipped``), and from what was not asked.
"""

from __future__ import annotations

from averment.outcome.outcome import Decided
from averment.questions.ask.consultation import ADDED, ANSWER, REMOVED, Consultation
from averment.questions.judging.situation import Situation, Slot

GIVEN, ASSUMED, NOT_ASKED = "given", "assumed", "not asked"


def provenance(state: Consultation, begun: Decided) -> dict[str, str]:
    """By the path of each field (and of a type that was spoken of as a whole): ``given`` in the case it began with,
    ``assumed`` where a default stands in, what was said of it last, or ``not asked``.
    """
    program, case = state.judge.situation.program, state.case
    said = {reply.path: reply.said for reply in state.replies if reply.said not in (ADDED, REMOVED)}
    given = {slot.path for slot in Situation(program, begun).slots if slot.value is not None}

    def word(slot: Slot) -> str:
        if slot.path in said:
            return said[slot.path]
        if slot.value is None:
            return NOT_ASKED
        if slot.path in case.assumptions:
            return ASSUMED
        return GIVEN if slot.path in given else ANSWER  # else it came with a record that was added

    types = {path: word for path, word in said.items() if path in program.types}
    return types | {slot.path: word(slot) for slot in Situation(program, case).slots}
