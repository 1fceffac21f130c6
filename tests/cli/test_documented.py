"""Whoever reads the README has heard of every command, and of nothing that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from averment_cli.main import COMMANDS, averment

_README = Path(__file__).parents[2] / "README.md"
_CALL = re.compile(r"(?:^\$ |\| )averment ([a-z]+)\b", re.MULTILINE)  # at a prompt or after a pipe


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"averment {command}\b", _README.read_text("utf-8"))


def test_every_command_that_a_page_calls_is_there() -> None:
    pages = "".join(page.read_text("utf-8") for page in (_README, *(_README.parent / "docs").glob("*.md")))
    code = "\n".join(re.findall(r"^```[a-z]*\n(.*?)^```", pages, re.MULTILINE | re.DOTALL))
    assert set(_CALL.findall(code)) <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    found = averment.get_command(None, command)  # type: ignore[arg-type]
    assert found is not None
    assert found.name == command
    assert found.help
    assert all(getattr(option, "help", "") or option.param_type_name == "argument" for option in found.params)
