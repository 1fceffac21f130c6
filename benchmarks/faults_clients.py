"""Clients of a service that fails: each asks until it is answered, under the same key, and keeps what it was told."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from loopback import Connection, bodies

import averment

PACK = "/v1/packs/pm_tpm"
_TABLE = 200  # rows
_OPEN = 6  # how many facts an open case has less, at most


def asked(seed: int) -> str:
    """How the cases of a run are called: each is asked for once, and so on record once."""
    return f"asked-{seed}-"


class Clients:
    """All of them. ``told``: the claim by the number of each decision that was answered; ``wrong``: what was not as it
    should be.
    """

    def __init__(self, port: int, seed: int) -> None:
        self.seed = seed
        self.told: dict[str, str] = {}
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self._port, self._connections, self._answers = port, list[Connection](), dict[str, int]()
        self._whole = [json.loads(body) for body in bodies()]
        self._pack = averment.load("pm_tpm")
        self._right: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def silent(self) -> list[str]:
        """Who has no answer since ``answered_again`` was asked."""
        return [name for name, count in self._answers.items() if not count]

    def start(self) -> None:
        jobs: list[tuple[str, Callable[[str], Coroutine[Any, Any, None]]]] = [
            *((f"whole {number}", self._decides) for number in range(3)),
            *((f"open {number}", self._decides) for number in range(2)),
            ("consulting", self._consults),
            ("table", self._sends_a_table),
        ]
        self._answers = dict.fromkeys([name for name, _ in jobs], 0)
        self._tasks = [asyncio.create_task(work(name)) for name, work in jobs]

    async def answered_again(self) -> None:
        """Until each has an answer that came after now."""
        for name in self._answers:
            self._answers[name] = 0
        while self.silent and not any(task.done() for task in self._tasks):
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        """Have them stop; what one met that should not be is in ``wrong`` then."""
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                self.wrong.append(str(result) if isinstance(result, AssertionError) else repr(result))

    def cut(self) -> None:
        """Hang up, whatever is under way."""
        for connection in self._connections:
            connection.close()

    # --- what they do

    async def _decides(self, name: str) -> None:
        connection, moods, number = self._connection(), random.Random(f"{self.seed} {name}"), 0
        while True:
            number += 1
            case = dict(moods.choice(self._whole), case=f"{asked(self.seed)}{name}-{number}")
            if name.startswith("open"):
                facts = dict(case["facts"])
                for left_out in moods.sample(sorted(facts), moods.randint(1, min(_OPEN, len(facts)))):
                    del facts[left_out]
                case["facts"] = facts
            key = f"idempotency-key: {name}-{number}\r\n"
            found = await self._until(connection, "POST", f"{PACK}/decide", case, key, moods)
            self._holds(name, found["decision"], found["answer"]["claim"], case["facts"])
            self.counts["durable" if found["engine"]["name"] == "durable" else "otherwise"] += name.startswith("open")

    async def _consults(self, name: str) -> None:
        connection, moods, number = self._connection(), random.Random(f"{self.seed} {name}"), 0
        while True:
            number += 1
            begun = {
                "case": f"{asked(self.seed)}{name}-{number}",
                "facts": moods.choice(self._whole)["facts"],
                "seconds": 0.3,
            }
            for left_out in moods.sample(sorted(begun["facts"]), 2):
                begun["facts"] = {key: value for key, value in begun["facts"].items() if key != left_out}
            standing = await self._until(connection, "POST", f"{PACK}/ask", begun)
            place = f"/v1/sessions/{standing['session']}"
            while standing["question"] and standing["step"] < 2:
                said = {"said": "unknown", "step": standing["step"]}
                await self._once(connection, "POST", f"{place}/replies", said)
                standing = await self._until(connection, "GET", place)
            found = await self._until(connection, "POST", f"{place}/decide")
            self._holds(name, found["decision"], found["answer"]["claim"], found["facts"])
            self.counts["consultations"] += 1

    async def _sends_a_table(self, name: str) -> None:
        state: Any
        connection, rows = self._connection(), ["case,engineering.team_size,product.technical_complexity"]
        while True:
            more = [f"row-{number},{number % 90},{('low', 'high')[number % 2]}" for number in range(_TABLE)]
            table = "\n".join([*rows, *more]).encode()
            job = (await self._until(connection, "POST", f"{PACK}/jobs?name=cases.csv", table))["id"]
            place, starts = f"/v1/jobs/{job}", 0
            state = {"state": "drafted"}
            while state["state"] != "done":
                if state["state"] in ("drafted", "failed", "cancelled"):
                    starts += 1
                    self.counts["tables started again"] += starts > 1
                    await self._once(connection, "POST", f"{place}/start?format=csv")
                await asyncio.sleep(0.05)
                state = await self._until(connection, "GET", place)
            if state["summary"]["rows"] != _TABLE:
                self.wrong.append(f"a table of {_TABLE} rows came out with {state['summary']}")
            self.counts["tables"] += 1
            await self._once(connection, "DELETE", place)

    # --- asking

    def _connection(self) -> Connection:
        self._connections.append(Connection(self._port, PACK))
        return self._connections[-1]

    def _holds(self, name: str, decision: str, claim: str, facts: Any) -> None:
        if decision in self.told:
            self.wrong.append(f"{name} was told {decision} a second time")
        self.told[decision] = claim
        key = json.dumps(facts, sort_keys=True)
        if key not in self._right:
            self._right[key] = self._pack.decide(facts, engine="reference").claim
        if claim != self._right[key]:
            self.wrong.append(f"{name}, {decision}: {claim}, and it is {self._right[key]}")
        self._answers[name] += 1

    async def _until(
        self, connection: Connection, method: str, path: str, sent: Any = None, more: str = "",
        moods: random.Random | None = None,
    ) -> Any:  # fmt: skip
        """The answer, however often it has to be asked for; now and then whoever asks hangs up before it comes."""
        while True:
            if moods is not None and moods.random() < 0.02:
                try:
                    async with asyncio.timeout(moods.uniform(0, 0.02)):
                        await self._once(connection, method, path, sent, more)
                except TimeoutError:
                    connection.close()
            status, body = await self._once(connection, method, path, sent, more)
            if status in (200, 201):
                if path.startswith("/v1/jobs"):
                    self._answers["table"] += 1
                return json.loads(body)
            if status not in (0, 503):
                raise AssertionError(f"{method} {path}: {status} {body[:300]!r}")
            self.counts["asked again"] += 1
            await asyncio.sleep(0.05)

    async def _once(
        self, connection: Connection, method: str, path: str, sent: Any = None, more: str = ""
    ) -> tuple[int, bytes]:
        """Status and body of the answer; 0 where there is none."""
        body = b"" if sent is None else sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        try:
            async with asyncio.timeout(60):
                return await connection.ask(body, more, method=method, path=path)
        except (OSError, EOFError, ValueError):  # a timeout is an OSError
            connection.close()
            return 0, b""
