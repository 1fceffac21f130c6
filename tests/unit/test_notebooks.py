"""The notebooks under ``docs/``: every cell runs, and comes to what the notebook holds.

A cell is run in a plain namespace, and what its last expression shows is what Jupyter would show. How cells tagged
``look`` look is held elsewhere: of these only the kinds of their outputs are compared.
``REWRITE_GOLDEN=1`` writes outputs anew.
"""

from __future__ import annotations

import ast
import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
_KINDS = {"text/plain": "__repr__", "text/html": "_repr_html_", "image/svg+xml": "_repr_svg_"}


def outputs_of(source: str, space: dict[str, Any]) -> list[dict[str, Any]]:
    """What a cell prints and shows."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, found, shown = io.StringIO(), [], None
    with redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), space)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), space)
    if printed.getvalue():
        found.append({"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(keepends=True)})
    if shown is not None:
        data = {kind: getattr(shown, name)() for kind, name in _KINDS.items() if hasattr(shown, name)}
        lines = {kind: text.splitlines(keepends=True) for kind, text in data.items()}
        found.append({"data": lines, "execution_count": None, "metadata": {}, "output_type": "execute_result"})
    return found


def kinds_of(outputs: list[dict[str, Any]]) -> list[list[str]]:
    """What kinds of things a cell puts out, none of them empty."""
    return [sorted(kind for kind, lines in (output.get("data") or {"stdout": output["text"]}).items() if lines)
            for output in outputs]  # fmt: skip


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_holds_what_its_cells_come_to(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    if "polars" in path.read_text("utf-8"):
        pytest.importorskip("polars")
        pytest.importorskip("pyarrow")
    space: dict[str, Any] = {"__name__": "notebook"}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        found = outputs_of("".join(cell["source"]), space)
        if os.environ.get("REWRITE_GOLDEN"):
            cell["outputs"] = found
        elif "look" in cell["metadata"].get("tags", ()):
            assert kinds_of(found) == kinds_of(cell["outputs"])
        else:
            assert found == cell["outputs"], "".join(cell["source"])
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def test_there_are_notebooks() -> None:
    assert len([*DOCS.glob("*.ipynb")]) == 3
