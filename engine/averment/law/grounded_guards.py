"""The guards of an instance: their truths, the columns of what they count, and the doubts of what they look at."""

from __future__ import annotations

from averment.core.aggregates import AGGREGATES
from averment.core.mentions import variables
from averment.core.program import Absent, Aggregate, Compare, Guard, Known, Match
from averment.law import network as net
from averment.law.instances import Candidate, Matched, State
from averment.law.meeting import Meeting
from averment.law.truth import FALSE, TRUE


def guarded(meeting: Meeting, guard: Guard, state: State) -> State | None:
    """The state after a guard; nothing where it is false in every case."""
    match guard:
        case Compare(operator, left, right):
            truth = meeting.compared(operator, meeting.column(left, state), meeting.column(right, state))
            names = dict.fromkeys((*variables(left), *variables(right)))
            doubts = [net.Doubt((truth,), state.aggregates[name]) for name in names if name in state.aggregates]
        case Absent(pattern):
            found = meeting.guarding(pattern, state.bindings)
            truth = meeting.negated(meeting.any_of(tuple(matched.truth for _, matched in found)))
            doubts = _doubts(meeting, pattern, found, state, truth)
        case Known(pattern, index, given):
            found = meeting.guarding(pattern, state.bindings)
            known = [meeting.all_of((matched.truth, meeting.is_known(held.values[index]))) for held, matched in found]
            truth = meeting.any_of(tuple(known))
            truth = truth if given else meeting.negated(truth)
            doubts = _doubts(meeting, pattern, found, state, truth)
        case Aggregate():
            return _aggregate(meeting, guard, state)
    if meeting.is_fixed(truth, FALSE):
        return None
    return State(state.bindings, (*state.parts, truth), (*state.doubts, *doubts), state.aggregates)


def _doubts(
    meeting: Meeting, pattern: Match, found: list[tuple[Candidate, Matched]], state: State, *gates: int
) -> list[net.Doubt]:
    """The doubts of all that a pattern may match, and of what it joins with where that is an interval."""
    met = [meeting.doubt(candidate, matched, (*gates, matched.truth)) for candidate, matched in found]
    joined = [name for _, name in pattern.binds if name in state.aggregates]
    ranged = [net.Doubt((*gates, state.bindings[name]), state.aggregates[name]) for name in joined]
    return [doubt for doubts in met for doubt in doubts] + ranged


def _aggregate(meeting: Meeting, guard: Aggregate, state: State) -> State | None:
    found = meeting.guarding(guard.match, state.bindings)
    truths = tuple(matched.truth for _, matched in found)
    doubts = _doubts(meeting, guard.match, found, state)
    loose = tuple(
        tuple(column for column in candidate.values if candidate.slot is not None and not meeting.is_constant(column))
        for candidate, _ in found
    )
    meeting.network.checks += [
        net.Unbounded(truth, columns) for truth, columns in zip(truths, loose, strict=True) if columns
    ]
    truth = meeting.fixed(TRUE)
    if guard.function == "count":
        column = meeting.counted(truths, loose)
    else:
        assert guard.field is not None
        field = meeting.program.types[guard.match.type].fields[guard.field]
        values = [candidate.values[guard.field] for candidate, _ in found]
        members = tuple(zip(truths, values, strict=True))
        if guard.function == "sum":
            column = meeting.summed(members, field, loose)
        else:
            column = meeting.extreme(guard.function, members, field)
            truth = meeting.any_of(truths)
        doubts += [
            net.Doubt((), None, (value,), matched)
            for (candidate, _), matched, value in zip(found, truths, values, strict=True)
            if candidate.slot is None
        ]
    if meeting.is_fixed(truth, FALSE):
        return None
    junction = meeting.junction(doubts)
    return State(
        {**state.bindings, guard.variable: column},
        (*state.parts, truth),
        (*state.doubts, *([] if AGGREGATES[guard.function].adds else [net.Doubt((truth,), junction)])),
        {**state.aggregates, guard.variable: junction},
    )
