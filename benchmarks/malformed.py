"""Malformed documents: mutations of good ones, of which none may cost an exception, a signal or much time.

``python benchmarks/malformed.py --documents 100000``: pack files and fact files (the product-manager pack and its
cases, ``packs/w1`` with random cases, the sample pack of the tests with the files of all golden stories), each damaged
in one to four places, byte by byte or token by token. A damaged pack file is compiled with the rest of its pack; a
damaged fact file is read and its cases, where any are left, decided. What was found is rendered as for a terminal. Each
document must take less than 50 ms of process time for each 64 KiB of all that is read for it (or part of them); one
that seems slow is timed again by itself, and the least of five counts. Child processes do it, so that a signal is seen.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from w1_cases import complete_cases

import averment
import averment_knowledge
from averment.diagnostics.diagnostic import Report
from averment.diagnostics.render_text import render_all
from averment.model.case import read_case
from averment.pack import Pack, compile_files
from averment.surface.pack_files import read_case_file, read_pack_files

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests"
UNIT = 64 * 1024
LIMIT = 0.050  # seconds for each unit
CHUNK = 1000

NASTY = (
    "&a", "*a", "<<: *a", "!!python/object:os.system", "!t", "---", "...", "%YAML 1.1", "- ", "? ", ": ", "{", "}", "[",
    "]", "[" * 70, "{a: " * 70, "|", ">", "|+2", "'", '"', "\\", "#", "@", "`", "null", "~", ".inf", "-.inf", ".nan",
    "NaN", "1e400", "-1e400", "1e-400", "9" * 400, "-" + "9" * 30, "0.1" + "0" * 400, "012", "0x10", "1:30", "1_000",
    "no", "yes", "true", "$x", "$", "$x - ", "not(", ">= ", "<", "[1..", "..5]", "count(", "\t", "\r", "\x00",
    "\x1b[31m", "\u202e", "\u200b", "\ufeff", "\U0001f600", "é" * 50, "a" * 5000, " " * 300, "\n" * 50,
    "any", "not", "sum", "rule", "when", "then", "test", "facts", "2024-02-30", "9999-99-99", "-0",
    "1.", ".5", "+1", "1e3", "_", "",
)  # fmt: skip
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Good:
    """A good document: the files of a pack with the name of the one to damage, or a fact file of a pack."""

    name: str
    files: Mapping[str, bytes]
    pack: str = ""  # of a fact file: which pack it is for


@dataclass
class Tally:
    documents: int = 0
    well: int = 0  # still fine
    failures: list[str] = field(default_factory=list)
    worst: tuple[float, int] = (0.0, -1)  # seconds for each unit, and the seed

    def add(self, other: Tally) -> None:
        self.documents += other.documents
        self.well += other.well
        self.failures += other.failures
        self.worst = max(self.worst, other.worst)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    total, began = Tally(), time.monotonic()
    starts = range(asked.seed, asked.seed + asked.documents, CHUNK)
    with ProcessPoolExecutor(asked.processes, initializer=faulthandler.enable) as pool:
        chunks = {pool.submit(run, start, min(CHUNK, asked.seed + asked.documents - start)): start for start in starts}
        for done in as_completed(chunks):
            try:
                found = done.result()
            except Exception as problem:
                found = Tally(failures=[f"seeds from {chunks[done]}: {type(problem).__name__}: {problem}"])
            for failure in found.failures:
                print(failure, flush=True)
            total.add(found)
            if total.documents % 10_000 == 0:
                print(f"{total.documents:,} documents, {len(total.failures)} failures", flush=True)
    seconds, seed = total.worst
    print(
        f"{total.documents:,} malformed documents in {time.monotonic() - began:.0f} s: {len(total.failures)} failures, "
        f"{total.well / max(1, total.documents):.0%} still well formed; "
        f"worst {seconds * 1e3:.0f} ms for each 64 KiB (seed {seed}: {describe(seed)})"
    )


def run(start: int, count: int) -> Tally:
    """Read the documents of these seeds."""
    tally = Tally()
    for seed in range(start, start + count):
        tally.documents += 1
        try:
            seconds, units, well = _timed(seed)
            if seconds > LIMIT * units:
                seconds = min([seconds, *(_timed(seed)[0] for _ in range(4))])
        except Exception:
            tally.failures.append(f"seed {seed} ({describe(seed)}): {traceback.format_exc(limit=-4)}")
            continue
        tally.well += well
        tally.worst = max(tally.worst, (seconds / units, seed))
        if seconds > LIMIT * units:
            tally.failures.append(f"seed {seed} ({describe(seed)}): {seconds * 1e3:.0f} ms for {units:.1f} units")
    return tally


def _timed(seed: int) -> tuple[float, float, bool]:
    """Seconds of process time, units of 64 KiB, and whether the document was still fine."""
    good, file, data = damaged(seed)
    report = Report()
    began = time.process_time()
    if good.pack:
        size, texts = len(data), {file: data.decode("utf-8", "replace")}
        pack = _packs()[good.pack]
        for node in read_case_file(data, file, report):
            case = None if report.failed else read_case(node, pack.model.types, report)
            if case is not None:
                try:
                    _ = pack.decide(case, engine="reference").canonical
                except averment.Refused as refused:
                    report.extend(refused.diagnostics)
    else:
        files = {**good.files, file: data}
        size = sum(map(len, files.values()))
        read = read_pack_files(files, report)
        texts = dict(read.texts)
        compile_files(read, "pack", report)
    render_all(report.diagnostics, texts)
    return time.process_time() - began, max(1.0, size / UNIT), not report.diagnostics


def damaged(seed: int) -> tuple[Good, str, bytes]:
    """The document of a seed: the good one, its file, and what became of it."""
    rng = random.Random(seed)
    documents = _documents()
    good = rng.choice(documents[rng.choice(("cases", "cases", "packs", "packs", "large"))])
    file = rng.choice(sorted(good.files))
    data = good.files[file]
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = rng.choice(DAMAGES)(data, rng)
    return good, file, data


def describe(seed: int) -> str:
    if seed < 0:
        return "none"
    good, file, data = damaged(seed)
    return f"{good.name}, {file}, {len(data)} bytes"


# --- damage -------------------------------------------------------------------------------------------------------


def _flip(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice((1, 2, 8))) + data[at:]


def _cut(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice((1, 5, 40, 400)) :]


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    part = data[at : at + rng.choice((1, 10, 200))]
    return data[:at] + part * rng.choice((2, 3, 50)) + data[at:]


def _swap_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _shift_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    lines[at] = rng.choice((b"  ", b" ", b"\t", b"- ", b"? ")) + lines[at] if rng.random() < 0.6 else lines[at].lstrip()
    return b"".join(lines)


def _tokens(change: Callable[[list[str], int, random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    def damage(data: bytes, rng: random.Random) -> bytes:
        tokens = TOKEN.findall(data.decode("utf-8", "replace")) or [""]
        change(tokens, rng.randrange(len(tokens)), rng)
        return "".join(tokens).encode()

    return damage


def _put(tokens: list[str], at: int, rng: random.Random) -> None:
    tokens[at] = rng.choice(NASTY)


def _add(tokens: list[str], at: int, rng: random.Random) -> None:
    tokens.insert(at, rng.choice(NASTY))


def _drop(tokens: list[str], at: int, rng: random.Random) -> None:
    del tokens[at]


def _exchange(tokens: list[str], at: int, rng: random.Random) -> None:
    other = rng.randrange(len(tokens))
    tokens[at], tokens[other] = tokens[other], tokens[at]


def _misspell(tokens: list[str], at: int, rng: random.Random) -> None:
    words = [number for number, token in enumerate(tokens) if token.isalnum()]
    if words:
        at = rng.choice(words)
        place = rng.randrange(len(tokens[at]))
        tokens[at] = tokens[at][:place] + rng.choice("aeszx_0") + tokens[at][place + 1 :]


DAMAGES = (
    _flip, _insert, _cut, _truncate, _repeat, _swap_lines, _shift_line, _tokens(_put), _tokens(_put), _tokens(_add),
    _tokens(_drop), _tokens(_exchange), _tokens(_misspell), _tokens(_misspell),
)  # fmt: skip


# --- good documents -----------------------------------------------------------------------------------------------


@cache
def _documents() -> dict[str, list[Good]]:
    pm_tpm = Path(averment_knowledge.__path__[0]) / "pm_tpm"
    cases = [Good(path.stem, {path.name: path.read_bytes()}, "pm_tpm") for path in sorted(pm_tpm.glob("cases/*.yaml"))]
    for number, facts in enumerate(complete_cases(10)):
        text = json.dumps({"case": f"c{number}", "facts": facts}).encode()
        cases += [Good(f"w1 {number}", {name: text}, "w1") for name in ("case.json", "case.jsonl", "case.yaml")]
    sample = _files(TESTS / "unit" / "sample")
    packs = [Good("sample", sample), Good("w1", _files(HERE / "packs" / "w1"))]
    for story in sorted(TESTS.glob("golden/*/*.txt")):
        files = dict(_story_files(story))
        ours = {name.removeprefix("demo/"): data for name, data in files.items() if name.startswith("demo/")}
        if ours:
            packs.append(Good(story.stem, {**sample, **ours}))
        cases += [Good(story.stem, {name: data}, "sample") for name, data in files.items() if "/" not in name]
    return {"cases": cases, "packs": packs, "large": [Good("pm_tpm", _files(pm_tpm))]}


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".yaml", ".yml", ".csv") and "cases" not in path.parts
    }


def _story_files(story: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a golden story that are written out in it."""
    _, *parts = re.split(r"^=== (.+)\n", story.read_text("utf-8"), flags=re.MULTILINE)
    for heading, content in zip(parts[::2], parts[1::2], strict=True):
        if re.fullmatch(r"[\w./-]+\.(yaml|yml|json|jsonl)", heading):
            yield heading, content.encode()


@cache
def _packs() -> dict[str, Pack]:
    return {
        "pm_tpm": averment.load("pm_tpm"),
        "w1": averment.load(HERE / "packs" / "w1"),
        "sample": averment.load(TESTS / "unit" / "sample"),
    }


if __name__ == "__main__":
    main()
