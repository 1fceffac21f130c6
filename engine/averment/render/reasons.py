"""The reasons for a fact as a tree: the rule that derived it, in its own sentence, and under it what each of its
conditions rested on, down to the given facts. What has been shown once is referred to, not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.core import written
from averment.core.mentions import variables
from averment.core.naming import field_path
from averment.core.program import Absent, Aggregate, Compare, Condition, Fact, Known, Match
from averment.dataclass import dataclass
from averment.law.truth import TRUE
from averment.model.model import Model
from averment.outcome.hangs_on import hangs_on
from averment.render.conditions import Worded, no_row
from averment.render.counted import Counted, counted
from averment.render.display import Piece, Style, columns
from averment.render.facts import Given, looked_at
from averment.render.phrases import record_words, unspoken
from averment.render.places import backing_phrase, rule_place
from averment.render.rows import unmatched
from averment.render.tree import Branch, Line, say
from averment.warrant.derivation import Application, Derivation, Step
from averment.warrant.sentences import sentence

_DEEPEST = 16  # a tree deeper than this is no longer read; the whole warrant is in the document
_MOST_REASONS = 400  # told of one case
_MOST = 40  # facts listed of one condition
_RESULT = {"sum": "{} in all", "min": "the least {}", "max": "the greatest {}"}
_SIDES = ("", "reasons for it", "reasons against it")  # by sign
_MOST_FIELDS = 3  # unknown fields named beside an undecided reason


class Reasons:
    """Grows the branches of one explanation."""

    def __init__(self, derivation: Derivation, model: Model, given: Given, style: Style) -> None:
        self._derivation, self._model, self._given, self._style = derivation, model, given, style
        self._program = derivation.evaluation.program
        self._shown: set[str] = set()
        self._listed: dict[Fact, str] = {}  # by the application that they are listed under

    def of(self, fact: Fact, *, marked: bool = True) -> Iterator[Branch]:
        """A branch for each justification of a derived fact, ``marked`` where it is not the first."""
        first = None
        for application in self._derivation.support.get(fact, ()):
            lead = _another(application) if first and marked else ()
            yield self._application(application, lead, 0, first)
            first = first or application

    def marked(self, fact: Fact) -> Branch:
        """One branch for a derived fact, with a mark that tells whether it holds or only may."""
        return self._reason(fact, (self._mark(self._holds(fact)),), 0)

    def given(self, fact: Fact) -> list[Branch]:
        """What was given of a fact, and where."""
        everything = Match(fact.type, binds=tuple((index, "") for index in range(len(fact.values))))
        return [Branch([line]) for line in looked_at(self._derivation, everything, fact, self._given)]

    def _reason(self, fact: Fact, lead: tuple[Piece, ...], depth: int) -> Branch:
        """A derived fact under another: its first justification, and within that any others."""
        first, *others = self._derivation.support[fact]
        branch = self._application(first, lead, depth)
        for other in others:
            branch.children.append(self._application(other, _another(other), depth, first))
        return branch

    def _application(
        self, application: Application, lead: tuple[Piece, ...], depth: int, first: Application | None = None
    ) -> Branch:
        """``first``: the justification that was told before, of the same fact."""
        rule = application.firing.rule
        says = sentence(rule, application.bindings)
        if first and first.firing.rule.id == rule.id and sentence(first.firing.rule, first.bindings) == says:
            other = first.firing.rule.alternative != rule.alternative
            says = "another alternative of the same rule" if other else "the same rule, with other facts"
        hang = sum(columns(piece.text) for piece in lead)
        if application.id in self._shown:
            return Branch([say(*lead, says, note=self._style.glyphs.above, hang=hang)], above=application.id)
        self._shown.add(application.id)
        glyphs = self._style.glyphs
        cited = say(Piece(rule.id, "name"), Piece(f"{glyphs.dot}{backing_phrase(rule.backing, glyphs)}", "dim"))
        head = say(*lead, says, note=rule_place(self._model, rule.id), hang=hang)
        branch = Branch([head, cited], key=application.id)
        if depth < _DEEPEST and len(self._shown) <= _MOST_REASONS:
            branch.children = list(self._grounds(application, depth + 1))
        else:
            branch.children = [Branch([say(Piece("what this rests on is in the whole warrant: --format json", "dim"))])]
        return branch

    def _grounds(self, application: Application, depth: int) -> Iterator[Branch]:
        """What the conditions of an application rest on: facts, comparisons, then what was counted."""
        rule = application.firing.rule
        conditions: list[tuple[Condition, Step]] = list(
            zip((*rule.matches, *rule.guards), application.steps, strict=True)
        )
        for condition, step in conditions:
            match condition:
                case Match():
                    yield from self._premise(condition, step.facts[0], depth)
                case Compare() | Known():
                    yield self._stated(condition, step, application)
                case Absent():
                    yield self._absent(condition, step, application)
                case Aggregate():
                    pass
        compared = {
            name
            for guard in rule.guards
            if isinstance(guard, Compare)
            for side in (guard.left, guard.right)
            for name in variables(side)
        }
        tallies = [
            self._tally(condition, step, application)
            for condition, step in conditions
            if isinstance(condition, Aggregate) and (step.facts or condition.variable not in compared)
        ]
        for part in (self._certain, self._uncertain):
            for tally in sorted(tallies, key=lambda tally: (tally.sign == 0, tally.sign < 0)):
                yield from part(tally, depth)

    def _premise(self, pattern: Match, fact: Fact, depth: int) -> Iterator[Branch]:
        if not self._derivation.memory.types[fact.type].derived:
            for line in looked_at(self._derivation, pattern, fact, self._given):
                yield Branch([line])
        elif data := self._program.data.get(fact.type):
            lines = [*looked_at(self._derivation, pattern, fact, self._given)]
            yield Branch([*lines, say(Piece(backing_phrase(data.backing, self._style.glyphs), "dim"))])
        elif fact in self._derivation.support:
            yield self._reason(fact, (self._mark(self._holds(fact)),), depth)

    def _worded(self, application: Application) -> Worded:
        return Worded(application.firing.rule, application.bindings, self._program)

    def _stated(self, guard: Compare | Known, step: Step, application: Application) -> Branch:
        """A condition that is not about one fact: what it says, with the values it saw."""
        words = self._worded(application).condition(guard)
        if step.truth is TRUE:
            return Branch([say(words)])
        return Branch([say(Piece("undecided: ", "doubt"), f"whether {words}")])

    def _absent(self, guard: Absent, step: Step, application: Application) -> Branch:
        if isinstance(guard.origin, written.NoRow):
            return self._no_row(guard, guard.origin, step, application)
        what = self._worded(application).absent(guard)
        if step.truth is TRUE:
            return Branch([say(what, note=self._silence(guard))])
        doubts = [self._undecided_line(fact) for fact in step.facts[:_MOST] if not self._certain_of(fact)]
        return Branch([say(Piece("undecided: ", "doubt"), f"whether {what}")], doubts)

    def _silence(self, guard: Absent | Aggregate) -> str:
        """That the case does not speak of what there is none of, where that is taken to mean so."""
        return "assumed: not spoken of" if guard.match.type in self._derivation.memory.silent else ""

    # --- what was counted -----------------------------------------------------------------------------------------

    def _tally(self, guard: Aggregate, step: Step, application: Application) -> _Tally:
        facts = counted(guard, step, self._derivation.memory)
        signs = {each.sign for each in facts}
        worded = self._worded(application)
        return _Tally(
            guard,
            facts,
            total=worded.value(guard.variable),
            what=worded.pattern(guard.match),
            sign=signs.pop() if len(signs) == 1 else 0,
            wide=max((columns(each.amount) for each in facts), default=0),
            under=application.id,
        )

    def _certain(self, tally: _Tally, depth: int) -> Iterator[Branch]:
        if not tally.facts:
            yield Branch([say(f"there is no {tally.what}", note=self._silence(tally.guard))])
            return
        if len(tally.facts) > 1 and all(each.fact in self._listed for each in tally.facts):
            what = f"the same {len(tally.facts)} {_SIDES[tally.sign] or 'facts'}"
            what += f", {_RESULT[tally.guard.function].format(tally.total)}" if tally.wide else ""
            where = self._listed[tally.facts[0].fact]
            yield Branch([say(what, note=self._style.glyphs.above)], above=where)
            tally.facts.clear()
            return
        self._listed |= {each.fact: tally.under for each in tally.facts if each.fact not in self._listed}
        certain = [each for each in tally.facts if each.certain]
        for each in certain[:_MOST]:
            yield self._counted(tally, each, depth)
        if len(certain) > _MOST:
            yield Branch([say(Piece(f"and {len(certain) - _MOST} more: --format json has them all", "dim"))])

    def _counted(self, tally: _Tally, each: Counted, depth: int) -> Branch:
        glyphs = self._style.glyphs
        glyph, role = ((glyphs.neutral, "dim"), (glyphs.holds, "good"), (glyphs.against, "bad"))[each.sign]
        lead = (
            Piece(f"{glyph} ", role),
            Piece(f"{each.amount:>{tally.wide}}  " if tally.wide else "", "bold"),
            Piece("against: " if each.sign < 0 else "", "bad"),
        )
        if each.fact in self._derivation.support:
            return self._reason(each.fact, lead, depth)
        seen = [*looked_at(self._derivation, tally.guard.match, each.fact, self._given)]
        first, *others = seen or [say(record_words(self._derivation.memory.types[each.fact.type], each.fact))]
        return Branch([Line((*lead, *first.pieces), first.note), *others])

    def _uncertain(self, tally: _Tally, _: int) -> Iterator[Branch]:
        """What is only possible, in one branch: what each would add, and the unknown fields it hangs on."""
        facts = [each for each in tally.facts if not each.certain]
        if not facts:
            return
        amounts = [each.amount for each in facts]
        adds = ""
        if tally.guard.function == "sum" and all(amount.isdigit() for amount in amounts):
            adds = f", could add {'up to ' if len(facts) > 1 else ''}{sum(map(int, amounts))}"
        mark = Piece(f"{self._style.glyphs.doubtful} undecided {_SIDES[tally.sign]}".rstrip(), "doubt")
        branch = Branch([say(mark, f"{adds}:")])
        for each in facts[:_MOST]:
            amount = (Piece(f"{each.amount:>{tally.wide}}  ", "bold"),) if tally.wide else ()
            branch.children.append(self._undecided_line(each.fact, amount))
        if len(facts) > _MOST:
            branch.children.append(Branch([say(Piece(f"and {len(facts) - _MOST} more", "dim"))]))
        yield branch

    def _undecided_line(self, fact: Fact, lead: tuple[Piece, ...] = ()) -> Branch:
        support = self._derivation.support.get(fact, ())
        type = self._derivation.memory.types[fact.type]
        if support:
            says = sentence(support[0].firing.rule, support[0].bindings)
        elif self._holds(fact) and not type.one:
            says = record_words(type, fact)
        else:
            says = unspoken(type)
        fields = hangs_on(self._derivation.evaluation, [fact]) or self._unknown(fact)
        note = ", ".join(fields[:_MOST_FIELDS])
        if len(fields) > _MOST_FIELDS:
            note += f" and {len(fields) - _MOST_FIELDS} more"
        return Branch([say(*lead, says, note=note, hang=sum(columns(piece.text) for piece in lead))])

    def _unknown(self, fact: Fact) -> tuple[str, ...]:
        """The paths of the unknown fields of a given fact that rules look at."""
        type = self._derivation.memory.types[fact.type]
        read = sorted(self._derivation.read.get(fact.type, ()))
        return tuple(field_path(type, fact, index) for index in read if fact.values[index] is None)

    def _certain_of(self, fact: Fact) -> bool:
        """Whether there is no doubt about anything of a fact."""
        return self._holds(fact) and not self._unknown(fact)

    def _no_row(self, guard: Absent, rows: written.NoRow, step: Step, application: Application) -> Branch:
        """That no row matches that goes before: each of them with what it would have needed."""
        says = no_row(rows)
        if step.truth is TRUE:
            return Branch([say(says)], list(unmatched(guard, application, self._derivation.evaluation)))
        doubts = [self._undecided_line(fact) for fact in step.facts[:_MOST]]
        return Branch([say(Piece("undecided: ", "doubt"), f"whether {says}")], doubts)

    def _holds(self, fact: Fact) -> bool:
        return self._derivation.memory.truths[fact] is TRUE

    def _mark(self, holds: bool) -> Piece:
        glyphs = self._style.glyphs
        return Piece(f"{glyphs.holds} ", "good") if holds else Piece(f"{glyphs.doubtful} ", "doubt")


@dataclass(slots=True)
class _Tally:
    """What an aggregate of the application ``under`` counted, in words. ``sign``: the one that all of it has."""

    guard: Aggregate
    facts: list[Counted]
    total: str
    what: str
    sign: int
    wide: int
    under: str


def _another(application: Application) -> tuple[Piece, ...]:
    return (Piece("also: " if application.truth is TRUE else "or: ", "dim"),)
