"""What is counted and timed, and traced where that is configured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service

from averment_service.app import application
from averment_service.tracing import Tracing, tracing


def told(client: TestClient) -> dict[str, float]:
    found = client.get("/metrics")
    assert found.headers["content-type"].startswith("text/plain; version=")
    lines = (line for line in found.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_requests_and_decisions_are_counted_under_bounded_labels(tmp_path: Path) -> None:
    with TestClient(application(service(tmp_path, packs=(str(LOAN),))), base_url="http://localhost") as client:
        for income in (1, 2, 5000):
            client.post("/v1/packs/loan/decide", json={"facts": {"applicant": {"income": income}}})
        client.post("/v1/packs/loan/decide", json={})
        client.get("/v1/packs/loan/vocabulary")
        client.post("/v1/packs/loan/ask", json={})
        for number in range(3):
            client.get(f"/nothing/{number}")
            client.request(f"ODD{number}", "/v1/packs")
        found = told(client)
    decide = 'averment_requests_total{method="POST",route="/v1/packs/{pack}/decide",status="%d"}'
    assert (found[decide % 200], found[decide % 422]) == (3, 1)
    assert found['averment_requests_total{method="GET",route="/v1/packs/{pack}/vocabulary",status="200"}'] == 1
    assert found['averment_decisions_total{claim="refused",pack="loan",status="settled"}'] == 2
    assert found['averment_decisions_total{claim="open",pack="loan",status="open"}'] == 1
    assert found['averment_request_seconds_count{route="/v1/packs/{pack}/decide"}'] == 4
    assert found["averment_log_append_seconds_count"] == 4  # of the pack, too
    assert (found["averment_consultations"], found["averment_queue"]) == (1, 1)
    assert found['averment_requests_total{method="GET",route="other",status="404"}'] == 3
    assert found['averment_requests_total{method="other",route="other",status="405"}'] == 3


_COUNT = """
import sys
from pathlib import Path
from averment_service.meters import Meters, share
share(Path(sys.argv[1]))
meters = Meters()
meters.requested("/healthz", "GET", 200, 0.001)
meters.waiting(2)
sys.stdout.write(meters.exposition(7)[0].decode())
"""


def test_the_processes_of_a_service_count_together(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _COUNT, str(tmp_path / "metrics")]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2))
    counted = 'averment_requests_total{method="GET",route="/healthz",status="200"} %s\n'
    assert counted % "1.0" in first and counted % "2.0" in second
    assert "averment_queue 2.0" in second, "the first has ended, so nothing waits in it"
    assert "averment_consultations 7.0" in second


def test_requests_are_traced_where_that_is_configured(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    state = service(tmp_path, packs=(str(LOAN),))
    state.tracing = Tracing(provider)
    trace = "0af7651916cd43dd8448eb211c80319c"
    with TestClient(application(state), base_url="http://localhost") as client:
        headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
        client.post("/v1/packs/loan/decide", json={"facts": {"applicant": {"name": "Ann"}}}, headers=headers)
        client.get("/v1/packs/none")
    *parts, decided, missed = exporter.get_finished_spans()
    assert {part.name for part in parts} == {"log.append"}
    assert {span.context and format(span.context.trace_id, "032x") for span in (decided, parts[-1])} == {trace}
    assert decided.name == "POST /v1/packs/{pack}/decide"
    assert dict(missed.attributes or {}) == {
        "http.request.method": "GET", "http.route": "/v1/packs/{pack}", "http.response.status_code": 404,
    }  # fmt: skip
    assert "Ann" not in str([span.to_json() for span in (*parts, decided)])


def test_a_trace_says_nothing_of_facts_whatever_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    state = service(tmp_path, packs=(str(LOAN),))
    state.tracing = Tracing(provider)
    secret = "Zebedee-4711"
    case = {"case": secret, "facts": {"applicant": {"name": secret, "income": 3000}}}
    wrong = {"facts": {"applicant": {"name": secret, "income": secret}}}
    with TestClient(application(state), base_url="http://localhost", raise_server_exceptions=False) as client:
        session = client.post("/v1/packs/loan/ask", json=case).json()["session"]

        def ask_all() -> None:
            for body in (case, wrong, {"cases": [case, wrong]}):
                client.post("/v1/packs/loan/decide", json=body, headers={"idempotency-key": secret})
                client.post("/v1/packs/loan/explain", json=body)
            client.post(
                "/v1/packs/loan/decide", content=json.dumps(case), headers={"content-type": "application/x-ndjson"}
            )
            client.post(f"/v1/sessions/{session}/replies", json={"said": "answer", "field": secret, "value": secret})
            client.get(f"/decide?applicant.name={secret}&case={secret}")
            client.get(f"/v1/decisions?case={secret}")
            client.get(f"/{secret}")
            client.post(f"/v1/packs/loan/jobs?name={secret}.csv", content=f"case,name\na,{secret}\n")

        ask_all()

        async def fail(*_: object) -> object:
            raise RuntimeError(f"(key)=({secret}) already exists")

        monkeypatch.setattr(state.journal, "append", fail)
        ask_all()
    spans = exporter.get_finished_spans()
    assert len(spans) > 20 and any(not span.status.is_ok and span.name == "log.append" for span in spans)
    assert secret not in "".join(span.to_json() for span in spans)


def test_nothing_is_traced_where_nothing_is_configured() -> None:
    code = (
        "import averment_service.worker, sys; sys.exit(any(each.startswith('opentelemetry') for each in sys.modules))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
    assert tracing({}) is None and tracing({"OTEL_TRACES_EXPORTER": "none"}) is None
    assert tracing({"OTEL_TRACES_EXPORTER": "console", "OTEL_SDK_DISABLED": "true"}) is None
    configured = tracing({"OTEL_TRACES_EXPORTER": "console"})
    assert configured is not None
    configured.close()
