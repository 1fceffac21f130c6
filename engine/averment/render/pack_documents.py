"""A pack to read, as JSON-able data: its vocabulary, its rules as sentences with their sources, its parameters."""

from __future__ import annotations

from datetime import date

from averment.core.mentions import has_variable
from averment.core.program import FactType, Field, Kind, Program
from averment.core.values import decode
from averment.core.written import Written
from averment.model.model import AnyOf, Condition, Model, ModelRule, Parameter
from averment.render.conditions import Worded
from averment.render.places import rule_place
from averment.warrant.document import Document, backing_document


def vocabulary_document(model: Model) -> Document:
    """The fact types and their fields, and what the pack claims."""
    claim = model.claim
    type = model.types[claim.type]
    return {
        "claim": {"type": claim.type, "field": type.fields[claim.field].name, "values": list(claim.values)},
        "types": [_type_document(each, model) for each in model.own_types],
    }


def _type_document(type: FactType, model: Model) -> Document:
    return {
        "name": type.name,
        "says": model.type_says.get(type.name, ""),
        "derived": type.derived,
        "cardinality": "one" if type.one else "many",
        **({} if type.one or type.derived else {"key": list(type.key)}),
        **({} if type.one or type.derived else {"absent": "unknown" if type.absent_unknown else "none"}),
        "fields": [
            field_document(field, model.type_says.get(f"{type.name}.{field.name}", "")) for field in type.fields
        ],
    }


def field_document(field: Field, says: str = "") -> Document:
    """A field: its type, what its values are, and how it is asked for. What it does not have is left out."""
    told: Document = {
        "ask": field.ask,
        "label": field.label,
        "says": says,
        "unit": field.unit,
        "sensitive": field.sensitive,
        "of": list(field.values),
        "places": field.places,
        "minimum": decode(field.minimum, field),
        "maximum": decode(field.maximum, field),
        "default": decode(field.default, field),
        "fixed": field.fixed,
    }
    if field.presumption is not None:
        told["presumed"] = {"value": decode(field.presumption, field), "says": field.presumed_for}
    kept = {key: value for key, value in told.items() if value not in ("", [], None) and value is not False}
    if field.kind is not Kind.DECIMAL:
        kept.pop("places", None)
    if field.default is not None:
        kept["default"] = told["default"]
    return {"name": field.name, "type": field.kind.value, "cost": field.cost, **kept}


def parameters_document(model: Model, program: Program) -> list[Document]:
    """The parameters, each with its value in ``program``."""
    return [
        {**field_document(each.field), **_held(name, each, program), "says": each.says}
        for name, each in model.parameters.items()
    ]


def _held(name: str, parameter: Parameter, program: Program) -> Document:
    """The value of a parameter, or its values by period."""
    if name in program.parameters:
        return {"value": program.parameters[name]}
    values: list[Document] = []
    for period in parameter.periods:
        days = zip(("from", "until"), period.valid, strict=True)
        valid = {word: date.fromordinal(end).isoformat() for word, end in days if end is not None}
        values.append({"value": decode(period.value, parameter.field), "valid": valid})
    return {"values": values}


def rules_document(model: Model, program: Program) -> list[Document]:
    """The rules, in the order of their ids: what each says, its conditions as written and in words, its backing."""
    words = _words(program)
    return [
        {
            "id": rule.id,
            "says": rule.says.text,
            "when": [_condition_document(condition, words) for condition in rule.when],
            "then": [each.origin.text for each in rule.then],
            "backing": [backing_document(each) for each in rule.backing],
            "place": rule_place(model, rule.id),
        }
        for rule in model.own_rules
    ]


def sources_document(model: Model) -> list[Document]:
    """The sources: of each section how many paragraphs there are, which rules rest on it, or why none does."""
    return [
        {
            "name": source.name,
            "title": source.title,
            "about": dict(source.about),
            "sections": [
                {
                    "section": section.name,
                    "paragraphs": len(section.paragraphs),
                    "rules": [rule.id for rule in model.rules if _rests_on(rule, source.name, section.name)],
                    "omitted": section.omitted,
                }
                for section in source.sections
            ],
        }
        for source in model.sources.values()
    ]


def _rests_on(rule: ModelRule, source: str, section: str) -> bool:
    return any((each.source, each.section) == (source, section) for each in rule.backing)


def _words(program: Program) -> dict[Written, str]:
    """Conditions in words, by what was written. One with a variable has no words of its own."""
    return {
        condition.origin: Worded(rule, {}, program).condition(condition)
        for rule in program.rules
        for condition in (*rule.matches, *rule.guards)
        if condition.origin and not has_variable(condition.origin)
    }


def _condition_document(condition: Condition, words: dict[Written, str]) -> Document:
    if isinstance(condition, AnyOf):
        return {"any": [[_condition_document(each, words) for each in one] for one in condition.alternatives]}
    told = {"words": words[condition.origin]} if condition.origin in words else {}
    return {"written": condition.origin.text, **told}
