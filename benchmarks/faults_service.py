"""Kills the worker or the writer of a service again and again, and looks whether an acknowledged decision was lost.

    python benchmarks/faults_service.py [--kills N] [--seed N]

Clients send all the time, and now and then hang up before they are answered; what was answered is remembered by
its decision id. In between a process is killed (SIGKILL), stands still for a while (SIGSTOP), or may write no byte more
(as on a full disk): which, when and for how long is drawn from the seed, which is told. In the end every remembered id
must be in the log with the claim that was answered, and the chain must hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from loopback import Connection, Served, bodies, service

from averment.audit.log import open_log
from averment.audit.verify import verify

PATH = "/v1/packs/pm_tpm/decide"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.kills} faults")
    with tempfile.TemporaryDirectory() as name:
        log = f"sqlite:{Path(name) / 'log.db'}"
        with service(log, "--workers", "2") as served:
            told, retried = asyncio.run(_run(served, random.Random(asked.seed), asked.kills))
        _judge(log, told, retried)


async def _run(served: Served, chance: random.Random, kills: int) -> tuple[dict[str, str], int]:
    sent, told, retried = bodies(), dict[str, str](), 0
    stop = asyncio.Event()

    async def ask(number: int) -> None:
        nonlocal retried
        connection, count, moods = Connection(served.port, PATH), 0, random.Random(number)
        while not stop.is_set():
            count += 1
            key = f"idempotency-key: {number}-{count}\r\n"
            while True:  # until it is answered: the key keeps it from being decided twice
                try:
                    if moods.random() < 0.02:  # hang up, and ask again
                        async with asyncio.timeout(moods.uniform(0, 0.02)):
                            await connection.ask(sent[count % len(sent)], key)
                        connection.close()
                    status, body = await connection.ask(sent[count % len(sent)], key)
                except (OSError, EOFError, ValueError):  # a timeout is an OSError
                    connection.close()
                    status, body = 0, b""
                if status == 200:
                    break
                assert status in (0, 503), body
                retried += 1
                await asyncio.sleep(0.05)
            answer = json.loads(body)
            assert answer["decision"] not in told
            told[answer["decision"]] = answer["answer"]["claim"]
        connection.close()

    clients = [asyncio.create_task(ask(number)) for number in range(6)]
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        victims = served.named(chance.choice(["averment_service.keeper", "averment_service.worker"]))
        if victims:
            await _harm(chance.choice(victims), chance)
    await asyncio.sleep(2)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*clients), 120)
    return told, retried


async def _harm(victim: int, chance: random.Random) -> None:
    """Mostly a kill; else a process that stands still for a while, or one whose disk is full for as long."""
    kind = chance.choices(("kill", "stand", "full"), (6, 2, 2))[0]
    seconds = chance.uniform(0.05, 1.0)
    with suppress(ProcessLookupError):
        if kind == "kill":
            os.kill(victim, signal.SIGKILL)
        elif kind == "stand":
            os.kill(victim, signal.SIGSTOP)
            await asyncio.sleep(seconds)
            os.kill(victim, signal.SIGCONT)
        else:
            most = resource.RLIM_INFINITY
            resource.prlimit(victim, resource.RLIMIT_FSIZE, (0, most))
            await asyncio.sleep(seconds)
            resource.prlimit(victim, resource.RLIMIT_FSIZE, (most, most))


def _judge(log: str, told: dict[str, str], retried: int) -> None:
    start = time.perf_counter()
    with open_log(log) as opened:
        held = {record.id: record.claim for record in opened.records()}
        found = verify(opened)
    lost = [id for id, claim in told.items() if held.get(id) != claim]
    print(
        f"{len(told):,} decisions acknowledged, {retried:,} requests sent again, {len(held):,} records; lost "
        f"or altered: {len(lost)}; the chain is {'whole' if found.whole else 'broken'}, "
        f"read in {time.perf_counter() - start:.1f} s"
    )
    if lost or not found.whole:
        raise SystemExit(f"lost: {lost[:5]}")


if __name__ == "__main__":
    main()
