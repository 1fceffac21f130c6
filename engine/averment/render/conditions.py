"""Conditions in words, with the values that their variables and parameters had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from averment.ir.program import Field, Match, Program, Rule
from averment.ir.values import decode
from averment.law.patterns import Bindings
from averment.law.truth import Interval, Quantity
from averment.warrant.sentences import phrase

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\$[a-z][a-z0-9_]*|[a-z][a-z0-9_]*')


def filled(text: str, rule: Rule, bindings: Bindings, program: Program) -> str:
    """A condition's wording with a value for each variable that has one, and for each parameter."""
    shown = {entry.variable: entry.field for entry in rule.shown}

    def value(found: re.Match[str]) -> str:
        word = found[0]
        if word.startswith("$") and word[1:] in bindings:
            name = word[1:]
            return _quantity(bindings[name], name, shown)
        return _parameter(word, program.parameters)

    return _WORD.sub(value, text)


def with_parameters(text: str, program: Program) -> str:
    """The wording of a cell with a value for each parameter."""
    return _WORD.sub(lambda found: _parameter(found[0], program.parameters), text)


def described(pattern: Match, rule: Rule, bindings: Bindings, program: Program) -> str:
    """A pattern in words, with what its variables are bound to: ``product_owner with team ml``."""
    type = program.types[pattern.type]
    tests = [f"{type.fields[index].name} {cell.text}" for index, cell in pattern.cells]
    tests += [
        f"{type.fields[index].name} {filled(f'${name}', rule, bindings, program)}"
        for index, name in pattern.binds
        if name in bindings
    ]
    return f"{pattern.type} with {' and '.join(tests)}" if tests else pattern.type


def _parameter(word: str, parameters: Mapping[str, str | int | bool]) -> str:
    if word not in parameters:
        return word
    value = parameters[word]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quantity(quantity: Quantity, name: str, shown: Mapping[str, Field]) -> str:
    field = shown.get(name)
    if field is None:
        return f"${name}"
    if isinstance(quantity, Interval):
        low, high = ("" if bound is None else decode(bound, field) for bound in quantity)
        return f"[{low}..{high}]"
    return "unknown" if quantity is None else phrase(quantity, replace(field, unit=""))
