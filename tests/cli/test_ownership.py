"""What is somebody's own is never written over, followed or removed, whatever its name, by any command that writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_LINES = [
    '{"case":"a","facts":{"engineering":{"team_size":4}}}',
    '{"case":"b","facts":{"engineering":{"team_size":-4}}}',
]
Tree = dict[str, Any]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run, with a table, a case, and something that links lead to."""
    monkeypatch.chdir(tmp_path)
    Path("cases.jsonl").write_text("\n".join(_LINES) + "\n")
    Path("case.yaml").write_text("case: a\nfacts:\n  engineering: {team_size: 4}\n")
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("mine")
    return tmp_path


def tree() -> Tree:
    """All there is: what files hold, where links lead, and folders."""
    found: Tree = {}
    for path in sorted(Path().rglob("*")):
        found[str(path)] = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return found


def _file(path: str) -> None:
    Path(path).write_text("mine\n")


def _empty(path: str) -> None:
    Path(path).touch()


def _folder(path: str) -> None:
    Path(path).mkdir()


def _full_folder(path: str) -> None:
    Path(path).mkdir()
    Path(path, "output").write_text("mine\n")


def _link(path: str) -> None:
    Path(path).symlink_to("mine/letter.txt")


def _folder_link(path: str) -> None:
    Path(path).symlink_to("mine", target_is_directory=True)


def _dangling_link(path: str) -> None:
    Path(path).symlink_to("mine/none.txt")


THINGS = [_file, _empty, _folder, _full_folder, _link, _folder_link, _dangling_link]
BATCH = ("batch", "cases.jsonl", "-o", "out.csv")


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("name", ["out.csv", "out.csv.parts", "out.csv.rejects", "out.csv.manifest"])
def test_batch_takes_no_place_of_what_is_not_its_own(name: str, thing: Callable[[str], None], averment: Any) -> None:
    thing(name)
    before = tree()
    for more in ((), ("--restart",)):
        ran = averment(*BATCH, *more)
        assert (ran.code, "AV537" in ran.err or "AV531" in ran.err) == (3, True), ran.err
        assert tree() == before


def _edit(path: str) -> None:
    Path(path).write_bytes(Path(path).read_bytes() + b"and a note of mine\n")


def _cut(path: str) -> None:
    Path(path).write_bytes(Path(path).read_bytes()[:-1])


def _link_to_itself(path: str) -> None:
    Path(path).rename("mine/moved")
    Path(path).symlink_to("mine/moved")


@pytest.mark.parametrize("harm", [_edit, _cut, _link_to_itself])
@pytest.mark.parametrize("name", ["out.csv", "out.csv.rejects", "out.csv.manifest"])
def test_what_batch_wrote_is_written_over_only_as_it_left_it(
    name: str, harm: Callable[[str], None], averment: Any
) -> None:
    assert averment(*BATCH).code == 0
    assert averment(*BATCH).code == 0  # the same order: nothing to do
    Path("cases.jsonl").write_text(_LINES[0].replace("4", "5") + "\n")
    assert averment(*BATCH).code == 0  # another, over what is certainly its own
    assert not Path("out.csv.rejects").exists()
    Path("cases.jsonl").write_text("\n".join(_LINES) + "\n")
    assert averment(*BATCH).code == 0
    harm(name)
    before = tree()
    ran = averment(*BATCH)
    assert (ran.code, "AV537" in ran.err) == (3, True), ran.err
    assert tree() == before


def test_the_output_of_another_name_is_not_this_ones(averment: Any) -> None:
    assert averment(*BATCH).code == 0
    for ending in ("", ".rejects", ".manifest"):
        Path(f"out.csv{ending}").rename(f"kept.csv{ending}")
    before = tree()
    assert "AV537" in averment("batch", "cases.jsonl", "-o", "kept.csv").err
    assert tree() == before


def test_what_comes_while_a_run_works_stays(averment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from averment.batch.run import _Batch  # pyright: ignore[reportPrivateUsage]

    real = _Batch._put_in_place  # pyright: ignore[reportPrivateUsage]

    def meddled(self: Any) -> None:
        Path("out.csv.rejects").write_text("mine\n")
        Path("out.csv.parts/notes.txt").write_text("mine\n")
        real(self)

    with monkeypatch.context() as patched:
        patched.setattr(_Batch, "_put_in_place", meddled)
        ran = averment(*BATCH)
    assert (ran.code, "AV537" in ran.err, "the same command continues" in ran.err) == (3, True, True), ran.err
    assert Path("out.csv.rejects").read_text() == Path("out.csv.parts/notes.txt").read_text() == "mine\n"
    assert averment(*BATCH).code == 3
    Path("out.csv.parts/notes.txt").rename("mine/notes.txt")
    Path("out.csv.rejects").unlink()
    assert averment(*BATCH).code == 0
    assert not Path("out.csv.parts").exists()


WRITERS = {
    ("explain", "case.yaml", "--format", "html", "-o", "there"): "there",
    ("ask", "case.yaml", "-o", "there"): "there",
    ("dossier", "case.yaml", "-o", "there.zip"): "there.zip",
    ("schema", "case", "-o", "."): "case.schema.json",
    ("schema", "--pack", "pm_tpm", "-o", "."): "pm_tpm.case.schema.json",
    ("audit", "anchor", "--log", "sqlite:log.db", "-o", "there"): "there",
    ("audit", "export", "--log", "sqlite:log.db", "-o", "there", "--format", "csv"): "there",
    ("audit", "export", "--log", "sqlite:log.db", "-o", "there", "--format", "parquet"): "there",
    ("batch", "cases.jsonl", "-o", "new.csv", "--summary", "there"): "there",
    ("new", "there"): "there",
    ("decide", "case.yaml", "--log", "sqlite:there"): "there",
    ("batch", "cases.jsonl", "-o", "new.csv", "--log", "sqlite:there"): "there",
}


@pytest.mark.parametrize("thing", [_file, _empty, _full_folder, _link, _folder_link, _dangling_link])
@pytest.mark.parametrize("arguments", WRITERS, ids=" ".join)
def test_no_command_writes_over_anything(
    arguments: tuple[str, ...], thing: Callable[[str], None], averment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    averment("decide", "case.yaml", "--log", "sqlite:log.db")
    thing(WRITERS[arguments])
    before = {path: held for path, held in tree().items() if not path.startswith("log.db")}
    ran = averment(*arguments)
    assert ran.code in (2, 3), ran.err
    assert "Traceback" not in ran.err
    assert {path: held for path, held in tree().items() if not path.startswith("log.db")} == before


def test_schemas_and_summaries_are_written_anew_until_somebody_edits_them(averment: Any) -> None:
    assert averment("new", "lending").code == 0
    schema = Path("lending/schemas/lending.case.schema.json")
    again = ("schema", "--pack", "lending", "-o", "lending/schemas")
    facts = Path("lending/facts.yaml")
    facts.write_text(facts.read_text().replace("in km", "in kilometres").replace("unit: km", "unit: kilometres"))
    made = schema.read_bytes()
    assert averment(*again).code == 0
    before = schema.read_bytes()
    assert before != made
    schema.write_bytes(before.replace(b'"description"', b'"Description"', 1))
    assert averment(*again).code == 3
    batch = (*BATCH, "--summary", "summary.json")
    assert averment(*batch).code == 0
    Path("cases.jsonl").write_text(_LINES[0] + "\n")
    assert averment(*batch).code == 0
    assert json.loads(Path("summary.json").read_bytes())["rows"] == 1
    Path("summary.json").write_bytes(Path("summary.json").read_bytes() + b"\n")
    assert "AV537" in averment(*batch).err
