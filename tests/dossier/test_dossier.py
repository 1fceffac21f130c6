"""A dossier proves itself, says what was altered, and is the same bytes whenever it is made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.audit.log import open_log
from averment.audit.record import Maker
from averment.diagnostics.diagnostic import Refused
from averment.dossier import proving
from averment.dossier.files import read, write
from averment.dossier.making import MANIFEST, make
from averment.dossier.proving import Proof, prove
from averment.ir.digest import digest_of
from averment.pack import Pack
from averment.recording import Recorder

FACTS = {
    "product": {"technical_complexity": "high", "technologies": ["api", "data"]},
    "engineering": {"team_size": 45, "rework_share": "12.5"},
    "component": [{"name": "camera", "team": "edge"}, {"name": "</script>"}],
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return averment.load("pm_tpm")


@pytest.fixture(scope="module")
def whole(pack: Pack) -> dict[str, bytes]:
    return make(pack, pack.case(FACTS, "shop"))


def resealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest to fit, as a forger would write it."""
    manifest = json.loads(files[MANIFEST])
    manifest["files"] = {path: digest_of(data) for path, data in files.items() if path != MANIFEST}
    return {**files, MANIFEST: json.dumps(manifest).encode()}


def failing(proof: Proof) -> dict[str, list[str]]:
    return {check.what: [found.code for found in check.found] for check in proof.checks if check.found}


def altered(files: dict[str, bytes]) -> list[str]:
    """What the first check finds; those after it, which decide the case again, are not made."""
    first = next(proving._checks(files, json.loads(files[MANIFEST]), b""))
    assert first.what == "files"
    return [found.message for found in first.found]


def test_it_proves_itself(whole: dict[str, bytes]) -> None:
    proof = prove(whole)
    assert proof.holds
    assert [check.what for check in proof.checks] == ["files", "pack", "decision", "warrant", "page"]


def test_it_is_the_same_bytes_as_folder_and_as_zip(whole: dict[str, bytes], pack: Pack, tmp_path: Path) -> None:
    again = make(pack, pack.case(FACTS, "shop"))
    assert again == whole
    write(whole, tmp_path / "one.zip")
    write(again, tmp_path / "two.zip")
    write(whole, tmp_path / "folder")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert read(tmp_path / "one.zip") == read(tmp_path / "folder") == whole
    with pytest.raises(Refused, match="AV562"):
        write(whole, tmp_path / "folder")


def test_every_altered_file_is_named(whole: dict[str, bytes]) -> None:
    for path, data in whole.items():
        if path == MANIFEST:
            continue
        assert altered({**whole, path: data + b" "}) == [f"`{path}` is not what the manifest says: it was altered"]
        without = {name: content for name, content in whole.items() if name != path}
        assert f"`{path}` is missing" in altered(without)
    assert altered({**whole, "more.txt": b""}) == ["`more.txt` is not in the manifest"]


@pytest.mark.parametrize(
    ("path", "before", "after", "wrong"),
    [
        ("outcome.json", b'"claim":"', b'"claim":"no_', "decision"),
        ("outcome.json", b'"large_team_size":20', b'"large_team_size":50', "decision"),
        ("facts.json", b'"team_size": 45', b'"team_size": 2', "decision"),
        ("pack/pack.yaml", b"value: 20", b"value: 60", "pack"),
        ("warrant.json", b'"truth":"true"', b'"truth":"possible"', "warrant"),
        ("explanation.html", b"settled", b"certain", "page"),
    ],
)
def test_a_forged_file_shows_even_with_a_manifest_to_fit(
    whole: dict[str, bytes], path: str, before: bytes, after: bytes, wrong: str
) -> None:
    assert before in whole[path]
    found = failing(prove(resealed({**whole, path: whole[path].replace(before, after)})))
    assert found.get(wrong) and set(found[wrong]) == {"AV564"}
    assert "files" not in found


@pytest.mark.parametrize("path", ["facts.json", "outcome.json", "pack/pack.yaml", "pack/rules/claim.yaml"])
@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b"{" * 1000, b'{"parameters": [1]}'])
def test_nonsense_is_told_and_not_a_crash(whole: dict[str, bytes], path: str, data: bytes) -> None:
    assert not prove(resealed({**whole, path: data})).holds


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b'{"dossier": 1}', b'{"dossier": 2, "files": {}, "pack": {}}'])
def test_without_a_manifest_it_is_none(whole: dict[str, bytes], manifest: bytes) -> None:
    with pytest.raises(Refused, match="AV562"):
        prove({**whole, MANIFEST: manifest})


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 nothing")
    for place in (tmp_path / "no.zip", tmp_path / "absent.zip"):
        with pytest.raises(Refused, match="AV562"):
            read(place)


def test_a_case_file_is_not_written_over(whole: dict[str, bytes], tmp_path: Path) -> None:
    write(whole, tmp_path / "case.zip")
    before = (tmp_path / "case.zip").read_bytes()
    with pytest.raises(Refused, match="AV562"):
        write({**whole, MANIFEST: b"{}"}, tmp_path / "case.zip")
    assert (tmp_path / "case.zip").read_bytes() == before


# --- with a log ---------------------------------------------------------------------------------------------------


def clock() -> datetime:
    return datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def logged(pack: Pack, tmp_path: Path) -> dict[str, bytes]:
    case = pack.case(FACTS, "shop")
    with open_log(f"sqlite:{tmp_path / 'log.db'}", clock=clock) as log:
        Recorder(log, pack, Maker("reference", "0", "ann")).record(pack.decide(case, engine="reference"), case)
        return make(pack, case, log=log, clock=clock)


def test_the_record_is_of_this_decision(logged: dict[str, bytes]) -> None:
    proof = prove(logged)
    assert proof.holds
    assert proof.checks[-1].what == "record"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("record.json", b'"requester": "ann"', b'"requester": "bob"'),
        ("record.json", b'"claim": "', b'"claim": "no_'),
        ("record.json", b'"sequence": 2', b'"sequence": 3'),
        ("record.json", b'"sequence": 2', b'"sequence": "x"'),
        ("anchor.json", b'"size": 2', b'"size": 1'),
        ("anchor.json", b'"head": "', b'"head": "00'),
        ("anchor.json", b"{", b"["),
    ],
)
def test_a_forged_record_or_anchor_shows(logged: dict[str, bytes], path: str, before: bytes, after: bytes) -> None:
    assert before in logged[path]
    found = failing(prove(resealed({**logged, path: logged[path].replace(before, after)})))
    assert found.get("record")


def test_a_decision_that_was_not_recorded_is_refused(pack: Pack, tmp_path: Path) -> None:
    with open_log(f"sqlite:{tmp_path / 'log.db'}", clock=clock) as log, pytest.raises(Refused, match="AV565"):
        make(pack, pack.case(FACTS, "shop"), log=log, clock=clock)


def test_the_key_that_signed_is_asked_for(pack: Pack, tmp_path: Path) -> None:
    keys: Any = pytest.importorskip("tests.keys", exc_type=ImportError)
    private, public = keys.new_keys()
    _, other = keys.new_keys()
    case = pack.case(FACTS, "shop")
    with open_log(f"sqlite:{tmp_path / 'log.db'}", clock=clock) as log:
        Recorder(log, pack, Maker("reference", "0", "ann")).record(pack.decide(case, engine="reference"), case)
        files = make(pack, case, log=log, clock=clock, key=private)
    assert prove(files, public).holds
    assert failing(prove(files, other)) == {"record": ["AV556"]}
