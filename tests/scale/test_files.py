"""Files for a host: what is refused before the host is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from averment import Refused
from averment.scale import files
from averment.scale.files import decide_files


@pytest.mark.parametrize(
    ("host", "source", "output", "code"),
    [
        ("dask", "cases.parquet", "out", "AV570"),
        ("ray", "cases.csv", "out", "AV571"),
        ("ray", "cases.parquet", "taken", "AV572"),
    ],
)
def test_what_a_host_cannot_do_is_refused(
    host: str, source: str, output: str, code: str, pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "find_spec", lambda name: name)
    (tmp_path / "taken").mkdir()
    with pytest.raises(Refused) as refused:
        decide_files([str(tmp_path / source)], str(tmp_path / output), pack, host)
    assert [found.code for found in refused.value.diagnostics] == [code]


def test_a_host_that_is_not_installed_is_named_with_its_extra(
    pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    with pytest.raises(Refused) as refused:
        decide_files([str(tmp_path)], str(tmp_path / "out"), pack, "spark")
    assert refused.value.diagnostics[0].help == ("pip install 'averment[spark]'",)


def test_spark_without_java_is_refused(pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "find_spec", lambda name: name)
    monkeypatch.setattr(files.shutil, "which", lambda name: None)
    for name in ("JAVA_HOME", "SPARK_REMOTE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Refused, match="needs Java"):
        decide_files([str(tmp_path)], str(tmp_path / "out"), pack, "spark")
