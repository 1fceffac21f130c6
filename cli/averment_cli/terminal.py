"""What is printed, and how: data to standard output, talk to standard error, colours only where somebody looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Diagnostic
    from averment.render.display import Style

_WIDEST = 120  # a line longer than this is hard to follow
_NARROWEST = 40
_PIPED = 100


def data(text: str) -> None:
    """Print data as it is."""
    sys.stdout.write(text)


def json_line(value: Any) -> None:
    """Print a value as one line of canonical JSON, in UTF-8 whatever the locale."""
    from averment.ir.digest import canonical

    raw_line(canonical(value))


def raw_line(line: bytes) -> None:
    """Print a line of bytes as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def talk(text: str) -> None:
    """Say something that is not data."""
    from averment.diagnostics.render_text import visible

    sys.stderr.write("\n".join(map(visible, text.split("\n"))) + "\n")


def talk_findings(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str]) -> None:
    """Say what was found; ``texts`` are the files it was found in, to quote from."""
    from averment.diagnostics.render_text import render_all

    found = tuple(diagnostics)
    if found:
        sys.stderr.write(render_all(found, texts, coloured(sys.stderr)) + "\n")


def talk_warnings() -> None:
    """From now on have warnings of the library told as findings, as soon as they come up."""
    import warnings

    plain = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        diagnostic = getattr(message, "diagnostic", None)
        if diagnostic is None:
            plain(message, category, filename, lineno, file, line)
        else:
            talk_findings((diagnostic,), {})

    warnings.showwarning = show


def findings(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str]) -> str:
    """The first findings of each kind as text for standard output, each with a blank line after it."""
    from averment.diagnostics.few import few
    from averment.diagnostics.render_text import render

    return "".join(render(found, texts, coloured(sys.stdout)) + "\n\n" for found in few(diagnostics))


def coloured(stream: IO[str]) -> bool:
    """Whether to write colours: to a terminal that has them, unless NO_COLOR says otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def style() -> Style:
    """How text on standard output is to look."""
    from averment.render.display import ASCII, UNICODE, Style

    return Style(_width(), coloured(sys.stdout), UNICODE if _shows("├─└│✔✘·¶↑…→█") else ASCII)


def _width() -> int:
    """What COLUMNS says, else the width of the terminal, else 100; within reason."""
    told = os.environ.get("COLUMNS", "")
    columns = int(told) if told.isdecimal() else 0
    if not columns and sys.stdout.isatty():
        with suppress(OSError, ValueError):
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
    return min(max(columns or _PIPED, _NARROWEST), _WIDEST)


def _shows(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
