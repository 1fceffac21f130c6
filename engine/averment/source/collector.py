"""Python's cycle collector, paused while trees are built.

Trees hold no cycles: looking for some while half a million nodes are made doubles the time it takes.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Generator[None]:
    """Within it the collector does not run; afterwards it is as it was."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
