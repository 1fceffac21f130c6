"""The arithmetic of ``oracle``: expressions of a pack as terms for clingo, quotients as two of them.

clingo divides towards zero and has no choice within a term, so what a term needs beside it stands in ``beside``: a list
of literals that give fresh variables their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tests.laws.oracle_words import kind_of, named, unquoted

Field = Mapping[str, Any]  # of a quotient: ``over`` is its denominator, which is positive
Term = tuple[str, Field]
NUMBER: Field = {"type": "integer"}


class Named(Protocol):
    """What a pack gives its names, as ``oracle`` reads it."""

    parameters: dict[str, Any]

    def fresh(self, name: str) -> str: ...

    def value(self, value: Any, field: Field) -> str: ...

    def constant(self, token: str) -> Term: ...


class Numbers:
    """Reads expressions. ``zeros`` are the terms that must not be zero for them to have a value."""

    def __init__(self, program: Named, scope: Mapping[str, Field]) -> None:
        self._program, self._scope = program, scope
        self.beside: list[str] = []
        self.zeros: list[str] = []

    def fresh(self, value: str) -> str:
        """A variable that has this value."""
        name = self._program.fresh("S")
        self.beside.append(f"{name} = {value}")
        return name

    def sum(self, tokens: list[str], hint: Field | None) -> Term:
        found = self._product(tokens, hint)
        while tokens and tokens[0] in "+-":
            operator, other = tokens.pop(0), self._product(tokens, hint)
            found = self._together(lambda one, two, operator=operator: f"({one} {operator} {two})", found, other)
        return found

    def rounded(self, rounding: str, term: Term, places: int) -> str:
        """A term as an integer in so many places."""
        up, down = max(places - places_of(term[1]), 0), max(places_of(term[1]) - places, 0)
        number, under = self.fresh(f"{term[0]} * {10**up}"), self.fresh(f"{_over(term[1])} * {10**down}")
        rest = self.fresh(f"(({number} \\ {under}) + {under}) \\ {under}")
        whole = self.fresh(f"({number} - {rest}) / {under}")
        more = {
            "floor": "",
            "ceiling": f"; 1 : {rest} > 0",
            "half_up": f"; 1 : 2 * {rest} > {under}; 1 : 2 * {rest} = {under}, {number} > 0",
            "half_even": f"; 1 : 2 * {rest} > {under}; 1 : 2 * {rest} = {under}, {whole} \\ 2 != 0",
        }[rounding]
        return self.fresh(f"{whole} + {self.fresh(f'#max{{ 0{more} }}')}")

    def _together(self, make: Callable[[str, str], str], one: Term, other: Term) -> Term:
        places = max(places_of(one[1]), places_of(other[1]))
        left, right = scaled(one, places), scaled(other, places)
        if (over := _over(one[1])) != _over(other[1]):
            left, right = f"({left} * {_over(other[1])})", f"({right} * {over})"
            over = f"({over} * {_over(other[1])})"
        return make(left, right), {"type": "decimal", "places": places, "over": over}

    def _product(self, tokens: list[str], hint: Field | None) -> Term:
        found = self._factor(tokens, hint)
        while tokens and tokens[0] in "*/":
            operator, other = tokens.pop(0), self._factor(tokens, hint)
            found = self._times(found, other) if operator == "*" else self._divided(found, other)
        return found

    def _times(self, one: Term, other: Term) -> Term:
        over, places = f"({_over(one[1])} * {_over(other[1])})", places_of(one[1]) + places_of(other[1])
        return f"({one[0]} * {other[0]})", {"type": "decimal", "places": places, "over": over}

    def _divided(self, one: Term, other: Term) -> Term:
        under = self.fresh(other[0])
        self.zeros.append(under)
        sign = self.fresh(f"#max{{ -1; 1 : {under} > 0 }}")
        places = places_of(one[1]) - places_of(other[1])
        number = f"({one[0]} * {sign} * {_over(other[1])} * {10 ** max(-places, 0)})"
        over = f"({_over(one[1])} * |{under}|)"
        return number, {"type": "decimal", "places": max(places, 0), "over": over}

    def _chosen(self, function: str, one: Term, other: Term) -> Term:
        return self._together(lambda left, right: self.fresh(f"#{function}{{ {left}; {right} }}"), one, other)

    def _factor(self, tokens: list[str], hint: Field | None) -> Term:
        token, program = tokens.pop(0), self._program
        if token == "(":
            found = self.sum(tokens, hint)
            tokens.pop(0)
            return found
        if token in ("abs", "min", "max") and tokens[:1] == ["("]:
            return self._called(token, tokens)
        if token == "-":
            value, field = self._factor(tokens, hint)
            return f"(-{value})", field
        if token == "count":
            size = program.fresh("S")
            self.beside.append(f"size({named(tokens[1][1:])},{size})")
            del tokens[:3]
            return size, NUMBER
        if token[0] == "$":
            return named(token[1:]), self._scope[token[1:]]
        if hint and token in hint.get("of", ()):
            return program.value(token, hint), hint
        if token in program.parameters:
            field = program.parameters[token]
            return program.value(field["value"], field), field
        return program.constant(token)

    def _called(self, function: str, tokens: list[str]) -> Term:
        arguments: list[Term] = []
        while tokens.pop(0) != ")":
            arguments.append(self.sum(tokens, None))
        found, *others = arguments
        if function == "abs":
            return f"|{found[0]}|", found[1]
        for other in others:
            found = self._chosen(function, found, other)
        return found


def aligned(left: Term, operator: str, right: Term) -> str:
    """A comparison of two terms."""
    places = max(places_of(left[1]), places_of(right[1]))
    one, other = scaled(left, places), scaled(right, places)
    if _over(left[1]) != _over(right[1]):
        one, other = f"{one} * {_over(right[1])}", f"{other} * {_over(left[1])}"
    return f"{one} {operator} {other}"


def scaled(term: Term, places: int) -> str:
    """A term in more decimal places."""
    return term[0] if places_of(term[1]) == places else f"({term[0]} * {10 ** (places - places_of(term[1]))})"


def places_of(field: Field) -> int:
    """The decimal places of a term."""
    return int(field.get("places", 0))


def _over(field: Field) -> str:
    return str(field.get("over", "1"))


def constant_of(program: Named, token: str) -> Term:
    """A literal as it stands in a text, and its field."""
    if token[0] == '"':
        field: Field = {"type": "text"}
        return program.value(unquoted(token), field), field
    kind = kind_of(token)
    field = {"type": kind, "places": len(token.partition(".")[2]) if kind == "decimal" else 0}
    return program.value(token, field), field
