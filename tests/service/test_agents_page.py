"""The page for authors of agents: its configuration starts the server, and its program prints what it says."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp")

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from averment.audit.log import open_log

PAGE = Path("docs/agents.md")
_BLOCK = re.compile(r"^```(json|python|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [text for found, text in _BLOCK.findall(PAGE.read_text("utf-8")) if found == kind]


def requesters(folder: Path) -> list[str]:
    with open_log(f"sqlite:{folder / 'decisions.db'}") as log:
        return [record.body["requester"] for record in log.records() if record.kind == "decision"]


def test_the_configuration_holds_an_agent_to_the_pack(tmp_path: Path) -> None:
    (told,) = [server for text in blocks("json") for server in json.loads(text).get("mcpServers", {}).values()]
    command = shutil.which(told["command"], path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    program = StdioServerParameters(command=str(command), args=told["args"], cwd=tmp_path)

    async def run() -> None:
        with (tmp_path / "talk").open("w") as talk:
            async with Client(stdio_client(program, errlog=talk)) as client:
                tools = {tool.name for tool in (await client.list_tools()).tools}
                assert set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)) == tools
                found = await client.call_tool("decide", {"facts": {"product": {"technical_complexity": "high"}}})
                assert not found.is_error

    asyncio.run(run())
    assert requesters(tmp_path) == ["hiring-agent"]


@pytest.mark.parametrize(("number", "decisions"), [(0, 1), (1, 2)], ids=["an agent", "a guarded action"])
def test_a_program_prints_what_the_page_says(tmp_path: Path, number: int, decisions: int) -> None:
    program = blocks("python")[number]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PATH": path}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    said = re.sub(r"decision \d+-[0-9a-f]+", "decision …", done.stdout)
    if os.environ.get("REWRITE_GOLDEN"):
        page = PAGE.read_text("utf-8")
        at = page.index("```text\n", page.index(program)) + len("```text\n")
        PAGE.write_text(page[:at] + said + page[page.index("```", at) :], "utf-8")
    assert said in blocks("text")
    assert requesters(tmp_path) == ["hiring-agent"] * decisions
