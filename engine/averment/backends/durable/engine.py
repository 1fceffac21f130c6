"""A program compiled for durable-rules, to decide case after case with.

The engine matches patterns; the law does the rest. A case goes in as facts: all of its `one` records as one wide fact,
every other record as one of its own, nothing that is only possible. Every match that comes out waits for the stratum
of its rule. Then its guards are asked, over layers that are finished; what it concludes goes into working memory and,
where a rule looks for it, back into the engine. When a stratum has no more matches, what is possible in it is saturated
as the law says, and the next one's turn comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from threading import Lock
from types import TracebackType

from averment.backends.durable.certain import Certain, Fire, Shared
from averment.backends.durable.compile import NAME, compile
from averment.backends.durable.extent import Extents, extent
from averment.backends.durable.layout import Codes, Layout
from averment.backends.durable.native import Network
from averment.backends.durable.patterns import WIDE
from averment.backends.durable.plan import Plan
from averment.core.program import Aggregate, Fact, Program, Rule
from averment.law.budget import FIRINGS, Budget, BudgetSpent
from averment.law.conclusions import conclude
from averment.law.evaluation import Evaluation, Firing, Given
from averment.law.guards import hold
from averment.law.matching import guarded
from averment.law.memory import Memory
from averment.law.patterns import Bindings
from averment.law.saturation import least, saturate
from averment.law.truth import TRUE, UNKNOWN, CaseError, Quantity, Truth

_WIDE_ID = "w"
_ROOM = 20_000  # matches; past that it takes longer over each than the law does, and the law has the case
_BEGUN = 3 * _ROOM  # matches of the first patterns of a rule, at most, that are held
_LISTENS = 16  # facts told before the matches they make are taken out of the engine, where each takes a kilobyte
_NAME_END = 2 + NAME  # where the rule's name ends in the text of a match


class Engine:
    """A compiled program. Safe in threads, which take turns; to be closed, or used in a ``with`` statement.

    Raises: EngineFailure where the engine refuses the program (``supports`` tells beforehand), or fails a case.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        drafts, self.plans = compile(program)
        self.fires = _Fires(program)
        self._lock = Lock()
        self._networks: list[Network] = []
        self.flat: list[tuple[Network, Layout]] = []
        self.joining: dict[Network, Layout] = {}
        self.takers: dict[str, list[tuple[Network, Layout]]] = {}
        for draft in drafts:
            network = Network(draft.rules, single=draft.flat)
            self._networks.append(network)
            for kind, layout in draft.layouts.items():
                if kind != WIDE:
                    self.takers.setdefault(kind, []).append((network, layout))
                elif draft.flat:
                    self.flat.append((network, layout))
                else:
                    self.joining[network] = layout
        self.ones = tuple(name for name, type in program.types.items() if type.one)
        self.alone = _alone(program)
        self.extents = Extents(program)
        self.joins = [plan for plan in self.plans.values() if len(plan.joined) > 1]

    def evaluate(self, case: Given, firings: int = FIRINGS) -> Evaluation:
        """Every firing of the program on ``case``.

        Raises: CaseError where the case has no lawful outcome; BudgetSpent where it may have more than ``firings``: the
        law knows; EngineFailure.
        """
        memory = Memory(self.program, case.facts, case.mentioned)
        with self._lock:
            try:
                evaluation = _Run(self, memory, firings).evaluate()
            except BaseException:
                for network in self._networks:
                    network.clear()
                raise
            for network in self._networks:
                network.empty()
            return evaluation

    def close(self) -> None:
        """Free what the engine holds."""
        with self._lock:
            while self._networks:
                self._networks.pop().close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Fires(dict[Plan, Fire]):
    """What to do with a match of each plan where nothing is unknown, written when first asked for."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._certain = Certain(program)

    def __missing__(self, plan: Plan) -> Fire:
        fire = self[plan] = self._certain.fire(plan)
        return fire


def _alone(program: Program) -> dict[int, int]:
    """The aggregates that share no variable with their rule, by identity; alike ones have one number."""
    numbers: dict[object, int] = {}
    found: dict[int, int] = {}
    for rule in program.rules:
        bound = {name for match in rule.matches for _, name in match.binds}
        for guard in rule.guards:
            if isinstance(guard, Aggregate):
                if bound.isdisjoint(name for _, name in guard.match.binds):
                    asked = guard.function, guard.match.type, guard.match.cells, guard.match.binds, guard.field
                    found[id(guard)] = numbers.setdefault(asked, len(numbers))
                bound.add(guard.variable)
    return found


class _Run:
    """One case."""

    def __init__(self, engine: Engine, memory: Memory, firings: int) -> None:
        self._firings, self._left = firings, min(firings, _ROOM)
        self._extents, self._budget = engine.extents, Budget(firings)
        self._program, self._plans, self._takers = engine.program, engine.plans, engine.takers
        self._fires, self._alone = engine.fires, engine.alone
        self._flat, self._joining = engine.flat, dict(engine.joining)
        self._memory = memory
        self._ones = {name: memory.of(name)[0] for name in engine.ones}
        self._codes = Codes()
        self._shared: Shared = {}
        self._aggregated: dict[int, tuple[Quantity, Truth]] = {}
        self._settled: dict[str, bool] = {}
        self._told: dict[str, Fact] = {}
        self._stirred: dict[Network, None] = {}
        self._agenda: list[list[tuple[Plan, str]]] = [[] for _ in self._program.strata]
        self._joins = engine.joins
        self._watched = 0
        self._failure: CaseError | None = None

    def evaluate(self) -> Evaluation:
        evaluation = Evaluation(self._program, self._memory, [], [], "durable")
        self._start()
        for number, stratum in enumerate(self._program.strata):
            self._run(number, evaluation.firings)
            if self._failure is not None:
                raise self._failure
            if self._memory.uncertain:
                evaluation.undecided += saturate(self._program, stratum, self._memory, UNKNOWN, self._budget)
        if len(self._memory.truths) > self._watched // 2:
            self._hold_back()
        return evaluation

    def _start(self) -> None:
        self._hold_back()
        for network, layout in self._flat:
            self._tell_wide(network, layout)
        memory = self._memory
        for kind in self._takers:
            if memory.of(kind):
                for fact in memory.true(kind):
                    self._tell(fact)
                    if len(self._told) % _LISTENS == 0:
                        self._listen()
        self._listen()

    def _run(self, stratum: int, firings: list[Firing]) -> None:
        """Fire the matches of a stratum, and those that come of it, until there are no more."""
        for type in self._program.parts:  # what was certain of one part says nothing of the next
            self._settled.pop(type, None)
        agenda, takers = self._agenda, self._takers
        while agenda[stratum]:
            matches, agenda[stratum] = agenda[stratum], []
            fired = self._fired(matches)
            firings += fired
            learned = self._memory.learn([fact for firing in fired for fact in firing[2]])
            if len(self._memory.truths) > self._watched:
                self._hold_back()
            for fact in learned:
                if fact[0] in takers:
                    self._tell(fact)
                    if len(self._told) % _LISTENS == 0:
                        self._listen()
            if self._stirred:
                self._listen()

    def _hold_back(self) -> None:
        """Leave to the law what it might not decide, and what may match in more ways than the engine has room for;
        asked again as facts double, and in the end.
        """
        self._watched = 2 * len(self._memory.truths)
        if self._extents.of(self._memory) > self._firings:
            raise BudgetSpent("AV503", "left to the law")
        for plan in self._joins:
            if extent(plan.rules[0], plan.joined, self._memory) > _BEGUN:
                raise BudgetSpent("AV503", "left to the law")

    def _count(self, plan: Plan) -> None:
        self._left -= plan.weight
        if self._left < 0:
            raise BudgetSpent("AV503", "left to the law")

    def _fired(self, matches: list[tuple[Plan, str]]) -> list[Firing]:
        fires, ones, told, memory, shared = self._fires, self._ones, self._told, self._memory, self._shared
        certain = not memory.uncertain
        fired: list[Firing] = []
        for plan, text in matches:
            if certain or self._certain(plan):
                try:
                    fired += fires[plan](ones, told, text, memory, shared)
                    continue
                except CaseError:  # the law says what is wrong, rule by rule
                    pass
            fired += self._by_law(plan, text)
        return fired

    def _certain(self, plan: Plan) -> bool:
        """Whether nothing is unknown or merely possible of what the guards of these rules look at."""
        memory, settled = self._memory, self._settled
        for type in plan.asked:
            if type not in settled:
                settled[type] = all(memory.truths[fact] is TRUE and None not in fact.values for fact in memory.of(type))
            if not settled[type]:
                return False
        return True

    def _tell(self, fact: Fact) -> None:
        """Give a fact to every network that looks for its type."""
        facts = {fact.type: fact}
        for network, layout in self._takers[fact.type]:
            if network in self._joining:  # the wide fact is of no use there before another
                self._tell_wide(network, self._joining.pop(network))
            placed = False
            while not placed:  # an id whose hash is another's is passed over
                id = str(len(self._told))
                self._told[id] = fact
                placed = network.add(id, layout.write(id, facts, self._codes))
            self._stirred[network] = None

    def _tell_wide(self, network: Network, layout: Layout) -> None:
        network.add(_WIDE_ID, layout.write(_WIDE_ID, self._ones, self._codes))
        self._stirred[network] = None

    def _listen(self) -> None:
        """Put every new match on the agenda of its rules' stratum."""
        plans, agenda = self._plans, self._agenda
        for network in self._stirred:
            for text in network.drain():
                plan = plans[text[2:_NAME_END]]
                agenda[plan.stratum].append((plan, text))
                self._count(plan)
        self._stirred.clear()

    def _by_law(self, plan: Plan, text: str) -> Iterator[Firing]:
        """What a match fires, by the law alone."""
        premises = self._premises(plan, text)
        for (place, field), (other, its) in plan.equal:
            if premises[place].values[field] != premises[other].values[its]:
                return
        bindings: Bindings = {name: premises[place].values[field] for name, place, field in plan.variables}
        for rule in plan.rules:
            if self._fails(rule, bindings):
                continue
            try:
                final = guarded(rule, self._memory, TRUE, bindings, TRUE)
                if final is None:
                    continue
                conclusions, truth = conclude(self._program, rule, *final)
            except CaseError as error:
                self._failure = least(self._failure, error)
                continue
            if truth is TRUE:
                yield Firing(rule, premises, conclusions)

    def _fails(self, rule: Rule, bindings: Bindings) -> bool:
        """Whether a guard is surely not true, what has one value a case taken once; errors are left aside."""
        bindings = dict(bindings)
        with suppress(CaseError):
            for guard in rule.guards:
                number = self._alone.get(id(guard))
                if number is None or not isinstance(guard, Aggregate):
                    truth = hold(guard, self._memory, bindings)
                elif number in self._aggregated:
                    bindings[guard.variable], truth = self._aggregated[number]
                else:
                    truth = hold(guard, self._memory, bindings)
                    self._aggregated[number] = bindings[guard.variable], truth
                if truth is not TRUE:
                    return True
        return False

    def _premises(self, plan: Plan, text: str) -> tuple[Fact, ...]:
        """The facts of a match, in the order of the rules' patterns."""
        told = [self._told[part[: part.index('"')]] for part in text.split('{"id":"')[1 + plan.wide :]]
        joined = dict(zip(plan.joined, told, strict=False))
        return tuple([joined[place] if place in joined else self._ones[type] for place, type in enumerate(plan.types)])
