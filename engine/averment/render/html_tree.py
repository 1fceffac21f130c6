"""Trees of reasons as nested ``<details>``: collapsible by mouse and keyboard without any script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.render.display import UNICODE, Piece
from averment.render.markup import Markup, element, joined
from averment.render.tree import Branch, Line

_OPEN_DEPTH = 1  # how many levels stand open at first
_MARKS = {UNICODE.holds: "holds", UNICODE.against: "", UNICODE.doubtful: "undecided", UNICODE.neutral: ""}
_CLASSES = {"good": "good", "bad": "bad", "doubt": "doubt", "dim": "dim", "bold": "value", "name": "rule"}


def tree(branches: Iterable[Branch], anchors: Mapping[str, str], depth: int = 0) -> Markup:
    """A list of branches. ``anchors`` gives every key that a branch may refer to its id in the page."""
    return element("ul", *(_item(branch, anchors, depth) for branch in branches), class_="tree")


def anchors_of(branches: Iterable[Branch], anchors: dict[str, str], prefix: str = "r") -> None:
    """Give each branch with a key, and those below it, an id in ``anchors`` that begins with ``prefix``."""
    for branch in branches:
        if branch.key:
            anchors.setdefault(branch.key, f"{prefix}{len(anchors) + 1}")
        anchors_of(branch.children, anchors, prefix)


def line_markup(line: Line) -> Markup:
    """What a line says, without its note."""
    return joined(*(_piece(piece) for piece in line.pieces))


def _item(branch: Branch, anchors: Mapping[str, str], depth: int) -> Markup:
    head, *more = branch.lines
    said = element("span", line_markup(head), class_="says")
    if branch.above:
        link = element("a", "shown above", href=f"#{anchors[branch.above]}") if branch.above in anchors else ""
        return element("li", element("div", said, " ", link, class_="row"), class_="leaf")
    id = anchors.get(branch.key, "") if branch.key else ""
    if not branch.key and not branch.children:
        rows = [element("div", element("span", line_markup(line)), class_="row") for line in more]
        return element("li", element("div", said, " ", _note(head.note), class_="row"), *rows, class_="leaf")
    cited = [
        element("p", line_markup(line), *([" · ", _note(head.note)] if head.note else []), class_="cited")
        for line in more[:1]
    ]
    if not more and head.note:
        cited = [element("p", _note(head.note), class_="cited")]
    below = [tree(branch.children, anchors, depth + 1)] if branch.children else []
    return element(
        "li",
        element("details", element("summary", said), *cited, *below, open=depth < _OPEN_DEPTH),
        class_="reason",
        id=id,
    )


def _note(note: str) -> Markup:
    return element("span", note, class_="place") if note else Markup("")


def _piece(piece: Piece) -> Markup:
    word = piece.text.strip()
    if word in _MARKS and piece.role:
        spoken = [element("span", f"{_MARKS[word]}: ", class_="unseen")] if _MARKS[word] else []
        return joined(element("span", word, class_=f"mark {_CLASSES[piece.role]}", aria_hidden="true"), *spoken, " ")
    if not word or not piece.role:
        return joined(piece.text)
    space = (" " if piece.text[:1] == " " else ""), (" " if piece.text[-1:] == " " else "")
    return joined(space[0], element("span", word, class_=_CLASSES[piece.role]), space[1])
