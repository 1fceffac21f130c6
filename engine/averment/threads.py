"""Whether this process may be forked: a fork copies one thread, and every lock as it stands."""

from __future__ import annotations

from pathlib import Path

_THREADS = Path("/proc/self/task")


def single_threaded() -> bool:
    """Whether this process surely has one thread, as only Linux tells."""
    try:
        return len(list(_THREADS.iterdir())) == 1
    except OSError:
        return False
