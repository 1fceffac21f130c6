"""The derivation under some facts: every fact and firing that bears on them, named the same on every backend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import NamedTuple

from averment.core.mentions import patterns
from averment.core.naming import record_path
from averment.core.program import Absent, Aggregate, Compare, Fact, Guard, Known, Program, Rule, text_of
from averment.dataclass import dataclass
from averment.law.denied import told
from averment.law.evaluation import Evaluation, Firing
from averment.law.guards import aggregate, hold
from averment.law.memory import Memory
from averment.law.patterns import Bindings, match, matching
from averment.law.tick import Tick, on_and_on, paced
from averment.law.truth import TRUE, UNKNOWN, CaseError, Truth
from averment.warrant.bearing import Bearing, bearing
from averment.warrant.grounds import Grounds
from averment.warrant.slopes import slopes


class Step(NamedTuple):
    """One condition of a firing: its truth, and the facts it rests on (``role``: premise, counted or doubt); of counted
    facts ``bears`` is what each does to the rule. ``met``: how many facts a guard met, which may be of an inner type
    and then are not told.
    """

    text: str
    truth: Truth
    role: str
    facts: tuple[Fact, ...]
    bears: tuple[Bearing, ...] = ()
    met: int = 0


@dataclass(slots=True)
class Application:
    """A firing with its particulars; ``id`` is ``RULE#N``, counted within the rule in the order of the premises."""

    firing: Firing
    truth: Truth
    bindings: Bindings
    steps: tuple[Step, ...]
    conclusions: list[Fact] = field(default_factory=list[Fact])
    id: str = ""


@dataclass(slots=True)
class Derivation:
    """``facts`` by their path, sorted; ``read`` the fields of each type that its rules look at; ``applications`` sorted
    by id; ``support`` the applications under each derived fact.
    """

    evaluation: Evaluation
    roots: tuple[Fact, ...]
    facts: dict[str, Fact]
    read: dict[str, set[int]]
    applications: list[Application]
    support: dict[Fact, list[Application]]
    _paths: dict[Fact, str] = field(default_factory=dict[Fact, str])

    @property
    def memory(self) -> Memory:
        return self.evaluation.told

    def path(self, fact: Fact) -> str:
        """The name of a fact in documents."""
        path = self._paths.get(fact)
        if path is None:
            path = self._paths[fact] = record_path(self.evaluation.program.types[fact.type], fact)
        return path


def derive(evaluation: Evaluation, roots: Iterable[Fact], tick: Tick = on_and_on) -> Derivation:
    """The derivation of ``roots``: all justifications of each, down to the given facts, without circles. ``tick`` is
    called at each.
    """
    memory = evaluation.told if tick is on_and_on else evaluation.ordered(tick)
    grounds = Grounds(evaluation)
    derivation = Derivation(evaluation, tuple(roots), {}, {}, [], {})
    seen: set[tuple[str, int]] = set()
    made: dict[int, Application] = {}
    pending = list(derivation.roots)
    while pending:
        tick()
        fact = pending.pop()
        path = derivation.path(fact)
        if path in derivation.facts:
            continue
        derivation.facts[path] = fact
        for firing in grounds.of(fact):
            application = made.get(id(firing))
            if application is None:
                tick()
                application = made[id(firing)] = applied(firing, memory)
                derivation.applications.append(application)
                rule = firing.rule
                if (rule.id, rule.alternative) not in seen:
                    seen.add((rule.id, rule.alternative))
                    _look(rule, evaluation.program, derivation.read)
                pending += [used for step in application.steps for used in step.facts]
            application.conclusions.append(fact)
    _put_in_order(derivation, tick)
    return derivation


def _put_in_order(derivation: Derivation, tick: Tick) -> None:
    derivation.facts = dict(sorted(derivation.facts.items()))

    def place(application: Application) -> tuple[str, list[str], int]:
        tick()
        firing = application.firing
        return firing.rule.id, [derivation.path(fact) for fact in firing.premises], firing.rule.alternative

    counts: dict[str, int] = {}
    derivation.applications.sort(key=place)
    for application in paced(derivation.applications, tick):
        rule = application.firing.rule.id
        counts[rule] = counts.get(rule, 0) + 1
        application.id = f"{rule}#{counts[rule]}"
        if len(application.conclusions) > 1:
            application.conclusions.sort(key=derivation.path)
        for fact in application.conclusions:
            derivation.support.setdefault(fact, []).append(application)
    derivation.roots = tuple(sorted(derivation.roots, key=derivation.path))


def applied(firing: Firing, memory: Memory) -> Application:
    """Run one firing again, condition by condition, and write down what it met."""
    bindings: Bindings = {}
    steps: list[Step] = []
    for pattern, fact in zip(firing.rule.matches, firing.premises, strict=True):
        matched = match(pattern, fact, memory, bindings)
        assert matched is not None
        bindings = matched[0]
        steps.append(Step(text_of(pattern), matched[1], "premise", (fact,)))
    for guard in firing.rule.guards:
        steps.append(_guard(guard, memory, bindings))
    _weigh(firing.rule, steps, memory, bindings)
    certain = memory.holds(firing.conclusions) and all(step.truth is TRUE for step in steps)
    return Application(firing, TRUE if certain else UNKNOWN, bindings, tuple(steps))


def _guard(guard: Guard, memory: Memory, bindings: Bindings) -> Step:
    found = [] if isinstance(guard, Compare) else matching(guard.match, memory, bindings)
    try:
        if isinstance(guard, Aggregate):
            truth = aggregate(guard, found, memory, bindings)
        else:
            truth = hold(guard, memory, bindings)
    except CaseError:
        truth = UNKNOWN
        if isinstance(guard, Aggregate):
            bindings[guard.variable] = None
    role = "counted" if isinstance(guard, Aggregate) else "doubt" if isinstance(guard, Absent) else "premise"
    if isinstance(guard, Compare):
        return Step(text_of(guard), truth, role, ())
    facts = told(guard.match, (fact for fact, _ in found), memory)
    return Step(text_of(guard), truth, role, facts, met=len(found))


def _weigh(rule: Rule, steps: list[Step], memory: Memory, bindings: Bindings) -> None:
    """Add to each counted step what its facts do to the rule."""
    found = slopes(rule, memory.types, bindings)
    for place, guard in enumerate(rule.guards, len(rule.matches)) if found else ():
        if isinstance(guard, Aggregate):
            type, slope = memory.types[guard.match.type], found[guard.variable]
            facts = paced(steps[place].facts, memory.tick)
            bears = tuple(bearing(guard, fact, type, slope) for fact in facts)
            steps[place] = steps[place]._replace(bears=bears)


def _look(rule: Rule, program: Program, read: dict[str, set[int]]) -> None:
    """Add the fields that ``rule`` looks at."""
    for pattern in patterns(rule):
        if pattern.type in program.denied:
            _look(program.denied[pattern.type], program, read)
        fields = read.setdefault(pattern.type, set())
        for index, _ in (*pattern.cells, *pattern.binds):
            fields.add(index)
    for guard in rule.guards:
        if isinstance(guard, (Aggregate, Known)) and guard.field is not None:
            read[guard.match.type].add(guard.field)
