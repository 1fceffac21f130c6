"""Units through workers in order: in this process, and in as many others as are asked for.

Others read their units from the input where they can, and leave what comes of them in files, so that little goes from
process to process; of such units each has the next stretch ready. This process works, too, whenever it has nothing to
hand out or to take in. What is done out of order waits for its turn, and no more than a few stretches are ahead of it.
The others end when this process does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from averment.batch.inputs import Unreadable
from averment.batch.job import Done, Job, Worker
from averment.batch.unit import Format, Unit
from averment.extras import installed

_AHEAD = 3  # stretches for each worker


class Lost(Exception):
    """A worker ended by itself."""


Run = Callable[[Iterator[tuple[Unit, Any]]], Iterator[tuple[Unit, Any, Done]]]
"""Units, each with what follows it, to the same with their parts."""


@contextmanager
def workers(job: Job, jobs: int, folder: Path) -> Generator[Run]:
    """So many workers, this process among them; the others start at once, and leave files in ``folder``.

    What is run raises Lost where one of them ends by itself.
    """
    crew = _Crew(job, jobs - 1, folder)
    try:
        yield crew.run
    finally:
        crew.close()


@dataclass
class _Stretch:
    """Units that one worker does, each with what follows it, and the parts of the first of them."""

    units: deque[tuple[Unit, Any]]
    done: deque[Done] = field(default_factory=deque[Done])


class _Crew:
    def __init__(self, job: Job, others: int, folder: Path) -> None:
        self._job = job
        self._plain = [not file.compression for file in job.inputs]
        self._each = 2 if all(self._plain) and all(file.format is not Format.ARROW for file in job.inputs) else 1
        context = multiprocessing.get_context("spawn")
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        for _ in range(others):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, job, folder), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)
        self._worker: Worker | None = None

    def run(self, units: Iterator[tuple[Unit, Any]]) -> Iterator[tuple[Unit, Any, Done]]:
        self._worker = worker_of(self._job)
        most = _AHEAD * (len(self._pipes) + 1)
        stretches = (deque(stretch) for _, stretch in groupby(units, lambda each: (each[0].file, each[0].stretch)))
        following = next(stretches, None)
        turns: deque[_Stretch] = deque()  # in the order of the input
        own: deque[tuple[_Stretch, Unit]] = deque()
        idle = self._pipes * self._each
        busy: dict[Connection, deque[tuple[_Stretch, int]]] = {}  # its stretches, with how many units each has left
        while turns or following is not None:
            while following is not None and len(turns) < most and (idle or not own):
                turns.append(stretch := _Stretch(following))
                if idle:
                    self._send(pipe := idle.pop(0), [self._told(unit) for unit, _ in following])
                    busy.setdefault(pipe, deque()).append((stretch, len(following)))
                    stretch.units = deque((replace(unit, data=None, sides=()), after) for unit, after in following)
                else:
                    own.extend((stretch, unit) for unit, _ in following)
                following = next(stretches, None)
            for ready in wait(list(busy), 0 if own or turns[0].done else None) if busy else ():
                assert isinstance(ready, Connection)
                stretch, left = busy[ready].popleft()
                stretch.done.append(self._receive(ready))
                if left > 1:
                    busy[ready].appendleft((stretch, left - 1))
                else:
                    idle.append(ready)
                if not busy[ready]:
                    del busy[ready]
            if own and not turns[0].done:
                stretch, unit = own.popleft()
                stretch.done.append(self._worker.run(unit))
            while turns and turns[0].done:
                yield *turns[0].units.popleft(), turns[0].done.popleft()
                if not turns[0].units:
                    turns.popleft()

    def _told(self, unit: Unit) -> Unit:
        """What another process must be told of a unit: not what it can read for itself."""
        if unit.format.text and not unit.sides:
            return replace(unit, data=None) if self._plain[unit.file] and not unit.overlong else unit
        from averment.batch.arrow import to_bytes

        if unit.sides:
            tables = (None if side.table is None else to_bytes(side.table).to_pybytes() for side in unit.sides)
            sides = tuple(replace(side, table=table) for side, table in zip(unit.sides, tables, strict=True))
            unit = replace(unit, sides=sides)
        if unit.format.text:
            return replace(unit, data=None) if self._plain[unit.file] and not unit.overlong else unit
        return unit if unit.data is None else replace(unit, data=to_bytes(unit.data).to_pybytes())

    def _send(self, pipe: Connection, units: list[Unit]) -> None:
        try:
            pipe.send(units)
        except (BrokenPipeError, ConnectionResetError):
            raise Lost(self._ending(pipe)) from None

    def _receive(self, pipe: Connection) -> Done:
        try:
            found: Done | Exception = pipe.recv()
        except (EOFError, ConnectionResetError):
            raise Lost(self._ending(pipe)) from None
        if isinstance(found, Exception):
            raise found
        return found

    def _ending(self, pipe: Connection) -> str:
        process = self._processes[self._pipes.index(pipe)]
        process.join(1)
        code = process.exitcode
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(0.2)
            if process.is_alive():
                process.kill()
                process.join()


def worker_of(job: Job, alone: bool = True) -> Worker:
    """What decides units here: in columns where the extra ``scale`` is there. ``alone``: no other process works."""
    if not installed("scale"):
        from averment.batch.plain_work import PlainWorker

        return PlainWorker(job)
    from averment.batch.arrow import pa, settle
    from averment.batch.work import TableWorker

    if not alone:
        settle()
        pa.set_cpu_count(1)
    return TableWorker(job)


def _serve(pipe: Connection, job: Job, folder: Path) -> None:
    """A worker: until there is nobody to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = worker_of(job, alone=False)
    parent = os.getppid()
    number = 0
    try:
        while os.getppid() == parent:
            for unit in pipe.recv():
                pipe.send(_left(worker, unit, folder / f"worker{os.getpid()}.{number}"))
                number += 1
    except (EOFError, OSError):
        pass
    finally:
        worker.close()


def _left(worker: Worker, unit: Unit, path: Path) -> Done | Exception:
    """A part whose contents are in files that begin with ``path``, or why there is none."""
    try:
        done = worker.run(unit)
        left = {name: path.with_name(f"{path.name}.{name}") for name in done.contents}
        for name, content in done.contents.items():
            left[name].write_bytes(content)
        return replace(done, contents=left)
    except (OSError, Unreadable) as problem:
        return problem
    except Exception as problem:
        return RuntimeError(f"{type(problem).__name__}: {problem}")
