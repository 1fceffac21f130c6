"""What the packs are: their names and versions, vocabulary, schemas, rules, parameters, examples."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

import averment_schemas
from averment.audit.given import given_facts
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Report
from averment.examples import examples_of
from averment.model.case import Case
from averment.pack import Pack
from averment.render.case_schema import case_schema
from averment.render.pack_documents import (
    parameters_document,
    rules_document,
    sources_document,
    vocabulary_document,
)
from averment_service.principals import Permission
from averment_service.problems import UNKNOWN, problem
from averment_service.routes.route import Handler, Route, answer, json_response, pack_of, service_of
from averment_service.routes.shapes import ANY, BOOLEAN, INTEGER, STRING, STRINGS, listed, shape


def described(pack: Pack) -> dict[str, Any]:
    return {"name": pack.name, "version": pack.version, "title": pack.title, "digest": pack.digest}


async def packs(request: Request) -> Response:
    shelf = service_of(request).shop.shelf
    return json_response(
        {
            "packs": [
                {**described(held[-1]), "versions": [described(each) for each in held]} for held in shelf.packs.values()
            ]
        }
    )


def _vocabulary(pack: Pack) -> Any:
    return {"pack": described(pack), **vocabulary_document(pack.model)}


def _rules(pack: Pack) -> Any:
    program = pack.program()
    return {
        "pack": described(pack),
        "rules": rules_document(pack.model, program),
        "sources": sources_document(pack.model),
    }


def _parameters(pack: Pack) -> Any:
    return {"pack": described(pack), "parameters": parameters_document(pack.model, pack.program())}


def _examples(pack: Pack) -> Any:
    return {"pack": described(pack), "examples": [_example(case, pack) for case in examples_of(pack, Report())]}


def _told(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _example(case: Case, pack: Pack) -> dict[str, Any]:
    expected = {"expect": {key: _told(value) for key, value in case.expect.items()}} if case.expect else {}
    return {"case": case.name, "facts": given_facts(case, pack.model.types), **expected}


async def case_schema_of(request: Request) -> Response:
    pack = await pack_of(request)
    found = case_schema(pack.model, averment_schemas.load("case"))
    return answer(json.dumps(found, ensure_ascii=False), "application/schema+json", pack=pack)


def _of_pack(tell: Callable[[Pack], Any]) -> Handler:
    async def handler(request: Request) -> Response:
        pack = await pack_of(request)
        return json_response(await service_of(request).gate.run(lambda: tell(pack)), pack=pack)

    return handler


async def schemas(_: Request) -> Response:
    return json_response({"schemas": list(averment_schemas.NAMES)})


async def schema(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in averment_schemas.NAMES:
        close = did_you_mean(name, averment_schemas.NAMES)
        help = f"did you mean `{close}`?" if close else f"schemas: {', '.join(averment_schemas.NAMES)}"
        raise problem(404, UNKNOWN, f"there is no schema `{name}`", help)
    return answer(averment_schemas.text(name), "application/schema+json")


PACK = shape(name=STRING, version=STRING, title=STRING, digest=STRING)
_FIELD = shape(
    name=STRING, type=STRING, cost=INTEGER,
    _ask=STRING, _label=STRING, _says=STRING, _unit=STRING, _sensitive=STRING, _of=STRINGS, _places=INTEGER,
    _minimum=ANY, _maximum=ANY, _default=ANY, _fixed=BOOLEAN, _presumed=shape(value=ANY, says=STRING), _value=ANY,
)  # fmt: skip
_CONDITION = {"type": "object", "description": "As written, and in words; or alternatives.", "minProperties": 1}
_TYPE = shape(
    name=STRING, says=STRING, derived=BOOLEAN, cardinality={"enum": ["one", "many"]}, fields=listed(_FIELD),
    _key=STRINGS, _absent={"enum": ["none", "unknown"]},
)  # fmt: skip
_RULE = shape(
    id=STRING, says=STRING, when=listed(_CONDITION), then=STRINGS, place=STRING,
    backing=listed(shape(_judgement=STRING, _source=STRING, _section=STRING, _paragraph=INTEGER, _digest=STRING)),
)  # fmt: skip
_SOURCE = shape(
    name=STRING, title=STRING, about={"type": "object"},
    sections=listed(shape(section=STRING, paragraphs=INTEGER, rules=STRINGS, omitted=STRING)),
)  # fmt: skip
_VERSIONS = shape(name=STRING, version=STRING, title=STRING, digest=STRING, versions=listed(PACK))
_VOCABULARY = shape(pack=PACK, claim=shape(type=STRING, field=STRING, values=STRINGS), types=listed(_TYPE))
_EXAMPLE = shape(case=STRING, facts={"type": "object"}, _expect={"type": "object"})
_JSON_SCHEMA = {"type": "object", "description": "A JSON Schema (2020-12)."}


def _route(part: str, tell: Callable[[Pack], Any], summary: str, shown: dict[str, Any]) -> Route:
    return Route("GET", f"/v1/packs/{{pack}}{part}", Permission.READ, _of_pack(tell), summary, answer=shown)


ROUTES = (
    Route(
        "GET", "/v1/packs", Permission.READ, packs, "The packs that are served, with their versions.",
        answer=shape(packs=listed(_VERSIONS)),
    ),
    _route("", described, "One pack, by name, version or digest.", PACK),
    _route("/vocabulary", _vocabulary, "The fact types and fields there are, and what is claimed.", _VOCABULARY),
    Route("GET", "/v1/packs/{pack}/schema", Permission.READ, case_schema_of, "The JSON Schema of the facts of a case.",
          answer=_JSON_SCHEMA, media="application/schema+json"),
    _route("/rules", _rules, "The rules as sentences, with the sources they rest on.",
           shape(pack=PACK, rules=listed(_RULE), sources=listed(_SOURCE))),
    _route("/parameters", _parameters, "The thresholds and weights, with their values.",
           shape(pack=PACK, parameters=listed(_FIELD))),
    _route("/examples", _examples, "The example cases, and what is expected of them.",
           shape(pack=PACK, examples=listed(_EXAMPLE))),
    Route("GET", "/v1/schemas", Permission.READ, schemas, "The names of the schemas.", answer=shape(schemas=STRINGS)),
    Route("GET", "/v1/schemas/{name}", Permission.READ, schema, "A schema, by name.", answer=_JSON_SCHEMA,
          media="application/schema+json"),
)  # fmt: skip
