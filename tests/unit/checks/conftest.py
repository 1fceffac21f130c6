"""A pack in a folder, checked with its example cases."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import averment
from averment.diagnostics.diagnostic import Diagnostic

_SAMPLE = Path(__file__).parents[1] / "sample"

Found = Callable[..., list[Diagnostic]]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """What ``averment.check`` finds in the sample pack with some of its files replaced or added, of one code."""

    def checked(code: str, changes: dict[str, str]) -> list[Diagnostic]:
        folder = tmp_path / "demo"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(_SAMPLE, folder)
        for name, text in changes.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        return [finding for finding in averment.check(averment.load(folder)) if finding.code == code]

    return checked
