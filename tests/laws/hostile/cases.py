"""Hostile cases, and packs whose folder holds too much or what is no file."""

from __future__ import annotations

import os
import random
from pathlib import Path

from tests.laws.hostile.good import Files, change, put_parts, put_rules, rule


def facts(files: Files, rng: random.Random, size: int) -> None:
    """Many records, joined, counted or closed over."""
    one, two = {"part": {"name": "$a", "of": "$b"}}, {"part": {"name": "$b", "of": "$c"}}
    reached = [{"reached": {"name": "$a", "of": "$c"}}]
    put_rules(
        files,
        rng.choice(
            (
                [rule("join", [one, two])],
                [rule("cross", [{"part": {"name": "$a"}}, {"part": {"name": "$b"}}, {"test": "$a != $b"}])],
                [rule("start", [one], [{"reached": {"name": "$a", "of": "$b"}}]),
                 rule("step", [{"reached": {"name": "$a", "of": "$b"}}, two], reached)],
                [rule("sum", [{"sum": {"of": "part", "field": "size", "as": "$s"}}, {"test": "$s > 1"}])],
                [rule("not", [{"not": {"part": {"name": "x"}}}])],
            )
        ),
    )  # fmt: skip
    put_parts(files, rng, rng.choice((300, 3000, 30_000, 100_000)))
    if rng.random() < 0.5:
        files["case.json"] = files.pop("case.yaml")


def lines(files: Files, rng: random.Random, size: int) -> None:
    line = rng.choice((b"{}", b"{", b"[]", b"", b"1", b'{"case": "c"}', files["case.yaml"], b"nul"))
    files["case.jsonl"] = (line + b"\n") * (20_000 * size)
    del files["case.yaml"]


def bad_facts(files: Files, rng: random.Random, size: int) -> None:
    records = [{"name": n, "nam": "x", "size": "y"} for n in range(10_000 * size)]
    change(files, "case.yaml", lambda document: document["facts"].update(part=records, thong={}))


def nothing(files: Files, rng: random.Random, size: int) -> None:
    """Text as it is: what is hostile is the folder."""


def many_files(files: Files, rng: random.Random, size: int) -> None:
    for number in range(1500 * size):
        files[f"pack/{rng.choice(('rules', 'tables', 'cases', 'junk'))}/f{number}.yaml"] = files["pack/rules/base.yaml"]


def large_files(files: Files, rng: random.Random, size: int) -> None:
    for number in range(5 * size):
        files[f"pack/rules/f{number}.yaml"] = b"# " + b"a" * (15 << 20) + b"\nrules: []\n"


def inhabit(root: Path, rng: random.Random) -> None:
    """Put into the pack's folder what is no file, or not its own."""
    pack, what = root / "pack", rng.randrange(9)
    names = ("rules/x.yaml", "facts.yaml", "tables/x.yaml", "cases/x.yaml", "rules/x", "pack.yaml", "x")
    place = pack / rng.choice(names)
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.unlink()
    if what == 0:
        os.mkfifo(place)
    elif what < 6:
        target = ("/dev/zero", "/dev/random", "/etc/passwd", str(place), "../../..")[what - 1]
        place.symlink_to(target, target_is_directory=what == 5)
    elif what == 6:
        place.mkdir()
    elif what == 7:
        place.symlink_to("/proc/self/mem")
    else:
        deep = pack / "rules"
        for _ in range(200):
            deep = deep / "d"
        deep.mkdir(parents=True)
