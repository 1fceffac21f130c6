"""The reasons for a fact as a tree: the rule that derived it, in its own sentence, and under it what each of its
conditions rested on, down to the given facts. What has been shown once is referred to, not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from averment.ir.program import Absent, Aggregate, Compare, Condition, Fact, Known, Match
from averment.law.truth import TRUE
from averment.model.model import Model
from averment.outcome.hangs_on import hangs_on
from averment.render.conditions import filled
from averment.render.counted import Counted, counted
from averment.render.display import Piece, Style, columns
from averment.render.facts import Given, looked_at
from averment.render.places import citation
from averment.render.tree import Branch, Line, say
from averment.warrant.derivation import Application, Derivation, Step
from averment.warrant.sentences import sentence

_DEEPEST = 16  # a tree deeper than this is no longer read; the whole warrant is in the document
_MOST = 40  # facts listed of one condition
_MOST_FIELDS = 3  # unknown fields named beside an undecided reason


class Reasons:
    """Grows the branches of one explanation. ``claim`` is the claim that counted facts are held against."""

    def __init__(self, derivation: Derivation, model: Model, given: Given, style: Style, claim: str) -> None:
        self.claim = claim
        self._derivation, self._model, self._given, self._style = derivation, model, given, style
        self._program = derivation.evaluation.program
        self._shown: set[str] = set()
        self._listed: set[Fact] = set()

    def of(self, fact: Fact) -> Iterator[Branch]:
        """A branch for each justification of a derived fact."""
        for number, application in enumerate(self._derivation.support.get(fact, ())):
            yield self._application(application, (Piece("also: ", "dim"),) if number else (), 0)

    def _reason(self, fact: Fact, lead: tuple[Piece, ...], depth: int) -> Branch:
        """A derived fact under another: its first justification, and within that any others."""
        first, *others = self._derivation.support[fact]
        branch = self._application(first, lead, depth)
        for other in others:
            branch.children.append(self._application(other, (Piece("also: ", "dim"),), depth))
        return branch

    def _application(self, application: Application, lead: tuple[Piece, ...], depth: int) -> Branch:
        rule = application.firing.rule
        says = sentence(rule, application.bindings)
        hang = sum(columns(piece.text) for piece in lead)
        if application.id in self._shown:
            return Branch([say(*lead, says, note=self._style.glyphs.above, hang=hang)])
        self._shown.add(application.id)
        branch = Branch(
            [say(*lead, says, hang=hang), say(Piece(citation(self._model, rule, self._style.glyphs), "dim"))]
        )
        if depth < _DEEPEST:
            branch.children = list(self._grounds(application, depth + 1))
        else:
            branch.children = [Branch([say(Piece("what this rests on is in the whole warrant: --format json", "dim"))])]
        return branch

    def _grounds(self, application: Application, depth: int) -> Iterator[Branch]:
        """What the conditions of an application rest on: facts, comparisons, then what was counted."""
        rule = application.firing.rule
        conditions: list[tuple[Condition, Step]] = list(zip((*rule.matches, *rule.guards), application.steps, strict=True))
        for condition, step in conditions:
            match condition:
                case Match():
                    yield from self._premise(condition, step.facts[0], depth)
                case Compare():
                    yield self._stated(condition.text, step, application, compare=True)
                case Absent() | Known():
                    yield self._stated(condition.text, step, application)
                case Aggregate():
                    pass
        for condition, step in conditions:
            if isinstance(condition, Aggregate):
                yield from self._counted(condition, step, application, depth)

    def _premise(self, pattern: Match, fact: Fact, depth: int) -> Iterator[Branch]:
        if not self._derivation.memory.types[fact.type].derived:
            for line in looked_at(self._derivation, pattern, fact, self._given):
                yield Branch([line])
        elif fact in self._derivation.support:
            yield self._reason(fact, (self._mark(self._holds(fact)),), depth)

    def _stated(self, text: str, step: Step, application: Application, *, compare: bool = False) -> Branch:
        """A condition that is not about one fact: what it says with its values filled in."""
        values = filled(text, application.firing.rule, application.bindings, self._program)
        asked = Piece(f" ({text})", "dim") if compare and values != text else Piece("")
        if step.truth is TRUE:
            return Branch([say(values, asked)])
        branch = Branch([say(Piece("undecided: ", "doubt"), values, asked)])
        if not compare:
            branch.children = [self._undecided_line(fact) for fact in step.facts[:_MOST]]
        return branch

    # --- what was counted -----------------------------------------------------------------------------------------

    def _counted(self, guard: Aggregate, step: Step, application: Application, depth: int) -> Iterator[Branch]:
        memory = self._derivation.memory
        facts = counted(guard, step.facts, self._program.claim.values, memory)
        total = filled(f"${guard.variable}", application.firing.rule, application.bindings, self._program)
        if not facts:
            yield Branch([say(filled(guard.text, application.firing.rule, {}, self._program), f" is {total}: there is none")])
            return
        if len(facts) > 1 and self._listed.issuperset(step.facts):
            what = f"the same {len(facts)} facts" + (f", {total} in all" if guard.function == "sum" else "")
            yield Branch([say(what, note=self._style.glyphs.above)])
            return
        self._listed.update(step.facts)
        certain = [each for each in facts if each.certain]
        wide = max((columns(each.amount) for each in facts), default=0)
        for each in certain[:_MOST]:
            yield self._counted_fact(guard, each, wide, depth)
        if len(certain) > _MOST:
            yield Branch([say(Piece(f"and {len(certain) - _MOST} more: --format json has them all", "dim"))])
        if len(certain) < len(facts):
            yield self._undecided(guard, [each for each in facts if not each.certain], wide)

    def _counted_fact(self, guard: Aggregate, each: Counted, wide: int, depth: int) -> Branch:
        against = bool(self.claim and each.speaks_for) and each.speaks_for != self.claim
        glyphs = self._style.glyphs
        mark = Piece(f"{glyphs.against} ", "bad") if against else Piece(f"{glyphs.holds} ", "good")
        amount = Piece(f"{each.amount:>{wide}}  " if wide else "", "bold")
        against_word = Piece("against: ", "bad") if against else Piece("")
        lead = (mark, amount, against_word)
        if each.fact in self._derivation.support:
            return self._reason(each.fact, lead, depth)
        branch = Branch(list(looked_at(self._derivation, guard.match, each.fact, self._given)))
        branch.lines[0] = Line((mark, amount, *branch.lines[0].pieces), branch.lines[0].note)
        return branch

    def _undecided(self, guard: Aggregate, facts: list[Counted], wide: int) -> Branch:
        """What is only possible, in one branch: what each would add, and the unknown fields it hangs on."""
        glyphs = self._style.glyphs
        sides = {each.speaks_for for each in facts}
        towards = sides.pop() if len(sides) == 1 else ""
        amounts = [each.amount for each in facts]
        adds = ""
        if guard.function == "sum" and all(amount.isdigit() for amount in amounts):
            adds = f", could add {'up to ' if len(facts) > 1 else ''}{sum(map(int, amounts))}"
        against = towards and self.claim and towards != self.claim
        for_whom = f" {'against it' if against else 'for it'}" if towards and self.claim else f" for {towards}" if towards else ""
        branch = Branch([say(Piece(f"{glyphs.doubtful} ", "doubt"), Piece(f"undecided{for_whom}", "doubt"), f"{adds}:")])
        for each in facts[:_MOST]:
            amount = (Piece(f"{each.amount:>{wide}}  ", "bold"),) if wide else ()
            branch.children.append(self._undecided_line(each.fact, amount))
        if len(facts) > _MOST:
            branch.children.append(Branch([say(Piece(f"and {len(facts) - _MOST} more", "dim"))]))
        return branch

    def _undecided_line(self, fact: Fact, lead: tuple[Piece, ...] = ()) -> Branch:
        support = self._derivation.support.get(fact, ())
        says = sentence(support[0].firing.rule, support[0].bindings) if support else self._derivation.path(fact)
        fields = hangs_on(self._derivation.evaluation, [fact])
        note = ", ".join(fields[:_MOST_FIELDS])
        if len(fields) > _MOST_FIELDS:
            note += f" and {len(fields) - _MOST_FIELDS} more"
        return Branch([say(*lead, says, note=note, hang=sum(columns(piece.text) for piece in lead))])

    def _holds(self, fact: Fact) -> bool:
        return self._derivation.memory.truths[fact] is TRUE

    def _mark(self, holds: bool) -> Piece:
        glyphs = self._style.glyphs
        return Piece(f"{glyphs.holds} ", "good") if holds else Piece(f"{glyphs.doubtful} ", "doubt")


def overridden(model: Model, parameters: Mapping[str, str | int | bool], shown: Mapping[str, str | int | bool]) -> list[str]:
    """``large_team = 30 (the pack says 20)`` for each parameter that is not as the pack has it."""
    return [
        f"{name} = {value} (the pack says {shown[name]})"
        for name, value in parameters.items()
        if name in shown and shown[name] != value
    ]
