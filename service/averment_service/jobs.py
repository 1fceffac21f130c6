"""Batch jobs: a table that was sent, how it is to be read, how far it has come, and what came out.

A job is a folder of its own under ``data``: ``job.json`` (what it is and how it stands), the table, ``draft.json`` and
``mapping.yaml``, the files of its pack as it was when the table came, and then the output, its manifest and rejects.
It is worked on by a process of its own (``running``), which any process of the service may start (``job_queue``) and
look at; where that dies, the same job goes on where it stopped.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from averment.batch.adapter import read_mapping
from averment.batch.order import folder_of
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.diagnostics.render_json import all_to_json
from averment.pack import Pack
from averment.recording import pack_bytes
from averment_service.apart import apart
from averment_service.job import (
    DRAFTED,
    FAILED,
    ID,
    LOCK,
    MAPPING,
    PACK,
    RUNNING,
    WAITING,
    Job,
    is_job,
    is_worked_on,
    output_of,
    read,
    save,
    table_of,
)
from averment_service.job_queue import Queue
from averment_service.problems import GONE, REQUEST, TOO_MUCH, problem

FORMATS = ("csv", "jsonl", "parquet", "arrow", "xlsx")
MOST = 200  # jobs that one may have
_LOOKS = 2.0  # seconds between two times that looking at a job which waits makes room for it


class Jobs:
    """The jobs in a folder."""

    def __init__(self, queue: Queue) -> None:
        self._queue, self._folder = queue, queue.folder
        self._looked = 0.0

    def open(self) -> None:
        """Begin to serve them: those that were under way when a service ended go on."""
        self._queue.open()

    def check_room(self, owner: str) -> None:
        """Raises: Problem (429) where somebody has as many jobs as one may."""
        if sum(1 for _ in self.of(owner)) >= MOST:
            raise problem(429, TOO_MUCH, f"there are {MOST} jobs of `{owner}`", "delete some first", retry=60)

    def take(self, owner: str, name: str, pack: Pack, table: BinaryIO) -> Job:
        """A job for a table of this name, with its mapping drafted, found by looking at it. It is there from then on.

        Raises: Refused for what is no table; Problem where somebody has too many, or it takes too much.
        """
        self.check_room(owner)
        job = Job(secrets.token_hex(8), owner, Path(name).name, pack.name, pack.version, pack.digest)
        with self._beginning(job) as folder:
            for path, content in pack_bytes(pack).items():
                file = folder / PACK / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            save(folder, job)
            with table_of(folder, job).open("xb") as stream:
                shutil.copyfileobj(table, stream)
            apart("draft", folder, pack)
        return read(self.folder(job))

    def map(self, job: Job, mapping: bytes) -> Job:
        """The job with another mapping; what was decided so far under the old one is gone.

        Raises: Refused for what is none; Problem (409) while it runs.
        """
        report = Report()
        read_mapping(mapping, MAPPING, report)
        if report.failed:
            raise Refused(report.diagnostics)
        folder = self.folder(job)
        with self._queue.held():
            self._refuse_under_way(job, "the job runs: its mapping stays as it is")
            for format in FORMATS:
                shutil.rmtree(folder_of(output_of(folder, format)), ignore_errors=True)
            (folder / MAPPING).write_bytes(mapping)
            done = replace(job, state=DRAFTED, doubts=(), summary=None, diagnostics=())
            save(folder, done)
        return done

    def start(self, job: Job, format: str) -> Job:
        """Have the job worked on, when its turn comes."""
        if format not in FORMATS:
            raise problem(422, REQUEST, f"there is no format `{format}`", f"formats: {', '.join(FORMATS)}")
        return self._queue.enter(job, format)

    def cancel(self, job: Job) -> Job:
        """End the work on a job."""
        self._queue.cancel(job)
        return self.find(job.id, job.owner)

    def find(self, id: str, owner: str) -> Job:
        """The job of an id, which must be its owner's. Raises: Problem (404)."""
        with suppress(OSError, ValueError):
            if ID.fullmatch(id) and is_job(self._folder / id):
                job = self._read(self._folder / id)
                if job.owner == owner:
                    return self._admitted(job)
        raise problem(404, GONE, f"there is no job `{id}`")

    def of(self, owner: str) -> Iterator[Job]:
        """The jobs of somebody, the newest first."""
        found: list[tuple[float, Job]] = []
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(OSError, ValueError):  # one may go while we look
                if is_job(folder) and (job := self._read(folder)).owner == owner:
                    found.append((folder.stat().st_mtime, job))
        return (job for _, job in sorted(found, key=lambda each: each[0], reverse=True))

    def delete(self, job: Job) -> None:
        """Take a job away, with all that is in its folder. Raises: Problem (409) while it runs."""
        with self._queue.held():
            self._refuse_under_way(job, "the job runs: cancel it first, or wait for it")
            shutil.rmtree(self.folder(job))

    @contextmanager
    def _beginning(self, job: Job) -> Generator[Path]:
        """The folder of a job, which nobody finds until all went well. Where it did not, it is gone; where that ended
        this process, whoever begins the next takes it away.
        """
        folder = self._folder / f".{job.id}"
        with self._queue.held():
            self._sweep()
            folder.mkdir(mode=0o700)
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
            folder.rename(self.folder(job))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            os.close(lock)

    def _sweep(self) -> None:
        for folder in self._folder.glob(".*"):
            if ID.fullmatch(folder.name[1:]) and not is_worked_on(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def holds(self, folder: Path) -> bool:
        """Whether this is the folder of a job."""
        return folder.parent.absolute() == self._folder.absolute()

    def folder(self, job: Job) -> Path:
        return self._folder / job.id

    def table(self, job: Job) -> Path:
        return table_of(self.folder(job), job)

    def output(self, job: Job) -> Path:
        return output_of(self.folder(job), job.format)

    def _refuse_under_way(self, job: Job, why: str) -> None:
        now = self._read(self.folder(job))
        if now.under_way:
            raise problem(409, REQUEST, why)

    def _admitted(self, job: Job) -> Job:
        """The job, begun if it waits and there is room by now: whoever had the room may have died."""
        now = time.monotonic()
        if job.state != WAITING or now - self._looked < _LOOKS:
            return job
        self._looked = now
        self._queue.admit()
        return self._read(self.folder(job))

    def _read(self, folder: Path) -> Job:
        """A job; of one whose process is gone, that it failed."""
        job = read(folder)
        if job.state == RUNNING and not is_worked_on(folder):
            job = read(folder)  # it may have ended since
            if job.state == RUNNING:
                lost = Diagnostic("AV530", "the process of this job ended by itself", (), (_AGAIN,))
                return replace(job, state=FAILED, diagnostics=tuple(all_to_json([lost])))
        return job


_AGAIN = "start it again: it goes on where it stopped"
