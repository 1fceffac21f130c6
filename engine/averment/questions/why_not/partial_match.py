"""Going through a rule that did not fire, as far as it goes: what each of its conditions came to on the way.

A condition on a `one` record fails or is unknown by its fields; every such condition is told, and the way goes on.
Another pattern branches over the facts that match; where none does, the way ends there, with the facts that come
nearest and what they lack. Of the ways those are kept that get furthest. A guard that is false or unknown is told with
the values it saw. Where a condition wanted a derived fact, it goes on to the rules that could have derived that, down
to given facts; what was told once is not told again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from averment.core.program import Absent, Aggregate, Compare, Fact, Guard, Match, Rule, Value
from averment.dataclass import dataclass
from averment.law.conclusions import conclude
from averment.law.denied import told
from averment.law.evaluation import Evaluation
from averment.law.guards import truth_of
from averment.law.memory import Memory
from averment.law.patterns import Bindings, match, matching
from averment.law.tick import Tick, on_and_on
from averment.law.truth import FALSE, TRUE, UNKNOWN, CaseError, Truth
from averment.questions.why_not.attempts import Attempt, Failing
from averment.questions.why_not.shortfall import lacks_of, may_pass, needs_of, unify
from averment.questions.why_not.wanted import Wanted

NEAREST = 3  # facts that nearly match, and ways that get equally far


class Going:
    """Goes through rules; ``deep``: on to the rules below. ``tick`` is called at each step."""

    def __init__(self, evaluation: Evaluation, deep: bool = True, tick: Tick = on_and_on) -> None:
        self._evaluation, self._deep, self._tick = evaluation, deep, tick
        self._memory: Memory = evaluation.told
        self._told: set[tuple[str, frozenset[tuple[int, Any]]]] = set()

    def derivers(self, asked: Wanted) -> Iterator[Attempt]:
        """The attempts of every rule that could have derived a fact of this kind."""
        key = asked.type, frozenset(asked.values.items())
        first = key not in self._told
        self._told.add(key)
        for rule in self._evaluation.program.rules:
            for head in rule.heads:
                if head.type != asked.type:
                    continue
                start: Bindings | None = {}
                for index, value in asked.values.items():
                    start = unify(start, head.values[index], value)
                if start is not None and all(may_pass(head.values[index], cell) for index, cell in asked.cells):
                    yield from self.attempts(rule, start) if first else [Attempt(rule, start, (), told=True)]

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
        self._tick()
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
        lacks = lacks_of(pattern, record, way.bindings, self._memory)
        bindings = dict(way.bindings)
        for index, name in pattern.binds:
            if bindings.get(name) is None:
                bindings[name] = record.values[index]
        if not lacks:
            return _Way(bindings, way.failing, way.passed + 1)
        truth = UNKNOWN if all(record.values[lack.index] is None for lack in lacks) else FALSE
        failing = Failing(pattern, truth, dict(bindings), (tuple(lacks),))
        return _Way(bindings, (*way.failing, failing), way.passed)

    def _nearest(self, pattern: Match, bindings: Bindings) -> list[Fact]:
        facts = self._memory.of(pattern.type)
        return sorted(facts, key=lambda fact: len(lacks_of(pattern, fact, bindings, self._memory)))[:NEAREST]

    def _failed(self, pattern: Match, truth: Truth, near: list[Fact], bindings: Bindings) -> Failing:
        derived = self._memory.types[pattern.type].derived
        lacks = tuple(tuple(lacks_of(pattern, fact, bindings, self._memory)) for fact in near)
        return Failing(
            pattern,
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
            self._tick()
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
        return _Way(way.bindings, (Failing(None, UNKNOWN, dict(way.bindings)),), way.passed)

    def _guard(self, guard: Guard, truth: Truth, bindings: Bindings, counted: dict[str, Aggregate]) -> Failing:
        if isinstance(guard, Absent):
            met = told(guard.match, (fact for fact, _ in matching(guard.match, self._memory, bindings)), self._memory)
            return Failing(guard, truth, dict(bindings), (), met)
        if isinstance(guard, Compare):
            against: list[Fact] = []
            below: list[Attempt] = []
            for name, sign in needs_of(guard, bindings).items():
                if name in counted and sign > 0:
                    below += self._below(counted[name].match, bindings)
                elif name in counted:
                    against += [fact for fact, _ in matching(counted[name].match, self._memory, bindings)]
            return Failing(guard, truth, dict(bindings), (), tuple(dict.fromkeys(against)), tuple(below))
        return Failing(guard, truth, dict(bindings), below=self._below(guard.match, bindings))


@dataclass(frozen=True)
class _Way:
    """A way through the patterns of a rule: what failed so far, and how many conditions it passed."""

    bindings: Bindings
    failing: tuple[Failing, ...]
    passed: int
    ended: bool = False
