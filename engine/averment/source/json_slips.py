"""What somebody who wrote something else than JSON most likely did: the problem, a label, a mend if there is one."""

from __future__ import annotations

import re

from averment.core.numbers import shortened

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_OTHER_WORDS = {"True": "true", "False": "false", "None": "null", "TRUE": "true", "FALSE": "false", "undefined": "null"}


def no_key(text: str, at: int) -> tuple[str, ...]:
    """Where a key in double quotes should start."""
    word = _WORD.match(text, at)
    if word:
        return "a key stands in double quotes", "not quoted", f'write `"{shortened(word.group())}"`'
    if text.startswith("'", at):
        return "a key stands in double quotes", 'expected `"`'
    if at == len(text):
        return "the text ends before the `}`", "ends here"
    return "a key in double quotes expected", "expected a key"


def no_value(text: str, at: int) -> tuple[str, ...]:
    """Where a value should start."""
    word = _WORD.match(text, at)
    if word:
        shown = shortened(word.group())
        quoted = f'"{shown}"'
        return f"`{shown}` is no value", "not quoted", f"write `{_OTHER_WORDS.get(shown, quoted)}`"
    if at == len(text):
        return "the text ends where a value is expected", "ends here"
    if text[at] == "'":
        return "text stands in double quotes", 'expected `"`'
    if text[at] in "+.":
        return "a number starts with a digit or `-`", "not a number"
    if text.startswith(("//", "/*", "#"), at):
        return "JSON has no comments", "comment", "delete it, or write the file as YAML"
    return "a value expected", "expected a value"


def open_text(text: str, stop: int) -> tuple[str, ...]:
    """Where a text in quotes cannot go on."""
    if stop == len(text):
        return "a quote is opened and not closed", "opened here"
    if text[stop] == "\\":
        return "a backslash starts no known escape", "unknown escape", "write a backslash twice"
    return "a text ends on the line where it starts", "line break or tab", "write `\\n` or `\\t`"
