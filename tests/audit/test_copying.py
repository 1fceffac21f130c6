"""A copy of a log is the log: the same id, records and hashes, on whatever store, and it is gone on with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.audit.conftest import START, Ticking

from averment.audit.anchor import draw
from averment.audit.copying import copy_log
from averment.audit.errors import LogDamaged, LogRefused
from averment.audit.log import open_log
from averment.audit.verify import verify
from averment_cli.main import run


def _records(log: Any) -> list[dict[str, Any]]:
    return [record.document() for record in log.records()]


def test_a_copy_and_a_copy_of_that_are_the_log(world: Any, tmp_path: Path) -> None:
    """On each store, to a file, and back to where nothing is."""
    with world.open() as log:
        world.fill(log, 20)
        anchor = draw(log, lambda: START)
        with open_log(f"sqlite:{tmp_path / 'backup.db'}", clock=Ticking()) as copy:
            head = copy_log(log, copy)
            assert head == log.head() and copy.id == log.id and _records(copy) == _records(log)
            assert verify(copy, anchor).whole
            assert copy.get_pack(world.pack["digest"]) == world.files
            copy.append(world.entry("goes on"))
            with open_log(f"sqlite:{tmp_path / 'again.db'}", clock=Ticking()) as again:
                copy_log(copy, again)
                assert _records(again) == _records(copy) and verify(again, anchor).whole


def test_a_log_is_restored_to_each_store(world: Any, tmp_path: Path) -> None:
    with open_log(f"sqlite:{tmp_path / 'backup.db'}", clock=Ticking()) as backup, world.open() as log:
        world.fill(backup, 5)
        copy_log(backup, log)
        assert _records(log) == _records(backup) and verify(log).whole
        log.append(world.entry("goes on"))
    with world.read() as log:
        assert log.head().size == 7 and verify(log).whole and log.id == backup.id


def test_what_has_records_is_not_written_over(world: Any, tmp_path: Path) -> None:
    with world.open() as log, open_log(f"sqlite:{tmp_path / 'other.db'}", clock=Ticking()) as other:
        world.fill(log, 2)
        world.fill(other, 3)
        before = _records(log)
        with pytest.raises(LogRefused):
            copy_log(other, log)
        assert _records(log) == before and verify(log).whole


def test_a_damaged_log_is_not_copied_in_silence(world: Any, tamper: Any, tmp_path: Path) -> None:
    with world.open() as log:
        world.fill(log, 5)
        tamper("UPDATE averment_record SET claim = 'wait' WHERE sequence = 2")
        with open_log(f"sqlite:{tmp_path / 'copy.db'}", clock=Ticking()) as copy, pytest.raises(LogDamaged):
            copy_log(log, copy)


def test_the_command_copies_the_masking_key_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, copy = f"sqlite:{tmp_path / 'log.db'}", f"sqlite:{tmp_path / 'copy.db'}"
    assert run(["decide", "--set", "product.technical_complexity=high", "--log", log]) == 0
    (tmp_path / "log.db.key").write_text("ab" * 32)
    assert run(["audit", "copy", "--log", log, copy]) == 0
    assert "2 records copied" in capsys.readouterr().err
    assert (tmp_path / "copy.db.key").read_text() == "ab" * 32
    assert (tmp_path / "copy.db.key").stat().st_mode & 0o077 == 0
    assert run(["audit", "verify", "--log", copy]) == 0
    assert run(["audit", "copy", "--log", log, copy]) == 3
