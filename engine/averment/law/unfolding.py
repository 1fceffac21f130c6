"""Rules unfolded over data of the pack: in place of a pattern that meets it, one alternative for each row that passes.

What a row has stands in an alternative as constants, where the rule has variables; so a join with data costs what the
rows of a decision table cost. The alternatives fire where the rule does, under its id. For whoever wants no more of
firings than that: the premises of an alternative are without the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from averment.core.program import (
    Among,
    Arithmetic,
    Cell,
    Compare,
    Expression,
    Guard,
    Literal,
    Match,
    Program,
    Ranges,
    Rule,
    Size,
    Value,
    Variable,
)
from averment.law.cells import passes
from averment.law.truth import TRUE

MOST = 1 << 14  # alternatives of a rule; one that would have more joins its rows as it joins other facts
_FIRST = 1 << 20  # numbers of alternatives, beyond those that authors' rules have

Values = Mapping[str, Value]


def unfolded(program: Program) -> Program:
    """The program with its rules unfolded; the same where there is no data."""
    if not program.data:
        return program
    strata = tuple(tuple(each for rule in stratum for each in _rules(program, rule)) for stratum in program.strata)
    return replace(program, strata=strata)


def _rules(program: Program, rule: Rule) -> Sequence[Rule]:
    rows = [match for match in rule.matches if match.type in program.data]
    if not rows:
        return (rule,)
    found = list(islice(_solutions(program, rows, {}), MOST + 1))
    joined = {name for match in rows for index, name in match.binds if _is_set(program, match, index)}
    others = {name for match in _patterns(rule) if match.type not in program.data for _, name in match.binds}
    if not 0 < len(found) <= MOST or not joined.isdisjoint(others):
        return (rule,)
    matches = [match for match in rule.matches if match.type not in program.data]
    return [
        replace(
            rule,
            alternative=_numbered(rule, number),
            matches=tuple(_match(match, values) for match in matches),
            guards=tuple(_guard(guard, values) for guard in rule.guards),
            heads=tuple(
                replace(head, values=tuple(_expression(each, values) for each in head.values)) for head in rule.heads
            ),
            early=(),
        )
        for number, values in enumerate(found)
    ]


def _numbered(rule: Rule, number: int) -> int:
    """A number that no other alternative has; that of an inner rule stays below zero."""
    found = _FIRST * (abs(rule.alternative) + 1) + number
    return -found if rule.inner else found


def _solutions(program: Program, rows: Sequence[Match], values: Values) -> Iterator[Values]:
    """What the variables of these patterns are, for each way to match rows."""
    if not rows:
        yield values
        return
    first, *rest = rows
    for fact in program.data[first.type].facts:
        if all(passes(cell, fact.values[index]) is TRUE for index, cell in first.cells):
            bound = dict(values)
            given = [(name, value) for index, name in first.binds if (value := fact.values[index]) is not None]
            if all(bound.setdefault(name, value) == value for name, value in given):
                yield from _solutions(program, rest, bound)


def _patterns(rule: Rule) -> Iterator[Match]:
    yield from rule.matches
    yield from (guard.match for guard in rule.guards if not isinstance(guard, Compare))


def _is_set(program: Program, match: Match, index: int) -> bool:
    return any(isinstance(fact.values[index], frozenset) for fact in program.data[match.type].facts[:1])


def _match(match: Match, values: Values) -> Match:
    cells = [(index, _only(values[name])) for index, name in match.binds if name in values]
    binds = tuple(bind for bind in match.binds if bind[1] not in values)
    return replace(match, cells=(*match.cells, *cells), binds=binds)


def _only(value: Value) -> Cell:
    """The cell that just this value passes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Ranges(((value, value),))
    assert not isinstance(value, frozenset)
    return Among(frozenset({value}), False)


def _guard(guard: Guard, values: Values) -> Guard:
    if isinstance(guard, Compare):
        return replace(guard, left=_expression(guard.left, values), right=_expression(guard.right, values))
    return replace(guard, match=_match(guard.match, values))


def _expression(expression: Expression, values: Values) -> Expression:
    match expression:
        case Variable(name) if name in values:
            return Literal(values[name])
        case Size(name) if name in values:
            held = values[name]
            assert isinstance(held, frozenset)
            return Literal(len(held))
        case Arithmetic(operator, left, right):
            return Arithmetic(operator, _expression(left, values), _expression(right, values))
        case _:
            return expression
