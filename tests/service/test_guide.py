"""What the guide of the service shows works as it is written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import averment.client

GUIDE = Path("docs/service.md").read_text("utf-8")
_CURL = [block for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if block.startswith("curl ")]
_PYTHON = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("command", _CURL)
def test_a_command_is_answered(shared: TestClient, command: str) -> None:
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    url, headers, body = "", {}, None
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        elif word != "-s":
            url = word.replace("http://127.0.0.1:8321", "")
    found = shared.request("GET" if body is None else "POST", url, headers=headers, content=body)
    assert found.status_code == 200, found.text


@pytest.mark.parametrize("program", _PYTHON)
def test_a_program_runs(
    shared: TestClient, program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = averment.client.Client

    def client(url: str, token: str = "") -> Any:
        return real("http://localhost", token, http=shared)

    monkeypatch.setattr(averment.client, "Client", client)
    monkeypatch.setattr(shared, "close", lambda: None)
    exec(program, {})
    told = capsys.readouterr().out
    assert "presumed" in told and "declined" in told and "high" in told


def test_there_is_something_to_try() -> None:
    assert len(_CURL) >= 4 and _PYTHON
