"""The first screen of an outcome: the claim, how it stands, the strongest reasons on each side, what is still unknown
and could turn it or what would, and what to ask next. Everything else is in the whole explanation (``text``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from averment.core.node import Span
from averment.law.truth import TRUE
from averment.model.model import Model
from averment.outcome.claim import Status
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.questions.glance import Turning, lacking, turning
from averment.questions.missing.missing import Missing
from averment.render.display import Piece, Style
from averment.render.evidence import Evidence, Side, in_order, leading, score, sides, weighs
from averment.render.facts import Given
from averment.render.outline import aside_lines, headline, roots_of, stops
from averment.render.phrases import claim_phrase, held, noun, series, words
from averment.render.places import files_of, rule_place
from averment.render.presumption import denied, presuming_lines, unless_lines
from averment.render.reasons import Reasons
from averment.render.results import result_lines, result_reasons
from averment.render.text import headline_role
from averment.render.tree import Branch, Line, draw, layout, say
from averment.warrant.sentences import sentence

_REASONS = 3  # told on each side
_GROUNDS = 5  # of a claim that weighs no evidence
_NAMED = 2  # of what a reason counts
_FEW = 3  # presumptions and rebuttals
_COMMAND = 50  # columns of a command beside the name of its file, and of what it is for
_MORE = {"missing": "what else is missing", "ask": "ask what would turn it", "flip": "what would turn it"}


def screen(
    outcome: Outcome,
    model: Model,
    style: Style,
    places: Mapping[str, Span],
    file: str = "",
    options: str = "",
    more: str = "",
) -> str:
    """The first screen, ending in a newline. ``file`` and ``options``: the fact file, and which pack and parameters
    decided it, for the commands that tell more. ``more``: what alone tells more, of a case that is in no file.
    """
    return "\n".join(row.rstrip() for row in _Screen(outcome, model, style, places, file, options, more).rows()) + "\n"


class _Screen:
    def __init__(
        self,
        outcome: Outcome,
        model: Model,
        style: Style,
        places: Mapping[str, Span],
        file: str,
        options: str,
        more: str,
    ) -> None:
        self._outcome, self._model, self._style, self._places = outcome, model, style, places
        self._file, self._options, self._more = file, options, more
        self._explained = explain(outcome)
        self._told = self._explained.outcome  # of a presumed claim that of what is presumed
        weighing = outcome.status is not Status.CONFLICT and weighs(self._explained)
        self._sides = sides(self._explained) if weighing else []
        self._missing: Missing | None = None if outcome.claim is None else lacking(outcome)
        self._named: set[tuple[str, ...]] = set()  # what a reason counted that is told already

    def rows(self) -> Iterator[str]:
        yield from self._head()
        yield from self._standing()
        yield from self._section("Results", result_lines(self._outcome, self._model))
        if self._outcome.claim is None:
            yield from self._head_grounds()
        elif self._outcome.status is Status.GAP:
            yield from self._section("Where each rule that could have claimed stopped", self._stops())
        elif self._sides:
            for side in self._in_order():
                yield from self._side(side)
        else:
            yield from self._grounds()
        yield from self._asides()
        if self._outcome.claim is not None:
            yield from self._outlook()
        yield from self._next()

    # --- how it stands --------------------------------------------------------------------------------------------

    def _head(self) -> Iterator[str]:
        program, dot, status = self._told.evaluation.program, self._style.glyphs.dot, self._outcome.status
        strength = self._told.strength
        more = [words(str(strength))] if strength is not None and status is not Status.OPEN else []
        more += [status.value] if status in (Status.SETTLED, Status.PRESUMED) else []
        more += [stands] if (stands := self._score()) else []
        yield from layout(
            say(
                Piece(f"{self._outcome.case.name}:", "bold"),
                Piece(f" {headline(self._outcome)}", headline_role(status)),
                Piece("".join(f"{dot}{word}" for word in more)),
                note=f"{program.name} {program.version}",
            ),
            self._style,
        )
        for name in files_of(self._places):
            yield from layout(say(Piece(name, "dim")), self._style)

    def _score(self) -> str:
        """``13 to 6``; of an open claim ``so far 3 to 5``."""
        claim, stands = score(self._in_order())
        if not stands or self._outcome.status is not Status.OPEN:
            return stands
        ahead, behind = stands.split(" to ")
        return f"so far {stands}" if ahead == behind else f"so far {stands} for {claim_phrase(claim)}"

    def _standing(self) -> Iterator[str]:
        """One sentence: what decides, or why nothing does yet."""
        outcome = self._outcome
        if outcome.claim is None:
            return
        text, place = "", ""
        if outcome.status is Status.SETTLED and (application := leading(self._explained)):
            text = sentence(application.firing.rule, application.bindings)
            place = rule_place(self._model, application.firing.rule.id)
        elif outcome.status is Status.PRESUMED:
            text = "What is given leaves it open; what the pack presumes of most cases makes it this."
        elif outcome.status is Status.CONFLICT:
            text = "Rules certainly claim two things at once. The pack has to say which of them prevails."
        elif outcome.status is Status.GAP:
            text = "Certainly no rule claims anything, whatever is still unknown."
        elif self._missing:
            possible = [each.claim for each in self._missing.possible]
            possible += [word for word in self._missing.undetermined if word not in possible]
            many = len(outcome.hangs_on)
            hanging = f"It hangs on {many} unknown fact{'' if many == 1 else 's'}"
            text = f"{hanging}, and may become {series(map(claim_phrase, possible), 'or')}."
        if text:
            yield ""
            yield from layout(say(text, note=place), self._style)

    # --- reasons --------------------------------------------------------------------------------------------------

    def _in_order(self) -> list[Side]:
        return in_order(self._sides, "" if self._outcome.status is Status.OPEN else self._told.claimed)

    def _side(self, side: Side) -> Iterator[str]:
        if not side.certain and not side.undecided:
            return
        branches = [self._reason(each) for each in side.certain[:_REASONS]]
        rest = side.certain[_REASONS:]
        if rest:
            branches.append(Branch([say(Piece(f"and {len(rest)} more", "dim"))]))
        if side.undecided:
            many = len(side.undecided)
            told = f"undecided: {many} reason{'' if many == 1 else 's'}, could add {side.doubtful}"
            branches.append(Branch([say(Piece(told, "doubt"))]))
        word = "Against" if side.against else "For"
        yield from self._section(f"{word} {claim_phrase(side.claim)}: {side.total}", branches)

    def _reason(self, evidence: Evidence) -> Branch:
        place = rule_place(self._model, evidence.rule) if evidence.rule else ""
        lead = f"{evidence.shown}  "
        head = say(Piece(lead, "bold"), evidence.says, note=place, hang=len(lead))
        counted: tuple[str, ...] = () if evidence.counted in self._named else evidence.counted
        self._named.add(evidence.counted)
        return Branch([head], _few([Branch([say(Piece(each, "dim"))]) for each in counted], _NAMED))

    def _grounds(self) -> Iterator[str]:
        """What each claim rests on that does not just weigh evidence: its rules, and the facts under them."""
        derivation = self._explained.derivation
        reasons = Reasons(derivation, self._model, Given.of(self._told, self._places), self._style)
        claims, _ = roots_of(self._told)
        said: set[str] = set()
        share = len(claims) if self._outcome.status is Status.OPEN else 1
        most = max(_GROUNDS // share, 1)  # the claims share one screen
        for claim, facts in claims.items():
            shown = max(_FEW // share, 1)
            branches = (branch for fact in facts for branch in reasons.of(fact, marked=False))
            found = [*islice(branches, shown + 1)]  # of thousands only those on the screen
            said.update(each.key for branch in found for each in (branch, *branch.children[:most]))
            told = [
                Branch(branch.lines[:1], _few([Branch([_head(each, said)]) for each in branch.children], most))
                for branch in found
            ]
            certain = any(derivation.memory.truths[fact] is TRUE for fact in facts)
            title = f"{claim_phrase(claim)} {'is claimed' if certain else 'is possible'}"
            because = self._outcome.settled and len(claims) == 1
            if because and len(told) == 1:  # its sentence stands above
                told = told[0].children
            else:
                told = _few(told, shown, sum(len(derivation.support.get(fact, ())) for fact in facts))
            yield from self._section("Because" if because else title, told)

    def _head_grounds(self) -> Iterator[str]:
        """What the result that heads the outcome rests on, or hangs on."""
        result, branches = next(result_reasons(self._outcome, self._model, self._style, self._places))
        told = [
            Branch(branch.lines[:1], _few([Branch(each.lines[:1]) for each in branch.children], _GROUNDS))
            for branch in branches
        ]
        title = "What may give it" if result.status is Status.OPEN else "Because"
        yield from self._section(title, _few(told))
        if result.status is Status.OPEN:
            hanging = [Branch([say(path)]) for path in result.hangs_on]
            yield from self._section("It hangs on", _few(hanging, _GROUNDS))

    def _asides(self) -> Iterator[str]:
        """What is certainly concluded beside the claim, such as that facts contradict each other."""
        lines = aside_lines(self._outcome, self._model, self._style, certain=True)
        yield from self._section("Also concluded", _few(lines))

    def _stops(self) -> list[Branch]:
        branches = stops(self._outcome, self._model, Given.of(self._outcome, self._places), self._style)
        return [Branch(branch.lines, branch.children[:2]) for branch in branches[:_GROUNDS]]

    # --- what could turn it ---------------------------------------------------------------------------------------

    def _outlook(self) -> Iterator[str]:
        presumption = self._outcome.presumed
        if presumption:
            presuming = _few([Branch(branch.lines[:1]) for branch in presuming_lines(presumption)])
            yield from self._section("Presuming that", presuming)
            yield from self._section("Unless", _few([*unless_lines(presumption)]))
        elif self._missing and self._missing.questions:
            question = self._missing.questions[0]
            asked = Branch([say(question.text, note=question.slot.path)])
            yield from self._section("The answer that would move it most", [asked])
        elif change := turning(self._outcome):
            yield from self._turning(change)

    def _turning(self, change: Turning) -> Iterator[str]:
        branches: list[Branch] = []
        for denial, given in zip(change.denials, change.given, strict=True):
            before = f"{noun(denial.field)}: {held(replace(denial.field, unit=''), given)} {self._style.glyphs.arrow} "
            branches.append(Branch([say(before, Piece(denied(denial), "bold"), note=denial.path)]))
        if change.others:
            branches.append(Branch([say(Piece(f"or {change.others} other change{_s(change.others)} as small", "dim"))]))
        many = len(change.denials)
        what = "One change" if many == 1 else f"{many} changes together"
        yield from self._section(f"{what} would make it {claim_phrase(change.claim)}", branches)

    def _next(self) -> Iterator[str]:
        if self._more:
            yield ""
            yield from layout(say(Piece(self._more, "name"), note="every reason"), self._style)
            return
        given = f"{self._file or 'FILE'}{self._options}"
        if len(given) > self._style.width - _COMMAND:
            given = f"FILE{self._options}"
        ways = {Status.OPEN: "missing", Status.PRESUMED: "ask", Status.SETTLED: "flip"}
        told = [("decide", " --full", "every reason")]
        if self._outcome.claim is not None and self._outcome.status in ways:
            verb = ways[self._outcome.status]
            told.append((verb, "", _MORE[verb]))
        yield ""
        for verb, option, what in told:
            command = f"averment {verb} {given}{option}"
            yield from layout(say(Piece(command, "name"), note=what), self._style)

    def _section(self, title: str, branches: list[Branch]) -> Iterator[str]:
        if branches:
            yield ""
            yield from layout(say(Piece(title, "bold")), self._style)
            yield from draw(branches, self._style)


def _few(branches: list[Branch], most: int = _FEW, many: int | None = None) -> list[Branch]:
    """The first of these, of so ``many``, and how many more there are; one more takes no more room than to say so."""
    rest = (len(branches) if many is None else many) - most
    return [*branches[:most], Branch([say(Piece(f"and {rest} more", "dim"))])] if rest > 1 else branches


def _head(branch: Branch, said: set[str]) -> Line:
    """What a branch says, without a hint at what is not on this screen."""
    head = branch.lines[0]
    return replace(head, note="") if branch.above and branch.above not in said else head


def _s(many: int) -> str:
    return "" if many == 1 else "s"
