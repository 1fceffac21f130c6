"""Schedules of faults against a service that is asked all the time: is an acknowledged decision lost or altered?

    python benchmarks/faults_service.py [--schedules N] [--seed N] [--faults N]

A schedule is drawn from its seed, whole and before it begins; where one fails its seed is told, and ``--schedules 1
--seed SEED`` runs it again. Its faults come one after the other, each to a service of two workers and one writer of the
log:

    kill    a process ends (SIGKILL): the writer, a worker, or the process in which the durable engine runs
    stand   one of these stands still (SIGSTOP)
    full    the writer or a worker may write no byte more, as on a full disk
    slow    each sync of every process takes up to a second longer
    step    the time of day is another for every process, by up to a year, and comes back
    drop    every connection of the clients is cut off

Meanwhile clients decide complete cases and open ones (``faults_clients``), take consultations to their decision, and
have a table decided. After the last fault each of them must be answered again; then the service is told to end while
they go on. In the end the log is held to all that they were told, and the chain must be whole.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from faults_clients import Clients, asked
from faulty_world import World
from loopback import Served, service

from averment.audit.log import open_log
from averment.audit.record import DECISION
from averment.audit.verify import verify

VICTIMS = {
    "keeper": "averment_service.keeper",
    "worker": "averment_service.worker",
    "engine": "averment.backends.durable",
}
KINDS = {"kill": 6, "stand": 2, "full": 2, "slow": 2, "step": 2, "drop": 1}
YEAR = 365 * 86_400


@dataclass(frozen=True)
class Fault:
    """After so many seconds, what happens to whom (which of them as a share), for how long, and how much."""

    after: float
    kind: str
    victim: str
    which: float
    seconds: float
    size: float


@dataclass
class Seen:
    """What came of schedules."""

    counts: Counter[str] = field(default_factory=Counter[str])
    failed: list[str] = field(default_factory=list[str])
    well: float = 0.0  # seconds until every client was answered again, at most
    ended: float = 0.0  # seconds from SIGTERM to the end, at most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schedules", type=int, default=10)
    parser.add_argument("--faults", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    print(f"seeds {told.seed} to {told.seed + told.schedules - 1}, {told.faults} faults each", flush=True)
    seen = Seen()
    for seed in range(told.seed, told.seed + told.schedules):
        before = len(seen.failed)
        _schedule(seed, told.faults, seen)
        for failure in seen.failed[before:]:
            print(f"seed {seed}: {failure}", flush=True)
        print(".", end="" if (seed + 1 - told.seed) % 50 else "\n", flush=True)
    print(", ".join(f"{count:,} {what}" for what, count in seen.counts.items()))
    print(f"answered again within {seen.well:.1f} s of the last fault; ended within {seen.ended:.1f} s under load")
    if seen.failed:
        raise SystemExit(f"{len(seen.failed)} failures")


def drawn(seed: int, count: int) -> list[Fault]:
    """The schedule of a seed."""
    chance = random.Random(seed)
    kinds, weights = list(KINDS), list(KINDS.values())
    found: list[Fault] = []
    for _ in range(count):
        kind = chance.choices(kinds, weights)[0]
        victim = chance.choice(["keeper", "worker"] if kind == "full" else list(VICTIMS))
        found.append(
            Fault(chance.uniform(0.05, 0.6), kind, victim, chance.random(), chance.uniform(0.05, 1.0), chance.random())
        )
    return found


def _schedule(seed: int, count: int, seen: Seen) -> None:
    failures = len(seen.failed)
    with tempfile.TemporaryDirectory() as name, World(Path(name)) as world:
        log = f"sqlite:{Path(name) / 'log.db'}"
        with service(log, "--workers", "2", environment=world.environment) as served:
            clients = asyncio.run(_run(served, world, drawn(seed, count), seed, seen))
            said = served.said()
        _judge(log, clients, seen)
    if len(seen.failed) > failures and said:
        seen.failed.append(f"what it said:\n{said}")


async def _run(served: Served, world: World, faults: list[Fault], seed: int, seen: Seen) -> Clients:
    clients = Clients(served.port, seed)
    clients.start()
    await asyncio.sleep(0.3)
    for fault in faults:
        await asyncio.sleep(fault.after)
        seen.counts[f"{fault.kind} {fault.victim}" if fault.kind in ("kill", "stand", "full") else fault.kind] += 1
        await _harm(fault, served, world, clients)
    start = time.perf_counter()
    try:
        async with asyncio.timeout(60):
            await clients.answered_again()
    except TimeoutError:
        seen.failed.append(f"{', '.join(clients.silent)}: no answer for 60 s after the last fault")
    seen.well = max(seen.well, time.perf_counter() - start)
    start = time.perf_counter()
    served.process.send_signal(signal.SIGTERM)
    code = await asyncio.to_thread(served.process.wait, 60)
    seen.ended = max(seen.ended, time.perf_counter() - start)
    if code:
        seen.failed.append(f"the service ended with {code}")
    await clients.end()
    return clients


async def _harm(fault: Fault, served: Served, world: World, clients: Clients) -> None:
    if fault.kind == "slow":
        world.slow(fault.size)
        await asyncio.sleep(2 * fault.seconds)
        world.slow(0)
    elif fault.kind == "step":
        world.step(round((2 * fault.size - 1) * YEAR))
        await asyncio.sleep(fault.seconds)
        world.step(0)
    elif fault.kind == "drop":
        clients.cut()
    elif victims := served.named(VICTIMS[fault.victim]):
        await _to_process(fault, victims[int(fault.which * len(victims))])


async def _to_process(fault: Fault, victim: int) -> None:
    with suppress(ProcessLookupError):
        if fault.kind == "kill":
            os.kill(victim, signal.SIGKILL)
        elif fault.kind == "stand":
            os.kill(victim, signal.SIGSTOP)
            await asyncio.sleep(fault.seconds)
            os.kill(victim, signal.SIGCONT)
        else:
            most = resource.RLIM_INFINITY
            resource.prlimit(victim, resource.RLIMIT_FSIZE, (0, most))
            await asyncio.sleep(fault.seconds)
            resource.prlimit(victim, resource.RLIMIT_FSIZE, (most, most))


def _judge(log: str, clients: Clients, seen: Seen) -> None:
    """Everything acknowledged is on record, once and as it was answered; nothing else of the same request is."""
    with open_log(log) as opened:
        records = [record for record in opened.records() if record.kind == DECISION]
        found = verify(opened)
    held = {record.id: record.claim for record in records}
    lost = [id for id, claim in clients.told.items() if held.get(id) != claim]
    asked_once = Counter(record.case for record in records if record.case.startswith(asked(clients.seed)))
    twice = [case for case, times in asked_once.items() if times > 1]
    seen.failed += [f"lost or altered: {lost[:3]}"] if lost else []
    seen.failed += [f"on record twice: {twice[:3]}"] if twice else []
    seen.failed += [] if found.whole else ["the chain is broken"]
    seen.failed += clients.wrong
    seen.counts["acknowledged"] += len(clients.told)
    seen.counts["records"] += len(records)
    seen.counts.update(clients.counts)


if __name__ == "__main__":
    main()
