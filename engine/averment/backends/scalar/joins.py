"""The rules that join, step by step; those that rest on what they derive, in rounds until nothing is new.

After the facts that there are at the start each round meets only facts that are new (semi-naive evaluation, Bancilhon
1986): each pattern of a rule in turn on the new facts of its type, its other patterns on all.
"""

from __future__ import annotations

from averment.backends.scalar.nodes import fired
from averment.backends.scalar.rules import Fresh, RuleCode, Tools
from averment.backends.scalar.source import Block
from averment.law import network as net


def write_step(tools: Tools, step: net.JoinStep, block: Block) -> None:
    """The rules of one step."""
    block.line(*(f"{fired(number)} = False" for number in step.rules))
    if step.recursive:
        _saturate(tools, step, block)
        return
    for number in step.rules:
        RuleCode(tools, number, block).write()


def _saturate(tools: Tools, step: net.JoinStep, block: Block) -> None:
    rules, tables, names = tools.program.rules, tools.tables, tools.names
    types = step.recursive
    tables.before = block.gap()
    known = {name: tables.rows(name) for name in types}
    fresh = {name: names.fresh("u") for name in types}
    found = {name: names.fresh("u") for name in types}
    block.line(*(f"{fresh[name]} = {known[name]}.copy()" for name in types))
    body = block.block(f"while {' or '.join(fresh.values())}:")
    taking = body.gap()
    body.line(*(f"{name} = set()" for name in found.values()))
    for name in types:
        tables.grow(name, fresh[name], taking)
    for number in step.rules:
        for place, match in enumerate(rules[number].matches):
            if match.type in fresh:
                RuleCode(tools, number, body, Fresh(place, fresh[match.type], found)).write()
    for name in types:
        body.line(
            f"{found[name]} -= {known[name]}", f"{known[name]} |= {found[name]}", f"{fresh[name]} = {found[name]}"
        )
    tables.grown()
