"""One call of a tool: its arguments, checked for shape, names and values before anything is asked of the pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from averment.core.node import Node, data_of, node_of
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.model.case import Case
from averment.model.evidence import Documents
from averment.pack import Pack
from averment.surface.shape import check_shape
from averment_service.answering import case_of

PACK = "pack"
_DIGITS = 15  # that a binary float keeps


@dataclass(frozen=True)
class Call:
    """The arguments of one call, as they were given; ``pack``: the digest of the pack that it means, where it says."""

    document: Node
    pack: str | None = None

    def get(self, name: str) -> Any:
        """An argument as plain data; None where it was not given."""
        held = self.document.get(name)
        return None if held is None else data_of(held)

    def case(self, pack: Pack, kept: Documents | None = None) -> Case:
        """The case that the arguments give. ``kept``: documents that evidence may quote beside those handed in.

        Raises: Refused with every mistake in it.
        """
        report = Report()
        found = case_of(self.document, pack, report, kept=kept)
        if found is None or report.failed:
            raise Refused(report.diagnostics)
        return found


def read_call(tool: str, schema: str, takes: Sequence[str], needs: Sequence[str], arguments: Mapping[str, Any]) -> Call:
    """The call of ``tool`` with these arguments. ``takes``: those of the arguments of ``schema`` that it has;
    ``needs``: those that must be given.

    Raises: Refused with every mistake in their shape.
    """
    report = Report()
    for name in arguments:
        if name not in takes and name != PACK:
            close = did_you_mean(name, takes)
            help = f"did you mean `{close}`?" if close else f"its arguments: {', '.join((*takes, PACK))}"
            report.add(Diagnostic("AV201", f"`{name[:60]}` is not an argument of `{tool}`", help=(help,)))
    for name in needs:
        if arguments.get(name) is None:
            report.add(Diagnostic("AV202", f"`{tool}` needs the argument `{name}`"))
    for number in _numbers(arguments):
        if len(repr(number).partition("e")[0].replace(".", "").lstrip("-0")) > _DIGITS:
            help = "write a decimal of many digits as a text"
            report.add(Diagnostic("AV314", f"`{number!r}` may have been rounded on its way", help=(help,)))
    named = arguments.get(PACK)
    if named is not None and not isinstance(named, str):
        report.add(Diagnostic("AV203", f"`{PACK}` is a text, the digest of the pack"))
    document = node_of({name: value for name, value in arguments.items() if name in takes}, tool)
    if report.failed or not check_shape(document, schema, report):
        raise Refused(report.diagnostics)
    return Call(document, named)


def _numbers(value: Any) -> Iterator[float]:
    """Every binary float in the arguments: what a reader of JSON made of a number with a point or an exponent."""
    waiting: list[Any] = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, float):
            yield found
        elif isinstance(found, dict):
            waiting += cast("dict[str, Any]", found).values()
        elif isinstance(found, list):
            waiting += cast("Any", found)
