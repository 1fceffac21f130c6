"""A diagram as a Mermaid flowchart, which code hosts show as a picture."""

from __future__ import annotations

import re

from averment.diagnostics.render_text import visible
from averment.render.diagram import Box, Diagram

_SHAPES = {"claim": ("([", "])"), "fact": ("(", ")"), "rule": ("[", "]"), "given": ("[/", "/]")}
_COLOURS = {1: "#14684a", -1: "#a3302b"}  # by sign
_SPECIAL = re.compile(r"[^\w .,:/()?'-]")  # a letter of any script means itself; all else goes in by its code point


def mermaid(diagram: Diagram) -> str:
    """The diagram as ``flowchart RL``, ending in a newline."""
    rows = ["flowchart RL"]
    for id, box in diagram.boxes.items():
        opens, closes = _SHAPES[box.kind]
        rows.append(f'  {id}{opens}"{_label(box)}"{closes}')
    signed: dict[int, list[str]] = {1: [], -1: []}
    for number, ((start, end), arrow) in enumerate(diagram.arrows.items()):
        told = f"|{arrow.told}|" if arrow.told else ""
        rows.append(f"  {start} {'-->' if arrow.certain else '-.->'}{told} {end}")
        if arrow.bears.sign:
            signed[arrow.bears.sign].append(str(number))
    rows += [f"  linkStyle {','.join(found)} stroke:{_COLOURS[sign]}" for sign, found in signed.items() if found]
    for name, sign in (("supports", 1), ("opposes", -1)):
        found = [id for id, box in diagram.boxes.items() if box.sign == sign]
        if found:
            rows += [f"  classDef {name} stroke:{_COLOURS[sign]}", f"  class {','.join(found)} {name}"]
    doubtful = [id for id, box in diagram.boxes.items() if not box.certain]
    if doubtful:
        rows += ["  classDef undecided stroke-dasharray: 4 3", f"  class {','.join(doubtful)} undecided"]
    return "\n".join(rows) + "\n"


def _label(box: Box) -> str:
    return "<br/>".join(_escaped(text) for text in (box.text, *box.details))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", visible(text))
