"""A table as it is looked at when it was sent: what is in it, and the mapping that is drafted for it.

What reads workbooks believes what they say of themselves: one of a few kilobytes may take all memory there is, or end
the process that reads it; what is compressed may be a thousand times as large as it was sent. So these, and what is
large, are looked at in a process of its own (``python -m averment_service.drafting FOLDER``), which may take so much
and no more.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from averment.batch.inputs import format_of
from averment.batch.unit import Format
from averment.diagnostics.diagnostic import Refused
from averment.diagnostics.render_json import all_to_json, diagnostic_of
from averment.drafting.mapping_text import mapping_text
from averment.pack import Pack, load
from averment_service.job import MAPPING, PACK, Job, first_to_end, read, refused_of, save, table_of
from averment_service.job_draft import Kept, drafted_of, kept_of, save_kept
from averment_service.problems import TOO_MUCH, problem

_log = logging.getLogger("averment.service")

NOTHING = "# The table holds cases as the pack has them: there are no columns to map.\n{}\n"
SMALL = 1 << 20  # bytes of a table that is looked at at once
MEMORY = 4 << 30  # bytes of addresses, of which the libraries take one
SECONDS = 60.0


def drafted(folder: Path, job: Job, pack: Pack) -> Job:
    """The job in a folder with its mapping drafted. Raises: Refused for what is no table; Problem (413) for one that
    takes more than it may.
    """
    table = table_of(folder, job)
    format, compression = format_of(table.name)
    if format is not Format.XLSX and not compression and table.stat().st_size <= SMALL:
        return _drafted(folder, job, pack)
    command = [sys.executable, "-m", "averment_service.drafting", str(folder)]
    try:
        told = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False, start_new_session=True
        )
        found = [diagnostic_of(each) for each in json.loads(told.stdout)] if told.returncode == 0 else None
        if told.returncode > 0:  # and not killed, as what takes too much may be
            *_, last = told.stderr.decode(errors="replace").splitlines() or [""]
            _log.warning("looking at a table ended with %d: %s", told.returncode, last.partition(":")[0])
    except (subprocess.TimeoutExpired, ValueError):
        found = None
    if found is None:
        help = "send it as plain CSV or Parquet, or decide it with `averment batch`"
        raise problem(413, TOO_MUCH, f"`{job.name}` takes more memory or time to read than a table may here", help)
    if found:
        raise Refused(found)
    return read(folder)


def _drafted(folder: Path, job: Job, pack: Pack) -> Job:
    try:
        drafted = drafted_of(table_of(folder, job), pack)
    except Refused as error:
        raise refused_of(folder, job, error) from None
    if drafted is None:
        (folder / MAPPING).write_text(NOTHING, encoding="utf-8")
        save_kept(folder, Kept((), (), 0, {}))
        return job
    found, sample = drafted
    text = mapping_text(found, job.name, f"{pack.name} {pack.version}")
    (folder / MAPPING).write_text(text, encoding="utf-8")
    save_kept(folder, kept_of(found, sample))
    doubts = tuple(f"{line.heading}: {doubt}" for line in found.lines for doubt in line.doubts)
    done = replace(job, doubts=doubts, absent=tuple(each.path for each in found.absent))
    save(folder, done)
    return done


def main() -> None:
    """Look at the table of a job; what is wrong with it goes out as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    first_to_end()
    folder, found = Path(sys.argv[1]), list[dict[str, Any]]()
    try:
        _drafted(folder, read(folder), load(folder / PACK))
    except Refused as error:
        found = all_to_json(error.diagnostics)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
