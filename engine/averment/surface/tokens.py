"""The tokens of cells and expressions, and why a text has none."""

from __future__ import annotations

import re
from decimal import Decimal

from averment.core.times import SCALES, Flaw
from averment.dataclass import dataclass

MOST_DIGITS = 40

_TOKEN = re.compile(
    r"""[ \t\r\n]+
      | (?P<datetime> [0-9]{4}-[0-9]{2}-[0-9]{2} T [0-9]{2}:[0-9:]+ (?: \.[0-9]+ )? (?: Z | [-+][0-9]{2}:[0-9]{2} )? )
      | (?P<date>     [0-9]{4}-[0-9]{2}-[0-9]{2} (?![0-9]) )
      | (?P<time>     [0-9]{1,2}:[0-9:]+ (?: \.[0-9]+ )? (?: Z | [-+][0-9]{2}:[0-9]{2} )? )
      | (?P<duration> P (?=[0-9T]) [0-9A-Z]+ (?: \.[0-9]+ [A-Z] )? )
      | (?P<number>   [0-9]+ (?: \.[0-9]+ )? )
      | (?P<variable> \$[a-z][a-z0-9_]* )
      | (?P<name>     [a-z][a-z0-9_]* )
      | (?P<text>     " (?: [^"\\] | \\["\\] )* " )
      | (?P<symbol>   \.\. | <= | >= | != | [-<>=()\[\],+*/] )""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)

CONJUNCTION = "write two conditions: all conditions of a rule must hold"
DISJUNCTION = "write alternatives with commas, or as `any:`"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not in the grammar: a message, the offsets it is about, and how to mend it."""

    message: str
    at: int
    end: int
    help: tuple[str, ...] = ()


class Unexpected(Exception):
    """What stands in a text is not what may stand there."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a cell or an expression, and its offsets."""

    kind: str  # date time datetime duration number variable name text symbol end
    text: str
    at: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of a text, an ``end`` last. Raises: Unexpected."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unexpected(_strange(text, at))
        if match.lastgroup:
            found.append(Token(match.lastgroup, match.group(), at, match.end()))
        at = match.end()
    found.append(Token("end", "", len(text), len(text)))
    return found


def _strange(text: str, at: int) -> Fault:
    if text[at] == '"':
        return Fault(
            'expected a closing `"`', at, len(text), ('within a text, write `\\"` for `"` and `\\\\` for `\\`',)
        )
    helps = {
        "$": "a variable is `$` and a name of `a` to `z`, `0` to `9` and `_` that begins with a letter",
        "'": "a text is in double quotes",
        "!": "write `!=` for `is not`, or `not(…)` in a cell",
        "&": CONJUNCTION,
        "|": DISJUNCTION,
        ".": "bind the field to a variable in a pattern, as `TYPE: {FIELD: $x}`, and write `$x`",
    }
    shown = text[at] if text[at].isprintable() else f"U+{ord(text[at]):04X}"
    help = (helps[text[at]],) if text[at] in helps else ()
    if text[at].isupper():
        help = ("names are in lower case; a text is in double quotes",)
    return Fault(f"`{shown}` has no meaning here", at, at + 1, help)


def number_of(token: Token) -> Decimal:
    """The number that a token is. Raises: Unexpected."""
    digits = token.text
    if len(digits) > MOST_DIGITS:
        raise Unexpected(Fault(f"a number of more than {MOST_DIGITS} digits", token.at, token.end))
    if digits[0] == "0" and digits[1:2].isdigit():
        raise Unexpected(Fault("a number does not begin with a needless `0`", token.at, token.end))
    return Decimal(digits)


def moment_of(kind: str, text: str, token: Token) -> int:
    """A date, time, datetime or duration, where ``token`` stands. Raises: Unexpected."""
    found = SCALES[kind].value(text)
    if isinstance(found, Flaw):
        raise Unexpected(Fault(f"`{text}` {found.what}", token.at, token.end, found.help))
    return found
