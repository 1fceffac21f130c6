"""The reference of the library, written from its docstrings: up to date, and whole."""

from __future__ import annotations

import inspect
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import averment

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"
_HEAD = """# The library

What `averment.__all__` names; all else may change. Written from the docstrings (`REWRITE_GOLDEN=1` writes it anew).
"""


_CONSTANTS = {"NONE": "What is given of an optional field that has no value."}


def reference() -> str:
    """The page: each public name, its signature, what it says, and what its public members say."""
    return "\n".join([_HEAD, *(line for name in sorted(averment.__all__) for line in _entry(name))]).rstrip() + "\n"


def _entry(name: str) -> Iterator[str]:
    thing = getattr(averment, name)
    yield f"## `{name}`\n"
    if name in _CONSTANTS:
        yield f"```python\naverment.{name} = {json.dumps(thing)}\n```\n\n{_CONSTANTS[name]}\n"
        return
    if not inspect.isclass(thing):
        yield f"```python\naverment.{name}{_signature(thing)}\n```\n"
    yield f"{_said(thing)}\n"
    if inspect.isclass(thing):
        for member, held in _members(thing):
            called = f"{member}{_signature(held)}" if inspect.isfunction(held) else member
            yield f"### `{name}.{called}`\n\n{_said(held)}\n"


def _members(thing: type[Any]) -> Iterator[tuple[str, Any]]:
    """Public methods and properties, in the order they are written."""
    for name, held in vars(thing).items():
        function = getattr(held, "fget", None) or getattr(held, "func", None) or held
        if not name.startswith("_") and inspect.isfunction(function):
            yield name, held


def _signature(thing: Any) -> str:
    signature = inspect.signature(thing)
    shown = [parameter for name, parameter in signature.parameters.items() if name != "self"]
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(signature.replace(parameters=shown)))


def _said(thing: Any) -> str:
    said = inspect.getdoc(thing)
    assert said, f"{thing} says nothing"
    return said.replace("``", "`")


def test_the_reference_is_written_from_the_docstrings() -> None:
    if os.environ.get("REWRITE_GOLDEN"):
        PAGE.write_text(reference(), "utf-8")
    assert PAGE.read_text("utf-8") == reference()


def test_every_public_name_says_what_it_is() -> None:
    for name in averment.__all__:
        assert inspect.getdoc(getattr(averment, name)), name
