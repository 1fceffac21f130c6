"""The least fixpoint of one stratum over a working memory, first of what is true, then of what is only possible.

Rules come after all that derive what they look at, each once; rules that rest on each other in rounds, of which those
after the first match only facts that are new (semi-naive evaluation, Bancilhon 1986). What has no lawful value derives
nothing; of all such errors in a stratum the least is raised, so that it depends on no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.core.program import Fact, Program, Rule
from averment.law.budget import LOOKS, Budget, BudgetSpent
from averment.law.conclusions import conclude
from averment.law.evaluation import Firing
from averment.law.guards import answer
from averment.law.joining import Joining, joining
from averment.law.layers import Layer, layers
from averment.law.matching import Fresh, guarded, joined
from averment.law.memory import Memory, freely
from averment.law.readers import Place, Readers
from averment.law.truth import TRUE, UNKNOWN, CaseError, Truth

_FEW = 4  # rounds in which every rule is looked at; after these only what a new fact may match

_Task = tuple[Rule, Fresh]  # a rule, with one of its patterns on these facts only


def saturate(program: Program, stratum: tuple[Rule, ...], memory: Memory, truth: Truth, budget: Budget) -> list[Firing]:
    """Every firing of ``stratum`` of just this truth; their conclusions are added to ``memory``.

    Raises: CaseError, the least of the stratum, where the case has no lawful outcome; BudgetSpent, at once.
    """
    saturation = _Saturation(program, memory, truth, budget)
    memory.spend = budget.look
    try:
        for layer in layers(program, stratum):
            if layer.recursive:
                saturation.rounds(layer)
            else:
                (rule,), (how,) = layer.rules, layer.joinings
                if truth is UNKNOWN and memory.doubtful.isdisjoint(how.types):
                    continue  # whatever it looks at is certain
                if memory.all_few(how.matched) is not None and (found := saturation.run(rule, how)):
                    saturation.learn((found,))
    finally:
        memory.spend = freely
    if saturation.failure is not None:
        raise saturation.failure
    return saturation.firings


class _Saturation:
    def __init__(self, program: Program, memory: Memory, truth: Truth, budget: Budget) -> None:
        self._program, self._memory, self._truth, self._budget = program, memory, truth, budget
        self.firings: list[Firing] = []
        self.failure: CaseError | None = None

    def run(self, rule: Rule, how: Joining, fresh: Fresh | None = None) -> list[Fact]:
        """Fire a rule wherever it does; what it concludes."""
        memory, truth, budget = self._memory, self._truth, self._budget
        found: list[Fact] = []
        if truth is UNKNOWN:
            if memory.doubtful.isdisjoint(how.types):
                return found  # whatever it looks at is certain
            constant = self._program.constants.get((rule.id, rule.alternative))
            if constant is not None and memory.holds(constant):
                return found  # as is all that it could conclude
        budget.rule = rule.id
        asks = LOOKS * how.asks
        for premises, bindings, certainty in joined(how, memory, truth, fresh):
            if asks:
                budget.look(asks)
            try:
                final = guarded(rule, memory, truth, bindings, certainty) if rule.guards else (bindings, certainty)
                if final is None:
                    continue
                conclusions, concluded = conclude(self._program, rule, *final)
            except CaseError as error:
                if isinstance(error, BudgetSpent):
                    raise
                self.failure = least(self.failure, error)
                continue
            if concluded is truth and (truth is TRUE or not memory.holds(conclusions)):
                budget.fire()
                for guard in how.aggregates:
                    budget.look(LOOKS * answer(guard, memory, final[0]).met)
                self.firings.append(Firing(rule, premises, conclusions))
                found += conclusions
        return found

    def rounds(self, layer: Layer) -> None:
        """Fire the rules of a layer until nothing is new; of the first round everything is news."""
        news = {name: [*self._memory.of(name)] for name in layer.recursive}
        readers: Readers | None = None
        rounds = 0
        tasks = _first(layer, news)
        while tasks:
            news = self.learn(self.run(rule, joining(self._program, rule, fresh.place), fresh) for rule, fresh in tasks)
            rounds += 1
            if rounds == _FEW:
                readers = Readers(enumerate(layer.rules))
            tasks = _next(layer, news) if readers is None else _met(layer, news, readers)

    def learn(self, found: Iterable[Iterable[Fact]]) -> dict[str, list[Fact]]:
        """Hold facts once all are found; those that are news, by type."""
        news: dict[str, list[Fact]] = {}
        for fact in [fact for facts in found for fact in facts]:
            if self._memory.add(fact, self._truth):
                news.setdefault(fact.type, []).append(fact)
        return news


def _first(layer: Layer, known: Mapping[str, list[Fact]]) -> list[_Task]:
    """Each rule on all that there is, by the first of its patterns that may meet what the layer derives."""
    return [
        (rule, Fresh(place, known[rule.matches[place].type], {}))
        for rule in layer.rules
        for place in [next(place for place, match in enumerate(rule.matches) if match.type in known)]
    ]


def _next(layer: Layer, news: Mapping[str, list[Fact]]) -> list[_Task]:
    """What finds every match that uses a new fact: each pattern in turn on the new facts of its type."""
    recent = {type: frozenset(facts) for type, facts in news.items()}
    return [
        (rule, Fresh(place, news[pattern.type], recent))
        for rule in layer.rules
        for place, pattern in enumerate(rule.matches)
        if pattern.type in news and pattern.type in layer.recursive
    ]


def _met(layer: Layer, news: Mapping[str, list[Fact]], readers: Readers) -> list[_Task]:
    """The same without a look at rules that no new fact may match."""
    met: dict[Place, list[Fact]] = {}
    for type in layer.recursive.intersection(news):
        for fact in news[type]:
            for reader in readers.meeting(type, fact.values):
                met.setdefault(reader, []).append(fact)
    recent = {type: frozenset(facts) for type, facts in news.items()}
    found = sorted(met.items(), key=lambda item: item[0])
    return [(layer.rules[number], Fresh(place, facts, recent)) for (number, place), facts in found]


def least(held: CaseError | None, error: CaseError) -> CaseError:
    """Of two errors the one to report: by rule, code and message."""
    if held is None or (error.rule, error.code, error.message) < (held.rule, held.code, held.message):
        return error
    return held
