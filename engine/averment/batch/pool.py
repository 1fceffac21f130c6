"""Units through workers in order: in this process, or in as many others as are asked for.

Only an idle worker is given a unit, so that neither side ever waits for the other to read; what is done out of order
waits for its turn, and no more than a few units are ahead of it. The others end when this process does.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from averment.batch.arrow import pa, settle, to_bytes
from averment.batch.deciding import Job
from averment.batch.unit import Unit
from averment.batch.work import Done, Worker

After = TypeVar("After")
_AHEAD = 3  # units for each worker


class Lost(Exception):
    """A worker ended by itself."""


def run_here(job: Job, units: Iterator[tuple[Unit, After]]) -> Iterator[tuple[Unit, After, Done]]:
    """Each unit and what follows it, with its part."""
    worker = Worker(job)
    try:
        for unit, after in units:
            yield unit, after, worker.run(unit)
    finally:
        worker.close()


def run_there(job: Job, units: Iterator[tuple[Unit, After]], jobs: int) -> Iterator[tuple[Unit, After, Done]]:
    """As ``run_here``, in ``jobs`` processes. Raises Lost where one of them ends by itself."""
    pool = _Pool(job, jobs)
    try:
        yield from pool.run(units)
    finally:
        pool.close()


class _Pool:
    def __init__(self, job: Job, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, job), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)

    def run(self, units: Iterator[tuple[Unit, Any]]) -> Iterator[tuple[Unit, Any, Done]]:
        idle = list(self._pipes)
        busy: dict[Connection, int] = {}
        waiting: dict[int, tuple[Unit, Any]] = {}
        done: dict[int, Done] = {}
        turn = given = 0
        following = next(units, None)
        while True:
            while following is not None and idle and given - turn < _AHEAD * len(self._pipes):
                pipe = idle.pop()
                self._send(pipe, following[0])
                busy[pipe], waiting[given] = given, _light(following)
                given += 1
                following = next(units, None)  # read ahead while the workers work
            if turn in done:
                unit, after = waiting.pop(turn)
                yield unit, after, done.pop(turn)
                turn += 1
            elif busy:
                for ready in wait(list(busy)):
                    assert isinstance(ready, Connection)
                    done[busy.pop(ready)] = self._receive(ready)
                    idle.append(ready)
            else:
                return

    def _send(self, pipe: Connection, unit: Unit) -> None:
        try:
            _put(pipe, unit)
        except (BrokenPipeError, ConnectionResetError):
            raise Lost(self._ending(pipe)) from None

    def _receive(self, pipe: Connection) -> Done:
        try:
            found = _get(pipe)
        except (EOFError, ConnectionResetError):
            raise Lost(self._ending(pipe)) from None
        if isinstance(found, BaseException):
            raise found
        assert isinstance(found, Done)
        return found

    def _ending(self, pipe: Connection) -> str:
        process = self._processes[self._pipes.index(pipe)]
        process.join(1)
        code = process.exitcode
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    def close(self) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(0.2)
            if process.is_alive():
                process.kill()
                process.join()


def _light(following: tuple[Unit, Any]) -> tuple[Unit, Any]:
    """The unit without its data, which the worker has."""
    unit, after = following
    return Unit(unit.file, unit.format, unit.first, unit.rows, unit.offset, None, unit.overlong), after


def _serve(pipe: Connection, job: Job) -> None:
    """A worker: until there is nobody to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle()
    pa.set_cpu_count(1)
    worker = Worker(job)
    parent = os.getppid()
    try:
        while os.getppid() == parent:
            unit = _get(pipe)
            try:
                _put(pipe, worker.run(unit))
            except (BrokenPipeError, ConnectionResetError):
                raise
            except Exception as problem:
                _put(pipe, RuntimeError(f"{type(problem).__name__}: {problem}"))
    except (EOFError, OSError):
        pass
    finally:
        worker.close()


def _put(pipe: Connection, value: Any) -> None:
    """Send a value; large buffers in it go by themselves, uncopied."""
    if isinstance(value, Unit) and isinstance(value.data, pa.Table):
        value = Unit(value.file, value.format, value.first, value.rows, value.offset, to_bytes(value.data))
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    pipe.send_bytes(pickle.dumps((head, len(buffers))))
    for buffer in buffers:
        pipe.send_bytes(buffer.raw())


def _get(pipe: Connection) -> Any:
    head, count = pickle.loads(pipe.recv_bytes())
    return pickle.loads(head, buffers=[pipe.recv_bytes() for _ in range(count)])
