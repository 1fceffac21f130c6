"""The service keeps to its own document: whatever is sent, no answer is a mistake of ours or unlike what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

pytest.importorskip("schemathesis")

from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service
from tests.service.contract import hold

from averment_service.app import application


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("contract")
    state = service(folder, packs=(str(LOAN),), seconds=0.2, expires=30.0, data=str(folder))
    with TestClient(application(state), base_url="http://localhost") as found:
        yield found


@pytest.mark.filterwarnings("ignore")  # what the drawing library says of itself
@pytest.mark.parametrize("requests", [60, pytest.param(600, marks=pytest.mark.slow)])
def test_every_answer_is_as_the_document_says(small: TestClient, requests: int) -> None:
    answered = hold(small, requests, start=requests)
    statuses = Counter[int]()
    for (_, status), many in answered.items():
        statuses[status] += many
    assert not [status for status in statuses if status >= 500 and status != 503], statuses
    assert statuses[200] > answered.total() // 10 and statuses[422] > answered.total() // 10, (
        "right ones and wrong ones"
    )
