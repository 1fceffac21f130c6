"""Names: which are taken, and what to say of one that nobody declared."""

from __future__ import annotations

import re
from collections.abc import Iterable

from averment.core.aggregates import AGGREGATES
from averment.core.node import Node, Span
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Report
from averment.surface.caret import caret
from averment.surface.says import mention_at

CONDITIONS = frozenset(("not", "any", *AGGREGATES, "test", "known", "unknown"))
RESERVED = CONDITIONS | {"true", "false", "open", "gap", "conflict"}

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def is_name(word: str) -> bool:
    """Whether ``word`` may name a type, a field, a value, a parameter or a variable."""
    return _NAME.fullmatch(word) is not None


def report_mention(node: Node, name: str, why: str, report: Report, help: tuple[str, ...], key: str = "says") -> None:
    """Report that the text under ``key`` of a rule or table mentions ``$name``, which has no value as it ``why``."""
    says = node.at([key])[0]
    written = says.value if isinstance(says.value, str) else ""
    found = mention_at(written, name)
    place = caret(says, *found) if found else says.span
    report.error("AV317", f"`{key}` mentions `${name}`, which {why}", place, "has no value", *help)


def one_line(text: str) -> str:
    """A text with every run of white space made one space and its ends trimmed: how it was laid out does not matter."""
    return " ".join(text.split())


def suggestion(word: str, vocabulary: Iterable[str]) -> tuple[str, ...]:
    """The help for an unknown ``word``: the nearest of the vocabulary, or what there is."""
    known = sorted(vocabulary)
    near = did_you_mean(word, known)
    if near:
        return (f"did you mean `{near}`?",)
    if known:
        shown = ", ".join(f"`{name}`" for name in known[:12])
        return (f"there {'is' if len(known) == 1 else 'are'} {shown}{', …' if len(known) > 12 else ''}",)
    return ()


def variable_suggestion(word: str, variables: Iterable[str]) -> tuple[str, ...]:
    """The help for an unknown variable: the nearest of those that are bound, if one is near."""
    near = did_you_mean(word, variables)
    return (f"did you mean `${near}`?",) if near else ()


def unknown_type(word: str, types: Iterable[str], report: Report, span: Span) -> None:
    report.error(
        "AV302", f"`{word}` is not a fact type of this pack", span, "unknown fact type", *suggestion(word, types)
    )


def unknown_field(word: str, of: str, fields: Iterable[str], report: Report, span: Span) -> None:
    report.error("AV301", f"`{word}` is not a field of `{of}`", span, "unknown field", *suggestion(word, fields))


def reserved(word: str, what: str, report: Report, span: Span) -> bool:
    """Whether ``word`` is taken by the rule language and so cannot name ``what``; reported if so."""
    if word in RESERVED:
        report.error("AV305", f"`{word}` cannot name {what}", span, "a word of the rule language", f"try `{word}_`")
    return word in RESERVED
