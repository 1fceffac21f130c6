"""What if: the outcome under changed facts and parameters, as a difference of warrants.

Facts are compared by their paths and values, firings by their rule, premises and conclusions: what *appears* is in the
warrant after and not in the one before, what *goes* the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import Any

from averment.backends import reference
from averment.core.program import Fact, Field, Kind, Program, Value
from averment.core.suggest import did_you_mean
from averment.core.values import Misfit, decode, ends, fit
from averment.diagnostics.diagnostic import Diagnostic, Refused, of_misfit
from averment.law.tick import paced
from averment.law.truth import CaseError
from averment.model.case import Case
from averment.outcome.deciding import decided
from averment.outcome.outcome import Outcome
from averment.outcome.turns import Answer
from averment.questions.judging.budget import SECONDS, Budget, Clock, Spent
from averment.questions.judging.halving import Region
from averment.questions.judging.judge import Judge
from averment.questions.judging.knowledge import Knowledge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Changes, Situation, Slot
from averment.questions.rebuttals.rebuttals import rebuttals
from averment.questions.sweeping.regions import OneField, OneParameter
from averment.source.collector import collector_paused
from averment.warrant.derivation import Application, derive
from averment.warrant.sentences import sentence

WRITING = 0.6  # of the time for the circuit


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing of a warrant, as it is shown: its rule, what it says, and whether it is ``true`` or ``unknown``."""

    rule: str
    says: str
    truth: str


@dataclass(frozen=True)
class WhatIf:
    """Two outcomes of a case and how their warrants differ. ``appear`` and ``go`` are paths of derived facts.

    ``compared`` is false where there was no time for that: ``seconds`` were allowed.
    """

    before: Outcome
    after: Outcome
    appear: tuple[str, ...]
    go: tuple[str, ...]
    fires: tuple[Fired, ...]
    stops: tuple[Fired, ...]
    compared: bool = True
    seconds: float = SECONDS

    @property
    def turns(self) -> bool:
        """Whether the claim is another, or what the case presumably is."""
        if self.before.claim is None:
            return next(iter(self.before.results)) in self.changed
        return Answer.of(self.before) != Answer.of(self.after)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The names of the results that are otherwise, in the pack's order."""
        results, after = self.before.results, self.after.results
        return tuple(name for name, result in results.items() if result.document != after[name].document)

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""

        def side(outcome: Outcome) -> dict[str, Any]:
            told = {"status": outcome.status.value, "strength": outcome.strength}
            return {**Answer.of(outcome).document, **told}

        def lines(found: Iterable[Fired]) -> list[dict[str, str]]:
            return [{"rule": line.rule, "says": line.says, "truth": line.truth} for line in found]

        return {
            "question": "whatif",
            "case": self.before.case.name,
            "before": side(self.before),
            "after": side(self.after),
            "turns": self.turns,
            **self._results,
            "facts": {"appear": list(self.appear), "go": list(self.go)},
            "firings": {"appear": lines(self.fires), "go": lines(self.stops)},
            **({} if self.compared else {"compared": False}),
        }

    @property
    def _results(self) -> dict[str, Any]:
        results, after = self.before.results, self.after.results
        told = {name: {"before": results[name].document, "after": after[name].document} for name in self.changed}
        return {"results": told} if results else {}


def whatif(
    knowledge: Knowledge,
    case: Case,
    sets: Mapping[str, object] | None = None,
    unsets: Iterable[str] = (),
    parameters: Mapping[str, Any] | None = None,
    seconds: float = SECONDS,
    clock: Clock = monotonic,
) -> WhatIf:
    """The outcome of ``case`` as it is, and with fields set (by path, as a fact file writes values), unset or
    parameters other.

    Raises: Refused (AV582 not decided within ``seconds`` by ``clock``, AV585 no such field; AV3xx a value that does not
    fit).
    """
    with collector_paused():  # to look through thousands of records for circles takes longer than a tenth
        return _whatif(knowledge, case, sets or {}, unsets, parameters or {}, Budget(seconds, clock))


