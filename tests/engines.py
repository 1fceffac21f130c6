"""One process of the engine for every pack: packs come and go in tests by the thousand, and it is started once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from averment.backends import durable, reference
from averment.engines import Host


@contextmanager
def hosted(command: tuple[str, ...] = ()) -> Iterator[None]:
    """Have every pack's engines in one process, started by ``command``."""
    worker = durable.Worker(reference.evaluate, command=command)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Host, "worker", worker)
        yield
    worker.close()
