"""Whether the service is there, whether it is ready, and taking up packs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from averment_service.principals import Permission
from averment_service.routes.packs import PACK, described
from averment_service.routes.route import Route, answer, json_response, service_of
from averment_service.routes.shapes import listed, shape


async def healthz(_: Request) -> Response:
    return json_response({"status": "alive"})


async def readyz(request: Request) -> Response:
    service = service_of(request)
    if service.records:
        await service.gate.run(lambda: service.log and service.log.head())
    return json_response({"status": "ready"})


async def metrics(request: Request) -> Response:
    service = service_of(request)

    def told() -> tuple[bytes, str]:
        return service.meters.exposition(service.consultations.store.count())

    body, media = await service.gate.run(told)
    return answer(body, media)


async def refresh(request: Request) -> Response:
    service = service_of(request)
    new = await service.gate.run(service.refresh)
    return json_response({"new": [described(pack) for pack in new]})


ROUTES = (
    Route("GET", "/healthz", Permission.OPEN, healthz, "Whether the process is alive.",
          answer=shape(status={"const": "alive"})),
    Route("GET", "/readyz", Permission.OPEN, readyz, "Whether cases can be decided and recorded.",
          answer=shape(status={"const": "ready"})),
    Route("GET", "/metrics", Permission.OPERATE, metrics, "What was counted and timed, for Prometheus.",
          media="text/plain"),
    Route("POST", "/v1/refresh", Permission.OPERATE, refresh, "Read the packs again, and take up what is new.",
          answer=shape(new=listed(PACK))),
)  # fmt: skip
