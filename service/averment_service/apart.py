"""What is found in a table that was sent, in a process of its own where that may take too much.

What reads workbooks believes what they say of themselves: one of a few kilobytes may take all memory there is, or end
the process that reads it; what is compressed may be a thousand times as large as it was sent. So these, and what is
large, are read in a process (``python -m averment_service.apart TASK FOLDER``) that may take so much and no more.
"""

from __future__ import annotations

import errno
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from averment.batch.explaining import Output
from averment.batch.inputs import format_of
from averment.batch.unit import Format
from averment.core.node import Span
from averment.diagnostics.diagnostic import Refused
from averment.diagnostics.render_json import all_to_json, diagnostic_of
from averment.model.case import Case
from averment.pack import Pack, load
from averment_service.drafting import draft, read_case, take
from averment_service.job import PACK, Job, first_to_end, read, table_of
from averment_service.problems import TOO_MUCH, Problem, problem

Task = Callable[[Path, Job, Pack, Any], Any]
"""What is done in the folder of a job; what it is told, and what it gives, is JSON. Raises: Refused."""

TASKS: Mapping[str, Task] = {"draft": draft, "take": take, "row": read_case}
SMALL = 1 << 20  # bytes of a table that is read at once
MEMORY = 4 << 30  # bytes of addresses, of which the libraries take one
SECONDS = 60.0
_FULL = 3  # how a process ends that took more than it may


def apart(task: str, folder: Path, pack: Pack, told: Any = None) -> Any:
    """What a task of ``TASKS`` gives in the folder of a job. Raises: Refused; Problem (413) for a table that takes more
    than it may.
    """
    job = read(folder)
    table = table_of(folder, job)
    format, compression = format_of(table.name)
    if format is not Format.XLSX and not compression and table.stat().st_size <= SMALL:
        return TASKS[task](folder, job, pack, told)
    command = [sys.executable, "-m", "averment_service.apart", task, str(folder)]
    try:
        ended = subprocess.run(
            command,
            input=json.dumps(told).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise _too_much(job) from None
    if ended.returncode == _FULL or ended.returncode < 0:  # killed, as what takes too much may be
        raise _too_much(job)
    if ended.returncode:  # what it was without what it was of: its message may have a cell in it
        *_, last = ended.stderr.decode(errors="replace").splitlines() or [""]
        raise RuntimeError(f"`{task}` of a table ended with {ended.returncode}: {last.partition(':')[0]}")
    found: dict[str, Any] = json.loads(ended.stdout)
    if "refused" in found:
        raise Refused([diagnostic_of(each) for each in found["refused"]])
    return found["found"]


def case_of(folder: Path, pack: Pack, output: Output, row: int) -> Case:
    """The case in a row of the table of the job in a folder, with the places where its facts stand. ``output``: of the
    run that decided it. Raises: as ``apart``.
    """
    found = apart("row", folder, pack, {"output": str(output.path), "header": output.header, "row": row})
    places = {path: Span(*place) for path, place in found["places"].items()}
    return replace(pack.case(found["facts"], found["case"]), places=places)


def _too_much(job: Job) -> Problem:
    help = "send it as plain CSV or Parquet, or decide it with `averment batch`"
    return problem(413, TOO_MUCH, f"`{job.name}` takes more memory or time to read than a table may here", help)


def _is_full(error: BaseException | None) -> bool:
    """Whether there was no more memory, whatever was made of that."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        error = error.__cause__ or error.__context__
    return False


def main() -> int:
    """Do a task; what it gives, or what is wrong with the table, goes out as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    first_to_end()
    task, folder = sys.argv[1], Path(sys.argv[2])
    try:
        found = {"found": TASKS[task](folder, read(folder), load(folder / PACK), json.load(sys.stdin))}
    except Refused as error:
        found = {"refused": all_to_json(error.diagnostics)}
    except Exception as error:
        if _is_full(error):
            return _FULL
        raise
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
