"""A rule in words without any case: its sentence and its conditions, with what is not said yet named in brackets."""

from __future__ import annotations

from collections.abc import Iterator

from averment.core import written
from averment.core.program import Aggregate, Field, Head, Kind, Literal, Program, Rule, Variable
from averment.core.values import show
from averment.render.conditions import Worded
from averment.render.phrases import noun, words

_PLACES = ("first", "second", "third", "next")


def general_sentence(rule: Rule) -> str:
    """What a rule says, whatever the case: ``A company of [number of people] …``."""
    shown = {entry.variable: entry.field for entry in rule.shown}

    def value(name: str) -> str | None:
        return f"[{noun(shown[name])}]" if name in shown else None

    return rule.says.filled(value).text if rule.says else words(rule.id.replace("-", " "))


def general_conditions(rule: Rule, program: Program) -> list[str]:
    """What a rule asks for, a statement for each condition, in its order; what says nothing by itself is left out."""
    worded = _General(rule, {}, program)
    told = [worded.condition(match) for match in rule.matches if match.cells or not program.types[match.type].one]
    for guard in rule.guards:
        if not isinstance(guard, Aggregate):  # it is told where its result is compared
            told.append(worded.condition(guard))
    return list(dict.fromkeys(told))


def general_conclusions(rule: Rule, program: Program) -> Iterator[str]:
    """What a rule derives: ``evidence: engineering size, technical product manager, weight 2``."""
    shown = {entry.variable: entry.field for entry in rule.shown}
    for head in rule.heads:
        parts = [*_parts(head, program, shown)]
        yield f"{words(head.type)}: {', '.join(parts)}" if parts else words(head.type)


def _parts(head: Head, program: Program, shown: dict[str, Field]) -> Iterator[str]:
    for field, value in zip(program.types[head.type].fields, head.values, strict=True):
        match value:
            case Literal():
                told = show(value.value, field)
                yield told if field.kind in (Kind.CHOICE, Kind.LEVEL, Kind.TEXT) else f"{words(field.name)} {told}"
            case Variable() if value.name in shown:
                yield f"{words(field.name)} [{noun(shown[value.name])}]"
            case _:
                yield f"{words(field.name)} as computed"


class _General(Worded):
    """Conditions where nothing is bound yet."""

    __slots__ = ()

    def _variable(self, name: str, *, brief: bool = False) -> str:
        return super()._variable(name).removesuffix(f" ({self.value(name)})")

    def _contender(self, side: written.Expression) -> str:
        """``train``, without how much speaks for it."""
        return super()._contender(side).rpartition(" (")[0]

    def _whose(self, name: str, field: Field) -> str:
        """Of which of the records that a rule matches, where it matches several of a type."""
        same = [
            match
            for match in self.rule.matches
            if any(match.type == other.type and match is not other for other in self.rule.matches)
        ]
        place = next((at for at, match in enumerate(same) if name in dict(match.binds).values()), None)
        return "" if place is None else f" of the {_PLACES[min(place, len(_PLACES) - 1)]} {words(same[place].type)}"

    def _size(self, name: str) -> str:
        return f"the size of the {noun(self._fields()[name])}"
