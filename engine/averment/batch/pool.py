"""Units through workers in order: in this process, or in as many others as are asked for.

Others read their units from the input where they can, and leave parts as files, so that little goes from process to
process: of such units each has the next stretch ready. Else only an idle worker is given one, so that nobody waits for
another to read. What is done out of order waits for its turn, and no more than a few stretches are ahead of it. The
others end when this process does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from averment.batch.arrow import pa, settle, to_bytes
from averment.batch.deciding import Job
from averment.batch.parts import write
from averment.batch.unit import Format, Unit
from averment.batch.work import Done, Worker

_AHEAD = 3  # stretches for each worker


class Lost(Exception):
    """A worker ended by itself."""


Run = Callable[[Iterator[tuple[Unit, Any]]], Iterator[tuple[Unit, Any, Done]]]
"""Units, each with what follows it, to the same with their parts."""


@contextmanager
def workers(job: Job, jobs: int, folder: Path) -> Generator[Run]:
    """So many workers, which leave parts in ``folder`` if they are other processes; these start at once.

    What is run raises Lost where one of them ends by itself.
    """
    if jobs == 1:
        yield lambda units: _run_here(job, units)
        return
    pool = _Pool(job, jobs, folder)
    try:
        yield pool.run
    finally:
        pool.close()


def _run_here(job: Job, units: Iterator[tuple[Unit, Any]]) -> Iterator[tuple[Unit, Any, Done]]:
    worker = Worker(job)
    try:
        for unit, after in units:
            yield unit, after, worker.run(unit)
    finally:
        worker.close()


class _Pool:
    def __init__(self, job: Job, jobs: int, folder: Path) -> None:
        self._plain = [not file.compression for file in job.inputs]
        self._each = 2 if all(self._plain) and all(file.format is not Format.ARROW for file in job.inputs) else 1
        context = multiprocessing.get_context("spawn")
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        for number in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, job, folder / f"worker{number}"), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)

    def run(self, units: Iterator[tuple[Unit, Any]]) -> Iterator[tuple[Unit, Any, Done]]:
        stretches = (list(stretch) for _, stretch in groupby(units, lambda each: (each[0].file, each[0].stretch)))
        idle = self._pipes * self._each
        busy: dict[Connection, deque[list[int]]] = {}  # the numbers of its stretches, and how many units each has left
        waiting: dict[int, deque[tuple[Unit, Any]]] = {}
        done: dict[int, deque[Done]] = {}
        turn = given = 0
        following = next(stretches, None)
        while following is not None or turn < given:
            while following is not None and idle and given - turn < _AHEAD * len(self._pipes):
                pipe = idle.pop(0)
                self._send(pipe, [self._told(unit) for unit, _ in following])
                waiting[given] = deque((replace(unit, data=None), after) for unit, after in following)
                done[given] = deque()
                busy.setdefault(pipe, deque()).append([given, len(following)])
                given += 1
                following = next(stretches, None)  # read ahead while the workers work
            if done[turn]:
                yield *waiting[turn].popleft(), done[turn].popleft()
                if not waiting[turn]:
                    del waiting[turn], done[turn]
                    turn += 1
                continue
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                stretch = busy[ready][0]
                done[stretch[0]].append(self._receive(ready))
                stretch[1] -= 1
                if not stretch[1]:
                    busy[ready].popleft()
                    idle.append(ready)
                if not busy[ready]:
                    del busy[ready]

    def _told(self, unit: Unit) -> Unit:
        """What a worker must be told of a unit: not what it can read for itself."""
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
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(0.2)
            if process.is_alive():
                process.kill()
                process.join()


def _serve(pipe: Connection, job: Job, path: Path) -> None:
    """A worker: until there is nobody to work for. ``path``: how the files of its parts begin."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle()
    pa.set_cpu_count(1)
    worker = Worker(job)
    parent = os.getppid()
    number = 0
    try:
        while os.getppid() == parent:
            for unit in pipe.recv():
                pipe.send(_left(worker, unit, f"{path}.{number}"))
                number += 1
    except (EOFError, OSError):
        pass
    finally:
        worker.close()


def _left(worker: Worker, unit: Unit, path: str) -> Done | Exception:
    """A part as files, or why there is none."""
    try:
        done = worker.run(unit)
        data = write(Path(f"{path}.data.tmp"), done.data)
        rejects = write(Path(f"{path}.rejects.tmp"), done.rejects) if done.rejects else b""
        return replace(done, data=data, rejects=rejects)
    except (OSError, EOFError, pa.ArrowInvalid) as problem:
        return problem
    except Exception as problem:
        return RuntimeError(f"{type(problem).__name__}: {problem}")
