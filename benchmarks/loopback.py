"""A service and a bare Starlette echo on this machine, and clients of both: what the programs about the service share.

One client is closed: so many connections, each of which sends when it has its answer. The other is open: it sends so
many a second, whatever comes back, and counts from when each was to be sent, so that what waits is counted too.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import averment

TICKS = os.sysconf("SC_CLK_TCK")
_ECHO = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def echo(request):
    return JSONResponse(await request.json())

app = Starlette(routes=[Route("/echo", echo, methods=["POST"])])
"""


@dataclass
class Served:
    """A process that listens, with all that it has started. ``said``: what they said so far."""

    process: subprocess.Popen[bytes]
    port: int
    said: Callable[[], str]

    @property
    def all(self) -> list[int]:
        """Its process and those below, by id."""
        found = [self.process.pid]
        for parent in found:
            with suppress(OSError):
                for started in Path(f"/proc/{parent}/task").glob("*/children"):  # by any of its threads
                    found += map(int, started.read_text().split())
        return found

    @property
    def processor_seconds(self) -> float:
        """The processor time of all of them so far."""
        total = 0
        for pid in self.all:
            with suppress(OSError):
                held = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += int(held[11]) + int(held[12])
        return total / TICKS

    @property
    def resident(self) -> dict[str, int]:
        """Bytes of memory of all of them, by the module that each runs."""
        found: dict[str, int] = {}
        for pid in self.all:
            with suppress(OSError, StopIteration):
                status = Path(f"/proc/{pid}/status").read_text().splitlines()
                held = int(next(line for line in status if line.startswith("VmRSS")).split()[1]) << 10
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                name = next((part.rpartition(".")[2] for part in command if part.startswith("averment")), "serve")
                found[name] = found.get(name, 0) + held
        return found

    def named(self, module: str) -> list[int]:
        """Those below that run a module."""
        found: list[int] = []
        for pid in self.all:
            with suppress(OSError):
                if module in Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace"):
                    found.append(pid)
        return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def service(log: str, *more: str, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """``averment serve`` on a port of its own."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("averment")), "serve", "--log", log, "--port", str(port), *more]
    with _started(command, port, "/readyz", environment) as found:
        yield found


@contextmanager
def echo(folder: Path) -> Iterator[Served]:
    """A bare Starlette that gives JSON back, on uvicorn as the service runs on it."""
    (folder / "bare_echo.py").write_text(_ECHO)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bare_echo:app", "--app-dir", str(folder), "--port", str(port)]
    with _started([*command, "--no-access-log", "--log-level", "warning"], port, "/") as found:
        yield found


@contextmanager
def _started(
    command: Sequence[str], port: int, path: str, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    said: list[bytes] = []
    reading = threading.Thread(target=lambda: said.extend(process.stderr or ()))  # or a full pipe holds up who writes
    reading.start()
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(b"".join(said).decode() or "it did not start")
            with suppress(OSError):
                with suppress(urllib.error.HTTPError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).close()
                break
            time.sleep(0.05)
        yield Served(process, port, lambda: b"".join(said).decode("utf-8", "replace"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        reading.join()


def bodies(count: int = 0) -> list[bytes]:
    """Requests for complete cases of PM/TPM: the example cases, or ``count`` made from them by turning numbers."""
    pack = averment.load("pm_tpm")
    pack.decide({})
    folder = Path(averment.__file__).parents[2] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
    import yaml

    found = [case for file in sorted(folder.glob("*.yaml")) for case in yaml.safe_load_all(file.read_text())]
    whole = [case for case in found if pack.decide_quickly(case["facts"]) is not None]
    made: list[bytes] = []
    for number in range(count or len(whole)):
        case = whole[number % len(whole)]
        facts = json.loads(json.dumps(case["facts"], default=str))
        if number >= len(whole):
            facts["engineering"]["team_size"] = number % 97
        made.append(json.dumps({"case": f"{case['case']}-{number}", "facts": facts}).encode())
    return made


@dataclass
class Seen:
    """What a client saw. ``latencies`` in seconds, of what was answered with 200; ``statuses`` counts answers."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list[float])
    statuses: dict[int, int] = field(default_factory=dict[int, int])
    answers: list[bytes] = field(default_factory=list[bytes])

    @property
    def rate(self) -> float:
        return self.statuses.get(200, 0) / self.seconds

    def at(self, share: float) -> float:
        """The latency that so large a share is below, in milliseconds."""
        held = sorted(self.latencies)
        return 1000 * held[min(len(held) - 1, int(share * len(held)))] if held else float("inf")


class Connection:
    """One connection, kept alive and made again where it goes."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, body: bytes, headers: str = "", method: str = "POST", path: str = "") -> tuple[int, bytes]:
        """Status and body of the answer. Raises: OSError, EOFError where there is none."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (
            f"{method} {path or self._path} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
        )
        try:
            writer.write(head.encode() + body)
            top = await reader.readuntil(b"\r\n\r\n")
            status = int(top[9:12])
            at = top.lower().index(b"content-length:") + 15
            return status, await reader.readexactly(int(top[at : top.index(b"\r", at)]))
        except (OSError, EOFError, ValueError):
            self.close()
            raise

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def closed(port: int, path: str, sent: Sequence[bytes], connections: int, seconds: float) -> Seen:
    """Each connection sends when it has its answer, for so long."""
    seen, end, start = Seen(), time.perf_counter() + seconds, time.perf_counter()

    async def one(number: int) -> None:
        connection, at = Connection(port, path), number
        while time.perf_counter() < end:
            began = time.perf_counter()
            status, _ = await connection.ask(sent[at % len(sent)])
            seen.statuses[status] = seen.statuses.get(status, 0) + 1
            seen.latencies.append(time.perf_counter() - began)
            at += connections
        connection.close()

    await asyncio.gather(*map(one, range(connections)))
    seen.seconds = time.perf_counter() - start
    return seen


async def open_loop(port: int, path: str, sent: Sequence[bytes], rate: float, seconds: float, most: int = 2000) -> Seen:
    """So many requests a second, each on the first connection that is free, or on a new one."""
    seen, start = Seen(seconds=seconds), time.perf_counter()
    free: list[Connection] = []
    under_way: set[asyncio.Task[None]] = set()

    async def one(body: bytes, due: float) -> None:
        connection = free.pop() if free else Connection(port, path)
        try:
            status, _ = await connection.ask(body)
        except (OSError, EOFError, ValueError):
            status = 0
        seen.statuses[status] = seen.statuses.get(status, 0) + 1
        if status == 200:
            seen.latencies.append(time.perf_counter() - due)
        free.append(connection)

    for number in range(int(rate * seconds)):
        due = start + number / rate
        while (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)  # and no spinning, for that takes a processor from the servers
        if len(under_way) >= most:
            seen.statuses[-1] = seen.statuses.get(-1, 0) + 1  # the client itself has no more connections
            await asyncio.sleep(0)
            continue
        task = asyncio.create_task(one(sent[number % len(sent)], due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.wait_for(asyncio.gather(*under_way), 60)
    for connection in free:
        connection.close()
    return seen
