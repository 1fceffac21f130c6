"""What the README and the pages of ``docs`` print is what the commands print. ``REWRITE_GOLDEN=1`` rewrites it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")

    def told(block: re.Match[str]) -> str:
        commands = [line for line in block[2].splitlines() if line.startswith("$ ")]
        return block[1] + "".join(f"{command}\n{run(command[2:], tmp_path)}" for command in commands) + block[3]

    written = _BLOCK.sub(told, text)
    if os.environ.get("REWRITE_GOLDEN"):
        page.write_text(written, "utf-8")
    assert written == text


def test_there_is_a_tour() -> None:
    printed = [block[2] for page in PAGES for block in _BLOCK.finditer(page.read_text("utf-8"))]
    assert len(re.findall(r"^[^$]", "".join(printed), re.MULTILINE)) > 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
