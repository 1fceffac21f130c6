"""The grammar of cells and expressions: a closed set of operators, read in one pass over the tokens.

::

    cell        = "-" | "not" "(" tests ")" | tests               simple unary tests of S-FEEL (DMN 1.5)
    tests       = test { "," test }
    test        = atom | ( "<" | "<=" | ">" | ">=" ) atom | interval | text-test atom
    interval    = ( "[" | "(" | "]" ) atom ".." atom ( "]" | ")" | "[" )
    comparison  = expression ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) expression
    expression  = product { ( "+" | "-" ) product }
    product     = factor { ( "*" | "/" ) factor }
    factor      = value [ unit ]
    value       = atom | "count" "(" variable ")" | function "(" expression { "," expression } ")" | "(" expression ")"
    function    = "abs" | "min" | "max" | "days" | "months" | "years" | "date" | "time"
    result      = [ "round" ( "half_up" | "half_even" | "floor" | "ceiling" ) ] expression
    atom        = [ "-" ] number | text | moment | "true" | "false" | name | variable
    moment      = date | time | datetime | [ "-" ] duration | [ "-" ] number unit { number unit } | kind "(" text ")"

A date, time or datetime is written as ``2024-01-31``, ``08:30`` or ``2024-01-31T08:30``, a duration as ``PT1H30M``; a
kind is ``date``, ``time``, ``datetime`` or ``duration``, and a unit is a word such as ``days``.

Each parser returns the tree, or a ``Fault`` that says what was expected and where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from averment.core.operators import CALENDAR_CALLS, CALLS, ROUNDINGS
from averment.core.text_tests import TEXT_TESTS
from averment.core.times import SCALES, unit_of
from averment.core.written import (
    Atom,
    Between,
    Bound,
    Call,
    Cell,
    Comparison,
    Dollar,
    Equal,
    Expression,
    Made,
    Moment,
    Name,
    Number,
    Operation,
    Period,
    Quoted,
    Rounded,
    SizeOf,
    Test,
    Truth,
)
from averment.surface.slips import CELL, EXPRESSION, slip_in
from averment.surface.tokens import CONJUNCTION, DISJUNCTION, ESCAPE, Token, Unexpected, moment_of, number_of, tokens
from averment.surface.tokens import Fault as Fault

MOST_OPERATORS = 64

_CALLED = {name: least for name, (_, least) in CALLS.items()} | CALENDAR_CALLS
_ORDER = ("<", "<=", ">", ">=")
_COMPARE = ("=", "!=", *_ORDER)

# What to write instead of going on with one of these.
_FURTHER = {"and": (CONJUNCTION,), "or": (DISJUNCTION,), "..": ("a range is in brackets, as `[10..20]`",)}

_Tree = TypeVar("_Tree")


def parse_cell(text: str) -> Cell | Fault:
    """Read one cell."""
    return _whole(text, _Parser.cell, CELL)


def parse_test(text: str) -> Test | Fault:
    """Read one element of a list of tests."""
    return _whole(text, _Parser.test, CELL)


def parse_result(text: str) -> Expression | Rounded | Fault:
    """Read the value of a derived field."""
    return _whole(text, _Parser.result, EXPRESSION)


def parse_comparison(text: str) -> Comparison | Fault:
    """Read the text of a ``test:`` condition."""
    return _whole(text, _Parser.comparison, EXPRESSION)


def _whole(text: str, rule: Callable[[_Parser], _Tree], where: str) -> _Tree | Fault:
    try:
        parser = _Parser(text)
        tree = rule(parser)
        if parser.kind != "end":
            parser.fail_at_end()
    except Unexpected as unexpected:
        fault = unexpected.fault
        mend = slip_in(text, where, fault.at)
        if mend is None:
            return fault
        return Fault(f"`{text[mend.at : mend.end]}` is not written so here", mend.at, mend.end, (mend.help,))
    return tree


class _Parser:
    """Recursive descent over the tokens; only parentheses recurse, and ``MOST_OPERATORS`` bounds them."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._index = 0
        self._operators = 0

    # --- the token at hand

    @property
    def _here(self) -> Token:
        return self._tokens[self._index]

    @property
    def kind(self) -> str:
        return self._here.kind

    @property
    def token(self) -> str:
        """The text of the token at hand if it is a symbol, else nothing."""
        return self._here.text if self._here.kind == "symbol" else ""

    def _take(self) -> Token:
        token = self._here
        self._index += token.kind != "end"
        return token

    def _expect(self, symbol: str) -> Token:
        if self.token != symbol:
            self.fail(f"`{symbol}`")
        return self._take()

    def _call(self, name: str) -> bool:
        """Whether ``name(`` stands here; if so, step over it."""
        if self._here.text == name and self.kind == "name" and self._tokens[self._index + 1].text == "(":
            self._index += 2
            return True
        return False

    def fail(self, expected: str, *help: str) -> NoReturn:
        here = self._here
        found = "nothing more" if here.kind == "end" else f"`{here.text}`"
        raise Unexpected(Fault(f"expected {expected}, found {found}", here.at, max(here.end, here.at + 1), help))

    def fail_at_end(self) -> NoReturn:
        """Something follows what is whole already."""
        if self.token in _COMPARE:
            self.fail("the end; one comparison at a time")
        self.fail("the end", *_FURTHER.get(self._here.text, ()))

    # --- cells

    def cell(self) -> Cell:
        if self.token == "-" and self._tokens[self._index + 1].kind == "end":
            self._take()
            return Cell(())
        if self._call("not"):
            tests = self._tests()
            self._expect(")")
            return Cell(tests, negated=True)
        return Cell(self._tests())

    def _tests(self) -> tuple[Test, ...]:
        tests = [self.test()]
        while self.token == ",":
            self._take()
            tests.append(self.test())
        return tuple(tests)

    def test(self) -> Test:
        if self.token in _ORDER:
            return Bound(self._take().text, self._atom("a value after the comparison"))
        if self.token == "=" and self._tokens[self._index + 1].text in ("<", ">"):
            self.fail("a value", f"write `{self._tokens[self._index + 1].text}=`")
        if self.token in ("=", "!="):
            self.fail("a value", "write the value alone" if self.token == "=" else "write `not(…)`")
        if self.token in ("[", "(", "]"):
            return self._interval()
        if name := self._text_test():
            return Made(name, self._atom("a text in double quotes"))
        return Equal(self._atom("a value, a comparison such as `>= 20` or a range such as `[10..20)`"))

    def _text_test(self) -> str:
        """The name of the test of a text that stands here before a text or a name, stepped over."""
        for name in TEXT_TESTS:
            words = name.split()
            here = self._tokens[self._index : self._index + len(words) + 1]
            if [token.text for token in here[:-1]] == words and here[-1].kind in ("text", "name", "variable"):
                self._index += len(words)
                return name
        return ""

    def _interval(self) -> Between:
        low_open = self._take().text != "["
        low = self._atom("the lower end of a range")
        self._expect("..")
        high = self._atom("the upper end of a range")
        if self.token not in ("]", ")", "["):
            self.fail("`]` or `)`")
        return Between(low, high, low_open, self._take().text != "]")

    # --- expressions

    def comparison(self) -> Comparison:
        left = self.expression()
        if self.token not in _COMPARE:
            self.fail("`=`, `!=`, `<`, `<=`, `>` or `>=`")
        return Comparison(self._take().text, left, self.expression())

    def result(self) -> Expression | Rounded:
        if self._here.text != "round" or self.kind != "name" or self._tokens[self._index + 1].kind != "name":
            return self.expression()
        self._take()
        if self._here.text not in ROUNDINGS:
            self.fail(f"a way to round: {', '.join(f'`{name}`' for name in ROUNDINGS)}")
        return Rounded(self._take().text, self.expression())

    def expression(self) -> Expression:
        left = self._product()
        while self.token in ("+", "-"):
            left = self._operation(left, self._product)
        return left

    def _product(self) -> Expression:
        left = self._factor()
        while self.token in ("*", "/"):
            left = self._operation(left, self._factor)
        return left

    def _operation(self, left: Expression, operand: Callable[[], Expression]) -> Operation:
        operator = self._counted()
        right = operand()
        return Operation(operator.text, left, right, left.at, right.end)

    def _counted(self) -> Token:
        self._operators += 1
        if self._operators > MOST_OPERATORS:
            here = self._here
            message = f"more than {MOST_OPERATORS} operators and parentheses in one expression"
            raise Unexpected(Fault(message, here.at, here.end, ("derive a part of it by a rule of its own",)))
        return self._take()

    def _factor(self) -> Expression:
        start = self._here.at
        if self._call("count"):
            if self.kind != "variable":
                self.fail("a variable that is bound to a set")
            name = self._take().text[1:]
            return SizeOf(name, start, self._expect(")").end)
        if (name := self._here.text) in _CALLED and not self._is_literal(name) and self._call(name):
            return self._called(name, start)
        if self.kind == "number" and self._unit(1) in ("month", "year"):
            number = self._take()
            return self._period(Number(number_of(number), number.at, number.end), start)
        if self.token == "(":
            self._counted()
            inner = self.expression()
            self._expect(")")
            return self._period(inner, start) if self._unit() else inner
        atom = self._atom("a value, a variable or `(`")
        return self._period(atom, start) if isinstance(atom, Dollar | Name) and self._unit() else atom

    def _unit(self, ahead: int = 0) -> str:
        """The unit of time that stands here, if one does."""
        return unit_of(self._tokens[min(self._index + ahead, len(self._tokens) - 1)].text)

    def _period(self, amount: Expression, start: int) -> Period:
        word = self._take()
        return Period(amount, unit_of(word.text), start, word.end)

    def _is_literal(self, name: str) -> bool:
        """Whether a date or a time is written as a text, ``date("2024-01-31")``."""
        following = self._tokens[self._index + 1 : self._index + 3]
        return name in SCALES and [token.kind for token in following] == ["symbol", "text"]

    def _called(self, name: str, start: int) -> Call:
        least, arguments = _CALLED[name], [self.expression()]
        while self.token == "," or len(arguments) < least:
            whole = len(arguments) == least and (least == 1 or name in CALENDAR_CALLS)
            if whole or self.token != ",":
                of = "two dates" if name in CALENDAR_CALLS else "two numbers or more"
                self.fail("`)`" if whole else f"`,`: `{name}` is of {of}")
            self._counted()
            arguments.append(self.expression())
        return Call(name, tuple(arguments), start, self._expect(")").end)

    def _atom(self, expected: str) -> Atom:
        start = self._here.at
        negative = self.token == "-" and self._tokens[self._index + 1].kind in ("number", "duration")
        if negative:
            self._take()
        for kind in SCALES:
            if self._call(kind):
                if self.kind != "text":
                    self.fail(f"{SCALES[kind].article} in double quotes")
                token = self._take()
                return Moment(kind, moment_of(kind, token.text[1:-1], token), start, self._expect(")").end)
        if self.kind not in ("number", "text", *SCALES, "variable", "name"):
            self.fail(expected)
        token = self._take()
        match token.kind:
            case "number":
                if unit_of(self._here.text):
                    return self._duration(start, token, negative)
                return Number(-number_of(token) if negative else number_of(token), start, token.end)
            case "text":
                return Quoted(ESCAPE.sub(r"\1", token.text[1:-1]), start, token.end)
            case "variable":
                return Dollar(token.text[1:], start, token.end)
            case "name":
                if token.text in ("true", "false"):
                    return Truth(token.text == "true", start, token.end)
                return Name(token.text, start, token.end)
            case kind:
                value = moment_of(kind, token.text, token)
                return Moment(kind, -value if negative else value, start, token.end)

    def _duration(self, start: int, number: Token, negative: bool) -> Moment:
        """A duration in words, of which the first number is taken."""
        words = [number, self._take()]
        while self.kind == "number" and unit_of(self._tokens[self._index + 1].text):
            words += [self._take(), self._take()]
        text = " ".join(word.text for word in words)
        value = moment_of("duration", text, Token("duration", text, number.at, words[-1].end))
        return Moment("duration", -value if negative else value, start, words[-1].end)
