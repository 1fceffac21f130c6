"""Why something does not hold: for each rule that could have derived it, the conditions that failed and what they
needed.

A rule (each alternative of it) is gone through in its order. A condition on a `one` record fails or is unknown by its
fields; every such condition is told, and the way goes on. Another pattern branches over the facts that match; where
none does, the way ends there, with the facts that come nearest and what they lack. Of the ways those are kept that
get furthest. A guard that is false or unknown is told with the values it saw. Where a condition wanted a derived
fact, the question goes on to the rules that could have derived that, down to given facts; what was told once is not
told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from averment.ir.naming import record_path
from averment.ir.program import (
    Absent,
    Aggregate,
    Arithmetic,
    Cell,
    Compare,
    Expression,
    Fact,
    Guard,
    Literal,
    Match,
    Program,
    Rule,
    Value,
    Variable,
)
from averment.ir.values import decode
from averment.law.cells import passes
from averment.law.conclusions import conclude
from averment.law.evaluation import Evaluation
from averment.law.expressions import compare, evaluate
from averment.law.guards import truth_of
from averment.law.memory import Memory
from averment.law.patterns import Bindings, match, matching
from averment.law.truth import FALSE, TRUE, UNKNOWN, CaseError, Quantity, Truth
from averment.outcome.outcome import Outcome
from averment.questions.wanted import Wanted, wanted
from averment.warrant.document import bindings_document

_UNCERTAIN = "every value that it would derive is certain"
NEAREST = 3  # facts that nearly match, and ways that get equally far


@dataclass(frozen=True, slots=True)
class Lack:
    """A field that does not hold what a condition needs. ``needed`` is a cell as written, or the value to be met."""

    fact: Fact
    index: int
    needed: str


@dataclass(frozen=True, slots=True)
class Failing:
    """A condition that is false or unknown. ``lacks``: what each near fact lacks; ``met``: facts that should not be.

    ``below``: why the derived facts it wanted do not hold.
    """

    text: str
    truth: Truth
    bindings: Mapping[str, Any]
    lacks: tuple[tuple[Lack, ...], ...] = ()
    met: tuple[Fact, ...] = ()
    below: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A way through a rule that did not come through. ``told``: this was gone into above."""

    rule: Rule
    bindings: Bindings = field(hash=False)
    failing: tuple[Failing, ...] = ()
    told: bool = False


@dataclass(frozen=True)
class WhyNot:
    """Why what was asked for does not hold. ``holds``: it does, after all; ``attempts`` are by rule, the furthest
    first.
    """

    case: str
    evaluation: Evaluation
    asked: str
    holds: tuple[Fact, ...]
    attempts: tuple[Attempt, ...]

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        types = self.evaluation.program.types
        return {
            "question": "why_not",
            "case": self.case,
            "asked": self.asked,
            "holds": [record_path(types[fact.type], fact) for fact in self.holds],
            "attempts": [attempt_document(attempt, self.evaluation.program) for attempt in self.attempts],
        }


def why_not(outcome: Outcome, asked: str) -> WhyNot:
    """Why a claim, a rule (by its id) or a fact does not hold.

    A fact is ``TYPE`` or ``TYPE(field: value, …)``. Raises: Refused (AV584) where there is no such thing to ask about.
    """
    evaluation = outcome.evaluation
    found = wanted(evaluation.program, asked)
    going = _Going(evaluation)
    holds: list[Fact] = []
    attempts: list[Attempt] = []
    for each in found:
        if isinstance(each, Rule):
            fired = [firing for firing in evaluation.firings if firing.rule is each]
            holds += [fact for firing in fired for fact in firing.conclusions]
            attempts += [] if fired else going.attempts(each, {})
        else:
            holds += [fact for fact in evaluation.memory.true(each.type) if each.covers(fact)]
            attempts += going.derivers(each)
    return WhyNot(outcome.case.name, evaluation, asked, tuple(dict.fromkeys(holds)), () if holds else tuple(attempts))


def unfired(evaluation: Evaluation) -> tuple[Attempt, ...]:
    """Every rule that did not fire (each alternative), with its conditions that were false or unknown, by id."""
    fired = {firing.rule for firing in evaluation.firings}
    found: list[Attempt] = []
    for rule in sorted(evaluation.program.rules, key=lambda rule: (rule.id, rule.alternative)):
        if rule not in fired:
            found += _Going(evaluation, deep=False).attempts(rule, {})
    return tuple(found)


def attempt_document(attempt: Attempt, program: Program) -> dict[str, Any]:
    """An attempt as data."""
    rule = attempt.rule
    shown = {entry.variable for entry in rule.shown if entry.variable in attempt.bindings}
    bound = {entry.variable: attempt.bindings.get(entry.variable) for entry in rule.shown}
    values = bindings_document(rule, bound) if rule.shown else {}
    return {
        "rule": rule.id,
        "alternative": rule.alternative,
        "bindings": {name: value for name, value in values.items() if name in shown},
        "failing": [_failing_document(failing, program) for failing in attempt.failing],
        "told": attempt.told,
    }


