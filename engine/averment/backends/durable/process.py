"""The process that the engine runs in, so that a crash of its C code is the end of that and of nothing else.

It is forked where this process has one thread, as only Linux tells: a fork copies one thread, and every lock as it
stands. It then has at once all that is loaded here. Elsewhere it is a fresh interpreter.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from averment.dataclass import dataclass

COMMAND = (sys.executable, "-P", "-m", "averment.backends.durable.worker_process")

_FIRST = 3  # file descriptors below are the standard streams
_DEFAULT = ("SIGTERM", "SIGHUP", "SIGPIPE", "SIGCHLD", "SIGALRM")  # handlers that are the parent's own


@dataclass(frozen=True, slots=True)
class Process:
    """A process, and the pipes to it and from it."""

    pid: int
    sink: int
    source: int

    def end(self, *, kill: bool) -> str:
        """See it off; how it ended, in words."""
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        self.let_go()
        try:
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:  # somebody else waited for it
            return "a status that is not known"
        return f"signal {-code}" if code < 0 else f"status {code}"

    def let_go(self) -> None:
        """Close the pipes; a process that finds them closed ends by itself."""
        os.close(self.sink)
        os.close(self.source)


def fork(serve: Callable[[int, int], object]) -> Process:
    """A copy of this process in which ``serve`` reads from the first pipe and writes to the second. Raises OSError."""
    (theirs, ours), (source, sink) = _pipe(), _pipe()
    try:
        pid = os.fork()
        if pid == 0:
            _child(serve, theirs, sink)
    except OSError:
        os.close(ours)
        os.close(source)
        raise
    finally:
        os.close(theirs)
        os.close(sink)
    return Process(pid, ours, source)


def spawn(command: Sequence[str] = COMMAND) -> Process:
    """A fresh process, which has the pipes as its standard input and output. Raises OSError."""
    (theirs, ours), (source, sink) = _pipe(), _pipe()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    actions = [(os.POSIX_SPAWN_DUP2, theirs, 0), (os.POSIX_SPAWN_DUP2, sink, 1)]
    try:
        pid = os.posix_spawn(command[0], tuple(command), environment, file_actions=actions)
    except OSError:
        os.close(ours)
        os.close(source)
        raise
    finally:
        os.close(theirs)
        os.close(sink)
    return Process(pid, ours, source)


def quiet_crashes() -> None:
    """A crash of this process is told by its parent: no dump of its memory, no traceback of the interpreter."""
    import faulthandler
    import resource

    faulthandler.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what interrupts the parent ends this process by its pipes


def _child(serve: Callable[[int, int], object], source: int, sink: int) -> NoReturn:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for name in _DEFAULT:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        quiet_crashes()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        low, high = sorted((source, sink))
        for first, end in ((_FIRST, low), (low + 1, high), (high + 1, os.sysconf("SC_OPEN_MAX"))):
            os.closerange(first, end)
        serve(source, sink)
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's is to be flushed or finalized twice


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are no standard streams, even where these are closed."""
    ends = os.pipe()
    if min(ends) >= _FIRST:
        return ends
    import fcntl

    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
