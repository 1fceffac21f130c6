"""Checking a warrant from the given facts up, trusting nothing that made it.

Every firing is redone as one step, on the facts its edges name and on nothing else, and must give the truth, bindings
and conclusions it states. What a step cannot show by itself, that nothing is missing (a fact that a ``not`` would have
met, one that an aggregate would have counted), is held against a model of the same given facts, found anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from averment.graph import components
from averment.ir.naming import record_path
from averment.ir.program import Compare, Fact, Program, Rule
from averment.ir.values import Misfit, fit
from averment.law.conclusions import conclude
from averment.law.matching import Solution, solutions
from averment.law.memory import Memory
from averment.law.patterns import matching
from averment.law.truth import TRUE, UNKNOWN, Truth
from averment.warrant.document import Document, bindings_document


def recheck(program: Program, warrant: Document, model: Memory) -> Iterator[str]:
    """What is wrong with ``warrant``, as sentences; none where it holds.

    ``model`` is the working memory of an evaluation of the given facts by another hand than the one that made it.
    """
    facts = {node["id"]: _fact(program, node) for node in warrant["nodes"] if node["kind"] == "fact"}
    truths = {node["id"]: _truth(node["truth"]) for node in warrant["nodes"] if node["kind"] == "fact"}
    used: dict[str, dict[str, set[str]]] = {}
    concluded: dict[str, set[str]] = {}
    for edge in warrant["edges"]:
        if edge["role"] == "concludes":
            concluded.setdefault(edge["from"], set()).add(edge["to"])
        else:
            used.setdefault(edge["to"], {}).setdefault(edge["role"], set()).add(edge["from"])
    yield from _given(program, warrant, facts, truths, model)
    for path in set(facts) - {path for paths in concluded.values() for path in paths}:
        if program.types[facts[path].type].derived:
            yield f"nothing in the warrant derives `{path}`"
    for component in components(_successors(warrant)):
        if len(component) > 1:
            yield f"`{component[0]}` rests on itself"
    rules = {(rule.id, rule.alternative): rule for rule in program.rules}
    for node in warrant["nodes"]:
        if node["kind"] == "firing":
            rule = rules.get((node["rule"], node.get("alternative", 0)))
            if rule is None:
                yield f"`{node['rule']}` is not a rule of the pack"
                continue
            roles = used.get(node["id"], {})
            local = Memory(program, (), None)
            for path in sorted(set().union(*roles.values())):
                local.add(facts[path], truths[path])
            yield from _firing(program, rule, node, local, concluded.get(node["id"], set()), model)


def _given(
    program: Program, warrant: Document, facts: Mapping[str, Fact], truths: Mapping[str, Truth], model: Memory
) -> Iterator[str]:
    """Every fact of the warrant stands in the model, with the values it shows, as true as it says."""
    standing = {record_path(program.types[fact.type], fact): fact for fact in model.truths}
    for path, fact in facts.items():
        found = standing.get(path)
        if found is None or model.truths[found] is not truths[path]:
            yield f"`{path}` is not {truths[path].word} in this case"
        elif any(shown not in (None, held) for shown, held in zip(fact.values, found.values, strict=True)):
            yield f"`{path}` does not have the values that the warrant shows"
    for path in warrant["claims"]:
        if path not in facts or facts[path].type != program.claim.type:
            yield f"`{path}` is not a claim in the warrant"


def _firing(
    program: Program, rule: Rule, node: Document, local: Memory, concluded: set[str], model: Memory
) -> Iterator[str]:
    """One step: some solution over the facts it names alone gives just what the node says."""
    for solution in solutions(rule, local, UNKNOWN):
        if bindings_document(rule, solution.bindings) != node["bindings"]:
            continue
        conclusions, truth = conclude(program, rule, solution.bindings, solution.truth)
        paths = {record_path(program.types[fact.type], fact) for fact in conclusions}
        if truth is _truth(node["truth"]) and concluded <= paths:
            if not _complete(rule, solution, local, model):
                yield f"`{node['id']}` leaves out a fact that a condition would have met"
            return
    yield f"`{node['id']}` does not follow from the facts it names"


def _complete(rule: Rule, solution: Solution, local: Memory, model: Memory) -> bool:
    """Whether the negations and aggregates of this step meet as many facts in the whole model as in the warrant."""
    return all(
        len(matching(guard.match, local, solution.bindings)) == len(matching(guard.match, model, solution.bindings))
        for guard in rule.guards
        if not isinstance(guard, Compare)
    )


def _successors(warrant: Document) -> dict[str, list[str]]:
    graph: dict[str, list[str]] = {}
    for edge in warrant["edges"]:
        graph.setdefault(edge["from"], []).append(edge["to"])
    return graph


def _truth(word: str) -> Truth:
    return TRUE if word == "true" else UNKNOWN


def _fact(program: Program, node: Document) -> Fact:
    """The fact that a node shows; a field it does not show is unknown here."""
    type = program.types[node["type"]]
    values: list[Any] = []
    for field in type.fields:
        value = fit(node["fields"][field.name], field, field.name) if field.name in node["fields"] else None
        values.append(None if isinstance(value, Misfit) else value)
    return Fact(type.name, tuple(values))
