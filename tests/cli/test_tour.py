"""The README's tour is what the commands print. ``REWRITE_GOLDEN=1`` writes it anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_BLOCK = re.compile(r"(^```console\n)(.*?)(^```)", re.MULTILINE | re.DOTALL)


def run(command: str, where: Path) -> str:
    """What a person sees in a terminal: both streams, in order."""
    averment = where / "bin" / "averment"
    if not averment.exists():
        averment.parent.mkdir()
        averment.write_text(
            f"#!/bin/sh\nexec {sys.executable} -c 'from averment_cli.entry import main; main()' \"$@\"\n"
        )
        averment.chmod(0o755)
        (where / "knowledge").symlink_to(ROOT / "knowledge")
    environment = {
        **os.environ,
        "PATH": f"{averment.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "COLUMNS": "100",
    }
    done = subprocess.run(
        command, shell=True, cwd=where, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout


def test_the_tour_prints_what_it_says(tmp_path: Path) -> None:
    readme = README.read_text("utf-8")

    def told(block: re.Match[str]) -> str:
        commands = [line for line in block[2].splitlines() if line.startswith("$ ")]
        return block[1] + "".join(f"{command}\n{run(command[2:], tmp_path)}" for command in commands) + block[3]

    written = _BLOCK.sub(told, readme)
    if os.environ.get("REWRITE_GOLDEN"):
        README.write_text(written, "utf-8")
    assert len(re.findall(r"^[^$]", "".join(block[2] for block in _BLOCK.finditer(written)), re.MULTILINE)) > 60
    assert written == readme
