"""How much is done at once: what takes longer than a decision goes through here, and who finds it full is told when to
come again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from averment_service.problems import BUSY, problem

T = TypeVar("T")
_log = logging.getLogger("averment.service")


class Gate:
    """``slow`` things at once, each in a thread, and at most ``queue`` that wait for one. ``watch`` is told how many
    there are, whenever that changes.
    """

    def __init__(self, slow: int, queue: int, watch: Callable[[int], None] = lambda _: None) -> None:
        self._watch = watch
        self._pool = ThreadPoolExecutor(max(1, slow), "slow")
        self._room = max(1, slow) + queue
        self.held = 0
        self._counting = Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` gives, from a thread. Raises: Problem (503) where too many wait; whatever ``work`` raises."""
        with self._counting:
            if self.held >= self._room:
                raise problem(503, BUSY, "too many requests are waiting", retry=1)
            self.held += 1
        self._watch(self.held)
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._left())  # a request that is gone still takes its thread
        return await asyncio.wrap_future(future)

    def run_aside(self, work: Callable[[], object]) -> None:
        """Have something done that nobody waits for; where it fails, the log of the service says so."""
        self._pool.submit(work).add_done_callback(_tell)

    def _left(self) -> None:
        with self._counting:  # in a thread of the pool
            self.held -= 1
        self._watch(self.held)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _tell(done: Future[object]) -> None:
    error = None if done.cancelled() else done.exception()
    if error is not None:
        _log.error("%s", error)
