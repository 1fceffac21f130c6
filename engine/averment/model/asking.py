"""A pack that is asked of one of its results: the same pack, whose claim is that result, or whether it passes a test.

So every question about the claim is one about a result too, by the very same machinery. A choice is the claim as it
stands. Of a level or a truth value two or more rules, read as any author's are, make a choice of it; so they do of a
test, as in ``amount >= 100``, which is met or not.
"""

from __future__ import annotations

import re
from dataclasses import replace

from averment.core.node import node_of
from averment.core.program import Claim, FactType, Field, Kind, Result
from averment.diagnostics.diagnostic import Report
from averment.model.model import Model
from averment.model.names import RESERVED, suggestion
from averment.model.rules import read_rules
from averment.model.scope import Declared
from averment.model.vocabulary import Vocabulary

YES, NO = "yes", "no"
_ASKED = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:=\s*)?(.*?)\s*", re.DOTALL)


def asked_of(model: Model, asked: str, report: Report) -> Model | None:
    """The model whose claim is the result that is ``asked`` of: ``NAME`` or ``NAME TEST``, the test as in a cell.

    None where the report has an error: there is no such result (AV633), or it cannot be asked of so (AV631).
    """
    found = _ASKED.fullmatch(asked)
    name, test = found.groups() if found else (asked, "")
    result = next((result for result in model.results if result.name == name), None)
    if result is None:
        names = [result.name for result in model.results]
        report.error("AV633", f"`{name}` is not a result of this pack", None, "", *suggestion(name, names))
        return None
    field = model.types[result.type].fields[result.field]
    if test:
        return _with_rules(model, _tested(result, field, test), (YES, NO), report)
    if result.many or field.kind not in (Kind.CHOICE, Kind.LEVEL, Kind.BOOLEAN) or set(field.values) & RESERVED:
        what = "has many values" if result.many else f"is of the kind {field.kind}"
        message = f"`{name}` {what}, and a question is asked of what has one of few values"
        report.error("AV631", message, None, "", f"ask whether it passes a test, as `{name} {_example(field)}`")
        return None
    if field.kind is Kind.CHOICE:
        return replace(model, claim=Claim(result.type, result.field, field.values))
    if field.kind is Kind.BOOLEAN:
        return _with_rules(model, _tested(result, field, "true"), (YES, NO), report)
    cells: list[tuple[str, object]] = [(value, {result.type: {field.name: value}}) for value in field.values]
    return _with_rules(model, cells, field.values, report)


def _tested(result: Result, field: Field, test: str) -> list[tuple[str, object]]:
    """When a test is met, and when it is not: by some of many values, or by none of them."""
    met = {result.type: {field.name: test}}
    if result.many:
        return [(YES, met), (NO, {"not": met})]
    if field.kind is Kind.BOOLEAN and test in ("true", "false"):
        other = "false" if test == "true" else "true"
    else:
        inner = re.fullmatch(r"not\s*\((.*)\)", test)
        other = inner[1] if inner else f"not({test})"
    return [(YES, met), (NO, {result.type: {field.name: other}})]


def _example(field: Field) -> str:
    """A test of a field."""
    match field.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return ">= 100"
        case Kind.DATE:
            return ">= 2026-01-31"
        case _:
            return f"= {field.values[0]}" if field.values else '= "…"'


def _with_rules(
    model: Model, answers: list[tuple[str, object]], values: tuple[str, ...], report: Report
) -> Model | None:
    """The model with a rule for each answer, and with the answers as its claim."""
    type = "asked"
    while type in model.types:
        type += "_"
    answer = FactType(type, (Field("answer", Kind.CHOICE, values),), derived=True)
    rules = [
        {
            "rule": f"{type}-{value}".replace("_", "-"),
            "says": f"What is asked is so answered: {value.replace('_', ' ')}.",
            "backing": "judgement",
            "when": [met],
            "then": [{type: {"answer": value}}],
        }
        for value, met in answers
    ]
    types = dict(sorted({**model.types, type: answer}.items()))
    vocabulary = Vocabulary(types, dict(model.type_places), dict(model.type_says))
    declared = Declared(vocabulary, model.parameters, frozenset(), report)
    file = node_of({"author": "whoever asks", "rules": rules}, "--of")
    found = read_rules([file], declared, dict(model.sources))
    if report.failed:
        return None
    return replace(
        model,
        types=types,
        rules=tuple(sorted((*model.rules, *found), key=lambda rule: rule.id)),
        claim=Claim(type, 0, values),
    )
