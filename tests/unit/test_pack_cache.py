"""A pack that was compiled before: what is taken from the cache, and what is not."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import averment_knowledge
from averment import pack_cache
from averment.diagnostics.diagnostic import Report
from averment.pack import Pack, compile_folder
from averment.pack_cache import PackCache
from averment.surface.folder import read_folder

KNOWLEDGE = Path(averment_knowledge.__path__[0])
PACK = KNOWLEDGE / "pm_tpm"
CASE = PACK / "cases" / "payments-api.yaml"
SMALL = {
    "pack.yaml": "pack: p\nversion: 1.0.0\ntitle: T\nclaim: {fact: r, field: f}\n",
    "facts.yaml": "facts:\n  a: {cardinality: one, fields: {b: {type: boolean, ask: B?}}}\n"
    "  r: {derived: true, fields: {f: {type: choice, of: [x, y]}}}\n",
    "rules/a.yaml": "author: me\nrules:\n"
    "  - {rule: is-x, says: It is., backing: judgement, when: [a: {b: true}], then: [r: {f: x}]}\n",
}


@pytest.fixture
def cache(tmp_path: Path) -> PackCache:
    return PackCache(tmp_path / "cache" / "averment")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    for name, text in SMALL.items():
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "p"


_COMPILING = """
import sys
from averment_cli.entry import main
try:
    main()
finally:
    print("compiled" if "averment.model.build" in sys.modules else "taken", file=sys.stderr)
"""


def files_of(folder: Path) -> dict[str, bytes]:
    return read_folder(folder, Report())[0]


def compiled(folder: Path, cache: PackCache) -> Pack:
    report = Report()
    pack = compile_folder(folder, report, None, cache)
    assert pack is not None and not report.diagnostics
    return pack


def entry_of(cache: PackCache) -> Path:
    (entry,) = cache.folder.iterdir()
    return entry


def test_what_is_taken_is_what_was_compiled(cache: PackCache) -> None:
    files = files_of(PACK)
    assert cache.get(files) is None
    made = compiled(PACK, cache)
    taken = cache.get(files)
    assert taken is not None and taken == (made.model, made.program())
    again = compiled(PACK, cache)
    assert again.model is not made.model and (again.digest, again.texts) == (made.digest, made.texts)
    facts = {"product": {"technical_complexity": "high"}}
    assert again.decide(facts, {}, "reference").canonical == made.decide(facts, {}, "reference").canonical
    assert again.program({"area_weight": 2}) == made.program({"area_weight": 2})


def test_other_bytes_are_another_pack(cache: PackCache, small: Path) -> None:
    compiled(small, cache)
    rules = small / "rules" / "a.yaml"
    rules.write_text(rules.read_text().replace("f: x", "f: y"))
    assert cache.get(files_of(small)) is None
    assert compiled(small, cache).decide({"a": {"b": True}}).claim == "y"
    rules.rename(small / "rules" / "b.yaml")
    assert cache.get(files_of(small)) is None


def test_other_code_compiles_anew(cache: PackCache, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(small, cache)
    code = list(pack_cache._code())
    assert {"lower.py", "yaml_reader.py", "rules.schema.json"} <= {Path(name).name for name, *_ in code}
    monkeypatch.setattr(pack_cache, "_code", lambda: iter([("x.py", 1, 1), *code]))
    assert cache.get(files_of(small)) is None


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def fill(path: Path) -> None:
    path.unlink()
    path.mkdir()


_SPOILT: list[Callable[[Path], object]] = [
    cut,
    flip,
    link,
    fill,
    lambda path: path.write_bytes(b""),
    lambda path: path.chmod(0o620),
    lambda path: path.chmod(0o602),
    lambda path: path.parent.chmod(0o770),
    lambda path: path.parent.chmod(0o707),
]


@pytest.mark.parametrize("spoil", _SPOILT)
def test_what_is_not_surely_ours_and_whole_is_not_taken(
    spoil: Callable[[Path], object], cache: PackCache, small: Path
) -> None:
    compiled(small, cache)
    spoil(entry_of(cache))
    assert cache.get(files_of(small)) is None
    assert compiled(small, cache).decide({"a": {"b": True}}).claim == "x"


def test_what_is_of_another_user_is_not_taken(cache: PackCache, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(small, cache)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache.get(files_of(small)) is None


def test_an_entry_under_the_name_of_another_is_not_taken(cache: PackCache, small: Path) -> None:
    compiled(small, cache)
    entry = entry_of(cache)
    (small / "facts.yaml").write_text(SMALL["facts.yaml"].replace("B?", "C?"))
    entry.rename(cache.folder / pack_cache._name(pack_cache._key(files_of(small))))
    assert cache.get(files_of(small)) is None


@pytest.mark.parametrize("harm", [os.system, eval, Pack.decide, subprocess.Popen])
def test_nothing_but_values_is_made(harm: Any, cache: PackCache, small: Path, tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> Any:
            return harm, (f"open({str(tmp_path / 'done')!r}, 'w')",)

    key, body = pack_cache._key(files_of(small)), pickle.dumps(Harm())
    compiled(small, cache)
    entry_of(cache).write_bytes(hashlib.sha256(key + body).digest() + body)
    assert cache.get(files_of(small)) is None
    assert not (tmp_path / "done").exists()


def test_a_pack_with_findings_is_not_kept(cache: PackCache, small: Path) -> None:
    (small / "more.yml").write_text("a: 1\n")  # a warning
    for _ in range(2):
        report = Report()
        assert compile_folder(small, report, None, cache) is not None
        assert [found.code for found in report.diagnostics] == ["AV119"]
    assert not cache.folder.exists()


def test_few_are_kept_and_nothing_else_is_removed(
    cache: PackCache, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_cache, "MOST_ENTRIES", 3)
    compiled(small, cache)
    entry_of(cache).with_name("notes.txt").write_text("mine")
    old = cache.folder / (".0123456789abcdef-" + "0" * 64 + ".pack")
    old.write_text("a draft")
    os.utime(old, (1, 1))
    for number in range(5):
        (small / "facts.yaml").write_text(SMALL["facts.yaml"].replace("B?", f"{number}?"))
        compiled(small, cache)
    assert cache.get(files_of(small)) is not None
    assert sum(path.suffix == ".pack" for path in cache.folder.iterdir()) == 3
    assert (cache.folder / "notes.txt").read_text() == "mine" and not old.exists()


def test_nothing_is_left_in_the_home_of_another_user(
    cache: PackCache, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    compiled(small, cache)
    assert not cache.folder.parent.exists()


def test_where_nothing_can_be_kept_nothing_is_said(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "averment", tmp_path / "no" / "such" / "averment"):
        assert compiled(small, PackCache(folder)).name == "p"
        assert not folder.exists()


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"HOME": "/h"}, "/h/.cache/averment"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/averment"),
        ({"HOME": "/h", "AVERMENT_CACHE": "/c"}, "/c"),
        ({"HOME": "/h", "AVERMENT_CACHE": ""}, None),
        ({"HOME": "/h", "AVERMENT_CACHE": "off"}, None),
        ({"HOME": "relative"}, None),
        ({}, None),
    ],
)
def test_where_the_cache_is(environment: dict[str, str], folder: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "AVERMENT_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = pack_cache.pack_cache()
    assert (found and str(found.folder)) == folder


def test_the_second_start_says_the_same_and_compiles_nothing(tmp_path: Path) -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", _COMPILING, "decide", CASE, "--format", "json"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "AVERMENT_CACHE": str(tmp_path / "cache")},
        )
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout != ""
    assert [run.stderr for run in runs] == ["compiled\n", "taken\n"]
