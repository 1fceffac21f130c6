"""Something found beside other work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Found = TypeVar("Found")


def aside(find: Callable[[], Found]) -> Future[Found]:
    """Begin to find something in a thread, which ends with the process if nobody waits for it."""
    future: Future[Found] = Future()

    def begin() -> None:
        try:
            future.set_result(find())
        except BaseException as problem:
            future.set_exception(problem)

    Thread(target=begin, daemon=True).start()
    return future
