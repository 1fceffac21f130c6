"""Traces of requests, for OpenTelemetry, where the environment says so: ``OTEL_EXPORTER_OTLP_ENDPOINT`` and its like.

A request is a span, in the trace that its ``traceparent`` names, with its route and its status; nothing of its facts,
and of an error only that there was one: what it says may quote them.
Where nothing is configured nothing is loaded. The only place that knows OpenTelemetry.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from averment.extras import need

_CONFIGURED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")
Attributes = dict[str, str | int]


class Span:
    """A request as it is traced: what is known of it in the end is put down here."""

    def __init__(self) -> None:
        self.name = ""
        self.attributes: Attributes = {}


class Tracing:
    """``provider`` makes tracers, as OpenTelemetry has it; ``close`` sends what is left."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("averment")

    @contextmanager
    def request(self, method: str, headers: Mapping[bytes, bytes]) -> Generator[Span]:
        """A request under way."""
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, Status, StatusCode

        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        told = Span()
        with self._span(method, context=extract(carrier), kind=SpanKind.SERVER) as span:
            try:
                yield told
            finally:
                span.update_name(told.name or method)
                span.set_attributes({"http.request.method": method, **told.attributes})
                if int(told.attributes.get("http.response.status_code", 0)) >= 500:
                    span.set_status(Status(StatusCode.ERROR))

    @contextmanager
    def part(self, name: str) -> Generator[None]:
        """A part of what is done for a request."""
        with self._span(name):
            yield

    @contextmanager
    def _span(self, name: str, **how: Any) -> Generator[Any]:
        from opentelemetry.trace import Status, StatusCode

        silent = {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(name, **silent, **how) as span:
            try:
                yield span
            except BaseException:
                span.set_status(Status(StatusCode.ERROR))
                raise

    def close(self) -> None:
        self._provider.shutdown()


def tracing(environment: Mapping[str, str] = os.environ) -> Tracing | None:
    """What traces requests, where that is configured. Raises: MissingExtra."""
    wanted = any(environment.get(name, "none") != "none" for name in _CONFIGURED)
    if not wanted or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    need("otel", "tracing")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    exporters: Mapping[str, Callable[[], Any]] = {"console": ConsoleSpanExporter}
    exporter = exporters.get(environment.get("OTEL_TRACES_EXPORTER", ""), OTLPSpanExporter)()
    name = environment.get("OTEL_SERVICE_NAME", "averment")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider)
