"""The interface's own document: it has every route, and it is OpenAPI."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from averment_service.openapi import for_programs
from averment_service.routes import ROUTES


def refs(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for held in part.values() for each in refs(held)]
    return [each for held in part for each in refs(held)] if isinstance(part, list) else []


@pytest.mark.parametrize("query", ["", "?pack=loan", "?pack=pm_tpm"])
def test_the_document_has_every_route_and_every_schema_it_names(shared: TestClient, query: str) -> None:
    found = shared.get(f"/openapi.json{query}").json()
    asked = {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}
    assert asked == {(route.method, route.path) for route in ROUTES if for_programs(route)}
    for ref in refs(found):
        part = found
        for step in ref.removeprefix("#/").split("/"):
            part = part[step]
    for schema in found["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    names = [operation["operationId"] for methods in found["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)


def test_a_pack_gives_the_facts_of_requests(shared: TestClient) -> None:
    schemas = shared.get("/openapi.json?pack=loan").json()["components"]["schemas"]
    assert schemas["request_flip"]["properties"]["facts"]["properties"]["loan"]["items"]["required"] == ["id"]


def test_an_answer_and_a_problem_are_as_the_document_says(shared: TestClient) -> None:
    found = shared.get("/openapi.json").json()
    path = found["paths"]["/v1/packs/{pack}/decide"]["post"]
    answer = path["responses"]["200"]["content"]["application/json"]["schema"]
    schema = {**answer, "components": found["components"]}
    for detail in ("answer", "outcome"):
        for facts in ({}, {"applicant": {"income": 1000}}):
            one = shared.post("/v1/packs/loan/decide", json={"facts": facts, "detail": detail}).json()
            jsonschema.validate(one, schema)
    jsonschema.validate(shared.post("/v1/packs/pm_tpm/decide", json={"facts": {}}).json(), schema)
    many = {"cases": [{"case": "a", "facts": {}}, {"case": "b", "facts": {"loan": []}}]}
    jsonschema.validate(shared.post("/v1/packs/loan/decide", json=many).json(), schema)
    wrong = shared.post("/v1/packs/loan/decide", json={})
    jsonschema.validate(wrong.json(), {"$ref": "#/components/schemas/problem", "components": found["components"]})


def test_the_page_shows_every_route_and_loads_nothing(shared: TestClient) -> None:
    page = shared.get("/docs")
    assert all(f"{route.method} {route.path}" in page.text for route in filter(for_programs, ROUTES))
    assert "<script" not in page.text and "src=" not in page.text
    code = shared.get(shared.post("/v1/packs/loan/decide", json={}).json()["type"])
    assert code.status_code == 200 and "AV591" in code.text
