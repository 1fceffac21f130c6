"""The files of a pack and of cases: which are read, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from averment.diagnostics.diagnostic import Report
from averment.surface.folder import read_folder
from averment.surface.pack_files import PackFiles, read_case_file, read_files, read_pack_files

PACK: dict[str, bytes] = {
    "pack.yaml": b"pack: p\nversion: 1.0.0\ntitle: T\nclaim: {fact: r, field: f}\n",
    "facts.yaml": b"facts: {r: {derived: true, fields: {f: {type: choice, of: [a]}}}}\n",
    "rules/b.yaml": b"author: me\nrules: [{rule: b, backing: judgement, when: [], then: [r: {f: a}]}]\n",
    "rules/a.yaml": b"rules: []\n",
    "tables/t.yaml": b"table: t\nbacking: judgement\nauthor: me\nwhen: [a.b]\nthen: [r.f]\nrows: [[1, a]]\n",
}


def codes(report: Report) -> list[tuple[str, str]]:
    return [(found.code, str(found.labels[0].span)) for found in report.diagnostics]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in PACK.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def read_pack_folder(path: Path, report: Report) -> PackFiles:
    return read_files(*read_folder(path, report), str(path), report)


def test_a_folder_and_a_mapping_read_the_same(folder: Path) -> None:
    report = Report()
    read = read_pack_folder(folder, report)
    assert not report.diagnostics
    assert read.root == str(folder)
    assert read == read_pack_files(PACK, report, str(folder))
    assert [node.span.file for node in read.rules] == ["rules/a.yaml", "rules/b.yaml"]
    assert [node.span.file for node in read.tables] == ["tables/t.yaml"]
    assert read.manifest.at(["pack"])[0].value == "p"
    assert read.texts == {name: data.decode() for name, data in PACK.items()}


def test_the_findings_of_all_files_come_at_once() -> None:
    files = PACK | {
        "pack.yaml": b"pack: p\npack: q\n",
        "facts.yaml": b"facts: {r: {fields: }}\n",
        "rules/a.yaml": b"rules: [{}]\n",
        "rules/b.yaml": b"rules: []\n---\nrules: []\n",
        "tables/t.yaml": b"\xff",
    }
    report = Report()
    read = read_pack_files(files, report)
    assert sorted(set(codes(report))) == [
        ("AV101", "pack.yaml:2:1"),
        ("AV110", "tables/t.yaml:1:1"),
        ("AV120", "rules/b.yaml:3:1"),
        ("AV202", "facts.yaml:1:12"),
        ("AV202", "rules/a.yaml:1:9"),
        ("AV203", "facts.yaml:1:21"),
    ]
    assert read.texts["pack.yaml"] == "pack: p\npack: q\n"


def test_what_is_missing_is_named() -> None:
    report = Report()
    read_pack_files({"fact.yaml": b"facts: {}"}, report)
    assert [(found.code, found.message, found.help) for found in report.diagnostics[1:]] == [
        ("AV118", "the pack has no `pack.yaml`", ("write a `pack.yaml`",)),
        ("AV118", "the pack has no `facts.yaml`", ("rename `fact.yaml` to `facts.yaml`",)),
        ("AV118", "the pack has no rules", ("write a `rules/….yaml`",)),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rules/c.yml", [("AV119", "rules/c.yml:1:1")]),
        ("rules/c.YAML", [("AV119", "rules/c.YAML:1:1")]),
        ("rules/c.json", [("AV119", "rules/c.json:1:1")]),
        ("rules/Makefile", [("AV119", "rules/Makefile:1:1")]),
        ("rules/\x1b.yaml", [("AV119", "rules/\\x1b.yaml:1:1")]),
        ("rules/\udcff.yaml", [("AV119", "rules/\\udcff.yaml:1:1")]),
        ("rules.yaml", [("AV119", "rules.yaml:1:1")]),
        ("rules/.c.yaml.swp", []),
        ("rules/.yaml", []),
        ("rules/README.md", []),
        ("README.md", []),
        ("cases/x.yaml", []),
    ],
)
def test_other_files(name: str, expected: list[tuple[str, str]]) -> None:
    report = Report()
    read_pack_files(PACK | {name: b"rules: 1"}, report)
    assert codes(report) == expected
    assert report.failed == (bool(expected) and name != "rules.yaml")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path / "file"):
        (tmp_path / "file").touch()
        report = Report()
        assert read_pack_folder(path, report).texts == {}
        assert [code for code, _ in codes(report)] == ["AV117"]


def test_a_link_out_of_the_pack_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("rules: []")
    (folder / "rules/link.yaml").symlink_to(outside)
    (folder / "rules/loop.yaml").symlink_to(folder / "rules/loop.yaml")
    (folder / "rules/inside.yaml").symlink_to(folder / "rules/a.yaml")
    os.mkfifo(folder / "rules/pipe.yaml")
    (folder / "rules/folder.yaml").mkdir()
    report = Report()
    read = read_pack_folder(folder, report)
    assert codes(report) == [("AV117", f"rules/{name}.yaml:1:1") for name in ("folder", "link", "loop", "pipe")]
    assert "rules/inside.yaml" in read.texts


def test_a_folder_elsewhere_is_not_even_listed(tmp_path: Path) -> None:
    for name in ("pack", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "elsewhere/secret.yaml").write_text("table: t\n")
    (tmp_path / "pack/tables").symlink_to(tmp_path / "elsewhere")
    report = Report()
    read_pack_folder(tmp_path / "pack", report)
    assert ("AV117", "tables:1:1") in codes(report)
    assert "secret" not in str(report.diagnostics)


@pytest.mark.parametrize(
    ("file", "data", "cases"),
    [
        ("c.yaml", b"case: a\nfacts: {}\n---\ncase: b\nfacts: {}\n", ["a", "b"]),
        ("c.json", b'{\n"case": "a",\n"facts": {}}\n', ["a"]),
        ("c.jsonl", b'{"case": "a", "facts": {}}\n\n{"case": "b", "facts": {}}', ["a", "b"]),
        ("C.NDJSON", b'{"case": "a", "facts": {}}', ["a"]),
        ("-", b'{"case": "a", "facts": {}}\r\n{"case": "b", "facts": {}}\r\n', ["a", "b"]),
        ("-", b'{"case": "a",\n "facts": {}}\n', ["a"]),
        ("-", b"case: a\nfacts: {}\n", ["a"]),
        ("c.yaml", b"{case: a, facts: {}}", ["a"]),
    ],
)
def test_fact_files_in_every_form(file: str, data: bytes, cases: list[str]) -> None:
    report = Report()
    assert [case.at(["case"])[0].value for case in read_case_file(data, file, report)] == cases
    assert not report.diagnostics


def test_every_bad_line_is_found() -> None:
    report = Report()
    read_case_file(b'{"case": "a"}\n{"case": \n{"case": "b", "facts": {}} x\n', "c.jsonl", report)
    assert sorted(codes(report)) == [
        ("AV113", "c.jsonl:2:10"),
        ("AV113", "c.jsonl:3:28"),
        ("AV202", "c.jsonl:1:1"),
    ]
    report = Report()
    read_case_file(b'{"case": "a"}\n{"case": "b", "fact": {}}\n', "c.jsonl", report)
    assert codes(report) == [("AV202", "c.jsonl:1:1"), ("AV201", "c.jsonl:2:15")]


def test_findings_of_one_file_are_bounded() -> None:
    for line in (b"{\n", b"{}\n"):
        report = Report()
        read_case_file(line * 10_000, "c.jsonl", report)
        assert 100 <= len(report.diagnostics) <= 101


def test_the_collector_is_left_as_it_was() -> None:
    import gc

    assert gc.isenabled()
    read_pack_files(PACK, Report())
    assert gc.isenabled()
    gc.disable()
    try:
        read_pack_files(PACK, Report())
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({f"rules/f{number:04}.yaml": b"rules: []\n" for number in range(996)}, ["1,000 files"]),
        ({f"rules/f{number:04}.yaml": b"rules: []\n" for number in range(1001)}, ["1,000 files"]),
        ({"rules/f.yaml": b"rules: []\n" + b"#" * 2_000_000}, []),
        ({f"rules/f{number}.yaml": b"rules: []\n" + b"#" * 1_100_000 for number in range(2)}, ["2,097,152 bytes"]),
    ],
)
def test_a_pack_is_bounded(folder: Path, more: dict[str, bytes], found: list[str]) -> None:
    for name, data in more.items():
        (folder / name).write_bytes(data)
    for read in (lambda report: read_pack_folder(folder, report), lambda report: read_pack_files(PACK | more, report)):
        report = Report()
        read(report)
        assert [finding.message for finding in report.diagnostics] == [
            f"the pack has more than {most}" for most in found
        ]