def _failing_document(failing: Failing, program: Program) -> dict[str, Any]:
    def lack(each: Lack) -> dict[str, Any]:
        type = program.types[each.fact.type]
        held = type.fields[each.index]
        path = f"{record_path(type, each.fact)}.{held.name}"
        return {"field": path, "actual": decode(each.fact.values[each.index], held), "needed": each.needed}

    return {
        "condition": failing.text,
        "truth": failing.truth.word,
        "nearest": [[lack(each) for each in lacks] for lacks in failing.lacks],
        "met": [record_path(program.types[fact.type], fact) for fact in failing.met],
        "below": [attempt_document(attempt, program) for attempt in failing.below],
    }


@dataclass(frozen=True)
class _Way:
    """A way through the patterns of a rule: what failed so far, and how many conditions it passed."""

    bindings: Bindings
    failing: tuple[Failing, ...]
    passed: int
    ended: bool = False


class _Going:
    """Going through rules; ``deep``: on to the rules below."""

    def __init__(self, evaluation: Evaluation, deep: bool = True) -> None:
        self._evaluation, self._deep = evaluation, deep
        self._memory: Memory = evaluation.memory
        self._told: set[tuple[str, frozenset[tuple[int, Any]]]] = set()

    def derivers(self, asked: Wanted) -> list[Attempt]:
        """The attempts of every rule that could have derived a fact of this kind."""
        key = asked.type, frozenset(asked.values.items())
        first = key not in self._told
        self._told.add(key)
        found: list[Attempt] = []
        for rule in self._evaluation.program.rules:
            for head in rule.heads:
                if head.type != asked.type:
                    continue
                start: Bindings | None = {}
                for index, value in asked.values.items():
                    start = _unify(start, head.values[index], value)
                if start is not None and all(_may_pass(head.values[index], cell) for index, cell in asked.cells):
                    found += self.attempts(rule, start) if first else [Attempt(rule, start, (), told=True)]
        return found

    def attempts(self, rule: Rule, start: Bindings) -> list[Attempt]:
        """The furthest ways through a rule that do not come through; ``start`` are values its variables must have."""
        ways = [_Way({}, (), 0)]
        for pattern in rule.matches:
            ways = [way for before in ways for way in self._pattern(pattern, before, start)]
            furthest = max(way.passed for way in ways)
            ended = [way for way in ways if way.ended]
            going = [way for way in ways if not way.ended]
            ways = going or [way for way in ended if way.passed == furthest]
        finished = [way if way.ended else self._heads(rule, self._guards(rule, way)) for way in ways]
        failed = [way for way in finished if way.failing]
        furthest = max((way.passed for way in failed), default=0)
        kept = [way for way in failed if way.passed == furthest][:NEAREST]
        return [Attempt(rule, way.bindings, way.failing) for way in kept]

    def _pattern(self, pattern: Match, way: _Way, start: Bindings) -> Iterator[_Way]:
        if way.ended:
            yield way
            return
        if self._memory.types[pattern.type].one:
            (record,) = self._memory.of(pattern.type)
            yield self._record(pattern, record, way)
            return
        sought = dict(way.bindings)
        sought.update({name: value for name, value in start.items() if name not in sought})
        found = matching(pattern, self._memory, sought)
        for fact, truth in found:
            matched = match(pattern, fact, self._memory, way.bindings)
            assert matched is not None
            failing = way.failing
            if truth is UNKNOWN:
                failing = (*failing, self._failed(pattern, UNKNOWN, [fact], sought))
            yield _Way(matched[0], failing, way.passed + 1)
        if not found:
            near = self._nearest(pattern, sought)
            yield _Way(sought, (*way.failing, self._failed(pattern, FALSE, near, sought)), way.passed, ended=True)

    def _record(self, pattern: Match, record: Fact, way: _Way) -> _Way:
        """The one record: what it lacks is told, and its values are bound all the same."""
        lacks = _lacks(pattern, record, way.bindings, self._memory)
        bindings = dict(way.bindings)
        for index, name in pattern.binds:
            if bindings.get(name) is None:
                bindings[name] = record.values[index]
        if not lacks:
            return _Way(bindings, way.failing, way.passed + 1)
        truth = UNKNOWN if all(record.values[lack.index] is None for lack in lacks) else FALSE
        failing = Failing(pattern.text, truth, dict(bindings), (tuple(lacks),))
        return _Way(bindings, (*way.failing, failing), way.passed)

    def _nearest(self, pattern: Match, bindings: Bindings) -> list[Fact]:
        facts = self._memory.of(pattern.type)
        return sorted(facts, key=lambda fact: len(_lacks(pattern, fact, bindings, self._memory)))[:NEAREST]

    def _failed(self, pattern: Match, truth: Truth, near: list[Fact], bindings: Bindings) -> Failing:
        derived = self._memory.types[pattern.type].derived
        lacks = tuple(tuple(_lacks(pattern, fact, bindings, self._memory)) for fact in near)
        return Failing(
            pattern.text,
            truth,
            dict(bindings),
            tuple(each for each in lacks if each),
            (),
            self._below(pattern, bindings) if derived else (),
        )

    def _below(self, pattern: Match, bindings: Bindings) -> tuple[Attempt, ...]:
        if not self._deep or not self._memory.types[pattern.type].derived:
            return ()
        values: dict[int, Value] = {}
        for index, name in pattern.binds:
            held = bindings.get(name)
            if held is not None and not isinstance(held, tuple):
                values[index] = held
        return tuple(self.derivers(Wanted(pattern.type, values, pattern.cells)))

    def _guards(self, rule: Rule, way: _Way) -> _Way:
        bindings, failing, passed = dict(way.bindings), list(way.failing), way.passed
        counted: dict[str, Aggregate] = {}
        for guard in rule.guards:
            try:
                truth = truth_of(guard, self._memory, bindings)
            except (KeyError, AssertionError):  # a variable that a failed record left without a value
                continue
            if isinstance(guard, Aggregate):
                counted[guard.variable] = guard
            if truth is TRUE:
                passed += 1
            else:
                failing.append(self._guard(guard, truth, bindings, counted))
        return _Way(bindings, tuple(failing), passed)

    def _heads(self, rule: Rule, way: _Way) -> _Way:
        """A way whose conditions all hold fails still where what it would derive is not certain."""
        if way.failing:
            return way
        try:
            if conclude(self._evaluation.program, rule, dict(way.bindings), TRUE)[1] is TRUE:
                return way
        except CaseError:
            pass
        return _Way(way.bindings, (Failing(_UNCERTAIN, UNKNOWN, dict(way.bindings)),), way.passed)

    def _guard(self, guard: Guard, truth: Truth, bindings: Bindings, counted: dict[str, Aggregate]) -> Failing:
        if isinstance(guard, Absent):
            met = tuple(fact for fact, _ in matching(guard.match, self._memory, bindings))
            return Failing(guard.text, truth, dict(bindings), (), met)
        if isinstance(guard, Compare):
            against: list[Fact] = []
            below: list[Attempt] = []
            for name, sign in _needs(guard, bindings).items():
                if name in counted and sign > 0:
                    below += self._below(counted[name].match, bindings)
                elif name in counted:
                    against += [fact for fact, _ in matching(counted[name].match, self._memory, bindings)]
            return Failing(guard.text, truth, dict(bindings), (), tuple(dict.fromkeys(against)), tuple(below))
        return Failing(guard.text, truth, dict(bindings), below=self._below(guard.match, bindings))


