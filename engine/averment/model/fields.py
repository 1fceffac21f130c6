"""The declaration of a field or of a parameter: its type, values, range and texts."""

from __future__ import annotations

from dataclasses import replace

from averment.core.node import Node, Span
from averment.core.optional import NONE
from averment.core.program import Field, Kind
from averment.core.values import INT64_MIN
from averment.diagnostics.diagnostic import Report
from averment.model.encoding import encode
from averment.model.names import is_name, one_line, suggestion

_LISTED = (Kind.CHOICE, Kind.LEVEL, Kind.SET)
_MOST_PLACES = 9


def read_field(name: str, node: Node, shown: str, report: Report, span: Span) -> Field | None:
    """The field that ``node`` declares, without its default; ``shown`` names it in messages, ``span`` is its key's."""
    kind = _kind(node, shown, report, span)
    if kind is None:
        return None
    before = len(report.diagnostics)
    field = Field(
        name,
        kind,
        values=_values(node, kind, shown, report, span),
        places=_places(node, kind, shown, report, span),
        unit=words(node, "unit"),
        singular=_singular(node, shown, report),
        label=words(node, "label"),
        ask=words(node, "ask"),
        sensitive=words(node, "sensitive"),
        fixed=_is_true(node, "fixed"),
        cost=_cost(node, shown, report),
    )
    field = _with_range(field, node, shown, report)
    if _is_true(node, "optional"):
        field = _optional(field, node, shown, report)
    return field if len(report.diagnostics) == before else None


def _optional(field: Field, node: Node, shown: str, report: Report) -> Field:
    """The field, which may also be ``none``; of one with listed values that is one more of them."""
    place = node.keys["optional"]
    help = {
        Kind.SET: "a set without elements is the empty list, `[]`",
        Kind.BOOLEAN: "make it a `choice` of `yes` and `no`",
    }.get(field.kind)
    if help:
        report.error("AV662", f"`{shown}` is a {field.kind}, which cannot be optional", place, "not here", help)
    elif NONE in field.values:
        message = f"`{shown}` is optional, and has a value of its own that is called `{NONE}`"
        report.error("AV662", message, place, "which one would it be?", "give that value another name")
    elif field.values:
        field = replace(field, values=(*field.values, NONE))
    elif field.kind.ordered and field.minimum == INT64_MIN:
        field = replace(field, minimum=None)  # which is the same but for this one, that stands for `none`
    return replace(field, optional=True)


def words(node: Node, key: str) -> str:
    """The text under ``key`` on one line, or nothing."""
    child = node.get(key)
    return one_line(child.value) if child and isinstance(child.value, str) else ""


def _singular(node: Node, shown: str, report: Report) -> str:
    if node.get("singular") and not node.get("unit"):
        report.error("AV307", f"`{shown}` has no unit", node.keys["singular"], "`singular` is the unit after one")
    return words(node, "singular")


def _is_true(node: Node, key: str) -> bool:
    child = node.get(key)
    return child is not None and child.value is True


def _kind(node: Node, shown: str, report: Report, span: Span) -> Kind | None:
    child = node.get("type")
    if child is None:
        report.error("AV307", f"`{shown}` has no type", span, "needs `type`")
        return None
    if isinstance(child.value, str) and child.value in list(Kind):
        return Kind(child.value)
    kinds = [str(kind) for kind in Kind]
    report.error(
        "AV307",
        f"`{child.text or child.value}` is not a type",
        child.span,
        "unknown type",
        *suggestion(child.text, kinds),
    )
    return None


def _values(node: Node, kind: Kind, shown: str, report: Report, span: Span) -> tuple[str, ...]:
    child = node.get("of")
    if kind not in _LISTED:
        if child is not None:
            report.error("AV307", f"`{shown}` is a {kind}, which has no list of values", node.keys["of"], "not here")
        return ()
    found: dict[str, Span] = {}
    for element in child.elements() if child else []:
        value = element.value
        if not isinstance(value, str) or not is_name(value) or value in ("true", "false"):
            text = element.text or value
            report.error("AV307", f"`{text}` cannot be a value of `{shown}`", element.span, "not a name")
        elif value in found:
            report.error("AV307", f"`{value}` occurs twice among the values of `{shown}`", element.span, "again")
        else:
            found[value] = element.span
    if not found and (child is None or not child.elements()):
        report.error("AV307", f"`{shown}` has no values", child.span if child else span, f"a {kind} needs `of: […]`")
    return tuple(found)


def _places(node: Node, kind: Kind, shown: str, report: Report, span: Span) -> int:
    child = node.get("places")
    if kind is not Kind.DECIMAL:
        if child is not None:
            report.error("AV307", f"`{shown}` is a {kind}, which has no places", node.keys["places"], "not here")
        return 0
    if child is None:
        report.error("AV307", f"`{shown}` does not say its decimal places", span, "a decimal needs `places`")
        return 0
    if isinstance(child.value, bool) or not isinstance(child.value, int) or not 0 <= child.value <= _MOST_PLACES:
        report.error("AV307", f"`{child.text}` cannot be the places of `{shown}`", child.span, f"0 to {_MOST_PLACES}")
        return 0
    return child.value


def _cost(node: Node, shown: str, report: Report) -> int:
    child = node.get("cost")
    if child is None:
        return 1
    if isinstance(child.value, bool) or not isinstance(child.value, int) or not 1 <= child.value <= 1_000_000:
        report.error("AV307", f"`{child.text}` cannot be the cost of `{shown}`", child.span, "1 to 1000000")
        return 1
    return child.value


def _with_range(field: Field, node: Node, shown: str, report: Report) -> Field:
    ends: dict[str, int] = {}
    for key in ("min", "max"):
        child = node.get(key)
        if child is None:
            continue
        if not field.kind.ranged:
            report.error("AV307", f"`{shown}` is a {field.kind}, which has no range", node.keys[key], "not here")
            continue
        value = encode(child, field, shown, report)
        if isinstance(value, int):
            ends[key] = value
    if "min" in ends and "max" in ends and ends["min"] > ends["max"]:
        report.error("AV307", f"the range of `{shown}` is empty", node.keys["min"], "`min` is above `max`")
    return replace(field, minimum=ends.get("min"), maximum=ends.get("max"))
