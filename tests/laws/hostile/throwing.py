"""Hostile packs and case files, thrown at ``check`` and ``decide`` in a child with little memory and little time.

``PYTHONPATH=. python tests/laws/hostile/throwing.py --documents 2000`` is the long run; the suite throws one of each
kind. Every document has to end within 5 s of processor time and 512 MiB beyond what the interpreter has, with an exit
code that the README names, without a traceback, an internal error, more than 64 KiB of talk or 256 of data.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.laws.hostile import cases, rules, text
from tests.laws.hostile.good import Hostile, good

from averment_cli.main import main as averment

SECONDS = 5
MEMORY = 512 * 1024 * 1024
TALK = 64 * 1024
DATA = 256 * 1024  # a pack may say sentences of 64 KiB
SIZES = (1, 1, 2, 3)

KINDS: Mapping[str, Hostile] = {
    made.__name__.strip("_"): made
    for made in (
        text.nesting, text.steps, text.scalar, text.entities, text.bytes_, text.duplicates, text.unknown_keys,
        text.misfits, text.names, text.numbers, rules.expressions, rules.cells, rules.alternatives, rules.within,
        rules.cycles, rules.many_rules, rules.long_rules, rules.tables, rules.sentences, cases.facts, cases.lines,
        cases.bad_facts, cases.nothing, cases.many_files, cases.large_files, cases.late,
    )
}  # fmt: skip


class Ended(NamedTuple):
    """How a command ended on a document: what was wrong with that, if anything, and what it took."""

    wrong: str
    code: int
    seconds: float
    talk: str


def thrown(seed: int, root: Path, sizes: tuple[int, ...] = SIZES) -> dict[str, Ended]:
    """How ``check`` and ``decide`` end on the document of a seed."""
    rng = random.Random(seed)
    kind = kind_of(seed)
    files = {name: json.dumps(document).encode() for name, document in good().items()}
    KINDS[kind](files, rng, rng.choice(sizes))
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    if kind == "nothing":
        cases.inhabit(root, rng)
    case_file = next(name for name in files if name.startswith("case."))
    commands = {"check": ["check", "./pack"], "decide": ["decide", "--pack", "./pack", case_file]}
    return {name: ended(words, root) for name, words in commands.items()}


def kind_of(seed: int) -> str:
    return list(KINDS)[seed % len(KINDS)]


def ended(words: list[str], root: Path) -> Ended:
    """How a command ends in a child of little time and memory."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.chdir(root)
            for number, name in ((0, os.devnull), (1, "../out"), (2, "../err")):
                os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
            has = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(resource.RLIMIT_AS, (has + MEMORY, has + MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            sys.stdout, sys.stderr = os.fdopen(1, "w", encoding="utf-8"), os.fdopen(2, "w", encoding="utf-8")
            signal.alarm(600)  # the machine may be busy with other things
            sys.argv = ["averment", *words]
            code = averment()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    seconds = used.ru_utime + used.ru_stime
    code = os.waitstatus_to_exitcode(status)
    told, talk = (root.parent / "out").stat().st_size, (root.parent / "err").read_text("utf-8", "replace")
    wrong = ""
    if code == -signal.SIGXCPU or seconds > SECONDS:
        wrong = "over time"
    elif "not enough memory" in talk or "MemoryError" in talk:
        wrong = "over memory"
    elif "Traceback" in talk:
        wrong = "traceback"
    elif code not in (0, 1, 2, 3):
        wrong = f"exit {code}"
    elif told > DATA or len(talk) > TALK:
        wrong = "too much talk"
    elif code and not (told or talk.strip()):
        wrong = "no word"
    return Ended(wrong, code, seconds, talk)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=KINDS)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    worst, began = (0.0, ""), time.monotonic()
    for seed in range(asked.seed, asked.seed + asked.documents):
        if asked.kind in (None, kind_of(seed)):
            counts["documents"] += 1
            with TemporaryDirectory() as folder:
                root = Path(folder) / "here"
                root.mkdir()
                for name, end in thrown(seed, root).items():
                    counts[f"{name}: exit {end.code}"] += 1
                    worst = max(worst, (end.seconds, f"{kind_of(seed)}, seed {seed}, {name}"))
                    if end.wrong:
                        counts[end.wrong] += 1
                        print(f"seed {seed} ({kind_of(seed)}), {name}: {end.wrong}, {end.seconds:.1f} s", flush=True)
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
    print(f"{told}; the slowest {worst[0]:.1f} s ({worst[1]}); {time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
