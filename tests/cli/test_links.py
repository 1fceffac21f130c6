"""What a pack brings stays inside the pack: no link that leaves it is followed, nor what it leads to quoted."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Ran

import averment_knowledge

_SECRET = "password: hunter2\n"
LINKS = ["pack.yaml", "facts.yaml", "rules", "tables", "cases", "rules/a.yaml", "tables/a.yaml", "cases/a.yaml"]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("command", [["check"], ["ask", "--pack"], ["decide", "case.yaml", "--pack"]])
def test_a_link_out_of_a_pack_is_not_followed(
    command: list[str], link: str, averment: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pack = tmp_path / "pack"
    shutil.copytree(Path(averment_knowledge.__file__).parent / "pm_tpm", pack)
    (tmp_path / "case.yaml").write_text("case: a\nfacts: {product: {technical_complexity: high}}\n", "utf-8")
    secret = tmp_path / "secret"
    secret.mkdir()
    for name in ("a.yaml", "pack.yaml", "facts.yaml"):
        (secret / name).write_text(_SECRET, "utf-8")
    place = pack / link
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(secret / place.name if place.suffix else secret)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    ran = averment(*command, "pack")
    assert "hunter2" not in ran.out + ran.err
    assert ran.code != 4, ran.err
    if not link.startswith("cases") or command == ["check"]:
        assert ran.code in (1, 3)
        assert f"{link}` is a link to a place outside the pack" in ran.out + ran.err
