"""A program whose layers go by the values of a choice, with a type for each part, so that layers go by type again.

For engines that find what a type holds all at once. A pattern that asks for one value of the choice looks at the part
of that value; any other, and whatever answers are read from, looks at the whole type, into which inner rules put the
facts of all parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from averment.core.program import (
    Among,
    Compare,
    Expression,
    FactType,
    Guard,
    Head,
    Literal,
    Match,
    Program,
    Rule,
    Variable,
)


def parted(program: Program) -> Program:
    """The program with a type for each part; the same where no type has parts."""
    if not program.parts:
        return program
    types = dict(program.types)
    bridges: list[Rule] = []
    for name, index in program.parts.items():
        for number, value in enumerate(types[name].fields[index].values):
            part = replace(types[name], name=_part(name, number), inner=True)
            types[part.name] = part
            bridges.append(_bridge(name, index, value, part, number))
    strata = tuple(tuple(_rule(program, rule) for rule in stratum) for stratum in program.strata)
    return replace(program, types=types, strata=(*strata, tuple(bridges)), parts={})


def _part(name: str, number: int) -> str:
    return f"_{number}_{name}"  # a name that no author can have written


def _bridge(name: str, index: int, value: str, part: FactType, number: int) -> Rule:
    """What puts the facts of a part into their type."""
    binds = tuple((place, f"_{place}") for place in range(len(part.fields)) if place != index)
    values: list[Expression] = [Variable(f"_{place}") for place in range(len(part.fields))]
    values[index] = Literal(value)
    return Rule(f"={name}", -number - 1, (Match(part.name, (), binds),), (), (Head(name, tuple(values)),))


def _rule(program: Program, rule: Rule) -> Rule:
    return replace(
        rule,
        matches=tuple(_match(program, match) for match in rule.matches),
        guards=tuple(_guards(program, rule)),
        heads=tuple(_head(program, head) for head in rule.heads),
    )


def _guards(program: Program, rule: Rule) -> Iterator[Guard]:
    for guard in rule.guards:
        yield guard if isinstance(guard, Compare) else replace(guard, match=_match(program, guard.match))


def _head(program: Program, head: Head) -> Head:
    if head.type not in program.parts:
        return head
    value = head.values[program.parts[head.type]]
    assert isinstance(value, Literal)
    return replace(head, type=_named(program, head.type, value.value))


def _match(program: Program, match: Match) -> Match:
    if match.type not in program.parts:
        return match
    cell = dict(match.cells).get(program.parts[match.type])
    if not isinstance(cell, Among) or cell.negated or len(cell.values) != 1:
        return match
    (value,) = cell.values
    return replace(match, type=_named(program, match.type, value))


def _named(program: Program, name: str, value: object) -> str:
    return _part(name, program.types[name].fields[program.parts[name]].values.index(str(value)))
