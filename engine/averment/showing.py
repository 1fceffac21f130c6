"""How packs and outcomes show themselves in a notebook, or as text, page or picture when they are asked to.

A page is shown in a frame of its own that may run nothing, so neither its text nor its style can touch the notebook; it
follows the reader's light or dark. What does the drawing is loaded when something is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from averment.model.model import Model
    from averment.outcome.outcome import Outcome

_FRAME = "width: 100%; height: 32em; border: 0; resize: vertical; overflow: auto"


class Showing:
    """Shows what is decided by one pack; an ``outcome.Display``."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def text(self, outcome: Outcome, full: bool = False) -> str:
        """The first screen of an outcome; ``full``: every reason."""
        from averment.render.display import Style

        if full:
            from averment.render.text import explanation

            return explanation(outcome, self._model, Style(), {})
        from averment.render.screen import screen

        return screen(outcome, self._model, Style(), {}, more="outcome.explain(full=True)")

    def html(self, outcome: Outcome) -> str:
        """The page of an outcome, which stands alone."""
        from averment.outcome.explained import explain
        from averment.render.html import page

        return page(explain(outcome), self._model)

    def svg(self, outcome: Outcome) -> str:
        """The picture of an outcome's warrant."""
        from averment.outcome.explained import explain
        from averment.render.diagram import diagram
        from averment.render.svg import svg

        return svg(diagram(explain(outcome), self._model))

    def framed(self, outcome: Outcome) -> str:
        """The page in a frame, for a notebook."""
        from html import escape

        whole = escape(self.html(outcome))  # to the byte: the page allows no style but its own, by a digest
        return f'<iframe title="explanation" sandbox style="{_FRAME}" srcdoc="{whole}"></iframe>'


def pack_shown(model: Model, digest: str) -> str:
    """A pack, for a notebook."""
    from averment.render.markup import element

    facts = [kind.name for kind in model.types.values() if not kind.derived]
    rows = [("version", model.version), ("digest", digest), ("facts", ", ".join(facts))]
    rows.append(("parameters", ", ".join(model.parameters) or "none"))
    cells = [element("tr", element("th", name, scope="row"), element("td", said)) for name, said in rows]
    return element("div", element("strong", model.name), f": {model.title}", element("table", *cells))
