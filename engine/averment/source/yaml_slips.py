"""What somebody who wrote something else than YAML most likely did, from what the parser says."""

from __future__ import annotations

_MENDS = (
    ("mapping values are not allowed", "a text that holds `: ` needs quotes; else check the indentation"),
    ("block sequence entries are not allowed", 'a value that starts with `- ` or is `-` needs quotes: `"-"`'),
    ("cannot start any token", "a text that starts with this character needs quotes; indent with spaces, not tabs"),
    ("did not find expected key", "check the indentation of this line and of the lines above"),
    ("could not find expected ':'", "write `: ` after the key"),
    ("did not find expected '-' indicator", "check the indentation of this line and of the lines above"),
    ("did not find expected ',' or ']'", "close the list with `]`, or write `,` between its values"),
    ("did not find expected ',' or '}'", "close the mapping with `}`, or write `,` between its keys"),
    ("unexpected end of stream", "a quote is opened and not closed"),
    ("unknown escape character", "in double quotes a backslash is written twice; or use single quotes"),
)


def sentence(context: str | None, problem: str | None) -> str:
    """The parser's words on one line."""
    return " ".join(", ".join(part for part in (context, problem) if part).split()) or "unknown problem"


def mend(problem: str, here: str = "") -> tuple[str, ...]:
    """What to do about a problem of the parser, for those whose words do not say it; ``here``: what stands there."""
    if here.startswith(":") and "expected" in problem:
        return ("a text that holds `: ` needs quotes",)
    for words, help in _MENDS:
        if words in problem:
            return (help,)
    return ()


UNCLOSED = "the quote opened on line {0} is closed only on line {1}: close it on line {0}, if the text ends there"
NO_BREAK = "a non-breaking space stands where a plain one is meant", "looks like a space", "write plain spaces here"
COMMA = "a number has a point where a comma is written here, and text that has a comma stands in quotes"
