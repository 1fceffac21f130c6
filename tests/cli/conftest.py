"""Running the command line: in this process where its words matter, as a process of its own where the system does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.stores import Log
from tests.postgres import new_schema, postgres

from averment_cli.main import run

__all__ = ["new_schema", "postgres"]  # fixtures

# A process that is started in the background may ignore interrupts from its birth.
_START = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from averment_cli.entry import main
main()
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Averment = Callable[..., Ran]


@pytest.fixture
def averment(capsys: pytest.CaptureFixture[str]) -> Averment:
    """Run the command line with these arguments."""

    def call(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        seen = capsys.readouterr()
        return Ran(code, str(seen.out), str(seen.err))

    return call


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command line as a process."""

    def call(*arguments: str | Path, **options: object) -> subprocess.Popen[bytes]:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.Popen([sys.executable, "-c", _START, *map(str, arguments)], **pipes)  # type: ignore[call-overload]

    return call


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A fact file for the pack that is shipped."""
    file = tmp_path / "case.yaml"
    file.write_text("case: shop\nfacts:\n  product: {technical_complexity: high}\n", "utf-8")
    return file


@pytest.fixture(params=["sqlite", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """A place for a log on each store. In PostgreSQL no masking key is kept, so it is given."""
    monkeypatch.chdir(tmp_path)
    if request.param == "sqlite":
        return Log("sqlite:log.db", "sqlite:log.db", ())
    address: str = request.getfixturevalue("new_schema")()
    (tmp_path / "mask.key").write_bytes(b"k" * 32)
    host = address.partition("host=")[2].partition("&")[0]
    return Log(address, f"postgresql://{host}:54329/postgres", ("--masking-key", "mask.key"))
