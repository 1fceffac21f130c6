"""Grounding: which instances a program's rules can have where every record is of a ``one`` type.

A pattern over a ``one`` type meets its one record, one over a derived type each fact that may be derived, so a rule has
finitely many instances, known before any case is (Robinson's semi-naive instantiation, as in answer set programming).
Rules that read a ``many`` type, or would have too many instances, are left to be joined case by case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from averment.graph import components
from averment.ir.program import (
    Absent,
    Aggregate,
    Arithmetic,
    Compare,
    Expression,
    Field,
    Guard,
    Known,
    Literal,
    Match,
    Program,
    Size,
    Variable,
)
from averment.law import network as net
from averment.law.building import Builder, Tick, on_and_on
from averment.law.instances import Bindings, Candidate, Candidates, Matched, State, coinciding, constant_of, points
from averment.law.mentions import reads, variables
from averment.law.readers import Agenda
from averment.law.tabling import Tabling
from averment.law.truth import FALSE, TRUE
from averment.source.collector import collector_paused

MOST_INSTANCES = 512  # of one rule; beyond it the rule is joined
MOST_FACTS = 8192  # of types that depend on themselves; beyond it they are joined
MOST_OVERLAPS = 64  # pairs of facts of a type that may coincide; beyond it the type is held by rows


class _Unground(Exception):
    """These types and rules of the component at hand turned out not to be groundable."""

    def __init__(self, types: Iterable[str], rules: Iterable[int]) -> None:
        super().__init__()
        self.types, self.rules = types, rules


_Key = tuple[str, tuple[int, ...]]  # a fact: its type, and its values as columns
Records = Mapping[str, Sequence[tuple[net.Constant | net.FieldOf, ...]]]
"""By given `many` types the records there are: what is known of each as constants, the rest as fields of it."""


def ground(program: Program, records: Records | None = None, tick: Tick = on_and_on) -> net.Network:
    """The network of a program: over any records of `many` types, or over just these (equal facts then count once)."""
    given = records or {}
    tables = {name for name, kind in program.types.items() if not kind.one and not kind.derived} - set(given)
    tabling = Tabling(program, tables)
    with collector_paused():
        while (network := _Grounding(program, tabling, given, records is not None, tick).run()) is None:
            pass
    return network


class _Grounding(Builder):
    def __init__(self, program: Program, tabling: Tabling, given: Records, once: bool, tick: Tick) -> None:
        super().__init__(tick)
        self.program, self.tabling, self.once = program, tabling, once
        self.network.rules = program.rules
        self.found: dict[str, dict[tuple[int, ...], list[net.Doubt]]] = {}
        self.candidates: dict[str, Candidates] = {}
        for name, kind in program.types.items():
            if kind.one:
                values = tuple(self.node(net.FieldOf(name, index)) for index in range(len(kind.fields)))
                self.candidates[name] = self._candidates([Candidate(values, None)])
        for name, records in given.items():
            held = (Candidate(tuple(map(self._known, record)), None) for record in records)
            self.candidates[name] = self._candidates(held)
        self.present = frozenset(self.candidates)

    def _candidates(self, held: Iterable[Candidate]) -> Candidates:
        return Candidates(self.network.nodes, held)

    def _known(self, column: net.Constant | net.FieldOf) -> int:
        return self.constant(column.value) if isinstance(column, net.Constant) else self.node(column)

    def run(self) -> net.Network | None:
        """The network; None if some rule or type was found not to be groundable, which ``tabling`` then has."""
        derivers: dict[str, dict[int, None]] = {name: {} for name in self.program.types}
        for number, rule in enumerate(self.program.rules):
            for head in rule.heads:
                derivers[head.type][number] = None
        graph: dict[int | str, list[int | str]] = {name: [*numbers] for name, numbers in derivers.items()}
        for number, rule in enumerate(self.program.rules):
            graph[number] = list(dict.fromkeys(reads(rule)))
        whole = True
        for component in components(graph):
            while not self._grounded(component):
                whole = False  # what was built in vain is left out next time; go on, to find all that is not groundable
        self.network.tables = frozenset(self.tabling.tables)
        return self.network if whole else None

    # --- types and rules in order of dependence -------------------------------------------------------------------

    def _grounded(self, component: list[int | str]) -> bool:
        names = sorted(name for name in component if isinstance(name, str))
        numbers = sorted(number for number in component if isinstance(number, int))
        try:
            if len(component) > 1:
                self._recursive(names, numbers)
            elif numbers:
                self._rule(numbers[0])
            else:
                self._type(names[0])
        except _Unground as found:
            self.tabling.add(found.types, found.rules)
            return False
        return True

    def _rule(self, number: int) -> None:
        if number in self.tabling.joined:
            self._join((number,), recursive=False)
            return
        self.network.fired[number] = []
        for state in self._states(number):
            self._conclude(number, state)

    def _join(self, numbers: tuple[int, ...], recursive: bool) -> None:
        self.network.joins.append(net.JoinStep(len(self.network.nodes), numbers, recursive))
        for number in numbers:
            for index, head in enumerate(self.program.rules[number].heads):
                if head.type not in self.tabling.tables:
                    values = tuple(self.constant(value.value) for value in head.values if isinstance(value, Literal))
                    truth = self.node(net.Joined(number, index))
                    self._contribute(head.type, values, truth, None)

    def _contribute(self, type: str, values: tuple[int, ...], truth: int, junction: int | None) -> None:
        self.found.setdefault(type, {}).setdefault(values, []).append(net.Doubt((truth,), junction))

    def _type(self, name: str) -> None:
        """Every rule that derives the type is grounded: its facts are the disjunctions of their firings."""
        if name in self.present:
            return
        slots: list[net.Derivable] = []
        for values, doubts in self.found.get(name, {}).items():
            truth = self.any_of(tuple(doubt.gates[0] for doubt in doubts))
            slots.append(net.Derivable(values, truth, self.junction(doubts)))
        if name in self.tabling.tables:
            self.network.rows[name] = slots
            return
        self._settle(name, slots)

    def _settle(self, name: str, slots: list[net.Derivable]) -> None:
        overlaps = coinciding(slots, self.is_constant, MOST_OVERLAPS)
        if len(overlaps) > MOST_OVERLAPS:
            raise _Unground([name], ())
        self.network.checks += [net.Coincide(left, right) for left, right in overlaps]
        self.network.slots[name] = slots
        met = self.first_of(overlaps) if self.once else {}  # `Coincide` is left for what is not certain
        self.candidates[name] = self._candidates(Candidate(slot.values, met.get(slot, slot)) for slot in slots)

    def _recursive(self, names: list[str], numbers: list[int]) -> None:
        """A component that depends on itself: its facts stand as loop variables until no rule finds a new one."""
        if not self.tabling.joined.isdisjoint(numbers):
            if not (self.tabling.joined.issuperset(numbers) and self.tabling.tables.issuperset(names)):
                raise _Unground(names, numbers)
            for name in names:
                self._type(name)
            self._join(tuple(numbers), recursive=True)
            return
        start = len(self.network.nodes)
        slots: dict[_Key, net.Derivable] = {}
        for name in names:
            self.candidates[name] = self._candidates(())
        for name in names:  # what rules outside the component derive
            for values in self.found.get(name, {}):
                self._hold(slots, name, values)
        instances: dict[int, list[tuple[list[_Key], net.Doubt]]] = {}
        agenda = Agenda((number, self.program.rules[number]) for number in numbers)
        for number in agenda:
            self.network.fired[number], instances[number] = [], []
            for state in self._states(number):
                truth, heads = self._firing(number, state)
                self.network.fired[number].append(truth)
                instances[number].append((heads, net.Doubt((truth,), self.junction(list(state.doubts)))))
                for key in heads:
                    if not all(map(self.is_constant, key[1])) or (key not in slots and len(slots) > MOST_FACTS):
                        raise _Unground([key[0]], ())
                    if key not in slots:
                        self._hold(slots, *key)
                        agenda.tell(key[0], [constant_of(self.network.nodes, value) for value in key[1]])
        for number in numbers:
            for heads, doubt in instances[number]:
                for type, values in heads:
                    self.found.setdefault(type, {}).setdefault(values, []).append(doubt)
        held: list[int] = []
        results: list[int] = []
        for (name, values), slot in slots.items():
            doubts = self.found[name][values]
            results.append(self.any_of(tuple(doubt.gates[0] for doubt in doubts)))
            held.append(slot.truth)
            self.network.junctions[slot.junction].extend(doubts)
        if held:
            self.network.loops.append(net.Loop(start, len(self.network.nodes), tuple(held), tuple(results)))
        for name in names:
            self._settle(name, [slot for (type, _), slot in slots.items() if type == name])

    def _hold(self, slots: dict[_Key, net.Derivable], name: str, values: tuple[int, ...]) -> None:
        slot = net.Derivable(values, self.node(net.Held(len(self.network.nodes))), self.junction([]))
        slots[name, values] = slot
        self.candidates[name].add(Candidate(values, slot))

    # --- the instances of one rule --------------------------------------------------------------------------------

    def _states(self, number: int) -> list[State]:
        rule = self.program.rules[number]
        states = [State()]
        for match in rule.matches:
            reached: list[State] = []
            for state in states:
                reached += self._extend(match, state)
                if len(reached) > MOST_INSTANCES:
                    raise _Unground((), [number])
            states = reached
        for guard in rule.guards:
            states = [found for state in states if (found := self._guard(guard, state)) is not None]
        return states

    def _extend(self, match: Match, state: State) -> Iterator[State]:
        for candidate, matched in self._matching(match, state.bindings):
            doubt = self._doubt(candidate, matched, ())
            yield State(matched.bindings, (*state.parts, matched.truth), (*state.doubts, *doubt), state.aggregates)

    def _matching(self, match: Match, bindings: Bindings) -> list[tuple[Candidate, Matched]]:
        if match.type not in self.candidates:
            return []
        wanted = {index: found for index, cell in match.cells if (found := points(cell)) is not None}
        for index, variable in match.binds:
            value = constant_of(self.network.nodes, bindings[variable]) if variable in bindings else None
            if value is not None:
                wanted[index] = (value,)
        return [
            (candidate, matched)
            for candidate in self.candidates[match.type].meeting(wanted)
            if (matched := self._match(match, candidate, bindings)) is not None
        ]

    def _match(self, match: Match, candidate: Candidate, bindings: Bindings) -> Matched | None:
        parts = [] if candidate.slot is None else [candidate.slot.truth]
        fields: list[int] = []
        for index, cell in match.cells:
            column = candidate.values[index]
            truth = self.passes(column, cell)
            if self.is_fixed(truth, FALSE):
                return None
            parts.append(truth)
            fields.append(column)
        bindings = dict(bindings)
        for index, variable in match.binds:
            column = candidate.values[index]
            held = bindings.get(variable)
            if held is None:
                parts.append(self.given(column))
                bindings[variable] = column
            else:
                truth = self.same(held, column)
                if self.is_fixed(truth, FALSE):
                    return None
                parts += [truth, self.given(column)]
                bindings[variable] = self.coalesce(held, column)
            fields.append(column)
        given = tuple(dict.fromkeys(column for column in fields if isinstance(self.network.nodes[column], net.FieldOf)))
        return Matched(self.all_of(tuple(parts)), bindings, given if candidate.slot is None else ())

    @staticmethod
    def _doubt(candidate: Candidate, matched: Matched, gates: tuple[int, ...]) -> list[net.Doubt]:
        if candidate.slot is not None:
            return [net.Doubt((*gates, candidate.slot.truth), candidate.slot.junction)]
        return [net.Doubt(gates, None, matched.fields)] if matched.fields else []

    # --- guards ---------------------------------------------------------------------------------------------------

    def _guard(self, guard: Guard, state: State) -> State | None:
        match guard:
            case Compare(operator, left, right):
                truth = self.compared(operator, self._column(left, state), self._column(right, state))
                names = dict.fromkeys((*variables(left), *variables(right)))
                doubts = [net.Doubt((truth,), state.aggregates[name]) for name in names if name in state.aggregates]
            case Absent(pattern):
                found = self._matching(pattern, state.bindings)
                truth = self.negated(self.any_of(tuple(matched.truth for _, matched in found)))
                doubts = self._doubts(pattern, found, state, truth)
            case Known(pattern, index, given):
                found = self._matching(pattern, state.bindings)
                known = [self.all_of((matched.truth, self.is_known(held.values[index]))) for held, matched in found]
                truth = self.any_of(tuple(known))
                truth = truth if given else self.negated(truth)
                doubts = self._doubts(pattern, found, state, truth)
            case Aggregate():
                return self._aggregate(guard, state)
        if self.is_fixed(truth, FALSE):
            return None
        return State(state.bindings, (*state.parts, truth), (*state.doubts, *doubts), state.aggregates)

    def _doubts(
        self, pattern: Match, found: list[tuple[Candidate, Matched]], state: State, *gates: int
    ) -> list[net.Doubt]:
        """The doubts of all that a pattern may match, and of what it joins with where that is an interval."""
        met = [self._doubt(candidate, matched, (*gates, matched.truth)) for candidate, matched in found]
        joined = [name for _, name in pattern.binds if name in state.aggregates]
        ranged = [net.Doubt((*gates, state.bindings[name]), state.aggregates[name]) for name in joined]
        return [doubt for doubts in met for doubt in doubts] + ranged

    def _aggregate(self, guard: Aggregate, state: State) -> State | None:
        found = self._matching(guard.match, state.bindings)
        truths = tuple(matched.truth for _, matched in found)
        doubts = self._doubts(guard.match, found, state)
        loose = tuple(
            tuple(column for column in candidate.values if candidate.slot is not None and not self.is_constant(column))
            for candidate, _ in found
        )
        self.network.checks += [
            net.Unbounded(truth, columns) for truth, columns in zip(truths, loose, strict=True) if columns
        ]
        truth = self.fixed(TRUE)
        if guard.function == "count":
            column = self.counted(truths, loose)
        else:
            assert guard.field is not None
            field = self.program.types[guard.match.type].fields[guard.field]
            values = [candidate.values[guard.field] for candidate, _ in found]
            members = tuple(zip(truths, values, strict=True))
            if guard.function == "sum":
                column = self.summed(members, field, loose)
            else:
                column = self.extreme(guard.function, members, field)
                truth = self.any_of(truths)
            doubts += [
                net.Doubt((), None, (value,), matched)
                for (candidate, _), matched, value in zip(found, truths, values, strict=True)
                if candidate.slot is None
            ]
        if self.is_fixed(truth, FALSE):
            return None
        junction = self.junction(doubts)
        return State(
            {**state.bindings, guard.variable: column},
            (*state.parts, truth),
            (*state.doubts, *([] if guard.function in ("count", "sum") else [net.Doubt((truth,), junction)])),
            {**state.aggregates, guard.variable: junction},
        )

    def _column(self, expression: Expression, state: State) -> int:
        match expression:
            case Literal(value):
                return self.constant(value)
            case Variable(name):
                return state.bindings[name]
            case Size(name):
                return self.size_of(state.bindings[name])
            case Arithmetic(operator, left, right):
                return self.calculated(operator, self._column(left, state), self._column(right, state))

    # --- heads ----------------------------------------------------------------------------------------------------

    def _conclude(self, number: int, state: State) -> None:
        truth, heads = self._firing(number, state)
        if self.is_fixed(truth, FALSE):
            return
        self.network.fired[number].append(truth)
        junction = self.junction(list(state.doubts))
        for type, values in heads:
            self._contribute(type, values, truth, junction)

    def _firing(self, number: int, state: State) -> tuple[int, list[_Key]]:
        """The truth of an instance, and the facts it derives. Adds to the doubts of ``state`` those of its heads."""
        rule = self.program.rules[number]
        parts = list(state.parts)
        heads: list[_Key] = []
        ranged: list[tuple[int, Field]] = []
        for head in rule.heads:
            values: list[int] = []
            for expression, kept in zip(head.values, self.program.types[head.type].fields, strict=True):
                column = self._column(expression, state)
                if self.may_be_interval(column):
                    parts.append(self.node(net.Definite(column)))
                    names = [name for name in variables(expression) if name in state.aggregates]
                    state.doubts += tuple(
                        net.Doubt((state.bindings[name],), state.aggregates[name]) for name in dict.fromkeys(names)
                    )
                if self.may_leave(column, kept):
                    ranged.append((column, kept))
                values.append(self.stored(column, kept))
            heads.append((head.type, tuple(values)))
        truth = self.all_of(tuple(parts))
        self.network.checks += [net.OutOfRange(truth, column, kept) for column, kept in ranged]
        return truth, heads
