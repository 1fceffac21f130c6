"""A program compiled for durable-rules, to decide case after case with.

The engine matches patterns; the law does the rest. A case goes in as facts: all of its `one` records as one wide fact,
every other record as one of its own, nothing that is only possible. Every match that comes out waits for the stratum
of its rule. Then its guards are asked, over layers that are finished; what it concludes goes into working memory and,
where a rule looks for it, back into the engine. When a stratum has no more matches, what is possible in it is saturated
as the law says, and the next one's turn comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from types import TracebackType

from averment.backends.durable.compile import Plan, compile
from averment.backends.durable.layout import Codes, Layout
from averment.backends.durable.native import Network
from averment.backends.durable.patterns import WIDE
from averment.ir.program import Fact, Program
from averment.law.conclusions import conclude
from averment.law.evaluation import Evaluation, Firing, Given
from averment.law.matching import guarded
from averment.law.memory import Memory
from averment.law.patterns import Bindings
from averment.law.saturation import least, saturate
from averment.law.truth import TRUE, UNKNOWN, CaseError

_WIDE_ID = "w"


class Engine:
    """A compiled program. Safe in threads, which take turns; to be closed, or used in a ``with`` statement.

    Raises: EngineFailure where the engine refuses the program (``supports`` tells beforehand), or fails a case.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        drafts, self.plans = compile(program)
        self._lock = Lock()
        self._networks: list[tuple[Network, Mapping[str, Layout]]] = []
        for draft in drafts:
            self._networks.append((Network(draft.rules), draft.layouts))
        self.takers: dict[str, list[tuple[Network, Layout]]] = {}
        for network, layouts in self._networks:
            for kind, layout in layouts.items():
                self.takers.setdefault(kind, []).append((network, layout))
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
                for network, _ in self._networks:
                    network.clear()
                raise
            for network, _ in self._networks:
                network.empty()
            return evaluation

    def close(self) -> None:
        """Free what the engine holds."""
        with self._lock:
            while self._networks:
                self._networks.pop()[0].close()

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
        self._memory = memory
        self._ones = {name: memory.of(name)[0] for name in engine.ones}
        self._codes = Codes()
        self._told: dict[str, Fact] = {}
        self._stirred: dict[Network, None] = {}
        self._agenda: list[list[tuple[Plan, str]]] = [[] for _ in self._program.strata]
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
        for network, layout in self._takers.get(WIDE, ()):
            network.add(_WIDE_ID, layout.write(_WIDE_ID, self._ones, self._codes))
            self._stirred[network] = None
        for kind in self._takers:
            if kind != WIDE:
                for fact in self._memory.true(kind):
                    self._tell(fact)
        self._listen()

    def _run(self, stratum: int, firings: list[Firing]) -> None:
        """Fire the matches of a stratum, and those that come of it, until there are no more."""
        memory, takers, agenda = self._memory, self._takers, self._agenda
        while agenda[stratum]:
            matches, agenda[stratum] = agenda[stratum], []
            for plan, text in matches:
                firing = self._fire(plan, text)
                if firing is not None:
                    firings.append(firing)
                    for fact in firing.conclusions:
                        if memory.add(fact, TRUE) and fact.type in takers:
                            self._tell(fact)
            self._listen()

    def _tell(self, fact: Fact) -> None:
        """Give a fact to every network that looks for its type."""
        facts = {fact.type: fact}
        for network, layout in self._takers[fact.type]:
            placed = False
            while not placed:  # an id whose hash is another's is passed over
                id = str(len(self._told))
                self._told[id] = fact
                placed = network.add(id, layout.write(id, facts, self._codes))
            self._stirred[network] = None

    def _listen(self) -> None:
        """Put every new match on the agenda of its rule's stratum."""
        for network in self._stirred:
            for text in network.drain():
                plan = self._plans[text[2 : text.index('"', 2)]]
                self._agenda[plan.stratum].append((plan, text))
        self._stirred.clear()

    def _fire(self, plan: Plan, text: str) -> Firing | None:
        """The firing that a match makes; nothing where the law does not let it pass."""
        rule, premises = plan.rule, self._premises(plan, text)
        for (place, field), (other, its) in plan.equal:
            if premises[place].values[field] != premises[other].values[its]:
                return None
        if plan.constant is not None and not rule.guards:
            return Firing(rule, premises, plan.constant)
        bindings: Bindings = {name: premises[place].values[field] for name, place, field in plan.variables}
        try:
            final = guarded(rule, self._memory, TRUE, bindings, TRUE)
            if final is None:
                return None
            conclusions, truth = (plan.constant, TRUE) if plan.constant else conclude(self._program, rule, *final)
        except CaseError as error:
            self._failure = least(self._failure, error)
            return None
        return Firing(rule, premises, conclusions) if truth is TRUE else None

    def _premises(self, plan: Plan, text: str) -> tuple[Fact, ...]:
        """The facts of a match, in the order of the rule's patterns."""
        ones, told = self._ones, self._told
        if not plan.joined:
            return tuple([ones[type] for type in plan.types])
        found = [told[part[: part.index('"')]] for part in text.split('{"id":"')[1 + plan.wide :]]
        if not plan.wide:
            return tuple(found)
        premises = dict(zip(plan.joined, found, strict=True))
        return tuple([premises[place] if place in premises else ones[type] for place, type in enumerate(plan.types)])
