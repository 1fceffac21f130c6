"""Requests drawn from the interface's own document, right ones and wrong ones, and every answer held to it.

A program too: ``python -m tests.service.contract 50000`` sends so many, and tells how many of each were answered how.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service

from averment_service.app import application

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_BUSY = 503  # what the service says where there is no room is no fault of it
_BODY = 6  # times as many requests of an operation that takes a body


def document(client: TestClient) -> dict[str, Any]:
    """The document of the small pack, each path as it is asked."""
    found: dict[str, Any] = client.get("/openapi.json?pack=loan").json()
    del found["paths"]["/v1/jobs/{job}/events"]  # which goes on for as long as a job does
    del found["paths"]["/v1/packs/{pack}/mcp"]  # which has a protocol of its own
    return found


def hold(client: TestClient, requests: int, start: int) -> Counter[tuple[str, int]]:
    """Send so many requests, drawn from ``start`` on; how many of each operation had which status.

    Raises: what a check finds, with the request that it was found by.
    """
    schema = schemathesis.openapi.from_dict(document(client))
    operations = [cast(Any, found).ok() for found in schema.get_all_operations()]
    answered: Counter[tuple[str, int]] = Counter()
    parts = [_BODY if operation.body else 1 for operation in operations]
    for operation, part in zip(operations, parts, strict=True):
        many = max(2, requests * part // sum(parts))
        for mode, share in ((GenerationMode.POSITIVE, many - many // 3), (GenerationMode.NEGATIVE, many // 3)):
            if share:
                _hold_one(client, operation, mode, share, start, answered)
    return answered


def _hold_one(
    client: TestClient, operation: Any, mode: GenerationMode, many: int, start: int, answered: Counter[tuple[str, int]]
) -> None:
    there = _there(client)

    @seed(start)
    @settings(max_examples=many, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=cast(Any, list(HealthCheck)))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def sent(case: Any) -> None:
        if answered.total() % 4:  # else what was drawn
            known = next(there)
            case.path_parameters = {name: known.get(name, held) for name, held in (case.path_parameters or {}).items()}
        told = case.as_transport_kwargs(base_url="http://localhost")
        told.pop("cookies", None)
        response = client.request(**{key: held for key, held in told.items() if key in _TAKEN and held is not None})
        answered[f"{case.method} {operation.path}", response.status_code] += 1
        if response.status_code != _BUSY:
            case.validate_response(response, checks=CHECKS)

    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
        return  # there is nothing that could be wrong
    sent()


_TAKEN = ("method", "url", "headers", "params", "json", "data", "content")


def _there(client: TestClient) -> Iterator[dict[str, str]]:
    """Names of what is there, by what they are called in paths; consultations come and go."""
    decided = client.post("/v1/packs/loan/decide", json={"facts": {}}).json()["decision"]
    table = {"params": {"name": "cases.csv"}, "content": "case,applicant.income\na,1\n"}
    job = client.post("/v1/packs/loan/jobs", **table).json()["id"]  # until one of the requests takes it away
    while True:
        text = {"content": "A text.", "headers": {"content-type": "text/plain"}}
        document = client.post("/v1/documents", **text).json()["document"]
        begun = client.post("/v1/packs/loan/ask", json={"facts": {}, "seconds": 0.1})
        session = begun.json().get("session", "none") if begun.status_code == 201 else "none"
        for _ in range(8):
            yield {"id": decided, "session": session, "name": "case", "job": job, "document": document}


def main(requests: int, start: int) -> None:
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        state = service(Path(folder), packs=(str(LOAN),), seconds=0.2, expires=30.0, data=folder)
        with TestClient(application(state), base_url="http://localhost") as client:
            answered = hold(client, requests, start)
    by_status = Counter[int]()
    for (operation, status), many in sorted(answered.items()):
        print(f"{operation:60} {status} {many:8,}")
        by_status[status] += many
    print(f"{answered.total():,} requests from seed {start}: {dict(sorted(by_status.items()))}, "
          f"{time.process_time() - begun:.0f} s of processor time")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2000, int(sys.argv[2]) if sys.argv[2:] else 1)
