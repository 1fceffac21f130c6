"""A diagram in Graphviz's language."""

from __future__ import annotations

from textwrap import wrap

from averment.diagnostics.render_text import visible
from averment.render.diagram import Arrow, Box, Diagram

_WIDE = 42  # characters of a line in a box
_COLOURS = {1: "#14684a", -1: "#a3302b"}  # by sign
_SHAPES = {
    "claim": 'style="rounded,filled,bold" fillcolor="#e6eef3"',
    "fact": 'style="rounded"',
    "rule": 'style="rounded,filled" fillcolor="#ffffff"',
    "given": 'style="filled" fillcolor="#f3f3ef"',
}


def dot(diagram: Diagram) -> str:
    """The diagram as a ``digraph``, ending in a newline."""
    rows = [
        f"digraph {_quoted(diagram.title)} {{",
        "  rankdir=RL; nodesep=0.12; ranksep=0.6;",
        '  node [shape=box fontname="Helvetica" fontsize=11 color="#8a9199" margin="0.14,0.08"];',
        '  edge [color="#8a9199" arrowsize=0.7 fontname="Helvetica" fontsize=10];',
    ]
    for id, box in diagram.boxes.items():
        signed = f' color="{_COLOURS[box.sign]}"' if box.sign else ""
        dashed = signed if box.certain else ' color="#835200" fontcolor="#835200"'
        rows.append(f"  {id} [label={_label(box)} {_SHAPES[box.kind]}{dashed}];")
    for (start, end), arrow in diagram.arrows.items():
        rows.append(f"  {start} -> {end}{_arrow(arrow)};")
    return "\n".join((*rows, "}")) + "\n"


def _arrow(arrow: Arrow) -> str:
    looks = [] if arrow.certain else ["style=dashed"]
    if arrow.told:
        colour = _COLOURS[arrow.bears.sign]
        looks += [f'label="{arrow.told}"', f'color="{colour}"', f'fontcolor="{colour}"']
    return f" [{' '.join(looks)}]" if looks else ""


def _label(box: Box) -> str:
    lines = [part for text in (box.text, *box.details) for part in wrap(visible(text), _WIDE)]
    return '"' + "".join(_escaped(line) + "\\l" for line in lines) + '"'


def _quoted(text: str) -> str:
    return f'"{_escaped(visible(text))}"'


def _escaped(text: str) -> str:
    """A backslash would begin an escape, an ampersand an entity."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
