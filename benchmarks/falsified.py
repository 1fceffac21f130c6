"""Falsify what averment wrote or read, and see whether it notices.

``python benchmarks/falsified.py --draws 3000 --seed 1`` decides a small table into every format, records decisions and
batches in logs, and then ever again harms one file: a flipped bit, a cut, something added, two lines changed for each
other, another word, a line left out. Outputs, their rejects, manifests and inputs are proved by ``batch --verify``;
each third time an output or its rejects are harmed, the manifest is written anew to fit, digests and chain. Logs of
cases and of batches are held to their anchors. A Parquet input with checksums, of which no manifest tells yet, is
decided. Prints a table of the harms, and how each was noticed.

What changes nothing that anybody reads is harmless: bytes of a database's file between its records, and of a Parquet
file from which the same is decided.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from averment.audit.anchor import Anchor, draw
from averment.audit.errors import LogError
from averment.audit.log import open_log
from averment.audit.record import Maker
from averment.audit.verify import verify as verify_log
from averment.batch.manifest import read_entries
from averment.batch.order import Order, manifest_of, rejects_of
from averment.batch.run import run
from averment.batch.unit import Format
from averment.batch.verifying import told_by, verify
from averment.diagnostics.diagnostic import Refused
from averment.ir.digest import canonical
from averment.pack import Pack
from averment.recording import BatchRecorder, Recorder, loaded_files

PACK = {
    "pack.yaml": b"pack: sizes\nversion: 1.0.0\ntitle: Sizes\nclaim: {fact: answer, field: value}\n",
    "facts.yaml": b"""
facts:
  thing: {cardinality: one, fields: {level: {type: level, of: [low, medium, high]}, size: {type: integer}}}
  answer: {derived: true, fields: {value: {type: choice, of: [large, small]}}}
""",
    "rules/rules.yaml": b"""
author: The authors
rules:
  - {rule: large, says: L., backing: judgement, when: [{thing: {size: ">= 30"}}], then: [{answer: {value: large}}]}
  - {rule: high, says: H., backing: judgement, when: [{thing: {level: high}}], then: [{answer: {value: large}}]}
  - rule: small
    says: It is small.
    backing: judgement
    when: [{thing: {size: "< 30", level: "< high"}}]
    then: [{answer: {value: small}}]
""",
}
WORDS = [(b"high", b"low"), (b"open", b"gap"), (b"settled", b"open"), (b"1", b"2"), (b"AV", b"AW"), (b"case", b"Case")]
LEVELS = ("low", "medium", "high", "hgih")
FORMATS = ("jsonl", "csv", "parquet", "arrow")
HARMLESS, UNNOTICED = "harmless", "unnoticed"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, unnoticed = falsified(Path(folder), options.draws, options.rows, random.Random(options.seed))
    ways = sorted({way for _, way in found})
    print(f"{options.draws} harms, seed {options.seed}, {options.rows} rows")
    print(f"{'':24}", *(f"{way:>10}" for way in ways))
    for what in sorted({what for what, _ in found}):
        print(f"{what:24}", *(f"{found[what, way] or '':>10}" for way in ways))
    print("\n".join(unnoticed) or "none unnoticed")
    return 1 if unnoticed else 0


class Harmed(NamedTuple):
    """A file to harm: what it is, of which output if of any, and what says how a harm was noticed."""

    what: str
    path: Path
    output: Path
    noticed: Callable[[], str]


def falsified(folder: Path, draws: int, rows: int, rng: random.Random) -> tuple[Counter[tuple[str, str]], list[str]]:
    """How many harms of what were noticed in which way, and those that were not."""
    pack = loaded_files(PACK)
    source = folder / "in.jsonl"
    source.write_bytes(b"".join(_line(number, rng) for number in range(rows)))
    files = [*_outputs(pack, source, folder), _log(pack, folder), _batches(pack, source, folder)]
    files.append(_parquet(pack, folder, rows, rng))
    kinds = sorted({file.what for file in files})
    counts: Counter[tuple[str, str]] = Counter()
    unnoticed: list[str] = []
    while counts.total() < draws:
        kind = rng.choice(kinds)
        what, path, output, noticed = rng.choice([file for file in files if file.what == kind])
        manifest = manifest_of(output)
        kept = {each: each.read_bytes() for each in {path, manifest} if each.exists()}
        harmed, how = _harmed(kept[path], rng)
        path.write_bytes(harmed)
        if what in ("output", "rejects") and rng.random() < 1 / 3:
            manifest.write_bytes(_refitted(read_entries(manifest), what, harmed))
            what += ", fitting manifest"
        way = noticed()
        counts[what, way] += 1
        if way == UNNOTICED:
            unnoticed.append(f"{what}, {path.name}: {how}")
        for each, data in kept.items():
            each.write_bytes(data)
    return counts, unnoticed


def _outputs(pack: Pack, source: Path, folder: Path) -> list[Harmed]:
    """Outputs of every format, and what belongs to them."""
    found: list[Harmed] = []
    for name in FORMATS:
        output = folder / f"out.{name}"
        run(Order(pack.program(), pack.model.types, str(source), output, Format(name), chunk=7))

        def noticed(output: Path = output) -> str:
            try:
                proof = verify(output, told_by(output), pack.program(), pack.model.types)
            except Refused as refused:
                return refused.diagnostics[0].code
            return proof.found[0].code if proof.found else UNNOTICED

        named = {"output": output, "rejects": rejects_of(output), "manifest": manifest_of(output), "input": source}
        found += [Harmed(what, path, output, noticed) for what, path in named.items()]
    return found


def _log(pack: Pack, folder: Path) -> Harmed:
    """A log of thirty decisions, with an anchor."""
    path = folder / "log.db"
    with open_log(f"sqlite:{path}", clock=lambda: datetime.now(UTC)) as log:
        recorder = Recorder(log, pack, Maker("reference", "1", "ann"))
        for number in range(30):
            case = pack.case({"thing": {"size": number}}, f"case {number}")
            recorder.record(pack.decide(case, engine="reference"), case)
        anchor = draw(log, lambda: datetime.now(UTC))
    return _held_to("log of cases", path, anchor)


def _batches(pack: Pack, source: Path, folder: Path) -> Harmed:
    """A log of a batch in every format, by parts, with an anchor."""
    path = folder / "batches.db"
    with open_log(f"sqlite:{path}", clock=lambda: datetime.now(UTC)) as log:
        for name in FORMATS:
            output = folder / f"logged.{name}"
            recorder = BatchRecorder(log, pack, "1", "ann", str(folder), str(output))
            order = Order(pack.program(), pack.model.types, str(source), output, Format(name), chunk=7)
            run(order, record=recorder)
        anchor = draw(log, lambda: datetime.now(UTC))
    return _held_to("log of batches", path, anchor)


def _held_to(what: str, path: Path, anchor: Anchor) -> Harmed:
    """A log that is held to an anchor. A plain reader of its file tells whether a harm altered a record."""
    truth = _seen(path)

    def noticed() -> str:
        altered = _seen(path) != truth
        try:
            with open_log(f"sqlite:{path}") as log:
                found = verify_log(log, anchor).diagnostics
        except LogError as error:
            return error.diagnostic.code
        return found[0].code if found else UNNOTICED if altered else HARMLESS

    return Harmed(what, path, path, noticed)


def _seen(path: Path) -> Any:
    """Every record and pack of a log as a plain reader sees them; an error's name where it sees none."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            tables = ("averment_record ORDER BY sequence", "averment_pack", "averment_log")
            return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return type(error).__name__


