"""What every test stands on: the same environment and the same samples on every machine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.engines import hosted
from tests.packs import compiled_once

from averment.questions.judging.budget import SECONDS, Budget, Clock

# No deadlines: a test never judges by the clock. In CI the samples are the same in every run.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, database=None)

# What a terminal's owner may have set, and what would change the output that tests compare.
_PERSONAL = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "PYTHONWARNINGS")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("ci" if os.environ.get("CI") else "here")
    for name in [*_PERSONAL, *(name for name in os.environ if name.startswith("AVERMENT_"))]:
        os.environ.pop(name, None)
    os.environ["AVERMENT_CACHE"] = ""  # no test writes into its user's cache, or takes what another left there


@pytest.fixture(scope="session", autouse=True)
def shared_engine() -> Iterator[None]:
    with hosted():
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_packs() -> Iterator[None]:
    with compiled_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def unhurried_questions() -> Iterator[None]:
    """The seconds of a question are of processor time here: nothing else on the machine uses them up."""
    begin, clock_of_all = Budget.__init__, time.monotonic

    def count(self: Budget, seconds: float = SECONDS, clock: Clock = clock_of_all) -> None:
        begin(self, seconds, time.process_time if clock is clock_of_all else clock)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Budget, "__init__", count)
        yield


@pytest.fixture
def dying_engine() -> Iterator[None]:
    """A process of the engine that dies of a segmentation fault, whoever starts it."""
    with hosted((sys.executable, "-I", "-c", "import os; os.kill(os.getpid(), 11)")):
        yield
