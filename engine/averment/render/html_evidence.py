"""The picture of the evidence: a bar for each claim, a segment for each piece, hatched where it is undecided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from averment.render.evidence import Evidence, Side
from averment.render.markup import Markup, element, joined
from averment.render.phrases import words

_WIDTH, _HEIGHT, _GAP = 1000, 22, 3


def picture(sides: Sequence[Side], claim: str) -> Markup:
    """The bars, on one scale; ``claim`` is the settled claim, whose bar stands out; without one, all do."""
    reach = max(side.reach for side in sides) or Decimal(1)
    rows = [_row(side, reach, (not claim or side.claim == claim) and not side.against) for side in sides]
    bars = element("ul", *rows, class_="bars")
    if not any(side.undecided for side in sides):
        return bars
    legend = [element("li", _swatch(kind), word) for kind, word in (("sure", "certain"), ("perhaps", "undecided"))]
    return joined(bars, element("ul", *legend, class_="legend"))


def _row(side: Side, reach: Decimal, chosen: bool) -> Markup:
    name = words(side.claim)
    towards = "against" if side.against else "for"
    many = len(side.certain)
    pieces = f"{many} piece{'' if many == 1 else 's'} of evidence"
    told = f"{side.total} {towards} {name}, from {pieces}"
    if side.undecided:
        told += f"; undecided: {side.doubtful} more, from {len(side.undecided)}"
    total = joined(
        element("b", side.total),
        element("span", f" + {side.doubtful} undecided", class_="doubt") if side.undecided else "",
    )
    bar = element(
        "svg",
        element("title", told),
        *_segments(side, reach),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=told,
        class_="bar",
    )
    label = element(
        "div",
        element("span", f"against {name}" if side.against else name),
        element("span", total, class_="total"),
        class_="label",
    )
    return element("li", label, bar, class_="chosen" if chosen else "other")


def _segments(side: Side, reach: Decimal) -> Iterator[Markup]:
    at = Decimal(0)
    for kind, weights in (("sure", side.certain), ("perhaps", side.undecided)):
        for weight in weights:
            if weight.amount:
                yield _segment(weight, kind, int(at * _WIDTH / reach), int(weight.amount * _WIDTH / reach))
                at += weight.amount


def _segment(weight: Evidence, kind: str, at: int, wide: int) -> Markup:
    wide = max(wide - _GAP, 1)
    title = element("title", f"{weight.shown}: {weight.says}")
    return element("rect", title, x=at, y=0, width=wide, height=_HEIGHT, class_=kind)


def _swatch(kind: str) -> Markup:
    box = element("rect", x=0, y=0, width=12, height=12, class_=kind)
    return element("svg", box, viewBox="0 0 12 12", class_="swatch", aria_hidden="true")
