"""The same commands wherever they are run: the documented exit code, at most one line of talk, no traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

_RAN = [sys.executable, "-c", "from averment_cli.entry import main; main()"]
_PATIENCE = 60  # seconds, so that what hangs fails
_PATH = {"PYTHONPATH": os.pathsep.join(sys.path)}
_FULL = "/dev/full"


def closed(*numbers: int) -> dict[str, Any]:
    return {"preexec_fn": lambda: [os.close(number) for number in numbers]}


def limited(mebibytes: int) -> dict[str, Any]:
    size = mebibytes << 20
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))}


def _lose_folder() -> None:
    Path("gone").mkdir(exist_ok=True)
    os.chdir("gone")
    Path.cwd().rmdir()


COMMANDS: dict[str, tuple[list[str], int]] = {
    "version": (["--version"], 0),
    "decide": (["decide", "{case}"], 0),
    "JSON": (["decide", "{case}", "--format", "json"], 0),
    "a bad case": (["decide", "{bad}"], 3),
    "usage": (["decide"], 2),
    "batch": (["batch", "{lines}", "-o", "-"], 0),
}
# What is otherwise there, and the exit code where a command that is fine has nowhere to print.
ENVIRONMENTS: dict[str, tuple[dict[str, Any], int]] = {
    "no standard input": (closed(0), 0),
    "no standard output": (closed(1), 4),
    "no standard error": (closed(2), 0),
    "no stream at all": (closed(0, 1, 2), 4),
    "a full disk under both": ({"stdout": _FULL, "stderr": _FULL}, 4),
    "a deleted folder": ({"preexec_fn": _lose_folder}, 0),
    "nothing in the environment": ({"env": _PATH}, 0),
    "a C locale": ({"env": {**_PATH, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}}, 0),
    "a narrow terminal": ({"env": {**os.environ, "COLUMNS": "20"}}, 0),
}


@pytest.fixture
def files(tmp_path: Path) -> Mapping[str, Path]:
    contents = {
        "case": ("case.yaml", "case: a\nfacts: {product: {technical_complexity: high}}\n"),
        "bad": ("bad.yaml", "case: a\nfacts: {product: {technical_complexity: hihg}}\n"),
        "lines": ("in.jsonl", '{"case": "a", "facts": {"product": {"technical_complexity": "high"}}}\n'),
    }
    for name, text in contents.values():
        (tmp_path / name).write_text(text, "utf-8")
    return {word: tmp_path / name for word, (name, _) in contents.items()}


def ran(words: list[str], folder: Path, **how: Any) -> subprocess.CompletedProcess[bytes]:
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with ExitStack() as stack:
        opened = {name: stack.enter_context(Path(_FULL).open("wb")) for name, where in how.items() if where == _FULL}
        options: dict[str, Any] = {"cwd": folder, "timeout": _PATIENCE} | pipes | how | opened
        return subprocess.run([*_RAN, *words], check=False, **options)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_command_ends_as_documented(environment: str, files: Mapping[str, Path], tmp_path: Path) -> None:
    how, silenced = ENVIRONMENTS[environment]
    for name, (words, code) in COMMANDS.items():
        found = ran([word.format(**files) for word in words], tmp_path, **how)
        said = (found.stderr or b"").decode()
        assert found.returncode == (code or silenced), (name, said)
        assert not any(word in said for word in ("Traceback", "internal error", "Exception ignored")), (name, said)
        if not code and name != "batch":  # which sums up what it has done
            assert said.count("\n") <= 1, (name, said)


@pytest.mark.parametrize("mebibytes", [30, 60, 120, 200])
def test_too_little_memory_is_one_line(mebibytes: int, files: Mapping[str, Path], tmp_path: Path) -> None:
    for words in (["decide", str(files["case"])], ["batch", str(files["lines"]), "-o", "out.csv"]):
        found = ran(words, tmp_path, **limited(mebibytes))
        said = found.stderr.decode()
        assert found.returncode == 0 or (found.returncode, said) == (4, "error: not enough memory\n"), said


def test_an_interrupt_before_anything_is_imported(tmp_path: Path) -> None:
    """The program interrupts itself at each of its first steps: while its own modules are imported."""
    script = """
import os, signal, sys
from averment_cli import entry

wanted = sys.argv.pop(1)

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting())
entry.main()
"""
    for module in ("averment_cli.main", "click", "averment_cli.commands.decide"):
        run = [sys.executable, "-c", script, module, "decide"]
        found = subprocess.run(run, cwd=tmp_path, capture_output=True, timeout=_PATIENCE, check=False)
        assert (found.returncode, found.stderr.lstrip()) == (130, b"interrupted\n"), module


NAMES: list[tuple[list[bytes], int, bytes]] = [
    ([b"decide", b"c\xff.yaml"], 0, b""),
    ([b"decide", b"c\xff.yaml", b"--format", b"json"], 0, b""),
    ([b"check", b"p\xff", b"--format", b"json"], 1, b""),
    ([b"batch", b"in\xff.jsonl", b"-o", b"out.csv"], 3, b"its name is not UTF-8"),
    ([b"batch", b"in.jsonl", b"-o", b"o\xff.csv"], 3, b"its name is not UTF-8"),
    ([b"decide", b"case.yaml", b"--log", b"sqlite:l\xff.db"], 3, b"it is not UTF-8"),
    ([b"decide", b"nosuch\xff.yaml"], 3, b"nosuch<U+DCFF>.yaml"),
    ([b"decide", b"case.yaml", b"-p", b"nosuch\xff"], 3, b"AV125"),
    ([b"explain", b"case.yaml", b"--fact", b"\xff"], 3, b"AV560"),
]


@pytest.mark.parametrize(("words", "code", "said"), NAMES)
def test_names_that_are_not_utf_8(
    words: list[bytes], code: int, said: bytes, files: Mapping[str, Path], tmp_path: Path
) -> None:
    try:
        for name, of in ((b"c\xff.yaml", "case"), (b"in\xff.jsonl", "lines")):
            (tmp_path / os.fsdecode(name)).write_bytes(files[of].read_bytes())
    except OSError:
        pytest.skip("this file system takes no such names")
    (tmp_path / os.fsdecode(b"p\xff")).mkdir()
    found = ran([os.fsdecode(word) for word in words], tmp_path)
    assert (found.returncode, said in found.stderr) == (code, True), found.stderr
    assert b"internal error" not in found.stderr
