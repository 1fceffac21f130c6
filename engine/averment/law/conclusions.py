"""What a solution of a rule derives."""

from __future__ import annotations

from averment.core.program import Expression, Fact, FactType, Field, Program, Rule, Value
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
            value = _value(program, rule, head.type, field, expression, bindings, truth)
            if value is None:
                truth = UNKNOWN
            values.append(value)
        conclusions.append(Fact(head.type, tuple(values)))
    return tuple(conclusions), truth


def _broken(of: FactType, bindings: Bindings) -> str:
    """What broke the promise of a table's hit policy, of which record."""
    keys = (field for field in of.fields if not field.name.startswith("_") and not field.sensitive)
    held = ((field, bindings.get(field.name)) for field in keys)
    record = [f"{field.name} {show(value, field)}" for field, value in held if not isinstance(value, Interval)]
    of_record = f"for {' and '.join(record)} " if record else ""
    first, last = bindings.get("_first"), bindings.get("_last")
    rows = f"rows {first} and {last} both" if first is not None else "rows that derive different facts"
    return f"{of_record}{rows} match, and its hit policy is `{of.policy}`"


def _value(
    program: Program, rule: Rule, type: str, field: Field, expression: Expression, bindings: Bindings, truth: Truth
) -> Value | None:
    """The value of one field; unknown where it is not definite, or not lawful and only possible."""
    try:
        value = evaluate(expression, bindings)
        if isinstance(value, Interval):
            return None
        if value is not None and not field.spans(value):
            if (of := program.types[type]).policy:
                raise CaseError("AV650", _broken(of, bindings))
            shown = show(value, field)
            raise CaseError("AV502", f"derives `{type}.{field.name}` as {shown}, which is out of its range")
    except CaseError as error:
        if truth is TRUE:
            where = f"table `{program.types[type].table}`" if rule.between else f"rule `{rule.id}`"
            raise CaseError(error.code, f"{where}: {error.message}", rule.id) from None
        return None
    return value
