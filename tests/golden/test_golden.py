"""The command line, word for word: each file of ``good`` and ``bad`` is one story of input files, commands and output.

A story is made of sections, each begun by a line with ``===``:

- ``=== without MODULE`` a library that is not installed;
- ``=== case.yaml`` a file there is; ``=== case.yaml (expanded)`` one in which ``{{3*ab}}`` stands for ``ababab`` and
  ``\\xff`` for a byte; ``=== demo/facts.yaml (absent)`` one there is not;
- ``=== $ averment decide case.yaml`` a command, maybe with ``< case.yaml``, and after it ``=== stdout``, ``=== stderr``
  (where there is any) and ``=== exit 0``.

``demo`` is the sample pack of the unit tests. To write the output anew: ``REWRITE_GOLDEN=1 pytest tests/golden``.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from averment.diagnostics.catalogue import codes
from averment_cli.main import run

_HERE = Path(__file__).parent
_SAMPLE = _HERE.parent / "unit" / "sample"
_STORIES = sorted(path for folder in ("good", "bad") for path in (_HERE / folder).glob("*.txt"))
_SECTION = re.compile(r"^=== (.+)\n", re.MULTILINE)
_REPEATED = re.compile(r"\{\{(\d+)\*(.*?)\}\}", re.DOTALL)
_BYTE = re.compile(rb"\\x([0-9a-f]{2})")
# The pack that the distribution ships changes now and then, which is no news here.
_SHIPPED = re.compile(r"(pm_tpm [0-9.]+ sha256:)[0-9a-f]+")
_RECORD = re.compile(r"\b(\d+-)[0-9a-f]{12}\b")  # its hash hangs on the clock and the log's random id


@dataclass
class Command:
    words: str
    stdout: str = ""
    stderr: str = ""
    code: int = 0


@dataclass
class Story:
    files: dict[str, str] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)


def read(path: Path) -> Story:
    story = Story()
    _, *parts = _SECTION.split(path.read_text("utf-8"))
    for heading, content in zip(parts[::2], parts[1::2], strict=True):
        if heading.startswith("$ "):
            story.commands.append(Command(heading.removeprefix("$ ")))
        elif heading == "stdout":
            story.commands[-1].stdout = content
        elif heading == "stderr":
            story.commands[-1].stderr = content
        elif heading.startswith("exit "):
            story.commands[-1].code = int(heading.removeprefix("exit "))
        else:
            story.files[heading] = content
    return story


def write(path: Path, story: Story) -> None:
    parts = [f"=== {heading}\n{content}" for heading, content in story.files.items()]
    for command in story.commands:
        parts.append(f"=== $ {command.words}\n")
        parts += [f"=== stdout\n{command.stdout}"] if command.stdout else []
        parts += [f"=== stderr\n{command.stderr}"] if command.stderr else []
        parts.append(f"=== exit {command.code}\n")
    path.write_text("".join(parts), "utf-8")


def lay_out(files: dict[str, str]) -> None:
    """Put the files of a story into the current folder, beside the sample pack."""
    shutil.copytree(_SAMPLE, "demo")
    for heading, content in files.items():
        name, _, how = heading.partition(" (")
        path = Path(name)
        if how == "absent)":
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode()
        if how == "expanded)":
            data = _REPEATED.sub(lambda found: found[2] * int(found[1]), content).encode()
            data = _BYTE.sub(lambda found: bytes([int(found[1], 16)]), data)
        path.write_bytes(data)


def perform(words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    program, *arguments = shlex.split(words)
    assert program == "averment"
    stdin = b""
    if "<" in arguments:
        place = arguments.index("<")
        stdin = Path(arguments[place + 1]).read_bytes()
        del arguments[place : place + 2]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
    code = run(arguments)
    seen = capsys.readouterr()
    out, err = (_RECORD.sub(r"\1…", _SHIPPED.sub(r"\1…", text)) for text in (seen.out, seen.err))
    return Command(words, out, err, code)


@pytest.mark.parametrize("path", _STORIES, ids=[f"{path.parent.name}/{path.stem}" for path in _STORIES])
def test_the_story_goes_as_told(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    story = read(path)
    for heading in list(story.files):
        if heading.startswith("without "):
            monkeypatch.setitem(sys.modules, heading.removeprefix("without "), None)
    lay_out({heading: content for heading, content in story.files.items() if not heading.startswith("without ")})
    found = [perform(command.words, monkeypatch, capsys) for command in story.commands]
    if os.environ.get("REWRITE_GOLDEN"):
        write(path, Story(story.files, found))
    assert found
    assert found == story.commands or os.environ.get("REWRITE_GOLDEN")


# What no command can run into: the schema asks for an author before the model can (AV202), an unknown engine is a
# mistake of usage, no input is known to bring the engine down, a program that
# asks the columnar engine alone is told what it cannot run (AV465), it takes two processes or a death in the middle of
# a batch (AV526 to AV530, in tests/batch), somebody must have tampered with a log (AV552 to AV555, AV557) or used it
# from a program (AV558, AV559), hosts are tested in tests/scale (AV570 to AV572), a library must be missing
# (AV540, in tests/cli/test_plain), a consultation that is over asks no more (AV583), and requests come over HTTP
# (AV591 to AV599, in tests/service).
_ELSEWHERE = (
    325, 450, 454, 465, 526, 527, 528, 529, 530, 540, 552, 553, 554, 555, 557, 558, 559, 570, 571, 572, 583,
    591, 592, 593, 594, 595, 596, 597, 599, 620,
)  # fmt: skip
_BEYOND_THE_COMMAND_LINE = {f"AV{number}" for number in _ELSEWHERE}


@pytest.mark.parametrize("code", sorted(set(codes()) - _BEYOND_THE_COMMAND_LINE))
def test_every_code_has_a_bad_story(code: str) -> None:
    told = read(_HERE / "bad" / f"{code}.txt").commands
    assert any(code in command.stdout + command.stderr for command in told)


def test_no_story_shows_a_traceback_or_ends_in_an_internal_error() -> None:
    for path in _STORIES:
        for command in read(path).commands:
            assert "Traceback" not in command.stdout + command.stderr, path.name
            assert command.code != 4, path.name
            assert command.code == 0 or path.parent.name == "bad", path.name
