"""From which day until which something is in force, both days among them, and the day that a case is decided for."""

from __future__ import annotations

from itertools import pairwise

from averment.core import written
from averment.core.node import Node, Span
from averment.core.program import Field, Kind
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.model.encoding import encode
from averment.model.fields import words
from averment.model.kinds import described
from averment.model.model import ALWAYS, CellOn, CellTest, Constant, Day, Pattern, Period, Validity
from averment.model.names import unknown_field, unknown_type
from averment.model.vocabulary import Vocabulary

IN_FORCE = "when this is in force"


def read_day(manifest: Node, vocabulary: Vocabulary, report: Report) -> Day | None:
    """The field of the case that is the day to decide for."""
    node = manifest.get("day")
    if node is None:
        return None
    name, _, field = words(manifest, "day").partition(".")
    of = vocabulary.types.get(name)
    if of is None:
        unknown_type(name, vocabulary.types, report, node.span)
        return None
    index = of.position.get(field)
    if index is None:
        if f"{name}.{field}" not in vocabulary.broken:
            unknown_field(field, name, of.position, report, node.span)
        return None
    if not of.one or of.fields[index].kind is not Kind.DATE:
        why = described(of.fields[index]) if of.one else "of a type that may have many records"
        report.error("AV643", f"`{name}.{field}` is not a day to decide for", node.span, why, "name a date")
        return None
    if of.fields[index].optional:
        why = f"the day to decide for is never `none`, and `{name}.{field}` is optional"
        report.error("AV643", why, node.span, "optional", "name a date that is not")
        return None
    return Day(of, index)


def read_validity(node: Node, report: Report) -> Validity:
    """What ``valid`` of a rule, a table, a parameter's value or a source says; always, where it says nothing."""
    valid = node.get("valid")
    if valid is None:
        return ALWAYS
    ends: list[int | None] = []
    for word in ("from", "until"):
        end = valid.get(word)
        value = encode(end, Field(word, Kind.DATE), f"valid.{word}", report) if end else None
        ends.append(value if isinstance(value, int) else None)
    found = Validity(*ends)
    if found.empty:
        report.error("AV644", "this is in force on no day", valid.span, "`until` is before `from`")
        return ALWAYS
    return found


def in_force(validity: Validity, day: Day | None, span: Span, report: Report) -> tuple[Pattern, ...]:
    """The condition that the case is decided for a day on which something is in force; none where it always is."""
    if validity == ALWAYS:
        return ()
    if day is None:
        no_day("`valid` is", span, report)
        return ()
    return (on_days(validity, day, IN_FORCE, span),)


def no_day(what: str, span: Span, report: Report) -> None:
    """Report that the pack names no day to decide for."""
    message = f"{what} of the day that a case is decided for, and the pack names none"
    report.error("AV643", message, span, "of which day?", "add `day: TYPE.FIELD` to pack.yaml")


def on_days(validity: Validity, day: Day, because: str, span: Span) -> Pattern:
    """The pattern of a day within a period, told with what it is so for."""
    low, high = (None if end is None else written.Moment("date", end) for end in validity)
    if low and high:
        test: written.Test = written.Between(low, high, low_open=False, high_open=False)
    else:
        atom = low or high
        assert atom is not None
        test = written.Bound(">=" if low else "<=", atom)
    cell = written.Cell((test,), because=because)
    first, last = (None if end is None else Constant(end) for end in validity)
    on = CellOn(day.field, (CellTest(first, last),), negated=False, origin=cell, span=span)
    name = day.type.fields[day.field].name
    return Pattern(day.type, (on,), (), (), written.Pattern(day.type.name, ((name, cell),)), span)


def read_periods(name: str, node: Node, field: Field, report: Report) -> tuple[Period, ...]:
    """The values of a parameter by period, in the order of their days; nothing after reporting what is wrong."""
    found: list[tuple[Period, Span]] = []
    before = len(report.diagnostics)
    for element in node.list_of("values"):
        value, valid = element.get("value"), read_validity(element, report)
        encoded = encode(value, field, name, report) if value else None
        if encoded is not None:
            found.append((Period(encoded, valid), element.span))
    found.sort(key=lambda each: each[0].valid.low or 0)
    for (one, first), (other, second) in pairwise(found):
        end, start = one.valid.high, other.valid.low
        if end is None or start is None or start != end + 1:
            overlap = end is None or start is None or start <= end
            what = "overlap" if overlap else "leave days out between them"
            labels = (Label(second, "this period"), Label(first, "and this one"))
            help = "let each period begin on the day after the one before it ends"
            report.add(Diagnostic("AV644", f"two values of `{name}` {what}", labels, (help,)))
    return tuple(period for period, _ in found) if len(report.diagnostics) == before else ()
