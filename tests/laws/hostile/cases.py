"""Hostile cases, and packs whose folder holds too much or what is no file."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

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


def late(files: Files, rng: random.Random, size: int) -> None:
    """Patterns that join freely before the last rules all out, guards that meet many, rules that look at all."""
    a, b, none = {"part": {"name": "$a", "of": "$k"}}, {"part": {"name": "$b", "of": "$k"}}, {"test": "$s < 0"}
    each = {"part": {"name": "$a", "size": "$s"}}
    dead = rng.choice(
        ({"part": {"name": "$b", "of": "$a"}}, {"part": {"size": -1}}, {"part": {"name": "$b", "size": -1}})
    )
    put_rules(
        files,
        rng.choice(
            (
                [rule("late", [a, b, dead])],
                [rule("free", [{"part": {"name": "$a"}}, {"part": {"name": "$b"}}, dead])],
                [rule("counts", [a, {"count": {"of": {"part": {"of": "$k"}}, "as": "$n"}}, {"test": "$n < 5"}])],
                [rule("fires", [a, {"sum": {"of": {"part": {"of": "$k"}}, "field": "size", "as": "$n"}}])],
                [rule("sums", [each, {"sum": {"of": "part", "field": "size", "as": "$n"}}, {"test": "$s > $n"}])],
                [rule("not", [each, {"not": {"part": {"of": "$a", "size": "< 0"}}}, none])],
                [rule("apart", [each, {"not": {"part": {"of": "$a", "size": "$s"}}}, none])],
                [rule(f"r{n}", [{"part": {"size": f">= {n + 10**6}"}}]) for n in range(2000 * size)],
                [rule("start", [{"part": {"size": 0, "name": "$a"}}], [{"reached": {"name": "$a", "of": "$a"}}]),
                 rule("step", [{"part": {"name": "$b", "of": "$c"}}, {"reached": {"name": "$a", "of": "$b"}}],
                      [{"reached": {"name": "$a", "of": "$c"}}])],
            )
        ),
    )  # fmt: skip
    put_parts(files, rng, rng.choice((1000, 10_000, 30_000)))
    shape = rng.randrange(3)

    def reshape(document: Any) -> None:
        for number, part in enumerate(document["facts"]["part"]):
            if shape == 0:
                part["of"] = "same"
            elif shape == 1:
                part |= {"name": None, "of": None} if number % 3 else {}

    if shape == 1:
        change(files, "pack/facts.yaml", lambda document: document["facts"]["part"].update(key=["size"]))
    change(files, "case.yaml", reshape)


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
