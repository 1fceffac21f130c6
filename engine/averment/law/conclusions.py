"""What a solution of a rule derives."""

from __future__ import annotations

from averment.core.program import Expression, Fact, Field, Program, Rule, Value
from averment.core.values import show
from averment.law.expressions import evaluate
from averment.law.patterns import Bindings
from averment.law.truth import TRUE, UNKNOWN, CaseError, Interval, Truth


def conclude(program: Program, rule: Rule, bindings: Bindings, truth: Truth) -> tuple[tuple[Fact, ...], Truth]:
    """The facts that a solution derives, and its truth: unknown too where a value is not definite.

    Raises: CaseError (AV501, AV502) where a true solution derives a value outside 64 bits or its field's range.
    """
    constant = program.constants.get((rule.id, rule.alternative))
    if constant is not None:
        return constant, truth
    conclusions: list[Fact] = []
    for head in rule.heads:
        values: list[Value | None] = []
        for expression, field in zip(head.values, program.types[head.type].fields, strict=True):
            value = _value(rule, head.type, field, expression, bindings, truth)
            if value is None:
                truth = UNKNOWN
            values.append(value)
        conclusions.append(Fact(head.type, tuple(values)))
    return tuple(conclusions), truth


def _value(
    rule: Rule, type: str, field: Field, expression: Expression, bindings: Bindings, truth: Truth
) -> Value | None:
    """The value of one field; unknown where it is not definite, or not lawful and only possible."""
    try:
        value = evaluate(expression, bindings)
        if isinstance(value, Interval):
            return None
        if value is not None and not field.spans(value):
            shown = show(value, field)
            raise CaseError("AV502", f"derives `{type}.{field.name}` as {shown}, which is out of its range")
    except CaseError as error:
        if truth is TRUE:
            raise CaseError(error.code, f"rule `{rule.id}`: {error.message}", rule.id) from None
        return None
    return value