def _parquet(pack: Pack, folder: Path, rows: int, rng: random.Random) -> Harmed:
    """An input whose pages have checksums; it is decided anew each time."""
    path, output = folder / "checked.parquet", folder / "again.jsonl"
    table = {
        "case": [f"case {number}" for number in range(rows)],
        "thing.level": [rng.choice(LEVELS[:3]) for _ in range(rows)],
        "thing.size": [rng.randint(1, 60) for _ in range(rows)],
    }
    pq.write_table(pa.table(table), path, write_page_checksum=True)

    def decided() -> tuple[str, bytes]:
        for each in (output, rejects_of(output), manifest_of(output)):
            each.unlink(missing_ok=True)
        try:
            run(Order(pack.program(), pack.model.types, str(path), output, Format.JSONL))
        except Refused as refused:
            return refused.diagnostics[0].code, b""
        return "", output.read_bytes()

    truth = decided()

    def noticed() -> str:
        found = decided()
        return found[0] or (HARMLESS if found == truth else UNNOTICED)

    return Harmed("Parquet with checksums", path, path, noticed)


def _line(number: int, rng: random.Random) -> bytes:
    facts = {"thing": {"level": rng.choice(LEVELS), "size": rng.randint(1, 60)}}
    return json.dumps({"case": f"case {number}", "facts": facts}).encode() + b"\n"


def _harmed(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """Other bytes than these, and what was done."""
    while True:
        how = rng.choice(("flip", "cut", "add", "swap", "word", "drop"))
        lines = data.splitlines(keepends=True)
        place = rng.randrange(len(data))
        if how == "flip":
            found = bytearray(data)
            found[place] ^= 1 << rng.randrange(8)
            harmed = bytes(found)
        elif how == "cut":
            harmed = data[:place]
        elif how == "add":
            harmed = data[:place] + rng.choice((b"\n", b" ", lines[0], b"\0")) + data[place:]
        elif how == "swap":
            first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            harmed = b"".join(lines)
        elif how == "drop":
            del lines[rng.randrange(len(lines))]
            harmed = b"".join(lines)
        else:
            old, new = rng.choice(WORDS)
            at = data.find(old, place)
            harmed = data if at < 0 else data[:at] + new + data[at + len(old) :]
        if harmed != data:
            return harmed, f"{how} at byte {place}"


def _refitted(entries: list[dict[str, Any]], what: str, data: bytes) -> bytes:
    """A manifest with the digest of other bytes, and a chain that holds."""
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    if what == "output":
        entries[-1]["digest"] = digest
    else:
        last = [entry for entry in entries if "rejects" in entry.get("files", ())][-1]
        last["files"]["rejects"] = [len(data), digest]
    previous, lines = "", []
    for entry in entries:
        chained = {**{key: value for key, value in entry.items() if key != "hash"}, "previous": previous}
        previous = chained["hash"] = "sha256:" + hashlib.sha256(canonical(chained)).hexdigest()
        lines.append(canonical(chained) + b"\n")
    return b"".join(lines)


if __name__ == "__main__":
    sys.exit(main())
