"""The interface as OpenAPI 3.1 has it, made from the routes and the schemas, so that it says what is there.

With a pack the facts of its requests are those of its vocabulary, and the parameters its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import averment_schemas
from averment import __version__
from averment.pack import Pack
from averment.render.case_schema import case_schema, parameters_schema
from averment_service.principals import Permission
from averment_service.problems import MEDIA

if TYPE_CHECKING:
    from averment_service.routes.route import Route

Document = dict[str, Any]
_COMPONENT = "#/components/schemas/"
_UNWARRANTED = ("facts", "warrant")  # what an answer leaves out of its outcome
_ONE_OF = {"request": ("facts", "cases"), "request_whatif": ("change", "sweep")}
_PROBLEM: Document = {
    "title": "problem",
    "description": "Why a request was not served, as RFC 9457 has it, with every finding.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "diagnostics": {"type": "array", "items": {"$ref": "diagnostic.schema.json"}, "minItems": 1},
    },
    "required": ["type", "title", "status", "detail", "diagnostics"],
}


def openapi(routes: Iterable[Route], pack: Pack | None = None) -> Document:
    """The document. ``pack``: the one that requests are about."""
    paths: Document = {}
    for route in filter(for_programs, routes):
        paths.setdefault(_path(route), {})[route.method.lower()] = _operation(route, pack)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "averment" + (f": {pack.title}" if pack else ""),
            "version": __version__,
            "description": "Decision criteria as packs of rules: claims with the whole of their warrant.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _components(pack),
            "responses": {
                "problem": {
                    "description": "The request was not served.",
                    "content": {MEDIA: {"schema": {"$ref": f"{_COMPONENT}problem"}}},
                }
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`averment token add` makes one."}
            },
        },
    }


def for_programs(route: Route) -> bool:
    """Whether a route is of the interface, and not of the page."""
    return route.media != "text/html" and not route.path.startswith(("/static", "/tables"))


def _path(route: Route) -> str:
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)  # as Starlette has a path with a kind


def _operation(route: Route, pack: Pack | None) -> Document:
    operation: Document = {
        "operationId": _name(route),
        "summary": route.summary,
        "tags": [_path(route).strip("/").removeprefix("v1/").partition("/")[0] or "pages"],
        "responses": {str(route.status): _answered(route), "4XX": _REFUSED, "503": _REFUSED},
        "security": [] if route.permission is Permission.OPEN else [{"token": []}],
        "x-permission": route.permission.value,
    }
    if parameters := [*_of_path(route, pack), *_told(route.query, "query"), *_told(route.headers, "header")]:
        operation["parameters"] = parameters
    if route.request is not None or route.takes:
        content: Document = {media: {"schema": {"type": "string"}} for media in route.takes}
        if route.request is not None:
            content["application/json"] = {"schema": _schema(route.request)}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


_REFUSED: Document = {"$ref": "#/components/responses/problem"}


def _name(route: Route) -> str:
    words = re.findall(r"\w+", _path(route).removeprefix("/v1"))
    return "_".join([route.method.lower(), *words])


def _answered(route: Route) -> Document:
    if route.status == 204:
        return {"description": route.summary}
    content: Document = {route.media: {"schema": _schema(route.answer) if route.answer is not None else {}}}
    content |= {media: {"schema": {"type": "string"}} for media in route.others}
    return {"description": route.summary, "content": content}


def _of_path(route: Route, pack: Pack | None) -> list[Document]:
    names = re.findall(r"\{(\w+)\}", _path(route))
    of = {"pack": {"type": "string", "enum": [pack.name]}} if pack else {}
    return [
        {"name": name, "in": "path", "required": True, "schema": of.get(name, {"type": "string", "minLength": 1})}
        for name in names
    ]


def _told(names: Mapping[str, str], place: str) -> list[Document]:
    return [
        {"name": name, "in": place, "required": False, "description": says, "schema": {"type": "string"}}
        for name, says in names.items()
    ]


# --- schemas ------------------------------------------------------------------------------------------------------


def _schema(schema: str | Document) -> Document:
    found: Document = _pointed({"$ref": f"{schema}.schema.json"} if isinstance(schema, str) else schema, "")
    return found


def _components(pack: Pack | None) -> Document:
    loaded: Document = {name: averment_schemas.load(name) for name in averment_schemas.NAMES}
    loaded |= {"problem": _PROBLEM, "answer": _answer(loaded["outcome"])}
    for name, members in _ONE_OF.items():  # what is told of in sentences where it is read
        loaded[name]["oneOf" if name == "request" else "anyOf"] = [{"required": [member]} for member in members]
    if pack is not None:
        facts = case_schema(pack.model, loaded["case"])["properties"]["facts"]
        for schema in (held for name, held in loaded.items() if name.startswith("request")):
            known = {"facts": facts, "parameters": parameters_schema(pack.model)}
            schema["properties"] |= {name: held for name, held in known.items() if name in schema["properties"]}
        loaded["request"]["properties"]["cases"]["items"]["properties"]["facts"] = facts
    found: Document = {}
    for name, schema in loaded.items():
        for part, held in schema.pop("$defs", {}).items():
            found[f"{name}.{part}"] = _pointed(held, name)
        found[name] = _pointed({key: held for key, held in schema.items() if key not in ("$schema", "$id")}, name)
    return dict(sorted(found.items()))


def _answer(outcome: Document) -> Document:
    """An outcome without its facts and without warrants."""
    properties: Document = {name: held for name, held in outcome["properties"].items() if name not in _UNWARRANTED}
    presumed: Document = properties["presumed"]
    return {
        **outcome,
        "title": "averment answer",
        "description": "What a pack answers for one case; the facts and the warrant are in the outcome.",
        "properties": {**properties, "presumed": {**presumed, **_without(presumed)}},
        "required": [name for name in outcome["required"] if name not in _UNWARRANTED],
        "$defs": outcome["$defs"],
    }


def _without(schema: Document) -> Document:
    return {
        "properties": {name: held for name, held in schema["properties"].items() if name not in _UNWARRANTED},
        "required": [name for name in schema["required"] if name not in _UNWARRANTED],
    }


def _pointed(part: Any, within: str) -> Any:
    """A schema whose references go to the components; ``within``: the schema that its own parts are of."""
    if isinstance(part, list):
        return [_pointed(each, within) for each in cast("Any", part)]
    if not isinstance(part, dict):
        return part
    found: Document = {key: _pointed(held, within) for key, held in cast("Any", part).items()}
    target = found.get("$ref")
    if isinstance(target, str) and target.startswith("#/$defs/"):
        found["$ref"] = f"{_COMPONENT}{within}.{target.removeprefix('#/$defs/')}"
    elif isinstance(target, str) and target.endswith(".schema.json"):
        found["$ref"] = _COMPONENT + target.removesuffix(".schema.json")
    return found
