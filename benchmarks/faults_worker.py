"""Kill the process of the durable engine at random moments, under every command that has one.

``python benchmarks/faults_worker.py --kills 200 --seed 1`` runs each command undisturbed, then again and again, each
time with a SIGKILL to the process of its engine after a random part of the time that the command takes. What it prints
and writes has to be the same bytes, with the same exit code. Prints one line of figures, as JSON: by command how many
kills there were, and after how many it warned (AV454) that the reference decided in place of the engine; and what was
otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

RECORDS = 12
AVERMENT = (sys.executable, "-P", "-c", "from averment_cli.entry import main; main()")

PACK = {
    "pack.yaml": "pack: teams\nversion: 1.0.0\ntitle: Teams\nclaim: {fact: answer, field: value}\n",
    "facts.yaml": """
facts:
  team:
    cardinality: one
    fields: {size: {type: integer, min: 0, max: 50, ask: How many?}, remote: {type: boolean, ask: Remote?}}
  link: {cardinality: many, fields: {from: {type: text}, to: {type: text}}}
  reached: {derived: true, cardinality: many, fields: {from: {type: text}, to: {type: text}}}
  answer: {derived: true, fields: {value: {type: choice, of: [split, keep]}}}
""",
    "rules/rules.yaml": """
author: The authors
rules:
  - rule: near
    says: $a reaches $b.
    backing: judgement
    when: [{link: {from: $a, to: $b}}]
    then: [{reached: {from: $a, to: $b}}]
  - rule: far
    says: $a reaches $c.
    backing: judgement
    when: [{reached: {from: $a, to: $b}}, {link: {from: $b, to: $c}}]
    then: [{reached: {from: $a, to: $c}}]
  - rule: split
    says: A team of $n is to be split.
    backing: judgement
    when: [{team: {size: $n}}, {count: {of: reached, as: $r}}, {test: "$n + $r >= 60"}]
    then: [{answer: {value: split}}]
  - rule: keep
    says: A team of $n is to be kept.
    backing: judgement
    when: [{team: {size: $n, remote: false}}, {count: {of: reached, as: $r}}, {test: "$n + $r < 60"}]
    then: [{answer: {value: keep}}]
