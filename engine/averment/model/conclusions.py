"""What a rule derives: facts of derived types, each with a value for every field."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from averment.core import written
from averment.core.node import Node, Span
from averment.core.program import BY_RULE, FactType, Field, Kind
from averment.core.values import Misfit, decode, fit, scaled
from averment.model.encoding import encode
from averment.model.expressions import read_result
from averment.model.kinds import becomes, described, is_number
from averment.model.model import Conclusion, Constant, Reference, Rounding, Term
from averment.model.names import suggestion, unknown_field, unknown_type
from averment.model.scope import Scope, only_item


def read_conclusions(nodes: Sequence[Node], scope: Scope, rule: str) -> tuple[Conclusion, ...]:
    """Each conclusion that could be read; the others are reported."""
    found: list[Conclusion] = []
    for node in nodes:
        name, values = only_item(node)
        span = node.keys.get(name, node.span)
        of = derived_type(name, span, scope)
        if of:
            listed = [(field, value, values.keys[field]) for field, value in values.items()]
            conclusion = read_conclusion(of, listed, span, scope, rule)
            if conclusion:
                found.append(conclusion)
    return tuple(found)


def derived_type(name: str, span: Span, scope: Scope) -> FactType | None:
    """The derived fact type called ``name``; ``None`` after reporting that there is none."""
    types = scope.declared.vocabulary.types
    of = types.get(name)
    if of is None:
        unknown_type(name, [key for key, value in types.items() if value.derived], scope.report, span)
        return None
    if not of.derived:
        near = suggestion(name, [key for key, value in types.items() if value.derived])
        scope.report.error("AV320", f"`{name}` is given, so no rule derives it", span, "not a derived fact type", *near)
        return None
    if of.data:
        scope.report.error(
            "AV320", f"the facts of `{name}` belong to the pack, so no rule derives it", span, "has data"
        )
        return None
    return of


def read_conclusion(
    of: FactType, values: Sequence[tuple[str, Node, Span]], span: Span, scope: Scope, rule: str
) -> Conclusion | None:
    """The fact of type ``of`` that a rule derives, with the given values: each the field's name, the value, and the
    place of the name.
    """
    terms: dict[str, Term | Rounding | None] = {BY_RULE.name: Constant(rule)} if of.by_rule else {}
    trees: list[tuple[str, written.Result]] = []
    for name, node, place in values:
        if of.by_rule and name == BY_RULE.name:
            filled_in(of, place, scope)
            continue
        index = of.position.get(name)
        if index is None:
            if f"{of.name}.{name}" not in scope.declared.vocabulary.broken:
                unknown_field(name, of.name, of.position, scope.report, place)
            continue
        read = _value(of.fields[index], of.qualified[index], node, scope)
        terms[name] = read[0] if read else None
        if read:
            trees.append((name, read[1]))
    missing = [f"`{field.name}`" for field in of.fields if field.name not in terms]
    if missing and len(terms) < len(values):
        return None  # one of the values was meant for a missing field, and has been reported
    if missing:
        shown = ", ".join(missing)
        scope.report.error("AV321", f"`{of.name}` is derived without {shown}", span, f"needs {shown}")
        return None
    found = [term for field in of.fields if (term := terms[field.name]) is not None]
    if len(found) < len(of.fields):
        return None
    tree = written.Conclusion(of.name, tuple(sorted(trees, key=lambda value: value[0])))
    return Conclusion(of, tuple(found), tree, span)


def filled_in(of: FactType, span: Span, scope: Scope) -> None:
    """Report a value for what is filled in: the rule that derives a fact."""
    message = f"`{of.name}.{BY_RULE.name}` is filled in with the rule that derives the fact"
    scope.report.error("AV641", message, span, "needs no value", "leave it out")


def _value(field: Field, qualified: Field, node: Node, scope: Scope) -> tuple[Term | Rounding, written.Result] | None:
    shown = qualified.name
    if field.kind is Kind.SET and isinstance(node.value, list):
        value = encode(node, field, shown, scope.report)
        return None if value is None else (Constant(value), written.Listed(tuple(decode(value, field))))
    if field.kind is Kind.SET and node.value in field.values:
        encode(node, field, shown, scope.report)
        return None
    read = read_result(node, qualified, scope)
    if read is None:
        return None
    term, kind, tree = read
    text = written.wording(tree)
    if isinstance(tree, written.Rounded):
        if is_number(kind) and is_number(field):
            return Rounding(tree.rounding, term), tree
        what = f"`{shown}` is {described(field)}" if is_number(kind) else f"this is {described(kind)}"
        scope.report.error("AV312", "`round` is for numbers", node.span, what)
        return None
    if kind.quotient and is_number(field):
        message = f"`{text}` is a quotient, which `{shown}` may not hold exactly"
        scope.report.error("AV617", message, node.span, "not rounded", f"write `round half_up {text}`")
        return None
    if isinstance(term, Constant):
        fitted = _constant(term, kind, field, shown, text)
        if isinstance(fitted, Misfit):
            scope.report.error(fitted.code, fitted.message, node.span, fitted.label, *fitted.help)
            return None
        return fitted, tree
    if not becomes(kind, field):
        code = "AV314" if is_number(kind) and is_number(field) else "AV312"
        what = "the parameter" if isinstance(term, Reference) else "the value"
        message = f"{what} `{text}` does not fit `{shown}`"
        scope.report.error(code, message, node.span, f"{described(kind)}, not {described(field)}")
        return None
    return term, tree


def _constant(term: Constant, kind: Field, field: Field, shown: str, text: str) -> Constant | Misfit:
    """The constant in the places of ``field`` and within its range."""
    if is_number(kind) and is_number(field):
        assert isinstance(term.value, int)
        number = scaled(Decimal(term.value).scaleb(-term.places), field, shown)
        return number if isinstance(number, Misfit) else Constant(number, field.places)
    if not becomes(kind, field):
        return Misfit("AV312", f"`{text}` is not a value of `{shown}`", f"`{shown}` is {described(field)}")
    if field.kind.timed:
        moment = fit(text, field, shown)
        return moment if isinstance(moment, Misfit) else Constant(moment)
    return term
