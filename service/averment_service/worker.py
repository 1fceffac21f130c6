"""A process that answers: the application on uvicorn, the only place that knows that server."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from pathlib import Path

import uvicorn

from averment.audit.log import open_log
from averment_service.app import application
from averment_service.connections import bounded
from averment_service.journal import Here, Journal, Kept, Off
from averment_service.meters import share
from averment_service.principals import Doorkeeper
from averment_service.routes.decide_page import warm
from averment_service.service import Service, now
from averment_service.settings import OFF, Settings, key_of
from averment_service.starting import shared_secret, started
from averment_service.tokens import Watched


def service_of(settings: Settings, path: str, secret: bytes = b"") -> Service:
    """The state of a process. ``path``: where the keeper of an SQLite log listens."""
    doorkeeper = Doorkeeper(Watched(Path(settings.tokens)) if settings.tokens else None)
    journal: Journal = Off()
    keeper = path if settings.log.startswith("sqlite:") else ""
    if keeper:
        journal = Kept(keeper)
    elif settings.log != OFF:
        journal = Here(open_log(settings.log, clock=now, key=key_of(settings)))
    return Service(settings, journal, doorkeeper, keeper, secret, Path(path).parent)


def main() -> None:
    settings, listening, path = started()
    gc.set_threshold(50_000, 20, 50)  # a request leaves no circles behind
    share(Path(path).parent / "metrics")
    service = service_of(settings, path, shared_secret())
    config = uvicorn.Config(
        application(service),
        http=bounded(settings.patience),
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        date_header=False,
        limit_concurrency=None,
        backlog=2048,
        timeout_graceful_shutdown=8,
    )
    server = uvicorn.Server(config)
    gc.freeze()  # the packs stay
    parent = service.supervisor = os.getppid()

    def take_up() -> None:
        service.shop.refresh()
        warm(service)

    async def run() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: service.gate.run_aside(take_up))
        service.gate.run_aside(service.jobs.open)
        service.gate.run_aside(lambda: warm(service))  # while it answers already
        watching = asyncio.create_task(watch())
        await server.serve([socket.socket(fileno=listening)])
        watching.cancel()

    async def watch() -> None:
        """End where whoever started this is gone."""
        while os.getppid() == parent:
            await asyncio.sleep(1.0)
        server.should_exit = True

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