def _whatif(
    knowledge: Knowledge,
    case: Case,
    sets: Mapping[str, object],
    unsets: Iterable[str],
    parameters: Mapping[str, Any],
    budget: Budget,
) -> WhatIf:
    before = _decided(knowledge.program({}), case, budget)
    changed = _changed(Situation(before.evaluation.program, case, budget.check), case, sets, unsets, budget)
    after = _decided(knowledge.program(parameters), changed, budget)
    try:
        return difference(before, after, budget)
    except Spent:
        return WhatIf(before, after, (), (), (), (), False, budget.seconds)


def _decided(program: Program, case: Case, budget: Budget) -> Outcome:
    try:
        return decided(case, lambda given: reference.evaluate(program, given, budget.check), rebuttals)
    except CaseError as error:
        raise Refused([Diagnostic(error.code, f"case `{case.name}` has no outcome: {error.message}")]) from None
    except Spent:
        raise _undecided(case, budget) from None


def _undecided(case: Case, budget: Budget) -> Refused:
    message = f"case `{case.name}` was not decided; {budget.seconds:g} s were allowed"
    return Refused([Diagnostic("AV582", message)])


def _changed(
    situation: Situation, case: Case, sets: Mapping[str, object], unsets: Iterable[str], budget: Budget
) -> Case:
    """The case under changes. Raises: Refused."""
    try:
        told = situation.told(changes_of(situation, sets, unsets))
    except Spent:
        raise _undecided(case, budget) from None
    return Case(told.name, told.facts, told.mentioned, told.assumptions, case.places)


def difference(before: Outcome, after: Outcome, budget: Budget) -> WhatIf:
    """How two outcomes of a case differ. Raises: Spent."""
    (facts, firings), (new_facts, new_firings) = _content(before, budget), _content(after, budget)
    fires = (application for key, application in new_firings.items() if key not in firings)
    stops = (application for key, application in firings.items() if key not in new_firings)
    return WhatIf(
        before,
        after,
        tuple(path for path in new_facts if path not in facts),
        tuple(path for path in facts if path not in new_facts),
        tuple(map(_fired, paced(fires, budget.check))),
        tuple(map(_fired, paced(stops, budget.check))),
    )


_Key = tuple[str, int, tuple[str, ...], tuple[Fact, ...], str]


def _content(outcome: Outcome, budget: Budget) -> tuple[dict[str, None], dict[_Key, Application]]:
    derivation = derive(outcome.evaluation, outcome.roots, budget.check)
    types = outcome.evaluation.program.types
    derived = (path for path, fact in paced(derivation.facts.items(), budget.check) if types[fact.type].derived)
    facts = dict.fromkeys(derived)
    firings: dict[_Key, Application] = {}
    for application in paced(derivation.applications, budget.check):
        rule = application.firing.rule
        premises = tuple(derivation.path(fact) for fact in application.firing.premises)
        key = rule.id, rule.alternative, premises, tuple(application.conclusions), application.truth.word
        firings[key] = application
    return facts, firings


def _fired(application: Application) -> Fired:
    return Fired(
        application.firing.rule.id, sentence(application.firing.rule, application.bindings), application.truth.word
    )


def changes_of(situation: Situation, sets: Mapping[str, object], unsets: Iterable[str]) -> Changes:
    """Changes as they were written. Raises: Refused."""
    problems: list[Diagnostic] = []
    changes: dict[int, Value | None] = {}
    for path in unsets:
        number = _number(situation, path, problems)
        if number is not None:
            changes[number] = None
    for path, written in sets.items():
        number = _number(situation, path, problems)
        if number is None:
            continue
        value = fit(written, situation.slots[number].field, path)
        if isinstance(value, Misfit):
            problems.append(of_misfit(value))
        else:
            changes[number] = value
    if problems:
        raise Refused(problems)
    return changes


