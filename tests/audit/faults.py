"""What the decision log survives, as figures: ``kill -9`` of its writers, and bits flipped in its file or its records.

    python tests/audit/faults.py kills URL [--count 1000] [--victim writer|server] [--seed 1]
    python tests/audit/faults.py file-flips PATH [--count 10000] [--seed 1]
    python tests/audit/faults.py field-flips URL [--count 10000] [--seed 1]

URL and PATH name a log that is not there yet. Prints one JSON object; exit code 1 where one was lost or unnoticed.
``--victim server`` kills the server process of a writer (PostgreSQL then drops every connection and recovers).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from averment.audit.anchor import draw
from averment.audit.errors import LogError, LogUnavailable
from averment.audit.log import DecisionLog, open_log
from averment.audit.mask import Mask
from averment.audit.record import Entry, Maker, decision
from averment.audit.store import COLUMNS
from averment.audit.verify import verify

PACK = {"name": "staffing", "version": "1.0.0", "digest": "sha256:" + "ab" * 32}
MAKER = Maker("reference", "0.1.0", "ann")
WRITERS = 2


def clock() -> datetime:
    return datetime.now(UTC)


def entry(case: str) -> Entry:
    outcome = {
        "case": case,
        "claim": "hire",
        "status": "settled",
        "warrant": {"nodes": [case], "edges": []},
        "pack": PACK,
        "parameters": {"large_team": 20},
    }
    return decision(outcome, {"person": {"role": f"role of {case}"}}, mask=Mask(), maker=MAKER)


def fresh(url: str, records: int) -> DecisionLog:
    """A new log of a pack and ``records`` decisions."""
    log = open_log(url, clock=clock)
    if log.head().size:
        sys.exit("there is a log already")
    log.put_pack(PACK["digest"], {"pack.yaml": b"pack: staffing\n"}, PACK["name"])
    for number in range(records):
        log.append(entry(f"case {number}"))
    return log


# --- kill -9


def kills(url: str, count: int, victim: str, seed: int) -> dict[str, Any]:
    """Kill ``count`` processes while two writers append; every acknowledged record must be in a whole log."""
    fresh(url, 0).close()
    chance = random.Random(seed)
    acknowledged: dict[int, str] = {}
    killed = 0
    while killed < count:
        writers = [writer(url) for _ in range(WRITERS)]
        victims = chance.sample(writers, min(chance.randint(1, WRITERS), count - killed)) if victim == "writer" else []
        servers = [int(os.read(reader, 20)) for _, reader in writers]
        if chance.random() < 0.8:  # mostly in the midst of appending, sometimes as early as the opening
            select.select([reader for _, reader in writers], [], [], 10)
        time.sleep(chance.uniform(0.0, 0.03))
        for process, _ in victims:
            os.kill(process, signal.SIGKILL)
        if victim == "server":
            os.kill(chance.choice(servers), signal.SIGKILL)
        killed += len(victims) or 1
        time.sleep(chance.uniform(0.0, 0.005))
        for process, reader in writers:
            if (process, reader) not in victims:
                os.kill(process, signal.SIGKILL)  # the survivor wrote on for a while: it is stopped the same way
            os.waitpid(process, 0)
            with os.fdopen(reader, "rb") as lines:
                for line in lines.read().splitlines(keepends=True):
                    if line.endswith(b"\n"):
                        sequence, id = line.split()
                        acknowledged[int(sequence)] = id.decode()
    with patiently(url) as log:
        there = {record.sequence: record.id for record in log.records()}
        report = verify(log)
    lost = sum(there.get(sequence) != id for sequence, id in acknowledged.items())
    return {
        "killed": killed,
        "acknowledged": len(acknowledged),
        "records": len(there),
        "lost": lost,
        "whole": report.whole,
        "bad": lost + (not report.whole),
    }


def writer(url: str) -> tuple[int, int]:
    """A process that appends and acknowledges in a pipe: its id and the pipe. First it tells its server's process."""
    reader, pipe = os.pipe()
    process = os.fork()
    if process:
        os.close(pipe)
        return process, reader
    os.close(reader)
    log = patiently(url)
    connection: Any = getattr(log.store, "_writer", None)
    server = connection.info.backend_pid if hasattr(connection, "info") else 0
    os.write(pipe, f"{server:<20}".encode())
    number = 0
    while True:
        number += 1
        try:
            receipt = log.append(entry(f"{os.getpid()} {number}"))
        except LogUnavailable:  # the server was killed: not acknowledged
            time.sleep(0.02)
            continue
        os.write(pipe, f"{receipt.sequence} {receipt.id}\n".encode())


def patiently(url: str) -> DecisionLog:
    """The log, once its server is there again."""
    for _ in range(600):
        try:
            return open_log(url, clock=clock)
        except LogUnavailable:
            time.sleep(0.05)
    return open_log(url, clock=clock)


