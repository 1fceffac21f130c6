"""The catalogue of findings: one page for each code, ``pages/AV101.md``, found by its name.

A page is a title line ``# AV101 duplicate key`` and four parts: **Says**, **Why it matters**, **Avoid**, **Prefer**.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_PACKAGE = "averment.diagnostics"


@cache
def codes() -> tuple[str, ...]:
    """Every code there is, in order."""
    pages = files(_PACKAGE).joinpath("pages")
    return tuple(sorted(entry.name.removesuffix(".md") for entry in pages.iterdir() if entry.name.endswith(".md")))


def page(code: str) -> str:
    """The page of a code, as Markdown. Raises ``KeyError`` for a code that is not in the catalogue."""
    if code not in codes():
        raise KeyError(code)
    return files(_PACKAGE).joinpath("pages", f"{code}.md").read_text(encoding="utf-8")


def title(code: str) -> str:
    """What a code is about, in a few words. Raises ``KeyError`` for a code that is not in the catalogue."""
    return page(code).partition("\n")[0].removeprefix(f"# {code} ")
