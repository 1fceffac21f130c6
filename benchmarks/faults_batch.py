"""Kill batches at random moments, start them again, and see whether the bytes are the same.

``python benchmarks/faults_batch.py --kills 1000 --terms 200 --seed 1`` runs the command line's own code in child
processes, each stopped by SIGKILL or SIGTERM after a random time, until an output is finished; then compares it and its
rejects with those of a run that nobody disturbed, and begins the next. Every ``--alone``-th start works alone, the
others with a second process. Prints one line of figures, as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

FORMATS = ("jsonl", "csv", "parquet", "arrow")
_SIDE = "components.csv"
CHUNK = 100  # rows of a part: many parts in a short run


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="how many SIGKILL")
    parser.add_argument("--terms", type=int, default=5, help="how many SIGTERM")
    parser.add_argument("--rows", type=int, default=3000, help="of the input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", type=int, default=2, help="of how many starts one works in a single process")
    parser.add_argument("--sides", action="store_true", help="the components of the cases are in a side table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.sides:
            write_side(Path(folder) / _SIDE, options.rows, random.Random(options.seed))
        found = faults(Path(folder), options.kills, options.terms, options.rows, options.seed, options.alone)
    print(json.dumps({"seed": options.seed, "rows": options.rows, **found}))
    return 0 if found["identical"] == found["runs"] and not found["strange"] else 1


def faults(folder: Path, kills: int, terms: int, rows: int, seed: int, alone: int) -> dict[str, Any]:
    """What came of so many signals: how many ``runs`` were finished, how many of them ``identical``."""
    rng = random.Random(seed)
    source = folder / "in.jsonl"
    write_input(source, rows, rng)
    wanted: dict[str, tuple[bytes, bytes]] = {}
    longest = 0.0
    for format in FORMATS:
        started = time.monotonic()
        _wait(_begin(source, folder / f"whole.{format}"))
        longest = time.monotonic() - started
        wanted[format] = _contents(folder / f"whole.{format}")
    signals = [signal.SIGKILL] * kills + [signal.SIGTERM] * terms
    rng.shuffle(signals)
    counts: Counter[str] = Counter(runs=0, identical=0, SIGKILL=0, SIGTERM=0, missed=0, strange=0)
    format, output = _next(folder, counts["runs"])
    begun = False
    starts = 0
    while signals or begun:
        process = _begin(source, output, 2 if starts % alone else 1)
        starts += 1
        if signals:
            time.sleep(rng.random() * longest)
            os.kill(process, signals[-1])
        code = _wait(process)
        if signals and code in ((-9,) if signals[-1] is signal.SIGKILL else (143, -15)):  # -15: it had hardly begun
            counts[signals.pop().name] += 1
            begun = True
        elif code == 0:
            counts["missed"] += bool(signals)  # it was finished before the signal came
            counts["runs"] += 1
            counts["identical"] += _contents(output) == wanted[format]
            begun = False
            format, output = _next(folder, counts["runs"])
        else:
            counts["strange"] += 1
            print(f"strange: exit code {code}", file=sys.stderr)
    return {**counts, "formats": list(FORMATS), "longest_run": round(longest, 2)}


def write_input(path: Path, rows: int, rng: random.Random) -> None:
    """Cases of the PM/TPM pack, and a poisoned line now and then."""
    levels = ("low", "medium", "high")
    with path.open("w", encoding="utf-8") as stream:
        for row in range(rows):
            product = {"technical_complexity": rng.choice(levels)} if rng.random() < 0.9 else {}
            facts = {"product": product, "engineering": {"team_size": rng.randint(1, 60)}}
            line = json.dumps({"case": f"case {row}", "facts": facts})
            stream.write((line[:-5] if rng.random() < 0.003 else line) + "\n")


def write_side(path: Path, rows: int, rng: random.Random) -> None:
    """Components of these cases, none for some, and a poisoned row now and then."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("case,name,team\n")
        for row in range(rows):
            for name in ("camera", "inference", "billing")[: rng.randint(0, 3)]:
                poison = ",," if rng.random() < 0.002 else ""
                stream.write(f"case {row},{name},{rng.choice(('edge', 'ml'))}{poison}\n")


def _begin(source: Path, output: Path, jobs: int = 1) -> int:
    """A child that runs the command line: its process id."""
    from averment_cli.main import run

    process = os.fork()
    if process:
        return process
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    code = 70
    try:
        side = source.with_name(_SIDE)
        sides = ["--side", f"component={side}"] if side.exists() else []
        code = run(
            ["batch", str(source), "-o", str(output), "--chunk", str(CHUNK), "--jobs", str(jobs), *sides], settled=True
        )
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 71
    finally:
        os._exit(code)


def _wait(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _contents(output: Path) -> tuple[bytes, bytes]:
    return output.read_bytes(), output.with_name(f"{output.name}.rejects").read_bytes()


def _next(folder: Path, number: int) -> tuple[str, Path]:
    format = FORMATS[number % len(FORMATS)]
    return format, folder / f"{number}.{format}"


if __name__ == "__main__":
    sys.exit(main())
