"""A program compiled for durable-rules, to decide case after case with.

The engine matches patterns; the law does the rest. A case goes in as facts: all of its `one` records as one wide fact,
every other record as one of its own, nothing that is only possible. Every match that comes out waits for the stratum
of its rule. Then its guards are asked, over layers that are finished; what it concludes goes into working memory and,
where a rule looks for it, back into the engine. When a stratum has no more matches, what is possible in it is saturated
as the law says, and the next one's turn comes.
"""

from __future__ import annotations

from threading import Lock
from types import TracebackType

from averment.backends.durable.certain import Shared
from averment.backends.durable.compile import NAME, compile
from averment.backends.durable.layout import Codes, Layout
from averment.backends.durable.native import Network
from averment.backends.durable.patterns import WIDE
from averment.backends.durable.plan import Plan
from averment.ir.program import Fact, Program
from averment.law.conclusions import conclude
from averment.law.evaluation import Evaluation, Firing, Given
from averment.law.matching import guarded
from averment.law.memory import Memory
from averment.law.patterns import Bindings
from averment.law.saturation import least, saturate
from averment.law.truth import TRUE, UNKNOWN, CaseError

_WIDE_ID = "w"
_NAME_END = 2 + NAME  # where the rule's name ends in the text of a match


class Engine:
    """A compiled program. Safe in threads, which take turns; to be closed, or used in a ``with`` statement.

    Raises: EngineFailure where the engine refuses the program (``supports`` tells beforehand), or fails a case.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        drafts, self.plans = compile(program)
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

    def evaluate(self, case: Given) -> Evaluation:
        """Every firing of the program on ``case``.

        Raises: CaseError where the case has no lawful outcome; EngineFailure.
        """
        memory = Memory(self.program, case.facts, case.mentioned)
        with self._lock:
            try:
                evaluation = _Run(self, memory).evaluate()
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


class _Run:
    """One case."""

    def __init__(self, engine: Engine, memory: Memory) -> None:
        self._program, self._plans, self._takers = engine.program, engine.plans, engine.takers
        self._flat, self._joining = engine.flat, dict(engine.joining)
        self._memory = memory
        self._ones = {name: memory.of(name)[0] for name in engine.ones}
        self._codes = Codes()
        self._certain = not memory.uncertain
        self._shared: Shared = {}
        self._picked: dict[tuple[str, ...], tuple[Fact, ...]] = {}
        self._told: dict[str, Fact] = {}
        self._stirred: dict[Network, None] = {}
        self._agenda: list[list[tuple[list[Plan], str]]] = [[] for _ in self._program.strata]
        self._failure: CaseError | None = None

    def evaluate(self) -> Evaluation:
        evaluation = Evaluation(self._program, self._memory, [], [])
        self._start()
        for number, stratum in enumerate(self._program.strata):
            self._run(number, evaluation.firings)
            if self._failure is not None:
                raise self._failure
            if self._memory.uncertain:
                evaluation.undecided += saturate(self._program, stratum, self._memory, UNKNOWN)
        return evaluation

    def _start(self) -> None:
        for network, layout in self._flat:
            self._tell_wide(network, layout)
        for kind in self._takers:
            for fact in self._memory.true(kind):
                self._tell(fact)
        self._listen()

    def _run(self, stratum: int, firings: list[Firing]) -> None:
        """Fire the matches of a stratum, and those that come of it, until there are no more."""
        agenda, takers, picked = self._agenda, self._takers, self._picked
        while agenda[stratum]:
            matches, agenda[stratum] = agenda[stratum], []
            found: list[Fact] = []
            for plans, text in matches:
                plan = plans[0]
                if plan.joined:
                    premises = self._joined(plan, text)
                elif plan.types in picked:
                    premises = picked[plan.types]
                else:
                    premises = picked[plan.types] = tuple([self._ones[type] for type in plan.types])
                for plan in plans:
                    conclusions = plan.plain
                    if conclusions is None:
                        conclusions = self._conclude(plan, premises)
                        if conclusions is None:
                            continue
                    firings.append(Firing(plan.rule, premises, conclusions))
                    found += conclusions
            for fact in self._memory.learn(found):
                if fact[0] in takers:
                    self._tell(fact)
            if self._stirred:
                self._listen()

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
        """Put every new match on the agenda of its rule's stratum."""
        plans, agenda = self._plans, self._agenda
        for network in self._stirred:
            for text in network.drain():
                alike = plans[text[2:_NAME_END]]
                agenda[alike[0].stratum].append((alike, text))
        self._stirred.clear()

    def _conclude(self, plan: Plan, premises: tuple[Fact, ...]) -> tuple[Fact, ...] | None:
        """What a match concludes; nothing where the law does not let it pass."""
        for (place, field), (other, its) in plan.equal:
            if premises[place].values[field] != premises[other].values[its]:
                return None
        rule, memory = plan.rule, self._memory
        bindings: Bindings = {}
        for name, place, field in plan.variables:
            bindings[name] = premises[place][1][field]
        try:
            if self._certain and rule.guards:
                if not plan.check(memory, bindings, self._shared):
                    return None
                if plan.constant is not None:
                    return plan.constant
            return self._by_law(plan, bindings)
        except CaseError:
            return self._by_law(plan, bindings)

    def _by_law(self, plan: Plan, bindings: Bindings) -> tuple[Fact, ...] | None:
        try:
            final = guarded(plan.rule, self._memory, TRUE, bindings, TRUE)
            if final is None:
                return None
            conclusions, truth = conclude(self._program, plan.rule, *final)
        except CaseError as error:
            self._failure = least(self._failure, error)
            return None
        return conclusions if truth is TRUE else None

    def _joined(self, plan: Plan, text: str) -> tuple[Fact, ...]:
        """The facts of a match, in the order of the rule's patterns."""
        told = self._told
        found = [told[part[: part.index('"')]] for part in text.split('{"id":"')[1 + plan.wide :]]
        if not plan.wide:
            return tuple(found)
        premises = dict(zip(plan.joined, found, strict=True))
        return tuple(
            [premises[place] if place in premises else self._ones[type] for place, type in enumerate(plan.types)]
        )
