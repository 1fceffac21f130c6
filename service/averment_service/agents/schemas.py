"""What tools take and answer, as JSON Schemas: of a pack's own facts and claims, each standing alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import averment_schemas
from averment.core.values import decode
from averment.pack import Pack
from averment.recent import Recent
from averment.render.case_schema import case_schema
from averment_service.agents.call import PACK
from averment_service.answering import ANSWER, OUTCOME

Schema = dict[str, Any]
REFUSED = "refused"
_facts: Recent[str, Schema] = Recent(64)


def input_schema(pack: Pack, schema: str, takes: Sequence[str], needs: Sequence[str], *, named: bool) -> Schema:
    """The arguments that a tool takes, of those of ``schema``, with the pack's own facts and claims in them.

    ``needs``: those that must be given; ``named``: whether a call must name the digest of the pack.
    """
    known: dict[str, Schema] = averment_schemas.load(schema)["properties"]
    own: dict[str, Schema] = {"facts": _facts_of(pack)}
    if "to" in takes:
        own["to"] = {**known["to"], "enum": _claims(pack)}
    properties = {name: own.get(name, known[name]) for name in takes}
    properties[PACK] = {
        "title": "Pack",
        "description": "The digest of the pack that is meant. It decides by no other, and refuses a call that does.",
        "type": "string",
        **({"const": pack.digest} if named else {}),
    }
    return {
        "type": "object",
        "properties": properties,
        "required": [*needs, *([PACK] if named else ())],
        "additionalProperties": False,
    }


def vocabulary(pack: Pack, parameters: Mapping[str, Any]) -> Schema:
    """What can be said of a case, and of it: the facts as a JSON Schema, the claims, the parameters as they hold."""
    model = pack.model
    program = pack.program(parameters)
    held = {**program.worded, **program.parameters}  # in words, where it has several values by period
    return {
        "facts": _facts_of(pack),
        "claims": list(model.claim.values),
        "parameters": {
            name: {"value": held[name], "own": decode(each.value, each.field), "says": each.says}
            for name, each in model.parameters.items()
        },
    }


def _facts_of(pack: Pack) -> Schema:
    def made() -> Schema:
        facts: Schema = case_schema(pack.model, averment_schemas.load("case"))["properties"]["facts"]
        return facts

    return _facts.get(pack.digest, made)


def _claims(pack: Pack) -> list[str]:
    return [*pack.model.claim.values, "gap", "conflict"]


# --- answers ----------------------------------------------------------------------------------------------------------

_TEXT: Schema = {"type": "string"}
_STANDING: dict[str, Schema] = {
    "pack": {
        "type": "object",
        "properties": {"name": _TEXT, "version": _TEXT, "digest": _TEXT},
        "required": ["name", "version", "digest"],
    },
    "averment": _TEXT,
}


def or_refusal(answer: Schema) -> Schema:
    """The schema of an answer, and of what stands in its place where a call is refused: clients hold both to it."""
    refusal = {"description": "Why nothing was answered, with every finding (RFC 9457).", "type": "object"}
    properties = {**answer["properties"], **_STANDING, REFUSED: refusal}
    whole = {key: value for key, value in answer.items() if key != "required"}
    return {**whole, "properties": properties, "anyOf": [{"required": answer["required"]}, {"required": [REFUSED]}]}


def vocabulary_answer() -> Schema:
    claims = {"type": "array", "items": _TEXT}
    return _standing({"facts": {"type": "object"}, "claims": claims, "parameters": {"type": "object"}})


def decision_answer() -> Schema:
    """As ``POST …/decide`` answers."""
    outcome = averment_schemas.load("outcome")
    whole = {key: value for key, value in outcome.items() if not key.startswith("$")}
    answer = _without(whole, "warrant", "facts")
    answer["properties"]["presumed"] = _without(answer["properties"]["presumed"], "warrant")
    return {
        "type": "object",
        "properties": {
            "decision": {"description": "The number under which it is on record.", **_TEXT},
            "engine": {"type": "object"},
            ANSWER: answer,
            OUTCOME: whole,
            "warnings": {"type": "array"},
        },
        "required": ["decision", "engine"],
        "$defs": outcome["$defs"],
    }


def _without(schema: Schema, *names: str) -> Schema:
    properties = {key: value for key, value in schema["properties"].items() if key not in names}
    return {**schema, "properties": properties, "required": [key for key in schema["required"] if key not in names]}


def explain_answer() -> Schema:
    found = averment_schemas.load("explanation")
    shown = {key: value for key, value in found.items() if not key.startswith("$")}
    why_not = question_answer("why_not")
    definitions = {**why_not["$defs"], **found["$defs"]}
    return _standing({"explain": {"anyOf": [shown, why_not["properties"]["why_not"]]}}, definitions)


def question_answer(name: str, *others: str) -> Schema:
    """The answer to a question, under its name; or to one of ``others``."""
    found = averment_schemas.load("questions")
    branches = {branch["if"]["properties"]["question"].get("const"): branch["then"] for branch in found["allOf"]}
    kinds = [_question(branches[kind], kind) for kind in (name, *others)]
    return _standing({name: {"anyOf": kinds} if others else kinds[0]}, found["$defs"])


def _question(branch: Schema, name: str) -> Schema:
    return {"type": "object", **branch, "properties": {**branch["properties"], "question": {"const": name}}}


def ask_answer() -> Schema:
    found = question_answer("ask")
    found["properties"]["facts"] = {"description": "All facts so far, for the next call.", "type": "object"}
    found["properties"]["whether"] = {
        "description": "A fact type of which it has to be known first whether there is any record.",
        "type": ["string", "null"],
    }
    found["required"] += ["facts", "whether"]
    return found


def _standing(own: dict[str, Schema], definitions: Schema | None = None) -> Schema:
    properties = {**_STANDING, **own}
    found: Schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {**found, "$defs": definitions} if definitions else found
