"""What would turn a claim, on a terminal: what all the answers share is said once, and before what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from averment.core.program import Kind
from averment.questions.flip.flip import Change, Flip, Flips
from averment.render.display import Piece, Style
from averment.render.new_ones import NOTE, NewOnes
from averment.render.phrases import claim_phrase, held, noun, series
from averment.render.tree import Branch, Line, draw, layout, say

_PROOF = {"solver": "proved with Z3", "search": "all combinations were tried"}
_MOST = 6  # values of one change that are told


def flips_text(flips: Flips, style: Style) -> str:
    """The smallest flips of each claim, each with its changes."""
    rows = [*layout(say(Piece(_summary(flips), "bold" if flips.flips else "")), style)]
    for claim in dict.fromkeys(flip.claim for flip in flips.flips):
        some = [flip for flip in flips.flips if flip.claim == claim]
        title = f"to {claim_phrase(claim)}"
        ways = [list(flip.changes) for flip in some]
        shared = _shared(ways)
        if not shared:
            title += ", by any one of these"
        rows += ["", *layout(say(Piece(title, "good"), note=f"cost {some[0].cost}"), style)]
        telling = _Telling(style, _meeting(some), NewOnes())
        branches = _together(ways, telling, "") if shared else _any_of(ways, telling)
        rows += draw([*branches], style)
    if any(" new one" in row for row in rows):
        rows += ["", *layout(say(Piece(NOTE, "dim")), style)]
    if flips.more != 0:
        many = "Other changes" if flips.more is None else f"{flips.more} other change{'' if flips.more == 1 else 's'}"
        rows += ["", *layout(say(f"{many} of the same size would do as well."), style)]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _summary(flips: Flips) -> str:
    proof = _PROOF[flips.proved_by]
    if flips.flips:
        many = len(flips.flips[0].changes)
        what = "One change" if many == 1 else f"{many} changes together"
        return f"{what} would turn the claim; nothing smaller does ({proof})."
    goal = claim_phrase(flips.to) if flips.to else "another claim"
    text = f"Nothing that may change turns {claim_phrase(flips.claim)} into {goal} ({proof})."
    if flips.fixed:
        left = "One given fact is" if flips.fixed == 1 else f"{flips.fixed} given facts are"
        text += f" {left} fixed by the pack."
    return text


_Changes = list[Change]


def _meeting(flips: list[Flip]) -> frozenset[int]:
    new = [[change.group for change in flip.changes if change.new] for flip in flips]
    return frozenset(group for groups in new for group in groups if groups.count(group) > 1)


def _shared(ways: list[_Changes]) -> _Changes:
    return [change for change in ways[0] if all(change in way for way in ways)]


def _together(ways: list[_Changes], telling: _Telling, before: str = "and ") -> Iterator[Branch]:
    """What all of these ways share, and with it any one of what only some have."""
    shared = _shared(ways)
    for change in shared:
        yield Branch([telling.change(change, before)])
    if rests := [rest for way in ways if (rest := [change for change in way if change not in shared])]:
        yield Branch([say("and any one of these")], [*_any_of(rests, telling)])


def _any_of(ways: list[_Changes], telling: _Telling) -> Iterator[Branch]:
    """Each of these ways, those together that share a change which most of them have."""
    while ways:
        most = max(ways[0], key=lambda change: sum(change in way for way in ways))
        some = [[change for change in way if change != most] for way in ways if most in way]
        ways = [way for way in ways if most not in way]
        here = telling.again()
        line = here.change(most)
        yield Branch([line], [*_together(some, here)] if some[0] else [])


class _Telling:
    """The changes of one flip in words, in turn: which new text is one that was told of before is said.

    ``meeting`` are the groups of which some flip has more new texts than one.
    """

    def __init__(self, style: Style, meeting: frozenset[int], met: NewOnes) -> None:
        self._style, self._meeting, self._met = style, meeting, met

    def again(self) -> _Telling:
        """From here on, for one of several that go on differently."""
        return _Telling(self._style, self._meeting, self._met.again())

    def change(self, change: Change, before: str = "") -> Line:
        field, path = change.slot.field, change.slot.path
        if field.kind is Kind.SET:
            return say(f"{before}{noun(field)}: ", Piece(_elements(change), "bold"), note=path)
        given = held(replace(field, unit=""), change.slot.value)
        return say(
            f"{before}{noun(field)}: {given} {self._style.glyphs.arrow} ",
            Piece(self._values(change), "bold"),
            note=path,
        )

    def _values(self, change: Change) -> str:
        few = len(change.values) < 3 and not change.new
        if change.every and not few and change.group not in self._meeting:
            return "any other"
        field = change.slot.field
        named = [value for value in change.values if value not in change.new]
        words = [held(replace(field, unit=""), value) for value in named[:_MOST]]
        words += [f"one of {len(named) - _MOST} others"] if len(named) > _MOST else []
        if change.new:
            words.append(self._met.named(change.group, change.new[0]))
        return f"{series(words, 'or')} {field.unit}".rstrip()


def _elements(change: Change) -> str:
    """What is added to a set, and dropped from it."""
    given = change.slot.value
    assert isinstance(given, frozenset)
    moves: dict[str, list[str]] = {}
    for value in change.values:
        assert isinstance(value, frozenset)
        drop = [f"drop {_listed(change, given - value)}"] if given - value else []
        if value - given:
            moves.setdefault(" and ".join([*drop, "add"]), []).append(_listed(change, value - given))
        else:
            moves.setdefault("drop", []).append(_listed(change, given - value))
    return ", or ".join(f"{move} {series(elements, 'or')}" for move, elements in moves.items())


def _listed(change: Change, elements: frozenset[str]) -> str:
    return held(change.slot.field, elements)
