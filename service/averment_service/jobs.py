"""Batch jobs: a table that was sent, how it is to be read, how far it has come, and what came out.

A job is a folder of its own under ``data``: ``job.json`` (what it is and how it stands), the table, ``mapping.yaml``,
the files of its pack as it was when the table came, and then the output, its manifest and its rejects. It is worked on
by a process of its own (``running``), which any process of the service may start and look at; where that dies, the same
job goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from averment.batch.adapter import Adapter, read_mapping
from averment.batch.inputs import find_inputs
from averment.diagnostics.diagnostic import Refused, Report
from averment.drafting.draft import Draft, draft
from averment.drafting.mapping_text import mapping_text
from averment.drafting.sample import look
from averment.pack import Pack
from averment.recording import pack_bytes
from averment_service.problems import GONE, REQUEST, TOO_MUCH, problem
from averment_service.settings import Settings

DRAFTED, RUNNING, DONE, FAILED = "drafted", "running", "done", "failed"
FORMATS = ("csv", "jsonl", "parquet", "arrow", "xlsx")
TABLE, MAPPING, PACK, STATE = "table", "mapping.yaml", "pack", "job.json"
MOST = 200  # jobs that one may have
_ID = re.compile(r"[0-9a-f]{16}")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8}){1,2}$")


@dataclass(frozen=True)
class Job:
    """How a job stands. ``rows`` are done so far, ``share`` of the input; ``summary`` is there once it is done."""

    id: str
    owner: str
    name: str  # of the table, as it was sent
    pack: str
    version: str
    digest: str
    state: str = DRAFTED
    doubts: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    format: str = ""
    rows: int = 0
    share: float = 0.0
    process: int = 0
    summary: dict[str, Any] | None = None
    diagnostics: tuple[dict[str, Any], ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """As it is told."""
        told = {name: value for name, value in asdict(self).items() if name not in ("process", "owner", "share")}
        return {**told, "percent": round(100 * self.share), **{name: list(told[name]) for name in _LISTS}}


_LISTS = ("doubts", "absent", "diagnostics")


class Jobs:
    """The jobs in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, owner: str, name: str, pack: Pack) -> tuple[Job, Path]:
        """A job for a table of this name, and where the table goes. Raises: Problem where somebody has too many."""
        if sum(1 for _ in self.of(owner)) >= MOST:
            raise problem(429, TOO_MUCH, f"there are {MOST} jobs of `{owner}`", "delete some first", retry=60)
        job = Job(secrets.token_hex(8), owner, Path(name).name, pack.name, pack.version, pack.digest)
        folder = self._folder / job.id
        folder.mkdir(parents=True, mode=0o700)
        for path, content in pack_bytes(pack).items():
            file = folder / PACK / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self.save(job)
        return job, folder / f"{TABLE}{_suffix(name)}"

    def drafted(self, job: Job, pack: Pack) -> Job:
        """The job with its mapping drafted, found by looking at the table. Raises: Refused for what is no table."""
        report = Report()
        table = self.table(job)
        files = find_inputs(str(table), None, report)
        sample = look(files[0], report, Adapter()) if files and not report.failed else None
        if sample is None:
            raise Refused(report.diagnostics)
        found: Draft = draft(sample, pack.model.types)
        text = mapping_text(found, job.name, f"{pack.name} {pack.version}")
        (self.folder(job) / MAPPING).write_text(text, encoding="utf-8")
        doubts = tuple(f"{line.heading}: {doubt}" for line in found.lines for doubt in line.doubts)
        done = replace(job, doubts=doubts, absent=tuple(each.path for each in found.absent))
        self.save(done)
        return done

    def map(self, job: Job, mapping: bytes) -> Job:
        """The job with another mapping. Raises: Refused for what is none; Problem once it runs."""
        if job.state == RUNNING:
            raise problem(409, REQUEST, "the job runs: its mapping stays as it is")
        report = Report()
        read_mapping(mapping, MAPPING, report)
        if report.failed:
            raise Refused(report.diagnostics)
        (self.folder(job) / MAPPING).write_bytes(mapping)
        done = replace(job, state=DRAFTED, doubts=(), summary=None, diagnostics=())
        self.save(done)
        return done

    def start(self, job: Job, format: str, settings: Settings, keeper: str) -> Job:
        """Have the job worked on. ``keeper``: where the writer of the log listens."""
        if format not in FORMATS:
            raise problem(422, REQUEST, f"there is no format `{format}`", f"formats: {', '.join(FORMATS)}")
        if job.state == RUNNING:
            raise problem(409, REQUEST, "the job runs already")
        started = replace(job, state=RUNNING, format=format, rows=0, share=0.0, summary=None, diagnostics=())
        self.save(started)
        command = [
            sys.executable,
            "-m",
            "averment_service.running",
            str(self.folder(job)),
            settings.log,
            keeper,
            settings.masking_key,
        ]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
        _reaped.append(child)
        return started

    def find(self, id: str, owner: str) -> Job:
        """The job of an id, which must be its owner's. Raises: Problem (404)."""
        with suppress(OSError, ValueError, TypeError):
            if _ID.fullmatch(id):
                job = self._read(self._folder / id)
                if job.owner == owner:
                    return job
        raise problem(404, GONE, f"there is no job `{id}`")

    def of(self, owner: str) -> Iterator[Job]:
        """The jobs of somebody, the newest first."""
        folders = (
            [entry for entry in self._folder.iterdir() if _ID.fullmatch(entry.name)] if self._folder.is_dir() else []
        )
        for folder in sorted(folders, key=lambda each: each.stat().st_mtime, reverse=True):
            with suppress(OSError, ValueError, TypeError):
                job = self._read(folder)
                if job.owner == owner:
                    yield job

    def delete(self, job: Job) -> None:
        """Take a job away, with all that is in its folder. Raises: Problem while it runs."""
        if job.state == RUNNING:
            raise problem(409, REQUEST, "the job runs: wait for it")
        shutil.rmtree(self.folder(job))

    def folder(self, job: Job) -> Path:
        return self._folder / job.id

    def table(self, job: Job) -> Path:
        return self.folder(job) / f"{TABLE}{_suffix(job.name)}"

    def output(self, job: Job) -> Path:
        return self.folder(job) / f"decisions.{job.format}"

    def save(self, job: Job) -> None:
        save(self.folder(job), job)

    def _read(self, folder: Path) -> Job:
        """A job; of one whose process is gone, that it failed."""
        _reap()
        job = read(folder)
        if job.state == RUNNING and job.process and not _is_alive(job.process):
            again = read(folder)  # it may have ended since
            if again.state == RUNNING:
                lost = {"code": "AV530", "severity": "error", "message": "the process of this job ended by itself",
                        "labels": [], "help": ["start it again: it goes on where it stopped"], "notes": []}  # fmt: skip
                return replace(again, state=FAILED, diagnostics=(lost,))
            return again
        return job


_reaped: list[subprocess.Popen[bytes]] = []  # the children of this process, so that none is left as a zombie


def _reap() -> None:
    _reaped[:] = [child for child in _reaped if child.poll() is None]


def read(folder: Path) -> Job:
    """How the job in a folder stands. Raises: OSError, ValueError."""
    told: dict[str, Any] = json.loads((folder / STATE).read_bytes())
    told.update((name, tuple(told[name])) for name in _LISTS)
    return Job(**told)


def save(folder: Path, job: Job) -> None:
    """Write down how a job stands, at once: a reader has it as it was or as it is."""
    beside = folder / f".{STATE}-{os.getpid()}"
    beside.write_text(json.dumps(asdict(job)), encoding="utf-8")
    beside.replace(folder / STATE)


def _suffix(name: str) -> str:
    found = _SUFFIX.search(Path(name).name.lower())
    return found.group() if found else ""


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
