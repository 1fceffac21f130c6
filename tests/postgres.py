"""A PostgreSQL server of one's own, where one can be started: one for all tests, and empty schemas in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest


class Server:
    """A private server on a socket in a folder of its own."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.url = f"postgresql://averment@/postgres?host={folder}&port=54329"
        self._command, self._folder = command, folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, until it answers."""
        import psycopg

        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdout=quiet, stderr=quiet, cwd=self._folder)
        for _ in range(600):
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    pytest.skip("the PostgreSQL server does not start here")
                time.sleep(0.1)

    def stop(self, sign: signal.Signals = signal.SIGQUIT) -> None:
        """End it: at once, with nothing written down; or, by SIGINT, in order."""
        assert self._process is not None
        self._process.send_signal(sign)
        self._process.wait()


@contextmanager
def a_server() -> Generator[Server]:
    """A server of one's own, where one can be started; of which nothing is kept."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    if not initdb:
        pytest.skip("no PostgreSQL server (initdb) on this machine")
    pytest.importorskip("psycopg")
    as_other = [] if os.geteuid() else ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    if as_other and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL does not run as root, and there is no setpriv")
    folder = Path(tempfile.mkdtemp(prefix="averment-pg-"))
    if as_other:
        shutil.chown(folder, "nobody", "nogroup")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    data = str(folder / "data")
    options = ["-D", data, "-U", "averment", "-A", "trust", "-k", "-E", "UTF8", "--locale=C.UTF-8"]
    if subprocess.run([*as_other, initdb, *options], check=False, **quiet).returncode:
        pytest.skip("PostgreSQL's initdb does not work here")
    program = str(Path(initdb).with_name("postgres"))
    server = Server([*as_other, program, "-D", data, "-k", str(folder), "-h", "", "-p", "54329"], folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A private server for all tests: its URL."""
    with a_server() as server:
        yield server.url


@pytest.fixture
def new_schema(request: pytest.FixtureRequest) -> Callable[[], str]:
    """The URL of an empty schema, each time it is called."""
    url: str = request.getfixturevalue("postgres")
    import psycopg

    def make() -> str:
        name = "t" + uuid4().hex
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{url}&options=-csearch_path%3D{name}"

    return make
