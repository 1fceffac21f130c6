"""A command that runs again whenever a file of a pack changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

_PAUSE = 0.2  # seconds between two looks


def run_again(pack: str, run: Callable[[], int]) -> int:
    """Run, and again after each change, until somebody interrupts; what the last run came to."""
    from averment.diagnostics.diagnostic import Report
    from averment.shelf import find_pack
    from averment_cli.terminal import talk

    came_to, seen = 0, None
    try:
        while True:
            folder = find_pack(pack, Report())
            now = _state(folder) if folder else {}
            if now != seen:
                seen, came_to = now, run()
                talk("waiting for a change; Ctrl-C ends it")
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        return came_to


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """When each file was last written, and how long it is; one that goes while it is looked at is not there."""
    found: dict[str, tuple[int, int]] = {}
    for path in sorted(folder.rglob("*")):
        try:
            about = path.stat()
        except OSError:
            continue
        found[str(path)] = about.st_mtime_ns, about.st_size
    return found
