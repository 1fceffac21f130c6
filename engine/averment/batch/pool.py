"""Units through workers in order: in this process, and in as many others as are asked for.

Others read their units from the input where they can, and leave what comes of them in files, so that little goes from
process to process; of such units each has the next stretch ready. This process works, too, whenever it has nothing to
hand out or to take in. What is done out of order waits for its turn, and no more than a few stretches are ahead of it.
The others end when this process does. They are forked once the job is known and all that it takes is loaded, where this
process has one thread: so they have at once what it has, and begin before the first row is read.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import groupby
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from averment.batch.inputs import Input, Unreadable
from averment.batch.job import Done, Job, Worker
from averment.batch.unit import Format, Unit
from averment.extras import installed
from averment.threads import single_threaded

_AHEAD = 3  # stretches for each worker
_ENOUGH = {Format.PARQUET: 4 << 20, Format.ARROW: 16 << 20}  # bytes of an input that pay for one more process
_ENOUGH_TEXT = 16 << 20


class Lost(Exception):
    """A worker ended by itself."""


Run = Callable[[Iterator[tuple[Unit, Any]]], Iterator[tuple[Unit, Any, Done]]]
"""Units, each with what follows it, to the same with their parts."""


def as_many_as_pay(inputs: Sequence[Input]) -> int:
    """How many processes decide these inputs the fastest: no more than there are processors, and fewer for little."""
    pay = sum(file.size // _ENOUGH.get(file.format, _ENOUGH_TEXT) for file in inputs)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, pay))


@contextmanager
def workers(jobs: int, job: Job, folder: Path) -> Generator[Run]:
    """What runs units of a job by so many workers, this process among them; the others leave files in ``folder``. They
    have whatever this process has open.

    What is run raises Lost where one of them ends by itself.
    """
    crew = _Crew(jobs - 1, job, folder)
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
    """This process, and others that wait for units."""

    def __init__(self, others: int, job: Job, folder: Path) -> None:
        self._job = job
        self._plain = [file.is_plain for file in job.inputs]
        self._each = 2 if all(self._plain) and all(file.format is not Format.ARROW for file in job.inputs) else 1
        if others and installed("scale"):
            import_module("averment.batch.work")
        alone = single_threaded()  # a process of many threads is not safely forked; there the others begin from nothing
        context: Any = multiprocessing.get_context("fork" if alone else "spawn")
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        for _ in range(others):
            ours, theirs = context.Pipe()
            inherited = [*self._pipes, ours] if alone else []
            process = context.Process(target=_serve, args=(theirs, inherited, job, folder), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)
        self._worker: Worker | None = None

    def run(self, units: Iterator[tuple[Unit, Any]]) -> Iterator[tuple[Unit, Any, Done]]:
        """As ``Run``; to be called once."""
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

    def _send(self, pipe: Connection, told: Any) -> None:
        try:
            pipe.send(told)
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


def _serve(pipe: Connection, inherited: Sequence[Connection], job: Job, folder: Path) -> None:
    """A worker: until there is nobody to work for. ``inherited`` are ends of pipes that are not its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for end in inherited:
        end.close()
    parent = os.getppid()
    with suppress(EOFError, OSError):
        _work(pipe, worker_of(job, alone=False), folder, parent)


def _work(pipe: Connection, worker: Worker, folder: Path, parent: int) -> None:
    number = 0
    try:
        while os.getppid() == parent:
            for unit in pipe.recv():
                pipe.send(_left(worker, unit, folder / f"worker{os.getpid()}.{number}"))
                number += 1
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
