"""Standard input and output of a batch, by way of files that last as long as the command; and how it is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

_TERMINATED = 143


@contextmanager
def input_of(table: str, scratch: list[Path]) -> Generator[str]:
    """The input's name. Standard input is put into a file first: a run looks at its input more than once."""
    if table != "-":
        yield table
        return
    with _scratch(scratch) as folder:
        copied = folder / "input.jsonl"
        with copied.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        yield str(copied)


@contextmanager
def output_of(output: str, scratch: list[Path]) -> Generator[Path]:
    """Where the output goes; standard output is written at the end."""
    from averment.diagnostics.diagnostic import Diagnostic, Refused

    if output != "-":
        target = Path(output)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused([Diagnostic("AV531", f"`{output}` cannot be written: {error.strerror}")]) from None
        yield target
        return
    with _scratch(scratch) as folder:
        target = folder / "output"
        yield target
        sys.stdout.flush()
        with target.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()


@contextmanager
def _scratch(scratch: list[Path]) -> Generator[Path]:
    """A folder that lasts as long as the command does. It is in ``scratch`` before it is made."""
    folder = Path(tempfile.gettempdir()) / f"averment-{token_hex(8)}"
    scratch.append(folder)
    folder.mkdir(0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def interruptible(output: str, scratch: list[Path]) -> Generator[None]:
    """SIGTERM ends the process at once: whatever it was at, what is done so far lasts, and ``scratch`` is removed."""

    def stop(*_: object) -> None:
        _goes_on(output)
        for folder in scratch:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        _goes_on(output)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _goes_on(output: str) -> None:
    if output != "-":
        os.write(2, b"stopped; the same command continues from here\n")
