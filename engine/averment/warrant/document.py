"""A derivation as a document: nodes and edges, the same bytes on every backend (``outcome.schema.json``)."""

from __future__ import annotations

from typing import Any

from averment.core.data import Data
from averment.core.program import Backing, Fact, Rule
from averment.core.values import decode
from averment.law.memory import Memory
from averment.law.patterns import Bindings
from averment.law.truth import TRUE
from averment.warrant.bearing import Bearing
from averment.warrant.conditions import conditions_document, quantity_document, ratio_document
from averment.warrant.derivation import Application, Derivation
from averment.warrant.sentences import sentence

Document = dict[str, Any]


def warrant_document(
    derivation: Derivation, assumptions: frozenset[str], presumptions: frozenset[str] = frozenset()
) -> Document:
    """``claims``: the facts the warrant is for, and ``results`` by name those it is for besides, if the pack has any;
    ``nodes``: facts, then firings; ``edges`` from used to user.

    An edge is ``premise``, ``counted`` or ``doubt`` from a fact to the firing that looked at it, and ``concludes`` from
    a firing to a fact. A counted fact has a ``sign`` where it speaks ``for`` or ``against`` what the firing concludes,
    and a ``weight`` where that is told. ``assumptions`` are the paths of fields that hold a declared default,
    ``presumptions`` of those that hold what is presumed of them.
    """
    program = derivation.evaluation.program
    nodes = [_fact(derivation, path, fact, assumptions, presumptions) for path, fact in derivation.facts.items()]
    nodes += [_firing(application, derivation.memory) for application in derivation.applications]
    edges: dict[tuple[str, str, str, str, str], None] = {}
    for application in derivation.applications:
        for step in application.steps:
            told = [bearing_words(each) for each in step.bears] or [("", "")] * len(step.facts)
            used = [(derivation.path(fact), *words) for fact, words in zip(step.facts, told, strict=True)]
            for path, sign, weight in sorted(used) if len(used) > 1 else used:
                edges[path, application.id, step.role, sign, weight] = None
        for fact in application.conclusions:
            edges[application.id, derivation.path(fact), "concludes", "", ""] = None
    resulting = {
        result.name: [derivation.path(fact) for fact in derivation.roots if fact.type == result.type]
        for result in program.results
    }
    return {
        "claims": [derivation.path(fact) for fact in derivation.roots if fact.type == program.claim.type],
        **({"results": resulting} if resulting else {}),
        "nodes": nodes,
        "edges": [_edge(*edge) for edge in edges],
    }


def bearing_words(bearing: Bearing) -> tuple[str, str]:
    """What a counted fact does to its rule, as documents have it: its sign and its weight, empty where it has none."""
    return bearing.word, "" if bearing.weight is None else f"{bearing.weight:f}"


def _edge(start: str, end: str, role: str, sign: str, weight: str) -> Document:
    edge = {"from": start, "to": end, "role": role}
    if sign:
        edge["sign"] = sign
    if weight:
        edge["weight"] = weight
    return edge


def _fact(
    derivation: Derivation, path: str, fact: Fact, assumptions: frozenset[str], presumptions: frozenset[str]
) -> Document:
    type = derivation.memory.types[fact.type]
    if type.derived:
        fields = list(zip(type.fields, fact.values, strict=True))
    else:
        shown = derivation.read.get(fact.type, set()).union(type.naming)
        fields = [(type.fields[index], fact.values[index]) for index in sorted(shown)]
    document: Document = {
        "id": path,
        "kind": "fact",
        "type": fact.type,
        "origin": "data" if type.data else "derived" if type.derived else "given" if _given(fact) else "absent",
        "truth": "true" if derivation.memory.truths[fact] is TRUE else "possible",
        "fields": {field.name: decode(value, field) for field, value in fields if value is not None},
    }
    if type.data:
        document["cited"] = cited_document(derivation.evaluation.program.data[type.name], fact)
    if None in fact.values and (unknown := [field.name for field, value in fields if value is None]):
        document["unknown"] = unknown
    if assumptions and (assumed := [field.name for field, _ in fields if f"{path}.{field.name}" in assumptions]):
        document["assumed"] = assumed
    if presumptions and (presumed := [field.name for field, _ in fields if f"{path}.{field.name}" in presumptions]):
        document["presumed"] = presumed
    return document


def cited_document(data: Data, fact: Fact) -> Document:
    """Where a fact that belongs to the pack stands, and what it rests on."""
    return {
        "file": data.file,
        "row": data.rows[fact],
        "backing": [backing_document(backing) for backing in data.backing],
    }


def _given(fact: Fact) -> bool:
    """Whether anything of a record is given; else it only stands for what the case leaves out."""
    return any(value is not None for value in fact.values)


def _firing(application: Application, memory: Memory) -> Document:
    rule = application.firing.rule
    document: Document = {
        "id": application.id,
        "kind": "firing",
        "rule": rule.id,
        "truth": application.truth.word,
        "says": sentence(rule, application.bindings),
        "bindings": bindings_document(rule, application.bindings),
        "conditions": conditions_document(application, memory),
        "backing": [backing_document(backing) for backing in rule.backing],
    }
    if rule.alternative:
        document["alternative"] = rule.alternative
    return document


def bindings_document(rule: Rule, bindings: Bindings) -> Document:
    """The author's variables and what they stand for: a value, ``null``, or ``{from, to}`` of an interval."""
    if not rule.shown:
        return {}
    return {
        entry.variable: ratio_document(entry.ratio, bindings)
        if entry.ratio
        else quantity_document(bindings[entry.variable], entry.field)
        for entry in rule.shown
        # What is local to a negation or an aggregate has no value, and a name that no author wrote begins with `_`.
        if (entry.variable in bindings or entry.ratio) and not entry.variable.startswith("_")
    }


def backing_document(backing: Backing) -> Document:
    """A backing as documents show it: a place in a source with its digest, if it has one, or a judgement and whose."""
    if backing.judgement:
        return {"judgement": backing.author}
    place: Document = {"source": backing.source, "section": backing.section, "paragraph": backing.paragraph}
    return {**place, "digest": backing.digest} if backing.verified else place
