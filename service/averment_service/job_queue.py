"""Which batch jobs are worked on: so many at once in a service, whatever the number of its processes, others in turn.

Each is worked on by a process of its own (``running``), started by whichever process sees that there is room: the one
that is asked, another job's at its end, or the one in which somebody looks at a job that waits.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from averment.diagnostics.diagnostic import Diagnostic
from averment.diagnostics.render_json import all_to_json
from averment_service.job import CANCELLED, FAILED, LOCK, RUNNING, WAITING, Job, is_job, is_worked_on, read, save
from averment_service.problems import REQUEST, Problem, problem
from averment_service.settings import Settings

_QUEUE = ".lock"  # of the folder, held while jobs change their state
_CLOSED = ".closed"  # there when nobody serves them
_PATIENCE = 3.0  # seconds that a process has to end when asked to
_PAUSE = 0.02


@dataclass(frozen=True)
class Queue:
    """``folder`` is that of the jobs; ``log``, ``keeper`` (where its writer listens) and ``key`` (the file of the
    masking key) are what the process of a job is told; ``most`` are worked on at once.
    """

    folder: Path
    log: str
    keeper: str
    key: str
    most: int

    @contextmanager
    def held(self) -> Generator[None]:
        """While nobody else changes the state of a job."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self.folder / _QUEUE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)

    def enter(self, job: Job, format: str) -> Job:
        """Have the job worked on, when its turn comes. Raises: Problem (409) where it is already."""
        folder = self.folder / job.id
        with self.held():
            now = read(folder)
            if now.state == WAITING or (now.state == RUNNING and is_worked_on(folder)):
                raise problem(409, REQUEST, "the job runs already")
            fresh = replace(now, state=WAITING, format=format, rows=0, share=0.0, summary=None, diagnostics=())
            save(folder, replace(fresh, since=time.time()))
        self.admit()
        return read(folder)

    def admit(self) -> None:
        """Begin with those that wait, the longest first, as far as there is room."""
        with self.held():
            _reap()
            jobs = [] if (self.folder / _CLOSED).exists() else list(self._jobs())
            running = sum(job.state == RUNNING and is_worked_on(folder) for folder, job in jobs)
            waiting = sorted((job.since, folder, job) for folder, job in jobs if job.state == WAITING)
            for _, folder, job in waiting:
                if running < self.most and not is_worked_on(folder):
                    running += self._begin(folder, job)

    def cancel(self, job: Job) -> None:
        """End the work on a job; started again it goes on. Raises: Problem (409) where nobody works on it."""
        folder = self.folder / job.id
        with self.held():
            now = read(folder)
            if now.state == RUNNING and is_worked_on(folder):
                _end(folder)
            elif now.state != WAITING:
                raise problem(409, REQUEST, "the job does not run")
            now = read(folder)  # it may have come to its end meanwhile
            if now.under_way:
                save(folder, replace(now, state=CANCELLED))
        self.admit()

    def open(self) -> None:
        """From now on jobs are served, and those that waited for it go on."""
        with self.held():
            (self.folder / _CLOSED).unlink(missing_ok=True)
        self.admit()

    def close(self) -> None:
        """End the work on all: they wait until they are served again."""
        if not self.folder.is_dir():
            return
        with suppress(OSError), self.held():  # a disk that takes nothing keeps nobody from ending
            with suppress(OSError):
                (self.folder / _CLOSED).touch()
            for folder, job in self._jobs():
                with suppress(OSError, ValueError, Problem):  # nor does one job keep the others from waiting
                    if job.state == RUNNING and is_worked_on(folder):
                        _end(folder)
                        now = read(folder)  # it may have come to its end meanwhile
                        if now.state == RUNNING:
                            save(folder, replace(now, state=WAITING))

    def _jobs(self) -> Iterator[tuple[Path, Job]]:
        for folder in self.folder.iterdir():
            with suppress(OSError, ValueError):
                if is_job(folder):
                    yield folder, read(folder)

    def _begin(self, folder: Path, job: Job) -> bool:
        """Start the process of a job; whether that went well."""
        command = [sys.executable, "-m", "averment_service.running", str(folder)]
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        command += [self.log, self.keeper, self.key, str(self.most), str(lock)]
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            save(folder, replace(job, state=RUNNING))
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, pass_fds=[lock]
            )
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(child.pid).encode(), 0)
        except OSError as error:
            failed = Diagnostic("AV530", f"no process could be started: {error.strerror}", (), ("start it again",))
            save(folder, replace(job, state=FAILED, diagnostics=tuple(all_to_json([failed]))))
            return False
        finally:
            os.close(lock)
        _children.append(child)
        return True


def queue_of(settings: Settings, keeper: str) -> Queue:
    """The jobs of a service with these settings."""
    folder = Path(settings.data or "averment-jobs")
    return Queue(folder, settings.log, keeper, settings.masking_key, max(1, settings.jobs))


_children: list[subprocess.Popen[bytes]] = []  # of this process, so that none is left as a zombie


def _reap() -> None:
    _children[:] = [child for child in _children if child.poll() is None]


def _end(folder: Path) -> None:
    """End the process that works on a job, with those that help it. Raises: Problem (409) where it does not."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ValueError, ProcessLookupError):
            os.killpg(int((folder / LOCK).read_text()), sign)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            _reap()
            if not is_worked_on(folder):
                return
            time.sleep(_PAUSE)
    raise problem(409, REQUEST, "the work on this job does not end", "try again in a moment")
