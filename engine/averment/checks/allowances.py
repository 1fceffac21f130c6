"""Allowances: comments that let one finding be, with the reason: ``# allow AV405: only whether it is known matters``.

One stands at the end of the line that the finding points to, or by itself above it. One that gives no reason allows
nothing (AV411); one for which nothing is found any more is told (AV412).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from averment.core.node import Span
from averment.core.text import split_lines
from averment.diagnostics.diagnostic import Diagnostic, Label, Severity

_ALLOWANCE = re.compile(r"(?:^|\s)#\s*allow\s+(AV[0-9]{3})\b[:,]?(.*)")


class Allowance(NamedTuple):
    """``line`` is the one of which something is allowed."""

    code: str
    reason: str
    line: int
    span: Span


def allowed(found: Iterable[Diagnostic], texts: Mapping[str, str]) -> list[Diagnostic]:
    """What was found and is not allowed, and what is wrong with allowances."""
    allowances = [each for file, text in texts.items() if "allow" in text for each in _allowances(file, text)]
    given = {(each.span.file, each.line, each.code): each for each in allowances if each.reason}
    kept: list[Diagnostic] = []
    used: set[Allowance] = set()
    for finding in found:
        place = finding.labels[0].span if finding.labels else None
        allowance = given.get((place.file, place.line, finding.code)) if place else None
        if allowance is None:
            kept.append(finding)
        else:
            used.add(allowance)
    return [*kept, *(_idle(each) for each in allowances if each not in used)]


def _allowances(file: str, text: str) -> Iterator[Allowance]:
    lines = split_lines(text)
    for number, line in enumerate(lines, 1):
        match = _ALLOWANCE.search(line)
        if match:
            start = match.start() + match.group().index("#")
            of = number if line[:start].strip() else _next(lines, number)
            yield Allowance(match[1], match[2].strip(), of, Span(file, number, start + 1, number, len(line) + 1))


def _next(lines: list[str], number: int) -> int:
    """The first line after line ``number`` that is neither blank nor a comment."""
    rest = enumerate(lines[number:], number + 1)
    return next((after for after, line in rest if line.strip() and not line.lstrip().startswith("#")), number)


def _idle(allowance: Allowance) -> Diagnostic:
    if not allowance.reason:
        message, label = f"nothing says why {allowance.code} is allowed here", "without a reason"
        help = f"write `# allow {allowance.code}: …` with the reason"
        return Diagnostic("AV411", message, (Label(allowance.span, label),), (help,), severity=Severity.WARNING)
    message, help = f"{allowance.code} is allowed here and not found", "delete the comment"
    return Diagnostic("AV412", message, (Label(allowance.span, "no longer"),), (help,), severity=Severity.WARNING)
