"""The way into the program: what must hold before most of it is imported, and after it has ended.

An interrupt at any moment is one line and 130. Each standard stream is there: without standard input nothing is read;
standard output that was closed is an error of whatever writes to it; what standard error does not take is lost, and no
reason to fail. No file that is opened later takes the number of a stream that was closed, and gets what is said.
"""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
from typing import Any, NoReturn

_INTERRUPTED = 130
_MODES = (os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)  # of what stands for a closed stream: output cannot be written there


def program() -> NoReturn:
    """What the command ``averment`` runs: as ``main``, in a process that holds nothing else, and so ends at once."""
    try:
        main()
    except SystemExit as end:
        _leave(end)


def main() -> NoReturn:
    """Run the command line and exit."""
    interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if interruptible:
        signal.signal(signal.SIGINT, _end)
    _settle_streams()
    try:
        from averment_cli.main import main as command_line

        if interruptible:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = command_line()
    except KeyboardInterrupt:
        _end()
    if interruptible:
        signal.signal(signal.SIGINT, _end)
    sys.exit(code)


def _leave(end: SystemExit) -> NoReturn:
    """End the process as the interpreter does, but that every object is not taken apart first: the system frees all."""
    threads = sys.modules.get("threading")
    if not isinstance(end.code, int) or (threads is not None and threads.active_count() > 1):
        raise end
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage] - as multiprocessing does
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        raise end from None  # the interpreter says what it says of it
    os._exit(end.code)


def _end(*_: object) -> NoReturn:
    try:
        os.write(2, b"interrupted\n")
    finally:
        os._exit(_INTERRUPTED)


def _settle_streams() -> None:
    for number, mode in enumerate(_MODES):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # the lowest number that is free, which is this one
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - it was closed
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)), encoding="utf-8")
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed()), encoding="utf-8")
    encoding = sys.stderr.encoding if sys.stderr is not None else "utf-8"  # pyright: ignore[reportUnnecessaryComparison]
    sys.stderr = io.TextIOWrapper(io.BufferedWriter(_Heard()), encoding, "backslashreplace", line_buffering=True)


class _Closed(io.FileIO):
    """Standard output that was closed: writing to it fails, and once is enough; the rest is dropped at the end."""

    def __init__(self) -> None:
        super().__init__(1, "r", closefd=False)
        self._told = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if self._told:
            return len(data)
        self._told = True
        raise OSError("standard output is closed")


class _Heard(io.FileIO):
    """Standard error, which may be full or closed: what it does not take is lost."""

    def __init__(self) -> None:
        super().__init__(2, "w", closefd=False)

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)
