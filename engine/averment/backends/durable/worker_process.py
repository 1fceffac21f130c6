"""A worker as a program of its own: it answers on standard output what it reads from standard input."""

from __future__ import annotations

import os
import sys

from averment.backends.durable.process import quiet_crashes
from averment.backends.durable.serving import serve


def main() -> None:
    """Serve the parent process. What anything prints goes to standard error, not in between the answers."""
    quiet_crashes()
    sink = os.dup(1)
    os.dup2(2, 1)
    serve(sys.stdin.fileno(), sink)


if __name__ == "__main__":
    main()
