"""A judge that is kept while a case is told answer by answer.

To write the rules out for a case (its circuit) takes a hundred times as long as to ask it something, and the records of
a case do not change in a consultation. So one judge is made at its beginning (``quick.judge_of``), and ``told`` gives
from it the judge of the case after some answers: ``missing``, ``flip`` and ``matters`` take it beside the outcome of
that case.
"""

from __future__ import annotations

from copy import copy

from averment.backends.symbolic.gates import Unsure
from averment.questions.judging.budget import ENDLESS, Budget
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry, judge_of
from averment.questions.judging.situation import Changes, Situation


def told(judge: Judge, answers: Changes, budget: Budget = ENDLESS) -> Judge:
    """The judge of the case after these answers (by slot of ``judge``); what ``judge`` is made of is used again."""
    if not answers:
        return judge
    situation = Situation(judge.situation.program, judge.situation.told(answers))
    if not isinstance(judge.circuitry, Circuitry):
        return judge_of(situation, budget)
    after = Judge(situation, judge.uses, budget)
    after.budget = ENDLESS
    places, slots = judge.circuitry.places, judge.situation.slots
    held = {places[number]: value for number, value in answers.items() if number in places}
    circuitry = copy(judge.circuitry)
    try:
        circuitry.circuit = judge.circuitry.circuit.after(held)
    except Unsure:
        return after
    leaf = {slots[number].path: place for number, place in places.items()}  # an answer may change the order of records
    circuitry.places = {number: leaf[slot.path] for number, slot in enumerate(situation.slots) if slot.path in leaf}
    after.circuitry = circuitry
    return after
