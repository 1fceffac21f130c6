"""Given facts in words: the fields that a condition looked at, what they hold, and what was asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from averment.core.naming import record_path
from averment.core.node import Span
from averment.core.optional import nothing
from averment.core.program import Cell, Fact, Field, Kind, Match, Value
from averment.core.times import SCALES
from averment.core.values import show
from averment.dataclass import dataclass
from averment.ir.lower_cell import NOT_NONE
from averment.law.truth import TRUE
from averment.model.evidence import Evidence
from averment.outcome.outcome import Outcome
from averment.render.cells import Wording
from averment.render.display import Piece
from averment.render.phrases import grouped, held, opposite, record_words, series, stated, unspoken, untold
from averment.render.places import given_place
from averment.render.tree import Line, say
from averment.warrant.derivation import Derivation


@dataclass(frozen=True, slots=True)
class Given:
    """What renders given facts needs to know of the case: where each was given, which fields hold a default or a
    presumption, and what the others rest on.
    """

    places: Mapping[str, Span]
    assumptions: frozenset[str]
    presumptions: frozenset[str] = frozenset()
    evidence: Evidence | None = None

    @staticmethod
    def of(outcome: Outcome, places: Mapping[str, Span]) -> Given:
        """What there is to know of the case of an outcome, whose fields were given at these places."""
        return Given(places, outcome.case.assumptions, outcome.case.presumptions, outcome.evidence)

    def stands_in(self, path: str) -> str:
        """What stands in at a field that is not given, if anything does."""
        if path in self.assumptions:
            return "assumed: the pack's default"
        return "presumed" if path in self.presumptions else ""

    def origin(self, path: str, place: str) -> str:
        """What is at a path, given at a ``place``: that and what it rests on, or what stands in."""
        return self.stands_in(path) or "; ".join(filter(None, [place, *self.rests_on(path)]))

    def rests_on(self, path: str) -> list[str]:
        """The words that a field was read from; or that it was given without evidence, where any was asked for."""
        if self.evidence is None:
            return []
        quoted = [f"“{each.quote}” ({each.document[7:15]} at {each.offset})" for each in self.evidence.of(path)]
        return quoted or (["no evidence"] if path in self.evidence.without else [])


def looked_at(derivation: Derivation, pattern: Match, fact: Fact, given: Given) -> Iterator[Line]:
    """What ``pattern`` saw of a given fact: a line for each field of a `one` type, one line for any other record."""
    type = derivation.memory.types[fact.type]
    record = record_path(type, fact)
    if derivation.memory.truths[fact] is not TRUE:
        yield say(Piece(unspoken(type), "doubt"))
        return
    cells = dict(pattern.cells)
    fields = sorted({*cells, *(index for index, _ in pattern.binds)})
    if type.one:
        for index in fields:
            field = type.fields[index]
            needs = (
                _needs(cells[index], fact.values[index], field, derivation)
                if index in cells and _told(cells[index], fact.values[index], field)
                else ""
            )
            path = f"{record}.{field.name}"
            origin = given.origin(path, given_place(given.places, path) or path)
            yield say(*_is(fact.values[index], field), Piece(needs, "dim"), note=origin)
        return
    shown = [index for index in fields if not type.data and type.fields[index].name not in type.key]
    pieces: list[Piece | str] = [Piece(record_words(type, fact))]
    for number, index in enumerate(shown):
        pieces += [": " if number == 0 else ", ", *_is(fact.values[index], type.fields[index])]
        if index in cells and _told(cells[index], fact.values[index], type.fields[index]):
            pieces.append(Piece(_needs(cells[index], fact.values[index], type.fields[index], derivation), "dim"))
        path = f"{record}.{type.fields[index].name}"
        if told := given.stands_in(path) or "; ".join(given.rests_on(path)):
            pieces.append(Piece(f" ({told})", "dim"))
    data = derivation.evaluation.program.data.get(type.name)
    yield say(*pieces, note=data.cited(fact) if data else given_place(given.places, record))


def _told(cell: Cell, value: Value | None, field: Field) -> bool:
    """Whether it is told what a cell asks for: that there is to be a value goes without saying, but where none is."""
    return cell.origin != NOT_NONE or (field.optional and value == nothing(field))


def answers(field: Field) -> str:
    """What may be answered to the question for a field: ``low, medium or high``, ``0 to 100 percent``."""
    match field.kind:
        case Kind.BOOLEAN:
            return "true or false"
        case Kind.CHOICE | Kind.LEVEL:
            return series(field.values, "or")
        case Kind.SET:
            return f"any of {', '.join(field.values)}"
        case Kind.DATE | Kind.TIME | Kind.DATETIME | Kind.DURATION:
            told = SCALES[field.kind].shape
        case Kind.TEXT:
            told = "a text" if field.optional else ""
        case Kind.INTEGER | Kind.DECIMAL:
            told = _range(field)
    return f"{told}, or none" if field.optional else told


def _needs(cell: Cell, value: Value | None, field: Field, derivation: Derivation) -> str:
    """`` (needs at least 20, the large team size)``; nothing where that is just the value there is."""
    if cell.origin == NOT_NONE:
        return " (needs a value)"
    wording = Wording(derivation.evaluation.program.worded, "{}, the {}")
    asked = wording.cell(cell.origin, field)
    if asked in (shown := show(value, replace(field, unit="")), shown.rstrip("0").rstrip(".") if "." in shown else ""):
        return ""
    if value is not None and field.kind is Kind.BOOLEAN:
        return f" (needs {opposite(field, asked == 'yes')})"
    return f" ({wording.needs(cell.origin, field)})"


def _is(value: Value | None, field: Field) -> tuple[Piece, ...]:
    told = held(untold(field), value)
    text = stated(field, told)
    before = text.removesuffix(told)
    return (Piece(text),) if before == text else (Piece(before), Piece(told, "doubt" if value is None else "bold"))


def _range(field: Field) -> str:
    low, high = (None if bound is None else grouped(bound, field) for bound in (field.minimum, field.maximum))
    if low is None and high is None:
        return f"a number of {field.unit}" if field.unit else "a number"
    shown = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    return f"{shown} {field.unit}".rstrip()
