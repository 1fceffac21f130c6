"""Markup that nothing can break out of: every text is made visible and escaped where it enters, once.

Names of elements and attributes are ours; everything else may come from anywhere.
"""

from __future__ import annotations

from html import escape

from averment.diagnostics.render_text import visible

_VOID = {"meta"}


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def text(content: str) -> Markup:
    """``content`` as a text that means itself, with whatever does not show written out."""
    return Markup(escape(visible(content)))


def element(name: str, /, *children: str, **attributes: str | int | float | bool) -> Markup:
    """``<name …>children</name>``. An attribute that is true stands alone, one that is false or empty is left out.

    ``class_`` is ``class``; an underscore within a name is a hyphen.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not False and value != "")
    inner = "".join(child if isinstance(child, Markup) else text(child) for child in children)
    return Markup(f"<{name}{written}>" if name in _VOID and not inner else f"<{name}{written}>{inner}</{name}>")


def joined(*parts: str) -> Markup:
    """The parts one after the other."""
    return Markup("".join(part if isinstance(part, Markup) else text(part) for part in parts))


def _attribute(key: str, value: str | float | bool) -> str:
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'