def _number(situation: Situation, path: str, problems: list[Diagnostic]) -> int | None:
    number = situation.numbers.get(path)
    if number is None:
        near = did_you_mean(path, situation.numbers)
        help = (f"did you mean `{near}`?",) if near else ("which records there are cannot be changed here",)
        problems.append(Diagnostic("AV585", f"`{path}` is not a field of this case that can change", help=help))
    return number


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values between two ends (of an unordered field: one value), and the claim they have."""

    low: Value
    high: Value
    claim: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """The claim along one field or parameter. ``exact``: of every value, not only of those tried."""

    case: str
    name: str
    field: Field
    value: Value | None
    stretches: tuple[Stretch, ...]
    exact: bool

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        regions = [
            {"from": decode(each.low, self.field), "to": decode(each.high, self.field), "claim": each.claim}
            for each in self.stretches
        ]
        return {
            "question": "sweep",
            "case": self.case,
            "name": self.name,
            "value": decode(self.value, self.field),
            "regions": regions,
            "exact": self.exact,
        }


def sweep(
    knowledge: Knowledge,
    outcome: Outcome,
    name: str,
    low: object | None = None,
    high: object | None = None,
    seconds: float = SECONDS,
    clock: Clock = monotonic,
    judge: Judge | None = None,
) -> Sweep:
    """The claim along a field (by path) or a parameter, from ``low`` to ``high`` or over its whole range.

    ``seconds`` are allowed, by ``clock``: what was not found out by then has no claim, and the sweep is not exact.
    ``judge``: of the case of ``outcome``, for whoever sweeps along many of its fields.
    Raises: Refused (AV585 no such field or parameter; AV3xx an end that does not fit).
    """
    budget = Budget(seconds, clock)
    situation = Situation(outcome.evaluation.program, outcome.case)
    parameters = knowledge.parameter_fields()
    problems: list[Diagnostic] = []
    if name in parameters:
        field = parameters[name]
        value: Value | None = knowledge.encoded(name) if knowledge.has_one_value(name) else None
    else:
        number = _number(situation, name, problems)
        if number is None:
            raise Refused(problems)
        field, value = situation.slots[number].field, situation.slots[number].value
    if not field.kind.ordered:
        stretches = () if name in parameters else tuple(_each(situation, situation.numbers[name], budget))
        return Sweep(outcome.case.name, name, field, value, stretches, all(each.claim for each in stretches))
    within = _ends(field, name, low, high)
    if within[0] > within[1]:
        return Sweep(outcome.case.name, name, field, value, (), True)
    if name in parameters:
        axis = OneParameter(outcome, knowledge, name, field, budget, within)
        regions, exact = axis.regions, axis.exact
    else:
        regions, exact = _along_field(judge or situation, situation.numbers[name], budget, within)
    stretches = tuple(Stretch(each.low, each.high, each.claim) for each in regions)
    return Sweep(outcome.case.name, name, field, value, stretches, exact)


def _ends(field: Field, name: str, low: object | None, high: object | None) -> tuple[int, int]:
    """The ends of a sweep as they were written, or of the whole range. Raises: Refused."""
    least, greatest = ends(field)
    found = [end if written is None else fit(written, field, name) for written, end in ((low, least), (high, greatest))]
    for each in found:
        if isinstance(each, Misfit):
            raise Refused([of_misfit(each)])
    first, last = found
    assert isinstance(first, int) and isinstance(last, int)
    return first, last


def _along_field(
    case: Situation | Judge, number: int, budget: Budget, within: tuple[int, int]
) -> tuple[list[Region], bool]:
    """The regions of a field, and whether they are exact."""
    try:
        judge = judge_of(case, budget.share(WRITING)) if isinstance(case, Situation) else case
    except Spent:
        return [Region(*within, "")], False
    with judge.within(budget):
        axis = OneField(judge, number, within=within)
        return axis.regions, axis.exact


def _each(situation: Situation, number: int, budget: Budget) -> Iterable[Stretch]:
    """Each value of a field without an order, and its claim as far as there was time for it."""
    try:
        judge = judge_of(situation, budget.share(WRITING))
    except Spent:
        return
    slot: Slot = situation.slots[number]
    with judge.within(budget):
        for value in slot.field.values if slot.field.kind is Kind.CHOICE else judge.candidates[number] or ():
            if judge.fresh.rank(number, value) <= 1:  # one text that is not named stands for all
                claim = ""
                with suppress(Spent):
                    claim = judge.verdict({number: value}).claim
                yield Stretch(value, value, claim)
