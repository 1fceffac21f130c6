"""The command line's contract with shells, terminals, pipes and programs."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import averment_cli.commands.codes as codes_command

Start = Callable[..., Any]
_PATIENCE = 20  # seconds, so that what hangs fails
_PLAIN = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color"}


def seen_on_terminal(start: Start, *arguments: str | Path, **environment: str) -> str:
    """What a person at a terminal sees on standard output."""
    ours, theirs = pty.openpty()
    with start(*arguments, stdout=theirs, env={**_PLAIN, **environment}) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            seen += part
        os.close(ours)
        assert process.wait(_PATIENCE) == 0
    return seen.decode().replace("\r\n", "\n")


def test_colours_are_for_terminals_that_want_them(start: Start, case: Path) -> None:
    assert "\x1b[" in seen_on_terminal(start, "decide", case)
    assert "\x1b[" not in seen_on_terminal(start, "decide", case, NO_COLOR="1")
    assert "\x1b[" not in seen_on_terminal(start, "decide", case, TERM="dumb")
    out, _ = start("decide", case, env=_PLAIN).communicate()
    assert b"\x1b[" not in out


def test_colours_change_no_word(start: Start, case: Path) -> None:
    coloured = seen_on_terminal(start, "decide", case, COLUMNS="90")
    plain = seen_on_terminal(start, "decide", case, COLUMNS="90", NO_COLOR="1")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert max(map(len, plain.splitlines())) <= 90


def test_an_ascii_terminal_gets_an_ascii_tree(start: Start, case: Path) -> None:
    out, err = start("decide", case, env={**_PLAIN, "PYTHONIOENCODING": "ascii"}).communicate()
    assert out.isascii()
    assert b"`- " in out
    assert err == b""


def test_a_name_that_ascii_cannot_show_does_not_crash(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text('{"case": "caf\u00e9", "facts": {"product": {"stage": "idea"}}}', "utf-8")
    process = start("decide", file, "--quiet", env={**_PLAIN, "PYTHONIOENCODING": "ascii"})
    out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"caf\\xe9\t")


def test_json_is_utf_8_wherever_it_goes(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text('{"case": "caf\u00e9", "facts": {"product": {"stage": "idea"}}}', "utf-8")
    out, _ = start("decide", file, "--format", "json", env={**_PLAIN, "PYTHONIOENCODING": "ascii"}).communicate()
    assert json.loads(out)["case"] == "caf\u00e9"


def test_who_closes_the_pipe_hears_nothing_more(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(
        "".join(f'{{"case": "{number}", "facts": {{"product": {{"stage": "idea"}}}}}}\n' for number in range(30)),
        "utf-8",
    )
    with start("decide", file, "--format", "json") as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(_PATIENCE) == 0
        assert process.stderr.read() == b""


def interrupted(process: Any) -> int:
    """Send an interrupt until one is noticed: one that comes just before a read begins waits for its end."""
    for _ in range(_PATIENCE):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return int(process.wait(1))
    raise AssertionError("nobody listens")


def test_an_interrupt_ends_with_130_and_one_line(start: Start) -> None:
    with start("decide", "-", stdin=subprocess.PIPE) as process:
        process.stdin.write(b"x" * 200_000)  # more than a pipe holds: whoever takes it all is reading
        process.stdin.flush()
        assert interrupted(process) == 130
        assert process.stderr.read().strip() == b"interrupted"


def test_our_own_mistake_is_one_line_and_no_traceback(averment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> str:
        raise RuntimeError("a bug\x1b[31m")

    monkeypatch.setattr(codes_command, "_plain", broken)
    ran = averment("codes", "AV101")
    assert ran.code == 4
    assert ran.err.startswith("internal error: RuntimeError: a bug<U+001B>[31m\n")
    assert "report" in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setenv("AVERMENT_DEBUG", "1")
    with pytest.raises(RuntimeError):
        averment("codes", "AV101")


def test_a_full_disk_is_one_line(start: Start, case: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        process = start("decide", case, stdout=full)
        _, err = process.communicate()
    assert process.returncode == 4
    assert b"Traceback" not in err
    assert err.count(b"\n") == 1


def test_the_shell_completes_commands_packs_and_codes(start: Start) -> None:
    def complete(words: str, place: int) -> list[str]:
        environment = {**_PLAIN, "_AVERMENT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(place)}
        out, _ = start(env=environment).communicate()
        return [line.partition(",")[2] for line in out.decode().split()]

    assert complete("averment de", 1) == ["decide"]
    assert complete("averment decide --pack pm", 3) == ["pm_tpm"]
    assert "AV301" in complete("averment codes AV3", 2)


def test_help_is_data(averment: Any) -> None:
    ran = averment("--help")
    assert ran.code == 0
    assert "decide" in ran.out
    assert ran.err == ""
    assert averment("decide", "-h").out.startswith("Usage: averment decide")


def test_a_long_word_without_a_colon_is_read_once(averment: Any, tmp_path: Path) -> None:
    """Looking for keys in it took time by the square of its length: a minute for 65,537 letters, days for these."""
    (tmp_path / "case.yaml").write_text(f"facts: {{product: {{stage: {'a' * 4_000_000}}}}}", "utf-8")
    ran = averment("decide", tmp_path / "case.yaml")
    assert (ran.code, ran.out) == (3, "") and "AV108" in ran.err
