"""The parameters of a pack: named, typed, documented thresholds and weights that an organisation may override."""

from __future__ import annotations

from averment.core.node import Node, Span
from averment.core.program import Field, Value
from averment.diagnostics.diagnostic import Report
from averment.model.encoding import encode
from averment.model.fields import read_field, words
from averment.model.model import Day, Parameter
from averment.model.names import is_name, reserved, suggestion
from averment.model.validity import no_day, read_periods


def read_parameters(manifest: Node, day: Day | None, report: Report) -> tuple[dict[str, Parameter], set[str]]:
    """The parameters of ``pack.yaml`` in the order of their names, and the names of those declared with a mistake."""
    found: dict[str, Parameter] = {}
    broken: set[str] = set()
    for name, node, span in sorted(manifest.entries_of("parameters")):
        parameter = _read(name, node, day, report, span)
        if parameter:
            found[name] = parameter
        else:
            broken.add(name)
    return found, broken


def read_override(
    name: str, written: Node | object, parameters: dict[str, Parameter], report: Report, span: Span | None = None
) -> Value | None:
    """The encoded value somebody gives the parameter ``name``; ``None`` after reporting why it is none."""
    parameter = parameters.get(name)
    if parameter is None:
        place = written.span if isinstance(written, Node) else span
        report.error("AV330", f"`{name}` is not a parameter of this pack", place, "", *suggestion(name, parameters))
        return None
    return encode(written, parameter.field, name, report, span)


def _read(name: str, node: Node, day: Day | None, report: Report, span: Span) -> Parameter | None:
    if reserved(name, "a parameter", report, span):
        return None
    if not is_name(name):
        report.error("AV305", f"`{name}` cannot name a parameter", span, "not a name")
        return None
    read = read_field(name, node, name, report, span)
    if read is None:
        return None
    if values := node.get("values"):
        return _by_period(name, node, values, read, day, report)
    written = node.get("value")
    if written is None:
        report.error("AV307", f"the parameter `{name}` has no value", span, "needs `value` or `values`")
        return None
    value = encode(written, read, name, report)
    return None if value is None else Parameter(read, value, words(node, "says"), span)


def _by_period(name: str, node: Node, values: Node, field: Field, day: Day | None, report: Report) -> Parameter | None:
    """A parameter that has several values, one after the other."""
    if "value" in node.keys:
        report.error("AV644", f"`{name}` has a value and values by period", node.keys["value"], "one or the other")
    if day is None:
        no_day("values by period are", node.keys["values"], report)
    periods = read_periods(name, node, field, report)
    span = values.span
    return Parameter(field, periods[-1].value, words(node, "says"), span, periods) if periods else None