""",
}  # fmt: skip


class Ran(NamedTuple):
    """What came of a command: its exit code, what it printed and wrote, and what it said."""

    code: int
    out: bytes
    files: dict[str, bytes]
    said: str
    seconds: float
    killed: bool = False


def commands() -> dict[str, list[str]]:
    """Every command that has a durable engine, by name."""
    pack, one, many = ["--pack", "./pack"], "case.yaml", "cases.jsonl"
    whole, alone = ["--warrants", "full"], ["--jobs", "1"]
    return {
        "decide": ["decide", *pack, many, "--format", "json"],
        "decide --log": ["decide", *pack, many, "--log", "sqlite:log", "--format", "json"],
        "explain": ["explain", *pack, one],
        "explain --why-not": ["explain", *pack, one, "--why-not", "keep"],
        "whatif": ["whatif", *pack, one, "--set", "team.size=3"],
        "whatif --sweep": ["whatif", *pack, one, "--sweep", "team.size=0..50"],
        "flip": ["flip", *pack, one, "--seconds", "60"],
        "matters": ["matters", *pack, one, "--seconds", "60"],
        "missing": ["missing", *pack, one, "--seconds", "60"],
        "ask": ["ask", *pack, "open.yaml", "--format", "json"],
        "batch --warrants full": ["batch", *pack, many, "-o", "out.jsonl", *whole, *alone],
        "batch --engine durable": ["batch", *pack, many, "-o", "out.csv", "--engine", "durable"],
        "batch --verify": ["batch", *pack, "--verify", "done.jsonl", *alone],
        "dossier": ["dossier", *pack, one, "-o", "file.zip"],
        "audit replay": ["audit", "replay", "--log", "sqlite:kept", "--all", "--engine", "durable"],
    }  # fmt: skip


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = faults(Path(folder), options.kills, random.Random(options.seed))
    print(json.dumps({"seed": options.seed, **found}))
    return 1 if found["strange"] else 0


def faults(root: Path, kills: int, rng: random.Random) -> dict[str, Any]:
    """What came of so many kills: by command, how many there were and how many took the engine from a case."""
    prepare(root, rng)
    wanted = {name: ran(root, words, None) for name, words in commands().items()}
    strange = [
        f"{name}: exit code {each.code}: {each.said}" for name, each in wanted.items() if each.code not in (0, 1)
    ]
    counts: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    names, missed = list(wanted), 0
    while sum(counts.values()) < kills and not strange:
        name = names[(sum(counts.values()) + missed) % len(names)]
        found = ran(root, commands()[name], rng.random() * wanted[name].seconds)
        if not found.killed:
            missed += 1
            if missed > 20 * kills:
                strange.append("hardly an engine was met")
            continue
        counts[name] += 1
        lost[name] += "AV454" in found.said
        strange += [f"{name}: {what}" for what in differences(wanted[name], found)]
    return {"kills": dict(counts), "lost": dict(lost), "missed": missed, "strange": strange}


def differences(wanted: Ran, found: Ran) -> list[str]:
    """What is otherwise after a kill."""
    told = [f"exit code {found.code}: {found.said[-300:]}"] if found.code != wanted.code else []
    told += ["other output"] if found.out != wanted.out else []
    told += [
        f"`{name}` differs" for name in wanted.files.keys() | found.files if _unlike(name, wanted.files, found.files)
    ]
    told += ["a traceback"] if "Traceback" in found.said else []
    return told


def _unlike(name: str, wanted: dict[str, bytes], found: dict[str, bytes]) -> bool:
    """Whether a file is not as it was; a manifest has the engine that decided."""
    return not name.endswith(".manifest") and wanted.get(name) != found.get(name)


def _decided(root: Path) -> bytes:
    """What the log says was decided, whenever, by whatever engine."""
    words = [*AVERMENT, "audit", "export", "--log", "sqlite:log", "-o", "-"]
    lines = subprocess.run(words, cwd=root, check=True, capture_output=True).stdout.splitlines()
    outcomes = [record["outcome"] for record in map(json.loads, lines) if "outcome" in record]
    return json.dumps(outcomes).encode()


def prepare(root: Path, rng: random.Random) -> None:
    """A pack, cases, and what some commands begin with."""
    for name, text in PACK.items():
        (root / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "pack" / name).write_text(text)
    cases = [_case(f"case {number}", rng) for number in range(40)]
    (root / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    (root / "case.yaml").write_text(json.dumps(_case("one", rng)))
    (root / "open.yaml").write_text(json.dumps({"case": "open", "facts": {"link": []}}))
    for words in (
        ["batch", "--pack", "./pack", "cases.jsonl", "-o", "done.jsonl", "--warrants", "full", "--jobs", "1"],
        ["decide", "--pack", "./pack", "cases.jsonl", "--log", "sqlite:kept"],
    ):
        subprocess.run([*AVERMENT, *words], cwd=root, check=True, capture_output=True)


def _case(name: str, rng: random.Random) -> dict[str, Any]:
    links = [{"from": f"n{rng.randrange(8)}", "to": f"n{rng.randrange(8)}"} for _ in range(RECORDS)]
    unique = [dict(pairs) for pairs in dict.fromkeys(tuple(link.items()) for link in links)]
    team = {"size": rng.randrange(50), "remote": rng.random() < 0.5}
    return {"case": name, "facts": {"team": team, "link": unique}}


def ran(root: Path, words: Sequence[str], after: float | None) -> Ran:
    """Run a command; ``after`` so many seconds kill its engine, or as soon as there is one."""
    made = ("log", "log-wal", "log-shm", "out.jsonl", "out.jsonl.manifest", "out.csv", "out.csv.manifest", "file.zip")
    for name in made:
        (root / name).unlink(missing_ok=True)
    began = time.monotonic()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.PIPE}
    process = subprocess.Popen([*AVERMENT, *words], cwd=root, **pipes)  # type: ignore[call-overload]
    assert process.stdin
    process.stdin.write(b"55\ntrue\n" if words[0] == "ask" else b"")
    process.stdin.close()
    process.stdin = None
    killed = after is not None and _killed(process, began + after, forked=words[0] != "batch")
    out, said = process.communicate()
    files = {name: (root / name).read_bytes() for name in made if (root / name).exists() and "-" not in name}
    if "log" in files:
        files["log"] = _decided(root)
    return Ran(process.returncode, out, files, said.decode(), time.monotonic() - began, killed)


def _killed(process: subprocess.Popen[bytes], when: float, forked: bool) -> bool:
    """Whether an engine of the command was there to be killed, then or later."""
    time.sleep(max(0.0, when - time.monotonic()))
    while process.poll() is None:
        for engine in engines(process.pid, forked):
            try:
                os.kill(engine, signal.SIGKILL)
                return True
            except ProcessLookupError:
                pass
        time.sleep(0.002)
    return False


def engines(process: int, forked: bool) -> list[int]:
    """The processes of engines below a process, each a fork of it or an interpreter of its own."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        below = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
        found = [child for child in below if forked or b"worker_process" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []
    return found + [engine for child in below for engine in engines(child, forked)]


if __name__ == "__main__":
    sys.exit(main())
