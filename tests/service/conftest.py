"""A service within the test: the whole application on a log of its own, asked without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from averment.audit.log import open_log
from averment_service.app import application
from averment_service.journal import Here
from averment_service.principals import Doorkeeper
from averment_service.service import Service, now
from averment_service.settings import Settings


def service(folder: Path, doorkeeper: Doorkeeper | None = None, **told: Any) -> Service:
    """The state of a service whose log is in ``folder``."""
    url = f"sqlite:{folder / 'decisions.db'}"
    return Service(Settings(log=url, **told), Here(open_log(url, clock=now)), doorkeeper or Doorkeeper(None))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service without tokens, on this machine."""
    with TestClient(application(service(tmp_path)), base_url="http://localhost") as found:
        yield found
