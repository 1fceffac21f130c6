"""The processes of a service: this one holds the socket and starts the others, again where one dies.

    supervisor ─┬─ keeper   the one writer of the log (SQLite)
                └─ worker…  each answers from the same socket, and hands the keeper what is to be recorded

A log in PostgreSQL has its own server and takes many writers, so each worker writes there itself.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path

from averment.audit.log import open_log
from averment.diagnostics.diagnostic import refused
from averment.pack import load
from averment_service.demonstration import demonstrated, record_examples
from averment_service.job_queue import queue_of
from averment_service.problems import SETTING
from averment_service.service import now
from averment_service.settings import OFF, Settings, key_of
from averment_service.tokens import read_tokens

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_GRACE = 10.0  # seconds that those who are asked to end have for what they are at
_PAUSE = 0.5  # seconds before what died at once is started again


def serve(settings: Settings, say: Callable[[str], None]) -> int:
    """Serve until told to stop (SIGINT, SIGTERM). ``say`` takes a line for whoever started it.

    Raises: Refused where the settings, the packs or the tokens are not what can be served; LogError for the log.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="averment-")))
        if settings.demo:
            settings = replace(settings, packs=demonstrated(), log=settings.log or f"sqlite:{folder / 'demo.db'}")
        _check(settings)
        listening = stack.enter_context(_socket(settings))
        packs = [load(name) for name in settings.packs]
        for pack in packs:
            say(f"{pack.name} {pack.version} {pack.digest[:19]}")
        settings = replace(settings, packs=tuple(str(Path(pack.root).absolute()) for pack in packs))
        if settings.demo and settings.log != OFF:
            say(f"{record_examples(settings.packs, settings.log)} example cases decided, on record")
        port = listening.getsockname()[1]
        settings = replace(settings, data=settings.data or str(folder / "jobs"))
        keeper = str(folder / "log.sock")
        children = _Children(settings, listening, keeper)
        stack.callback(queue_of(settings, keeper).close)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        say(f"averment serves at http://{host}:{port}")
        return children.run()


def _check(settings: Settings) -> None:
    if not settings.log:
        help = "name one, as --log sqlite:decisions.db, or --log none to decide off the record"
        raise refused(SETTING, "there is no decision log for the service", help)
    if settings.tokens:
        read_tokens(Path(settings.tokens))
    elif settings.host not in _LOOPBACK:
        help = "`averment token add` makes a file of tokens, --tokens names it"
        raise refused(SETTING, f"without tokens nothing but this machine is served, and not `{settings.host}`", help)
    if settings.log != OFF:
        open_log(
            settings.log, clock=now, key=key_of(settings)
        ).close()  # made where there is none, and refused here where it cannot be


def _socket(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((settings.host, settings.port))
        found.listen(2048)
    except OSError as error:
        found.close()
        message = f"`{settings.host}:{settings.port}` cannot be listened at: {(error.strerror or str(error)).lower()}"
        raise refused(SETTING, message, "name another with --port") from None
    found.set_inheritable(True)
    return found


class _Children:
    """Those started, by what they are for."""

    def __init__(self, settings: Settings, listening: socket.socket, path: str) -> None:
        self._listening, self._path = listening, path
        keeps = settings.log.startswith("sqlite:")
        self._names = [
            *(["keeper"] if keeps else []),
            *(f"worker {number}" for number in range(max(1, settings.workers))),
        ]
        self._settings = json.dumps(asdict(settings))
        self._secret = secrets.token_hex(32)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._stopping = False

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._pass_on)
        for name in self._names:
            self._start(name)
        while not self._stopping:
            for name, child in list(self._running.items()):
                if child.poll() is not None and not self._stopping:
                    if time.monotonic() - self._started[name] < _PAUSE:
                        time.sleep(_PAUSE)
                    self._start(name)
            time.sleep(0.05)
        self._end()
        return 0

    def _start(self, name: str) -> None:
        command = [sys.executable, "-m", f"averment_service.{'keeper' if name == 'keeper' else 'worker'}"]
        environment = {
            **os.environ,
            "AVERMENT_PROCESS": json.dumps([self._settings, self._listening.fileno(), self._path]),
            **({} if name == "keeper" else {"AVERMENT_SECRET": self._secret}),
        }
        pass_fds = () if name == "keeper" else (self._listening.fileno(),)
        self._started[name] = time.monotonic()
        self._running[name] = subprocess.Popen(command, env=environment, pass_fds=pass_fds, start_new_session=True)

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _pass_on(self, number: int, _frame: object) -> None:
        for name, child in self._running.items():
            if name != "keeper":
                with suppress(ProcessLookupError):
                    child.send_signal(number)

    def _end(self) -> None:
        """The workers first, which may still have something for the keeper."""
        workers = [name for name in self._names if name != "keeper"]
        for group in (workers, ["keeper"]):
            children = [self._running[name] for name in group if name in self._running]
            for child in children:
                child.terminate()
            for child in children:
                try:
                    child.wait(_GRACE)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
