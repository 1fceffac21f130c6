"""What a why-not question asks about: a claim, a rule, or facts of a type with some values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from averment.core.composed import composed
from averment.core.program import Cell, Fact, Program, Rule, Value
from averment.core.suggest import did_you_mean
from averment.core.values import Misfit, fit
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.law.cells import passes
from averment.law.truth import TRUE

_NOT_DECLARED = {
    "gap": "it stands where no rule claims anything: ask why each claim does not hold",
    "conflict": "it stands where rules claim different things: ask why the other claim does not hold",
    "open": "it stands where what is unknown leaves the claim undecided: `averment missing` tells of that",
}
_FACT = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:\((.*)\))?\s*", re.DOTALL)


@dataclass(frozen=True)
class Wanted:
    """Facts of a type whose fields hold ``values`` (by index) and pass ``cells``."""

    type: str
    values: Mapping[int, Value] = field(default_factory=dict[int, Value])
    cells: tuple[tuple[int, Cell], ...] = ()

    def covers(self, fact: Fact) -> bool:
        """Whether a fact is one of them."""
        return all(fact.values[index] == value for index, value in self.values.items()) and all(
            passes(cell, fact.values[index]) is TRUE for index, cell in self.cells
        )


def wanted(program: Program, asked: str) -> list[Wanted | Rule]:
    """What ``asked`` names: a value of the claim, the alternatives of a rule, or ``TYPE(field: value, …)``.

    Raises: Refused (AV584).
    """
    claim, asked = program.claim, composed(asked)
    if asked in claim.values:
        return [Wanted(claim.type, {claim.field: asked})]
    rules: list[Wanted | Rule] = [rule for rule in program.rules if rule.id == asked and not rule.inner]
    if rules:
        return rules
    if asked in _NOT_DECLARED:
        raise Refused([Diagnostic("AV584", f"no rule derives `{asked}`", help=(_NOT_DECLARED[asked],))])
    found = _FACT.fullmatch(asked)
    if found and found[1] in program.types and not program.types[found[1]].inner:
        return [_fact(program, found[1], found[2] or "")]
    types = (name for name, of in program.types.items() if not of.inner and not of.table)
    known = (*claim.values, *program.rule_ids, *types)
    near = did_you_mean(asked, known)
    help = f"did you mean `{near}`?" if near else "name a claim, a rule, or a fact as `TYPE(field: value)`"
    raise Refused([Diagnostic("AV584", f"`{asked}` is no claim, rule or fact of this pack", help=(help,))])


def _fact(program: Program, name: str, written: str) -> Wanted:
    type = program.types[name]
    if not type.derived:
        help = "a given fact is not derived by rules: ask about what follows from it"
        raise Refused([Diagnostic("AV584", f"`{name}` is given, so no rule could have derived it", help=(help,))])
    values: dict[int, Value] = {}
    for part in filter(None, map(str.strip, written.split(","))):
        key, _, text = (piece.strip() for piece in part.partition(":"))
        if key not in type.position:
            near = did_you_mean(key, type.position)
            mend = (f"did you mean `{near}`?",) if near else ()
            raise Refused([Diagnostic("AV584", f"`{key}` is not a field of `{name}`", help=mend)])
        index = type.position[key]
        value = fit(_plain(text), type.fields[index], f"{name}.{key}")
        if isinstance(value, Misfit):
            raise Refused([Diagnostic("AV584", value.message, help=value.help)])
        values[index] = value
    return Wanted(name, values)


def _plain(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    return text.strip('"')
