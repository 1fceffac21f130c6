"""Fixtures: a PostgreSQL server of one's own, where one can be started, and empty schemas in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A private server on a socket in a folder of its own: its URL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    if not initdb:
        pytest.skip("no PostgreSQL server (initdb) on this machine")
    psycopg = pytest.importorskip("psycopg")
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
    command = [str(Path(initdb).with_name("postgres")), "-D", data, "-k", str(folder), "-h", "", "-p", "54329"]
    server = subprocess.Popen([*as_other, *command], **quiet)
    url = f"postgresql://averment@/postgres?host={folder}&port=54329"
    try:
        for _ in range(600):
            try:
                psycopg.connect(url).close()
                break
            except psycopg.OperationalError:
                if server.poll() is not None:
                    pytest.skip("the PostgreSQL server does not start here")
                time.sleep(0.1)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        server.wait()
        shutil.rmtree(folder)


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
