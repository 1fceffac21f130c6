"""Findings as annotations of GitHub Actions: workflow commands, one a line, that mark a place in a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from averment.diagnostics.catalogue import title
from averment.diagnostics.diagnostic import Diagnostic
from averment.diagnostics.few import few
from averment.diagnostics.finding_text import Whereabouts, told


def to_github(diagnostics: Iterable[Diagnostic], where: Whereabouts) -> str:
    """A line a finding, each with its end."""
    return "".join(f"{_annotation(each, where)}\n" for each in few(diagnostics))


def _annotation(diagnostic: Diagnostic, where: Whereabouts) -> str:
    about = {"title": f"{diagnostic.code} {title(diagnostic.code)}"}
    if diagnostic.labels:
        span = diagnostic.labels[0].span
        place = {"file": where(span.file), "line": span.line, "col": span.column}
        # A place over several lines may name no columns.
        end = {"endLine": span.end_line, **({"endColumn": span.end_column} if span.end_line == span.line else {})}
        about = {**{name: str(value) for name, value in (place | end).items()}, **about}
    told_of = ",".join(f"{name}={_escaped(value, of_property=True)}" for name, value in about.items())
    return f"::{diagnostic.severity.value} {told_of}::{_escaped(told(diagnostic))}"


def _escaped(text: str, *, of_property: bool = False) -> str:
    signs = "%\r\n:," if of_property else "%\r\n"
    return "".join(f"%{ord(sign):02X}" if sign in signs else sign for sign in text)
