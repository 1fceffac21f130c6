"""Falsify what batches wrote, and see whether ``batch --verify`` notices.

``python benchmarks/falsified.py --draws 3000 --seed 1`` decides a small table into every format, and then ever again
harms one of its files: a flipped bit, a cut, something added, two lines changed for each other, another word; in the
output, its rejects, its manifest or its input. Every third time an output or its rejects are harmed, the manifest is
written anew to fit, digests and chain. Prints one line of figures, as JSON, and what went unnoticed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import averment
from averment.batch.manifest import read_entries
from averment.batch.order import Order, manifest_of, rejects_of
from averment.batch.run import run
from averment.batch.unit import Format
from averment.batch.verifying import told_by, verify
from averment.diagnostics.diagnostic import Refused
from averment.ir.digest import canonical

_WORDS = [(b"high", b"low"), (b"open", b"gap"), (b"settled", b"open"), (b"1", b"2"), (b"AV", b"AW"), (b"case", b"Case")]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = falsified(Path(folder), options.draws, options.rows, random.Random(options.seed))
    print(json.dumps({"seed": options.seed, "rows": options.rows, **found}))
    return 1 if found["unnoticed"] else 0


def falsified(folder: Path, draws: int, rows: int, rng: random.Random) -> dict[str, Any]:
    """How many harms were drawn of which file, and those that went ``unnoticed``."""
    pack = averment.load("pm_tpm")
    source = folder / "in.jsonl"
    source.write_bytes(b"".join(_line(number, rng) for number in range(rows)))
    outputs = {format: folder / f"out.{format.value}" for format in Format}
    for format, output in outputs.items():
        run(Order(pack.program(), pack.model.types, str(source), output, format, chunk=7))
    counts: Counter[str] = Counter()
    unnoticed: list[str] = []
    for number in range(draws):
        output = outputs[rng.choice(list(outputs))]
        files = {"output": output, "rejects": rejects_of(output), "manifest": manifest_of(output), "input": source}
        kept = {path: path.read_bytes() for path in files.values()}
        what = rng.choice(list(files))
        harmed, how = _harmed(kept[files[what]], rng)
        files[what].write_bytes(harmed)
        if what in ("output", "rejects") and rng.random() < 1 / 3:
            manifest_of(output).write_bytes(_refitted(read_entries(manifest_of(output)), what, harmed))
            how += ", with a manifest that fits"
        counts[what] += 1
        try:
            proof = verify(output, told_by(output), pack.program(), pack.model.types)
            noticed = bool(proof.found)
        except Refused:
            noticed = True
        if not noticed:
            unnoticed.append(f"draw {number}: {what} of {output.name}, {how}")
        for path, data in kept.items():
            path.write_bytes(data)
    return {"draws": draws, "of": dict(counts), "unnoticed": unnoticed}


def _line(number: int, rng: random.Random) -> bytes:
    level = rng.choice(("low", "medium", "high", "hgih"))
    facts = {"product": {"technical_complexity": level}, "engineering": {"team_size": rng.randint(1, 60)}}
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
            old, new = rng.choice(_WORDS)
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
