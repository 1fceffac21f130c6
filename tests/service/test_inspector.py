"""The protocol's own inspector, in its command-line mode, with `averment mcp` over standard input and output."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

import averment
from averment.audit.log import open_log

INSPECTOR = shutil.which("mcp-inspector")  # npm install -g @modelcontextprotocol/inspector
FACTS = json.dumps({"product": {"technical_complexity": "high"}})
CALLS: dict[str, dict[str, str]] = {
    "vocabulary": {},
    "decide": {"facts": FACTS},
    "ask": {"facts": FACTS},
    "explain": {"facts": FACTS},
    "whatif": {"facts": FACTS, "change": json.dumps({"sets": {"product.technical_complexity": "low"}})},
}


@pytest.mark.slow
@pytest.mark.skipif(INSPECTOR is None, reason="the inspector of the protocol is not installed")
def test_the_inspector_lists_calls_and_reads(tmp_path: Path) -> None:
    pack = averment.load("pm_tpm")
    url = f"sqlite:{tmp_path / 'decisions.db'}"

    def inspected(*words: str) -> Any:
        server = [str(Path(sys.executable).with_name("averment")), "mcp", "--log", url]
        command = [str(INSPECTOR), "--cli", *server, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    tools = inspected("--method", "tools/list")["tools"]
    assert [tool["name"] for tool in tools] == [*CALLS, "flip"]
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    for tool, arguments in CALLS.items():
        words = [word for name, value in arguments.items() for word in ("--tool-arg", f"{name}={value}")]
        found = inspected("--method", "tools/call", "--tool-name", tool, *words)
        assert not found.get("isError"), (tool, found)
        told = found["structuredContent"]
        assert tool == "decide" or told["pack"]["digest"] == pack.digest
    stale = inspected(
        "--method", "tools/call", "--tool-name", "decide", "--tool-arg", f"facts={FACTS}", "--tool-arg", "pack=sha256:0"
    )
    assert stale["isError"] and "AV610" in stale["content"][0]["text"]
    open_claim = inspected("--method", "tools/call", "--tool-name", "flip", "--tool-arg", f"facts={FACTS}")
    assert open_claim["isError"] and "AV580" in open_claim["content"][0]["text"]
    (read,) = inspected("--method", "resources/read", "--uri", "averment://sources")["contents"]
    assert json.loads(read["text"])["pack"]["digest"] == pack.digest
    with open_log(url) as log:
        assert [record.digest for record in log.records() if record.kind == "decision"] == [pack.digest]
