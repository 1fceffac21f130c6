"""Answers to questions that show themselves in a notebook, as the command line tells them."""

from __future__ import annotations

from dataclasses import fields

from averment.questions.flip.flip import Flips
from averment.questions.whatif import WhatIf
from averment.render.display import Style
from averment.render.flip_text import flips_text
from averment.render.markup import Markup, element
from averment.render.what_if_text import whatif_text


class ShownFlips(Flips):
    """The smallest flips."""

    def _repr_html_(self) -> str:
        return _written(str(self))

    def __str__(self) -> str:
        return flips_text(self, Style())


class ShownWhatIf(WhatIf):
    """Two outcomes of a case, and how they differ."""

    def _repr_html_(self) -> str:
        return _written(str(self))

    def __str__(self) -> str:
        return whatif_text(self, Style())


def shown_flips(found: Flips) -> ShownFlips:
    """The same flips."""
    return ShownFlips(*(getattr(found, field.name) for field in fields(found)))


def shown_what_if(found: WhatIf) -> ShownWhatIf:
    """The same two outcomes."""
    return ShownWhatIf(*(getattr(found, field.name) for field in fields(found)))


def _written(text: str) -> str:
    """Text line by line, in the notebook's own colours."""
    lines = [Markup(element("span", line) + "\n") for line in text.splitlines()]
    return element("pre", *lines, style="white-space: pre-wrap")
