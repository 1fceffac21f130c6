"""The packs that the processes of a service have in use: taken up when that is said, and by all alike."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.service.conftest import LOAN

from averment.diagnostics.diagnostic import Refused, Report
from averment.examples import example_files, examples_of
from averment_service.shelf import Shop


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LOAN, tmp_path / "loan"))


def _version(pack: Path, version: str) -> None:
    manifest = pack / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("version: 1.0.0", f"version: {version}"))


def test_a_process_that_is_started_again_takes_what_is_in_use(pack: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = Shop([str(pack)], kept=kept)
    digest = first.find("loan").digest
    assert first.find("loan").decide({}).document == Shop([str(pack)], kept=kept).find("loan").decide({}).document
    _version(pack, "1.0.1")  # and nobody says that it is to be taken up
    assert Shop([str(pack)], kept=kept).find("loan").digest == digest
    (new,) = first.refresh()
    assert new.version == "1.0.1"
    assert Shop([str(pack)], kept=kept).find("loan").digest == new.digest


def test_of_two_that_keep_a_pack_at_once_one_leaves_nothing_behind(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"

    def second(fresh: Path, place: Path) -> None:
        shutil.copytree(fresh, place)
        raise FileExistsError

    monkeypatch.setattr(Path, "rename", second)
    digest = Shop([str(pack)], kept=kept).find("loan").digest
    monkeypatch.undo()
    assert len([*kept.iterdir()]) == 2  # the pack, and which ones are in use
    assert Shop([str(tmp_path)], kept=kept).find("loan").digest == digest


def test_what_is_kept_has_the_example_cases_as_they_were(pack: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = Shop([str(pack)], kept=kept).find("loan")
    cases = examples_of(first, Report())
    (case, *_) = example_files(first, Report())
    case.write_text("case: [\n")
    again = examples_of(Shop([str(pack)], kept=kept).find("loan"), Report())
    assert cases and [(each.name, each.facts) for each in again] == [(each.name, each.facts) for each in cases]


def test_a_broken_pack_stops_neither_those_that_answer_nor_one_that_is_started_again(
    pack: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    first = Shop([str(pack)], kept=kept)
    digest = first.find("loan").digest
    (pack / "facts.yaml").write_text("facts: [\n")
    with pytest.raises(Refused):
        first.refresh()
    again = Shop([str(pack)], kept=kept)
    assert first.find("loan").digest == again.find("loan").digest == digest
    with pytest.raises(Refused):
        again.refresh()
    with pytest.raises(Refused):
        Shop([str(pack)], kept=tmp_path / "other")
