"""The process of a batch job: it decides the table in a folder, on record, and writes down how far it has come."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

from averment import __version__
from averment.audit.errors import LogError, unavailable
from averment.audit.log import DecisionLog, Receipt, open_log
from averment.audit.record import Entry
from averment.batch.adapter import read_mapping
from averment.batch.order import Order
from averment.batch.run import Record, run
from averment.batch.unit import Format
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.drafting.mending import groups_in, mended
from averment.pack import load
from averment.recording import BatchRecorder
from averment_service.job import (
    DONE,
    FAILED,
    MAPPING,
    PACK,
    ROWS,
    Job,
    findings_of,
    first_to_end,
    output_of,
    read,
    save,
    table_of,
)
from averment_service.job_draft import save_mends
from averment_service.job_queue import Queue
from averment_service.job_rows import index
from averment_service.journal import AGAIN, PATIENCE
from averment_service.service import now
from averment_service.settings import OFF
from averment_service.wire import LENGTH, Result, entries_frame, results_of

_PAUSE = 0.2  # seconds between two looks at how far it is


class KeptLog(DecisionLog):
    """The log as a job writes it: read here, written by the keeper that listens at ``path``. Where the keeper goes and
    comes back the entry is sent again: each has a key, so none is recorded twice.
    """

    def __init__(self, url: str, path: str, key: bytes = b"") -> None:
        super().__init__(open_log(url, key=key).store, now)
        self._path = path
        self._socket: socket.socket | None = None

    def append(self, entry: Entry) -> Receipt:
        until = monotonic() + PATIENCE
        while True:
            try:
                result = self._handed(entry)
                break
            except OSError as error:
                self._hang_up()
                if monotonic() > until:
                    raise unavailable(self.name, f"its writer does not answer: {error.strerror or error}") from None
                sleep(AGAIN)
        if isinstance(result, LogError):
            raise result
        return result

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _handed(self, entry: Entry) -> Result:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(PATIENCE)
            self._socket.connect(self._path)
        frame = entries_frame([entry])
        self._socket.sendall(LENGTH.pack(len(frame)) + frame)
        (result,) = results_of(_read(self._socket, LENGTH.unpack(_read(self._socket, LENGTH.size))[0]))
        return result


def _read(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = connection.recv(size - len(found))
        if not piece:
            raise OSError("it went away")
        found += piece
    return found


def work(folder: Path, log: str, keeper: str, key: bytes) -> None:
    """Decide the table of a job; what comes of it stands in its folder."""
    job = read(folder)
    try:
        done = _done(folder, job, log, keeper, key)
    except Refused as error:
        done = replace(job, state=FAILED, diagnostics=findings_of(folder, job, error.diagnostics))
    except LogError as error:
        done = replace(job, state=FAILED, diagnostics=findings_of(folder, job, [error.diagnostic]))
    except Exception as error:
        mistake = Diagnostic("AV599", f"a mistake in averment: {type(error).__name__}")
        save(folder, replace(job, state=FAILED, diagnostics=findings_of(folder, job, [mistake])))
        raise
    save(folder, done)


def _done(folder: Path, job: Job, log: str, keeper: str, key: bytes) -> Job:
    pack = load(folder / PACK)
    report = Report()
    mapping = folder / MAPPING
    adapter = read_mapping(mapping.read_bytes(), MAPPING, report)
    if report.failed:
        raise Refused(report.diagnostics)
    output = output_of(folder, job.format)
    order = Order(
        program=pack.program(),
        types=pack.model.types,
        name=str(table_of(folder, job)),
        output=output,
        format=Format(job.format),
        mapping=adapter,
        alias=job.name,
        names=(job.name,),
    )
    told = monotonic()

    def progress(rows: int, share: float) -> None:
        nonlocal told
        if monotonic() - told > _PAUSE:
            told = monotonic()
            save(folder, replace(job, rows=rows, share=share))

    def nothing(_: object) -> None:
        return None

    record: Record = nothing
    if log != OFF:
        opened = KeptLog(log, keeper, key) if keeper else open_log(log, clock=now, key=key)
        record = BatchRecorder(opened, pack, __version__, job.owner, str(folder), str(output))
    result = run(order, progress, record)
    index(output, folder / ROWS)
    rejects = groups_in(result.rejects) if result.rejects else []
    save_mends(folder, mended(rejects, order.types, adapter))
    rows = result.summary.rows
    return replace(job, state=DONE, rows=rows, share=1.0, summary=dict(result.summary.document))


if __name__ == "__main__":
    first_to_end()
    at, log_url, keeper_path, key_file, most, lock = sys.argv[1:]
    try:
        work(Path(at).absolute(), log_url, keeper_path, Path(key_file).read_bytes() if key_file else b"")
    finally:
        os.close(int(lock))  # from now on nobody works on it
        Queue(Path(at).parent, log_url, keeper_path, key_file, int(most)).admit()
