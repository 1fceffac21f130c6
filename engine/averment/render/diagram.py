"""A warrant as a diagram: boxes and arrows from what was used to what used it, for pictures of every kind.

A fact that one firing alone concludes is drawn as that firing; a `one` type is drawn field by field, as it is looked
at. Boxes are in reading order: from what is explained down to what was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from averment.core.naming import record_path
from averment.core.node import Span
from averment.core.program import Compare, Fact, Field, Match
from averment.core.values import show
from averment.law.truth import TRUE
from averment.model.model import Model
from averment.outcome.explained import Explained
from averment.outcome.outcome import Outcome
from averment.render.display import UNICODE
from averment.render.facts import Given
from averment.render.outline import headline
from averment.render.phrases import fact_words, labelled, record_words, words
from averment.render.places import backing_phrase, given_place, rule_place
from averment.warrant.bearing import NEUTRAL, Bearing, total
from averment.warrant.derivation import Application
from averment.warrant.sentences import sentence


@dataclass(slots=True)
class Box:
    """``kind``: claim, fact, rule or given. ``certain``: true, not just possible. ``details`` stand in small print.

    ``sign``: 1 where it speaks for the claim, -1 against it, 0 neither or now this, now that.
    """

    kind: str
    text: str
    details: tuple[str, ...] = ()
    certain: bool = True
    sign: int = 0


@dataclass(frozen=True, slots=True)
class Arrow:
    """``certain``: true, not just possible. ``bears``: what a counted fact does to the rule that counts it."""

    certain: bool
    bears: Bearing = NEUTRAL

    @property
    def told(self) -> str:
        """The sign and the weight: ``for 3``, ``against``; nothing without a sign."""
        weight = self.bears.weight
        return f"{self.bears.word} {'' if weight is None else f'{weight:f}'}".strip()


@dataclass(slots=True)
class Diagram:
    """``boxes`` by id, ``arrows`` by what they are from and to; ``title`` says what it is of."""

    title: str
    boxes: dict[str, Box] = field(default_factory=dict[str, Box])
    arrows: dict[tuple[str, str], Arrow] = field(default_factory=dict[tuple[str, str], Arrow])


def _title(outcome: Outcome) -> str:
    return headline(outcome) if outcome.claim is None else words(outcome.claim)


def diagram(explained: Explained, model: Model, places: Mapping[str, Span] | None = None) -> Diagram:
    """The diagram of what is explained."""
    return _Drawing(explained, model, places or {}).whole()


class _Drawing:
    def __init__(self, explained: Explained, model: Model, places: Mapping[str, Span]) -> None:
        self._explained, self._model = explained, model
        self._derivation = explained.derivation
        self._given = Given.of(explained.outcome, places)
        outcome = explained.outcome
        self._presumably = "presumably " if explained.presumption else ""
        self._diagram = Diagram(f"{outcome.case.name}: {explained.named or self._presumably + _title(outcome)}")
        self._ids: dict[str, str] = {}

    @property
    def _strength(self) -> Field:
        """The field that says how strong the claim is."""
        claim = self._derivation.evaluation.program.claim
        return self._derivation.memory.types[claim.strength_type].fields[claim.strength_field]

    def whole(self) -> Diagram:
        claim = self._derivation.evaluation.program.claim.type
        pending = sorted(self._explained.about, key=lambda fact: fact.type == claim)  # the claim first
        seen, drawn = set(pending), set[str]()
        while pending:
            fact = pending.pop()
            target = self._fact(fact)
            if not self._derivation.support.get(fact) and not self._derivation.memory.types[fact.type].derived:
                everything = Match(fact.type, binds=tuple((index, "") for index in range(len(fact.values))))
                for source in self._looked_at(everything, fact):
                    self._diagram.arrows[source, target] = Arrow(True)
            for application in self._derivation.support.get(fact, ()):
                rule = self._rule(application)
                if rule != target:
                    self._diagram.arrows[rule, target] = Arrow(application.truth is TRUE)
                for used in self._grounds(application, rule) if application.id not in drawn else ():
                    if used not in seen:
                        seen.add(used)
                        pending.append(used)
                drawn.add(application.id)
        self._sign()
        return self._diagram

    def _sign(self) -> None:
        """Give the boxes their signs: those of the arrows that lead to what claims, where these agree."""
        claiming = {start for (start, end) in self._diagram.arrows if self._diagram.boxes[end].kind == "claim"}
        signs: dict[str, set[int]] = {}
        for (start, end), arrow in self._diagram.arrows.items():
            if end in claiming and arrow.bears.sign:
                signs.setdefault(start, set()).add(arrow.bears.sign)
        for id, found in signs.items():
            self._diagram.boxes[id].sign = found.pop() if len(found) == 1 else 0

    def _grounds(self, application: Application, rule: str) -> list[Fact]:
        """Draw arrows from all that an application used; the derived facts among it, in order."""
        used: list[Fact] = []
        conditions = (*application.firing.rule.matches, *application.firing.rule.guards)
        for condition, step in zip(conditions, application.steps, strict=True):
            if isinstance(condition, Compare):
                continue
            pattern = condition if isinstance(condition, Match) else condition.match
            for fact, bears in zip(step.facts, step.bears or [NEUTRAL] * len(step.facts), strict=True):
                arrow = Arrow(step.truth is TRUE and self._derivation.memory.truths[fact] is TRUE, bears)
                if self._derivation.memory.types[fact.type].derived:
                    self._arrow(self._fact(fact), rule, arrow)
                    used.append(fact)
                else:
                    for source in self._looked_at(pattern, fact):
                        self._arrow(source, rule, arrow)
        return used

    def _arrow(self, start: str, end: str, arrow: Arrow) -> None:
        """Draw an arrow. Several facts may be one box: then it has a sign where none of them has another."""
        held = self._diagram.arrows.get((start, end))
        if held and held.bears.sign != arrow.bears.sign:
            arrow = Arrow(arrow.certain)
        elif held and held.bears.weight is not None and arrow.bears.weight is not None:
            arrow = Arrow(arrow.certain, Bearing(held.bears.sign, total([held.bears.weight, arrow.bears.weight])))
        self._diagram.arrows[start, end] = arrow

    def _fact(self, fact: Fact) -> str:
        """The box that stands for a fact."""
        support = self._derivation.support.get(fact, ())
        path = self._derivation.path(fact)
        if fact not in self._explained.about and len(support) == 1 and support[0].conclusions == [fact]:
            return self._rule(support[0])
        id, fresh = self._id(path)
        if fresh:
            claim = self._derivation.evaluation.program.claim
            is_claim = fact.type == claim.type
            text = fact_words(self._derivation.memory.types[fact.type], fact)
            if is_claim:
                text = self._presumably + words(str(fact.values[claim.field] or "some claim"))
            elif fact.type == claim.strength_type:
                text = f"how clear: {show(fact.values[claim.strength_field], self._strength)}"
            details = (self._explained.outcome.case.name,) if is_claim else ()
            kind = "claim" if is_claim else "fact"
            self._diagram.boxes[id] = Box(kind, text, details, self._certain(fact))
        return id

    def _rule(self, application: Application) -> str:
        id, fresh = self._id(application.id)
        if fresh:
            rule = application.firing.rule
            details = (f"{rule.id}  {rule_place(self._model, rule.id)}", backing_phrase(rule.backing, UNICODE))
            says = sentence(rule, application.bindings)
            self._diagram.boxes[id] = Box("rule", says, details, application.truth is TRUE)
        return id

    def _looked_at(self, pattern: Match, fact: Fact) -> Iterator[str]:
        """The boxes of what a pattern saw of a given fact: one for each field of a `one` type, one for a record."""
        type = self._derivation.memory.types[fact.type]
        record = record_path(type, fact)
        indexes = sorted(self._fields_of(type.name, pattern))
        if not self._certain(fact):
            yield self._box(record, f"{words(type.name)}: nothing is said of any", "", False)
        elif type.one:
            for index in indexes:
                field = type.fields[index]
                path = f"{record}.{field.name}"
                yield self._box(
                    path,
                    labelled(field, fact.values[index]),
                    self._given.origin(path, given_place(self._given.places, path)),
                    True,
                )
        else:
            shown = [index for index in indexes if index not in type.naming]
            told = ", ".join(labelled(type.fields[index], fact.values[index]) for index in shown)
            text = record_words(type, fact) + (f" ({told})" if told else "")
            yield self._box(f"{record} {told}", text, given_place(self._given.places, record), True)

    def _fields_of(self, type: str, pattern: Match) -> set[int]:
        """The fields of a type that a pattern looks at; or that the conditions look at which it denies."""
        if pattern.type == type:
            return {index for index, _ in (*pattern.cells, *pattern.binds)}
        denied = self._derivation.evaluation.program.denied.get(pattern.type)
        if denied is None:
            return set()
        guards = [guard for guard in denied.guards if not isinstance(guard, Compare)]
        within = [*denied.matches, *(guard.match for guard in guards)]
        return {index for each in within if each.origin for index in self._fields_of(type, each)}

    def _box(self, name: str, text: str, place: str, certain: bool) -> str:
        id, fresh = self._id(name)
        if fresh:
            self._diagram.boxes[id] = Box("given", text, (place,) if place else (), certain)
        return id

    def _certain(self, fact: Fact) -> bool:
        return self._derivation.memory.truths[fact] is TRUE

    def _id(self, name: str) -> tuple[str, bool]:
        fresh = name not in self._ids
        return self._ids.setdefault(name, f"n{len(self._ids) + 1}"), fresh
