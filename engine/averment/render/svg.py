"""A diagram as a picture, laid out without any other program."""

from __future__ import annotations

from averment.render.diagram import Arrow, Box, Diagram
from averment.render.display import Piece, Style, wrap
from averment.render.layered import Place, places
from averment.render.markup import Markup, element, joined

_WIDE, _BETWEEN, _GAP, _MARGIN = 330, 70, 14, 24
_TEXT, _SMALL, _PADDING = 18, 15, 11  # the heights of rows, and the space within a box
_TEXT_COLUMNS, _SMALL_COLUMNS = 42, 49
_STYLE = """
svg { color-scheme: light dark; background: #fcfcfa; font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
text { fill: #1b1d21; } .small { fill: #595f68; font-size: 11px; }
.box { fill: #fff; stroke: #c9cdd1; } .given .box { fill: #f2f3ef; stroke: none; }
.claim .box { fill: #e3eef4; stroke: #2f6f8f; stroke-width: 1.5; } .claim text:not(.small) { font-weight: 650; }
.side { stroke-width: 4; stroke-linecap: round; }
.supports .side { stroke: #2b7a54; } .opposes .side { stroke: #a3302b; }
 .opposes .box { stroke: #d9b3b0; fill: #fdf6f5; }
.undecided .box { stroke: #a8701a; stroke-dasharray: 4 3; }
.arrow { fill: none; stroke: #aeb5bb; stroke-width: 1.3; }
.for { stroke: #2b7a54; } .against { stroke: #a3302b; }
.perhaps { stroke: #a8701a; stroke-dasharray: 4 3; } .told { font-size: 11px; text-anchor: middle; }
text.for, text.against { stroke: none; } text.for { fill: #14684a; } text.against { fill: #a3302b; }
@media (prefers-color-scheme: dark) {
  svg { background: #14161a; } text { fill: #e7e8e4; } .small { fill: #a3a9b2; }
  .box { fill: #1d2026; stroke: #3a4048; } .given .box { fill: #23272d; }
  .supports .side { stroke: #3f9c6f; } .opposes .side { stroke: #d1685f; }
  .opposes .box { stroke: #6b3a37; fill: #2a1c1d; }
  .claim .box { fill: #16303d; stroke: #6fb3d2; } .undecided .box, .perhaps { stroke: #d9a54a; }
  .arrow { stroke: #565e67; } .for { stroke: #3f9c6f; } .against { stroke: #d1685f; } .perhaps { stroke: #d9a54a; }
  text.for { fill: #6fcfa1; } text.against { fill: #f19088; }
}
"""


def svg(diagram: Diagram) -> str:
    """The picture, as a file of its own; what is explained is at the left, what was given at the right."""
    rows = {id: _rows(box) for id, box in diagram.boxes.items()}
    heights = {id: _height(*lines) for id, lines in rows.items()}
    placed, high = places(diagram, heights.__getitem__, _GAP)
    columns = max((place.column for place in placed.values()), default=0) + 1
    wide = columns * _WIDE + (columns - 1) * _BETWEEN + 2 * _MARGIN
    tall = round(high) + 2 * _MARGIN
    arrows = [
        _arrow(placed[start], heights[start], placed[end], heights[end], arrow)
        for (start, end), arrow in diagram.arrows.items()
    ]
    boxes = [_box(diagram.boxes[id], place, heights[id], *rows[id]) for id, place in placed.items()]
    picture = element(
        "svg",
        element("title", diagram.title),
        element("style", Markup(_STYLE)),
        element("g", *arrows),
        *boxes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {wide} {tall}",
        width=wide,
        height=tall,
        role="img",
    )
    return f"{picture}\n"


def _rows(box: Box) -> tuple[list[str], list[str]]:
    """The rows of a box: its text, and its small print."""
    text = [row for row, _ in wrap([Piece(box.text)], _TEXT_COLUMNS, Style())]
    small = [row for detail in box.details for row, _ in wrap([Piece(detail)], _SMALL_COLUMNS, Style())]
    return text, small


def _height(text: list[str], small: list[str]) -> int:
    return len(text) * _TEXT + len(small) * _SMALL + 2 * _PADDING


def _box(box: Box, place: Place, height: int, text: list[str], small: list[str]) -> Markup:
    left, top = _left(place), round(place.top) + _MARGIN
    frame = element("rect", x=left, y=top, width=_WIDE, height=height, rx=7, class_="box")
    rows: list[Markup] = []
    at = top + _PADDING
    for lines, step, kind in ((text, _TEXT, ""), (small, _SMALL, "small")):
        for line in lines:
            at += step
            rows.append(element("text", line, x=left + 13, y=at - 4, class_=kind))
    state = "" if box.certain else " undecided"
    if box.sign:
        frame = joined(frame, element("path", d=f"M{left + 2} {top + 3}v{height - 6}", class_="side"))
        state += " supports" if box.sign > 0 else " opposes"
    return element("g", frame, joined(*rows), class_=f"{box.kind}{state}")


def _arrow(start: Place, start_height: int, end: Place, end_height: int, arrow: Arrow) -> Markup:
    x1, y1 = _left(start), start.top + start_height / 2 + _MARGIN
    x2, y2 = _left(end) + _WIDE, end.top + end_height / 2 + _MARGIN
    bend = _BETWEEN * 0.6
    course = f"M{x1:.0f} {y1:.1f}C{x1 - bend:.0f} {y1:.1f} {x2 + bend:.0f} {y2:.1f} {x2:.0f} {y2:.1f}"
    signed = f" {arrow.bears.word}".rstrip()
    path = element("path", d=course, class_=f"arrow{signed}{'' if arrow.certain else ' perhaps'}")
    if not arrow.told:
        return path
    return joined(
        path, element("text", arrow.told, x=round(x1 - _BETWEEN / 2), y=round(y1 - 5), class_=f"told{signed}")
    )


def _left(place: Place) -> int:
    return _MARGIN + place.column * (_WIDE + _BETWEEN)
