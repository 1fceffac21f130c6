"""The service against a bare Starlette echo on the same machine: rate, latency, overload, taking up a version, memory.

    python benchmarks/service.py [--only rate,open,overload,refresh,memory] [--rounds N] [--seconds S]
                                 [--requests N] [--sets N] [--minutes M]

The part about memory ends after so many requests or minutes, whichever is first, and tells how many it sent.

Decisions of complete cases of PM/TPM, each on record in SQLite before it is answered. Both servers run all the time;
rounds A B, A B, …; what is told is medians. The client is a process of this program and takes processor time as well,
so on few cores the processor time of the servers tells more than the rate.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import loopback
from loopback import Served, bodies, closed, echo, open_loop, service

PATH = "/v1/packs/pm_tpm/decide"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="rate,open,overload,refresh,memory")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of a round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--requests", type=int, default=20_000, help="of the part about memory")
    parser.add_argument("--sets", type=int, default=100, help="of parameters, in the part about memory")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the part about memory at most")
    asked = parser.parse_args()
    parts = asked.only.split(",")
    sent = bodies(200)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack = folder / "pm_tpm"
        shutil.copytree(Path(loopback.averment.load("pm_tpm").root), pack)
        with service(f"sqlite:{folder / 'log.db'}", "--pack", str(pack)) as ours, echo(folder) as bare:
            asyncio.run(closed(ours.port, PATH, sent, 4, 1.0))
            asyncio.run(closed(bare.port, "/echo", sent, 4, 1.0))
            rate = _rate(ours, bare, sent, asked) if {"rate", "open", "overload"} & {*parts} else 0.0
            if "open" in parts:
                _open(ours, bare, sent, rate, asked)
            if "overload" in parts:
                _overload(ours, sent, rate)
            if "refresh" in parts:
                _refresh(ours, sent, pack)
            if "memory" in parts:
                _memory(ours, sent, asked)


def _rate(ours: Served, bare: Served, sent: list[bytes], asked: argparse.Namespace) -> float:
    rates: dict[str, list[float]] = {"service": [], "echo": []}
    costs: dict[str, list[float]] = {"service": [], "echo": []}
    for _ in range(asked.rounds):
        for name, served, path in (("service", ours, PATH), ("echo", bare, "/echo")):
            before = served.processor_seconds
            found = _closed(served.port, path, sent, asked)
            spent = served.processor_seconds - before
            rates[name].append(found)
            costs[name].append(1e6 * spent / (found * asked.seconds))
    ratio, cost = (
        statistics.median(a / b for a, b in zip(held[first], held[second], strict=True))
        for held, first, second in ((rates, "service", "echo"), (costs, "echo", "service"))
    )
    print(f"rate, {asked.connections} connections: decisions on record {statistics.median(rates['service']):,.0f}/s, "
          f"echo {statistics.median(rates['echo']):,.0f}/s: {ratio:.2f} of it")  # fmt: skip
    print(f"  processor time of the servers a request: {statistics.median(costs['service']):.0f} µs, "
          f"echo {statistics.median(costs['echo']):.0f} µs: {cost:.2f} of its rate")  # fmt: skip
    return statistics.median(rates["service"])


def _closed(port: int, path: str, sent: list[bytes], asked: argparse.Namespace) -> float:
    """Answers a second; by wrk, where that is, since it takes less of the processor than a client in Python."""
    if shutil.which("wrk"):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            body = sent[0].decode()
            script.write(
                f"wrk.method='POST'\nwrk.headers['Content-Type']='application/json'\nwrk.body=[==[{body}]==]\n"
            )
            script.flush()
            command = ["wrk", "-t1", f"-c{asked.connections}", f"-d{asked.seconds:.0f}s", "-s", script.name]
            told = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True)
        assert "Non-2xx" not in told.stdout, told.stdout
        return float(next(line for line in told.stdout.splitlines() if "Requests/sec" in line).split()[1])
    found = asyncio.run(closed(port, path, sent, asked.connections, asked.seconds))
    assert set(found.statuses) == {200}, found.statuses
    return found.rate


def _open(ours: Served, bare: Served, sent: list[bytes], rate: float, asked: argparse.Namespace) -> None:
    ratios: list[float] = []
    told: list[tuple[float, float]] = []
    for _ in range(asked.rounds):
        mine = asyncio.run(open_loop(ours.port, PATH, sent, rate / 2, asked.seconds))
        theirs = asyncio.run(open_loop(bare.port, "/echo", sent, rate / 2, asked.seconds))
        ratios.append(mine.at(0.99) / theirs.at(0.99))
        told.append((mine.at(0.99), theirs.at(0.99)))
    mine_ms, theirs_ms = (statistics.median(column) for column in zip(*told, strict=True))
    print(f"open loop at {rate / 2:,.0f}/s: p99 {mine_ms:.1f} ms, echo at the same rate {theirs_ms:.1f} ms: "
          f"{statistics.median(ratios):.1f} times")  # fmt: skip


def _overload(ours: Served, sent: list[bytes], rate: float) -> None:
    found = asyncio.run(open_loop(ours.port, PATH, sent, 3 * rate, 5.0))
    shed, failed = found.statuses.get(503, 0), found.statuses.get(0, 0)
    print(f"three times overload: {found.statuses.get(200, 0):,} decided, {shed:,} told to come again (503), "
          f"{found.statuses.get(-1, 0):,} not sent, {failed:,} without an answer")  # fmt: skip
    start = time.perf_counter()
    while True:
        after = asyncio.run(open_loop(ours.port, PATH, sent, rate / 4, 0.5))
        if set(after.statuses) == {200} and after.at(0.99) < 250:
            break
        if time.perf_counter() - start > 30:
            raise SystemExit(f"not recovered: {after.statuses}, p99 {after.at(0.99):.0f} ms")
    print(f"  recovered within {time.perf_counter() - start:.1f} s")


def _refresh(ours: Served, sent: list[bytes], pack: Path) -> None:
    """New versions under load: each answer is of one digest, in its header and in its body."""

    async def run() -> tuple[dict[str, int], int]:
        seen: dict[str, int] = {}
        wrong = 0
        stop = asyncio.Event()

        async def ask(number: int) -> None:
            nonlocal wrong
            connection = loopback.Connection(ours.port, PATH)
            while not stop.is_set():
                status, body = await connection.ask(sent[number])
                version = body.partition(b'"version":"2.')[2][:3].decode()
                seen[version] = seen.get(version, 0) + 1
                wrong += status != 200
            connection.close()

        tasks = [asyncio.create_task(ask(number)) for number in range(8)]
        admin = loopback.Connection(ours.port, "/v1/refresh")
        manifest = pack / "pack.yaml"
        first = manifest.read_text()
        for number in range(1, 6):
            manifest.write_text(first.replace("version: 2.0.0", f"version: 2.0.{number}"))
            status, body = await admin.ask(b"")
            assert status == 200, body
            await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*tasks)
        admin.close()
        return seen, wrong

    seen, wrong = asyncio.run(run())
    print(f"five versions taken up under load: {sum(seen.values()):,} answers of {len(seen)} versions, {wrong} errors")


def _memory(ours: Served, sent: list[bytes], asked: argparse.Namespace) -> None:
    """Resident memory over many requests, one in 50 under one of many sets of parameters, all of which come in turn."""
    end = time.monotonic() + 60 * asked.minutes

    async def run(first: int, last: int) -> int:
        connections = [loopback.Connection(ours.port, PATH) for _ in range(16)]
        numbers, done = iter(range(first, last)), 0

        async def some(connection: loopback.Connection) -> None:
            nonlocal done
            for number in numbers:
                if time.monotonic() > end:
                    return
                body = sent[number % len(sent)]
                if number % 50 == 0:
                    told = f',"parameters":{{"small_company_size":{1000 + number // 50 % asked.sets}}}}}'.encode()
                    body = body[:-1] + told
                status, answer = await connection.ask(body)
                assert status in (200, 503), answer
                done += status == 200

        await asyncio.gather(*map(some, connections))
        for connection in connections:
            connection.close()
        return done

    total = 0
    for part in range(10):
        total += asyncio.run(run(part * asked.requests // 10, (part + 1) * asked.requests // 10))
        each = ", ".join(f"{module} {held / 2**20:.0f}" for module, held in ours.resident.items())
        print(f"memory after {total:,} decisions, one in 50 under one of {asked.sets} sets of parameters: "
              f"{sum(ours.resident.values()) / 2**20:.0f} MiB ({each})", flush=True)  # fmt: skip
        if time.monotonic() > end:
            return


if __name__ == "__main__":
    main()
