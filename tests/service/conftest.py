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

LOAN = Path(__file__).parent / "loan"  # a pack so small that every question of it is answered whole, however busy


def service(folder: Path, doorkeeper: Doorkeeper | None = None, shared: Path | None = None, **told: Any) -> Service:
    """The state of a service whose log is in ``folder``. ``shared``: what it has in common with other processes."""
    url = f"sqlite:{folder / 'decisions.db'}"
    settings = Settings(log=url, **{"data": str(folder / "data"), **told})
    return Service(settings, Here(open_log(url, clock=now)), doorkeeper or Doorkeeper(None), folder=shared)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service without tokens, on this machine."""
    with TestClient(application(service(tmp_path)), base_url="http://localhost") as found:
        yield found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """As ``client``, one for all tests of a module: to load a pack takes longer than most of them."""
    state = service(tmp_path_factory.mktemp("service"), packs=("pm_tpm", str(LOAN)))
    with TestClient(application(state), base_url="http://localhost") as found:
        yield found
