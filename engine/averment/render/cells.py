"""Cells in words: what a condition asks of a field, as a reader would say it.

``>= high`` is ``at least high``, ``low, medium`` is ``low or medium``, ``[10..20)`` is ``from 10 to less than 20``. A
parameter is its value, and then what it is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.core.program import Field, Kind, Setting
from averment.core.times import SCALES
from averment.core.written import (
    Atom,
    Between,
    Bound,
    Cell,
    Dollar,
    Equal,
    Made,
    Moment,
    Name,
    Quoted,
    Test,
    Truth,
    wording,
)
from averment.dataclass import dataclass
from averment.render.phrases import series, words

Parameters = Mapping[str, Setting]

_CLOCK = {"<": "before", "<=": "at or before", ">": "after", ">=": "at or after"}
_ORDERS = {
    Kind.LEVEL: {"<": "below", "<=": "at most", ">": "above", ">=": "at least"},
    Kind.DATE: {"<": "before", "<=": "on or before", ">": "after", ">=": "on or after"},
    Kind.TIME: _CLOCK,
    Kind.DATETIME: _CLOCK,
}
_OPPOSITE = {"yes": "no", "no": "yes"}
_NUMBERS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


def order_words(operator: str, kind: Kind) -> str:
    """``>=`` of a number: ``at least``; of a date: ``on or after``."""
    return _ORDERS.get(kind, _NUMBERS)[operator]


@dataclass(frozen=True, slots=True)
class Wording:
    """How values and names are written: a bare name is one of a field's values, else a parameter."""

    parameters: Parameters
    named: str = "{} ({})"  # a parameter's value, and what it is called

    def name(self, name: str, own: tuple[str, ...] = ()) -> str:
        """A value of a field, or the value of a parameter and what it is called."""
        spoken = words(name)
        if name in own or name not in self.parameters:
            return spoken
        value = self.parameters[name]
        if isinstance(value, list):
            return self.named.format(series(map(words, value), "or") if value else "none", spoken)
        shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else words(str(value))
        return self.named.format(shown, spoken)

    def atom(self, atom: Atom, own: tuple[str, ...] = ()) -> str:
        """A literal or a name."""
        match atom:
            case Name():
                return self.name(atom.name, own)
            case Truth():
                return "yes" if atom.value else "no"
            case Quoted():
                return atom.value
            case Moment():
                return SCALES[atom.kind].told(atom.value)
            case Dollar():
                return "any"
            case _:
                return wording(atom)

    def cell(self, cell: Cell, field: Field) -> str:
        """What a cell asks of ``field``."""
        if not cell.negated:
            wanted = self._any_of(cell.tests, field)
            return f"{wanted}, {cell.because}" if cell.because else wanted
        listed = sorted(cell.tests, key=lambda test: isinstance(test, Made))
        asked = [self._test(test, field) for test in listed]
        if len(asked) == 1:
            return _OPPOSITE.get(asked[0], f"not {asked[0]}") if field.kind is Kind.BOOLEAN else f"not {asked[0]}"
        return f"neither {' nor '.join(asked)}"

    def asks(self, cell: Cell, field: Field) -> str:
        """As ``cell``, with its verb: ``is at least high``, ``includes api or web``."""
        if field.kind is not Kind.SET:
            return f"is {self.cell(cell, field)}"
        return f"{'does not include' if cell.negated else 'includes'} {self._any_of(cell.tests, field)}"

    def needs(self, cell: Cell, field: Field) -> str:
        """As ``cell``, of what has to be so: ``needs at least high``, ``must include api or web``."""
        if field.kind is not Kind.SET:
            return f"needs {self.cell(cell, field)}"
        return f"must {'not ' if cell.negated else ''}include {self._any_of(cell.tests, field)}"

    def _any_of(self, tests: Iterable[Test], field: Field) -> str:
        listed = sorted(tests, key=lambda test: isinstance(test, Made))  # a text that is one, or that starts so
        return series((self._test(test, field) for test in listed), "or")

    def _test(self, test: Test, field: Field) -> str:
        match test:
            case Equal():
                return self.atom(test.atom, field.values)
            case Bound():
                return f"{order_words(test.operator, field.kind)} {self.atom(test.atom, field.values)}"
            case Made():
                return f"a text that {test.test} {self.atom(test.atom, field.values)}"
            case Between():
                low, high = self.atom(test.low, field.values), self.atom(test.high, field.values)
                if test.low_open:
                    up_to = order_words("<" if test.high_open else "<=", field.kind)
                    return f"{order_words('>', field.kind)} {low} and {up_to} {high}"
                return f"from {low} to {order_words('<', field.kind) + ' ' if test.high_open else ''}{high}"