def _may_pass(expression: Expression, cell: Cell) -> bool:
    return not isinstance(expression, Literal) or passes(cell, expression.value) is TRUE


def _needs(guard: Compare, bindings: Bindings) -> dict[str, int]:
    """By variable of a comparison that is not true, whether it would have to be more (1) or less (-1)."""
    signs: dict[str, int] = {}
    _signs(guard.left, 1, signs)
    _signs(guard.right, -1, signs)
    match guard.operator:
        case ">" | ">=":
            more = 1
        case "<" | "<=":
            more = -1
        case _:
            try:
                more = 1 if guard.operator == "=" and compare("<", *_sides(guard, bindings)) is not FALSE else -1
            except (CaseError, AssertionError):
                more = 1
    return {name: sign * more for name, sign in signs.items()}


def _sides(guard: Compare, bindings: Bindings) -> tuple[Quantity, Quantity]:
    return evaluate(guard.left, bindings), evaluate(guard.right, bindings)


def _signs(expression: Expression, sign: int, signs: dict[str, int]) -> None:
    match expression:
        case Variable(name):
            signs[name] = sign
        case Arithmetic(operator, left, right):
            _signs(left, sign, signs)
            _signs(right, -sign if operator == "-" else sign, signs)
        case _:
            return


def _unify(start: Bindings | None, expression: object, value: Value) -> Bindings | None:
    """What the variables of a head must be for it to give ``value``; nothing where it cannot."""
    if start is None:
        return None
    if isinstance(expression, Literal):
        return start if expression.value == value else None
    if isinstance(expression, Variable):
        return {**start, expression.name: value} if start.get(expression.name, value) == value else None
    return start


def _lacks(pattern: Match, fact: Fact, bindings: Bindings, memory: Memory) -> list[Lack]:
    """The fields of a fact that fail a pattern, or are unknown to it."""
    found = [
        Lack(fact, index, cell.text) for index, cell in pattern.cells if passes(cell, fact.values[index]) is not TRUE
    ]
    met = dict(bindings)  # a variable may stand twice in one pattern
    for index, name in pattern.binds:
        held = met.get(name)
        value = fact.values[index]
        if held is None:
            met[name] = value
        if value is None:
            found.append(Lack(fact, index, "known"))
        elif held is not None and not isinstance(held, tuple) and held != value:
            shown = decode(held, memory.types[fact.type].fields[index])
            found.append(Lack(fact, index, str(shown)))
    return found
