"""What a pattern meets before any case is: the facts there may be, and what each match would bind."""

from __future__ import annotations

from collections.abc import Iterable

from averment.core.program import Arithmetic, Expression, Literal, Match, Program, Size, Variable
from averment.law import network as net
from averment.law.building import Builder
from averment.law.cells import points
from averment.law.instances import Bindings, Candidate, Candidates, Matched, State, constant_of
from averment.law.tick import Tick
from averment.law.truth import FALSE


class Meeting(Builder):
    """A network under construction, and the facts that the patterns of its rules may meet: by type ``candidates``."""

    def __init__(self, program: Program, tick: Tick) -> None:
        super().__init__(tick)
        self.program = program
        self._guarding: dict[tuple[int, int, tuple[int | None, ...]], list[tuple[Candidate, Matched]]] = {}
        self.candidates: dict[str, Candidates] = {}

    def meet(self, type: str, held: Iterable[Candidate] = ()) -> None:
        """From here on patterns over this type meet these facts."""
        self.candidates[type] = Candidates(self.network.nodes, held)

    def guarding(self, match: Match, bindings: Bindings) -> list[tuple[Candidate, Matched]]:
        """As ``matching``, for a pattern of a guard, which binds nothing outside: once for the same columns."""
        many = len(self.candidates[match.type]) if match.type in self.candidates else 0
        key = id(match), many, tuple(bindings.get(variable) for _, variable in match.binds)
        found = self._guarding.get(key)
        if found is None:
            found = self._guarding[key] = self.matching(match, bindings)
        for _ in found:  # which whoever asks goes through
            self._tick()
        return found

    def matching(self, match: Match, bindings: Bindings) -> list[tuple[Candidate, Matched]]:
        """The facts that a pattern may match, each with how."""
        self._tick()
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
    def doubt(candidate: Candidate, matched: Matched, gates: tuple[int, ...]) -> list[net.Doubt]:
        """What may keep a match undecided, where these gates are undecided too."""
        if candidate.slot is not None:
            return [net.Doubt((*gates, candidate.slot.truth), candidate.slot.junction)]
        return [net.Doubt(gates, None, matched.fields)] if matched.fields else []

    def column(self, expression: Expression, state: State) -> int:
        """The column of an expression."""
        match expression:
            case Literal(value):
                return self.constant(value)
            case Variable(name):
                return state.bindings[name]
            case Size(name):
                return self.size_of(state.bindings[name])
            case Arithmetic(operator, left, right):
                return self.calculated(operator, self.column(left, state), self.column(right, state))
