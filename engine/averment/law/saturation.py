"""The least fixpoint of one stratum over a working memory, first of what is true, then of what is only possible.

After the first round only facts that are new are matched anew (semi-naive evaluation, Bancilhon 1986). What has no
lawful value derives nothing; of all such errors in a stratum the least is raised, so that it depends on no order.
"""

from __future__ import annotations

from averment.ir.program import Fact, Program, Rule
from averment.law.budget import Budget
from averment.law.conclusions import conclude
from averment.law.evaluation import Firing
from averment.law.guards import hold
from averment.law.matching import Fresh, guarded, matches
from averment.law.memory import Memory
from averment.law.readers import Place, Readers
from averment.law.truth import FALSE, TRUE, CaseError, Truth

_FEW = 4  # rounds in which every rule is looked at; after these only what a new fact may match

# A rule by its number, to be matched anew: on everything, or with one pattern, by its index, on these facts only.
_Task = tuple[int, Rule, Fresh | None]


def saturate(program: Program, stratum: tuple[Rule, ...], memory: Memory, truth: Truth, budget: Budget) -> list[Firing]:
    """Every firing of ``stratum`` of just this truth; their conclusions are added to ``memory``.

    Raises: CaseError, the least of the stratum, where the case has no lawful outcome; BudgetSpent, at once.
    """
    firings: dict[tuple[int, tuple[Fact, ...]], Firing] = {}
    failure: CaseError | None = None
    tasks: list[_Task] = [(number, rule, None) for number, rule in enumerate(stratum)]
    readers: Readers | None = None
    rounds = 0
    while tasks:
        found: list[Fact] = []
        for number, rule, fresh in tasks:
            weight = rule.weight
            for premises, bindings, certainty in matches(rule, memory, truth, fresh):
                key = number, premises
                if any(hold(guard, memory, bindings) is FALSE for guard in rule.early):
                    continue
                budget.attempt(rule, weight)
                if key in firings:
                    continue
                try:
                    final = guarded(rule, memory, truth, bindings, certainty)
                    if final is None:
                        continue
                    conclusions, concluded = conclude(program, rule, *final)
                except CaseError as error:
                    failure = least(failure, error)
                    continue
                if concluded is truth and (truth is TRUE or not memory.holds(conclusions)):
                    budget.fire(rule)
                    firings[key] = Firing(rule, premises, conclusions)
                    found += conclusions
        news: dict[str, list[Fact]] = {}
        for fact in found:
            if memory.add(fact, truth):
                news.setdefault(fact.type, []).append(fact)
        if not news:
            break
        rounds += 1
        if rounds == _FEW:
            readers = Readers(enumerate(stratum))
        tasks = _next(stratum, news, memory) if readers is None else _met(stratum, news, readers)
    if failure is not None:
        raise failure
    return list(firings.values())


def _next(stratum: tuple[Rule, ...], news: dict[str, list[Fact]], memory: Memory) -> list[_Task]:
    """What finds every match that uses a new fact: each pattern in turn on the new facts of its type.

    Where all facts of a type are new, so is every match of a pattern of that type.
    """
    whole = {type for type, facts in news.items() if len(facts) == len(memory.of(type))}
    recent = {type: frozenset(facts) for type, facts in news.items()}
    tasks: list[_Task] = []
    for number, rule in enumerate(stratum):
        before = len(tasks)
        for place, pattern in enumerate(rule.matches):
            facts = news.get(pattern.type)
            if facts is None:
                continue
            if pattern.type in whole:
                tasks[before:] = [(number, rule, None)]
                break
            tasks.append((number, rule, Fresh(place, facts, recent)))
    return tasks


def _met(stratum: tuple[Rule, ...], news: dict[str, list[Fact]], readers: Readers) -> list[_Task]:
    """The same without a look at rules that no new fact may match."""
    met: dict[Place, list[Fact]] = {}
    for type, facts in news.items():
        for fact in facts:
            for reader in readers.meeting(type, fact.values):
                met.setdefault(reader, []).append(fact)
    recent = {type: frozenset(facts) for type, facts in news.items()}
    found = sorted(met.items(), key=lambda item: item[0])
    return [(number, stratum[number], Fresh(place, facts, recent)) for (number, place), facts in found]


def least(held: CaseError | None, error: CaseError) -> CaseError:
    """Of two errors the one to report: by rule, code and message."""
    if held is None or (error.rule, error.code, error.message) < (held.rule, held.code, held.message):
        return error
    return held
