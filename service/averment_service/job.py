"""A batch job as it stands: what its folder says of it, and who works on it."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.diagnostics.render_json import all_to_json
from averment.replaying.finding import SENT
from averment_service.places import retold

DRAFTED, WAITING, RUNNING, DONE, FAILED, CANCELLED = "drafted", "waiting", "running", "done", "failed", "cancelled"
STATES = (DRAFTED, WAITING, RUNNING, DONE, FAILED, CANCELLED)
UNDER_WAY = (WAITING, RUNNING)
MAPPING, PACK, STATE = "mapping.yaml", "pack", "job.json"
ROWS, MENDS = "rows.db", "mends.json"  # the decisions as an index; what would mend the rejects
LOCK = "work.lock"  # held by whoever works on the job; it says which process that is
ID = re.compile(r"[0-9a-f]{16}")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8}){1,2}$")
_LISTS = ("doubts", "absent", "diagnostics")
_OURS = (*_LISTS, "owner", "share", "since")


@dataclass(frozen=True)
class Job:
    """How a job stands. ``rows`` are done so far, ``share`` of the input; ``summary`` is there once it is done.

    ``since``: when it was last started.
    """

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
    since: float = 0.0
    summary: dict[str, Any] | None = None
    diagnostics: tuple[dict[str, Any], ...] = ()

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def document(self) -> dict[str, Any]:
        """As it is told."""
        told = {name: value for name, value in asdict(self).items() if name not in _OURS}
        return {**told, "percent": self.percent, **{name: list(getattr(self, name)) for name in _LISTS}}


def read(folder: Path) -> Job:
    """How the job in a folder stands. Raises: OSError, ValueError where nothing there says it."""
    told: Any = json.loads((folder / STATE).read_bytes())
    try:
        told.update((name, tuple(told[name])) for name in _LISTS)
        return Job(**told)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"this is not how a job is written down: {error}") from None


def is_job(folder: Path) -> bool:
    """Whether this is the folder of a job, and no link to one elsewhere."""
    return ID.fullmatch(folder.name) is not None and folder.is_dir() and not folder.is_symlink()


def save(folder: Path, job: Job) -> None:
    """Write down how a job stands, at once: a reader has it as it was or as it is."""
    beside = folder / f".{STATE}-{os.getpid()}"
    beside.write_text(json.dumps(asdict(job)), encoding="utf-8")
    beside.replace(folder / STATE)


def table_of(folder: Path, job: Job) -> Path:
    """The table in the folder of a job, if it is still there."""
    return folder / f"{SENT}{suffix_of(job.name)}"


def findings_of(folder: Path, job: Job, found: Iterable[Diagnostic]) -> tuple[dict[str, Any], ...]:
    """Findings about the table of a job as they are told: it is called as it was when it was sent."""
    return tuple(all_to_json([_of_table(folder, job, each) for each in found]))


def refused_of(folder: Path, job: Job, error: Refused) -> Refused:
    """What was refused, with the table called as it was when it was sent."""
    return Refused([_of_table(folder, job, each) for each in error.diagnostics])


def _of_table(folder: Path, job: Job, found: Diagnostic) -> Diagnostic:
    table = str(table_of(folder, job))
    return retold(found, lambda text: text.replace(table, job.name).replace(f"{folder}/", ""))


def first_to_end() -> None:
    """Have the system end this process first where memory runs out, and none of those that answer."""
    with suppress(OSError):  # as where there is no /proc
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def suffix_of(name: str) -> str:
    """The ending of the name of a table, which says what is in it."""
    found = _SUFFIX.search(Path(name).name.lower())
    return found.group() if found else ""


def output_of(folder: Path, format: str) -> Path:
    """Where the decisions of a job are."""
    return folder / f"decisions.{format}"


def is_worked_on(folder: Path) -> bool:
    """Whether a process works on the job in a folder: as long as it lives, and no longer, it holds the lock."""
    try:
        file = os.open(folder / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