# --- flipped bits


def file_flips(path: str, count: int, seed: int) -> dict[str, Any]:
    """Flip one bit of the SQLite file at a time. A plain reader of the file tells whether that altered a record."""
    log = fresh(f"sqlite:{path}", 60)
    anchor = draw(log, clock)
    log.close()
    content = Path(path).read_bytes()
    truth = seen(path)
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    undetected = []
    with Path(path).open("r+b") as file:
        for _ in range(count):
            at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
            put(file, at, content[at] ^ bit)
            altered = seen(path) != truth
            loud, alone = not holds(path, truth, anchor), not holds(path, truth, None)
            found["altered" if altered else "harmless"] += 1
            found["altered, found without an anchor"] += altered and alone
            found["harmless, reported as damage of the database"] += loud and not altered
            if altered and not loud:
                undetected.append([at, bit])
            put(file, at, content[at])
    return {"flips": count, "bytes": len(content), **found, "undetected": undetected, "bad": len(undetected)}


def put(file: Any, at: int, byte: int) -> None:
    file.seek(at)
    file.write(bytes([byte]))
    file.flush()


def seen(path: str) -> Any:
    """Every record and pack as a plain reader of the file sees them; an error's name where it sees none."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            tables = ("averment_record ORDER BY sequence", "averment_pack", "averment_log")
            return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the message of an error may itself be damaged
        return type(error).__name__


def holds(path: str, truth: Any, anchor: Any) -> bool:
    """Whether the log verifies, and lists what was recorded."""
    try:
        with open_log(f"sqlite:{path}") as log:
            if not verify(log, anchor).whole:
                return False
            listed = [record.hash for record in log.records()]
    except LogError:
        return False
    return anchor is None or listed == [row[2].hex() for row in truth[0]]


def field_flips(url: str, count: int, seed: int) -> dict[str, Any]:
    """Flip one bit of one field of one record at a time, as who may write to the database could."""
    log = fresh(url, 30)
    update, read = editor(url)
    chance = random.Random(seed)
    undetected, misplaced = [], 0
    done = 0
    while done < count:
        sequence, column = chance.randint(1, 31), chance.choice([name for name in COLUMNS if name != "sequence"])
        before: bytes = read(sequence, column)
        if not before:
            continue
        flipped = bytearray(before)
        flipped[chance.randrange(len(before))] ^= 1 << chance.randrange(8)
        if column not in ("hash", "previous") and not readable(flipped):
            continue
        update(sequence, column, bytes(flipped))
        report = verify(log)
        if report.whole:
            undetected.append([sequence, column, bytes(flipped).hex()])
        misplaced += report.first_bad != sequence
        update(sequence, column, before)
        done += 1
    whole = verify(log).whole
    log.close()
    return {
        "flips": done,
        "undetected": undetected,
        "first bad record misnamed": misplaced,
        "whole after mending": whole,
        "bad": len(undetected) + misplaced + (not whole),
    }


def readable(text: bytearray) -> bool:
    """Whether a text column of any database takes it."""
    try:
        return "\0" not in text.decode()
    except UnicodeDecodeError:
        return False


def editor(url: str) -> Any:
    """Functions that write and read one field behind the log's back."""
    if url.startswith("sqlite:"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)
        connection.text_factory = bytes
        mark, cast = "?", "CAST(? AS TEXT)"
    else:
        import psycopg

        connection = psycopg.connect(url, autocommit=True)
        mark = cast = "%s"

    def update(sequence: int, column: str, value: bytes) -> None:
        raw = column in ("hash", "previous")
        given = value if raw or mark == "?" else value.decode()
        place = mark if raw else cast
        connection.execute(f"UPDATE averment_record SET {column} = {place} WHERE sequence = {mark}", (given, sequence))

    def read(sequence: int, column: str) -> bytes:
        found = connection.execute(f"SELECT {column} FROM averment_record WHERE sequence = {mark}", (sequence,))
        value = found.fetchone()[0]
        return value.encode() if isinstance(value, str) else bytes(value)

    return update, read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["kills", "file-flips", "field-flips"])
    parser.add_argument("where")
    parser.add_argument("--count", type=int)
    parser.add_argument("--victim", choices=["writer", "server"], default="writer")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = time.monotonic()
    match given.what:
        case "kills":
            figures = kills(given.where, given.count or 1000, given.victim, given.seed)
        case "file-flips":
            figures = file_flips(given.where, given.count or 10_000, given.seed)
        case _:
            figures = field_flips(given.where, given.count or 10_000, given.seed)
    print(json.dumps({**figures, "seed": given.seed, "seconds": round(time.monotonic() - start, 1)}))
    sys.exit(1 if figures["bad"] else 0)


if __name__ == "__main__":
    main()
