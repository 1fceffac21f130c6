"""Checking a warrant from the given facts up, trusting nothing that made it.

Every firing is redone as one step, on the facts its edges name and on nothing else, and must give the truth, bindings
and conclusions it states. What a step cannot show by itself, that nothing is missing (a fact that a ``not`` would have
met, one that an aggregate would have counted), is held against a model of the same given facts, found anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from averment.core.naming import record_path
from averment.core.program import Absent, Aggregate, Compare, Fact, Program, Result, Rule
from averment.core.values import Misfit, fit
from averment.graph import components
from averment.law.conclusions import conclude
from averment.law.denied import told
from averment.law.evaluation import Firing
from averment.law.matching import Solution, solutions
from averment.law.memory import Memory
from averment.law.patterns import matching
from averment.law.truth import TRUE, UNKNOWN, Truth
from averment.warrant.bearing import bearing
from averment.warrant.conditions import conditions_document
from averment.warrant.derivation import applied
from averment.warrant.document import Document, backing_document, bearing_words, bindings_document, cited_document
from averment.warrant.sentences import sentence
from averment.warrant.slopes import slopes


def recheck(program: Program, warrant: Document, model: Memory) -> Iterator[str]:
    """What is wrong with ``warrant``, as sentences; none where it holds.

    ``model`` is the working memory of an evaluation of the given facts by another hand than the one that made it.
    """
    facts = {node["id"]: _fact(program, node) for node in warrant["nodes"] if node["kind"] == "fact"}
    truths = {node["id"]: _truth(node["truth"]) for node in warrant["nodes"] if node["kind"] == "fact"}
    used: dict[str, dict[str, set[str]]] = {}
    concluded: dict[str, set[str]] = {}
    weighed: dict[str, list[Document]] = {}
    for edge in warrant["edges"]:
        if edge["role"] == "concludes":
            concluded.setdefault(edge["from"], set()).add(edge["to"])
        else:
            used.setdefault(edge["to"], {}).setdefault(edge["role"], set()).add(edge["from"])
        if edge["role"] == "counted":
            weighed.setdefault(edge["to"], []).append(edge)
    yield from _given(program, warrant, facts, truths, model)
    for path in set(facts) - {path for paths in concluded.values() for path in paths}:
        if program.types[facts[path].type].derived and not program.types[facts[path].type].data:
            yield f"nothing in the warrant derives `{path}`"
    for node in warrant["nodes"]:
        if node["kind"] == "fact" and (data := program.data.get(node["type"])):
            fact = facts[node["id"]]
            if fact not in data.rows or node.get("cited") != cited_document(data, fact):
                yield f"`{node['id']}` does not cite the row that it is"
    for component in components(_successors(warrant)):
        if len(component) > 1:
            yield f"`{component[0]}` rests on itself"
    rules = {(rule.id, rule.alternative): rule for rule in program.rules if not rule.inner}
    for node in warrant["nodes"]:
        if node["kind"] == "firing":
            rule = rules.get((node["rule"], node.get("alternative", 0)))
            if rule is None:
                yield f"`{node['rule']}` is not a rule of the pack"
                continue
            roles = used.get(node["id"], {})
            counted = {_counted(edge) for edge in weighed.get(node["id"], ())}
            local = Memory(program, (), None)
            local.silent = model.silent
            named = set[str]().union(*roles.values())
            for path in sorted(named):
                local.add(facts[path], truths[path])
            for guard in rule.guards:
                if isinstance(guard, Absent) and program.types[guard.match.type].inner:
                    for fact in model.of(guard.match.type):  # told nowhere: what stands behind them is
                        local.add(fact, model.truths[fact])
            step = _Step(rule, node, concluded.get(node["id"], set()), counted, named)
            yield from _firing(program, step, local, model)


def _given(
    program: Program, warrant: Document, facts: Mapping[str, Fact], truths: Mapping[str, Truth], model: Memory
) -> Iterator[str]:
    """Every fact of the warrant stands in the model, with the values it shows, as true as it says."""
    standing = {record_path(program.types[fact.type], fact): fact for fact in model.truths}
    for path, fact in facts.items():
        found = standing.get(path)
        if found is None or model.truths[found] is not truths[path]:
            yield f"`{path}` is not {truths[path].word} in this case"
        elif not _shows(fact, found, program.types[fact.type].derived):
            yield f"`{path}` does not have the values that the warrant shows"
    claim, told = program.claim, warrant.get("results", {})
    yield from _answer("claim", Result("", claim.type, claim.field), set(warrant["claims"]), standing, model)
    for result in program.results:
        yield from _answer(f"result `{result.name}`", result, set(told.get(result.name, ())), standing, model)
    for name in sorted(set(told) - {result.name for result in program.results}):
        yield f"`{name}` is not a result of the pack"


def _answer(what: str, answer: Result, shown: set[str], standing: Mapping[str, Fact], model: Memory) -> Iterator[str]:
    """The facts that a warrant says the claim, or a result, is made of: all that are due, and none besides."""
    held = {path: fact for path, fact in standing.items() if fact.type == answer.type}
    for path in sorted(shown - set(held)):
        yield f"`{path}` is not a {what} in this case"
    for path in sorted(_due(answer, held, model) - shown):
        yield f"`{path}` is a {what} that the warrant leaves out"


def _shows(shown: Fact, held: Fact, whole: bool) -> bool:
    """Whether what is shown of a fact is what it holds; of a given one only the fields that rules look at are shown."""
    return shown == held if whole else all(s in (None, h) for s, h in zip(shown.values, held.values, strict=True))


def _due(answer: Result, claims: Mapping[str, Fact], model: Memory) -> set[str]:
    """The facts a warrant must be for: all that are true, and unless these disagree the possible ones beside them."""
    certain = {path for path, fact in claims.items() if model.truths[fact] is TRUE}
    values = {claims[path].values[answer.field] for path in certain}
    beside = {path for path, fact in claims.items() if fact.values[answer.field] not in values}
    return certain if len(values) > 1 and not answer.many else certain | beside


class _Step(NamedTuple):
    """What a warrant says of a firing: its node, the paths it concludes, its counted facts with what they do, and the
    paths of all facts it names.
    """

    rule: Rule
    node: Document
    concluded: set[str]
    counted: set[tuple[str, str, str]]
    named: set[str]


def _counted(edge: Document) -> tuple[str, str, str]:
    """A counted fact of a warrant: its path, its sign and its weight."""
    return edge["from"], edge.get("sign", ""), edge.get("weight", "")


def _firing(program: Program, step: _Step, local: Memory, model: Memory) -> Iterator[str]:
    """One step: some solution over the facts it names alone gives just what the node says."""
    rule, node = step.rule, step.node
    found = [solution for solution in solutions(rule, local, UNKNOWN) if _gives(program, step, solution)]
    solution = next((each for each in found if _told(rule, each, node, local)), None)
    if not found:
        yield f"`{node['id']}` does not follow from the facts it names"
        return
    if solution is None:
        yield f"`{node['id']}` does not say what its rule says"
    solution = solution or found[0]
    if _weighed(rule, solution, local) != step.counted:
        yield f"`{node['id']}` does not say rightly what speaks for it, and what against it"
    if not _complete(step, solution, local, model):
        yield f"`{node['id']}` leaves out a fact that a condition would have met"


def _gives(program: Program, step: _Step, solution: Solution) -> bool:
    """Whether a solution has the bindings, the truth and the conclusions of a step."""
    if bindings_document(step.rule, solution.bindings) != step.node["bindings"]:
        return False
    conclusions, truth = conclude(program, step.rule, solution.bindings, solution.truth)
    paths = {record_path(program.types[fact.type], fact) for fact in conclusions}
    return truth is _truth(step.node["truth"]) and bool(step.concluded) and step.concluded <= paths


def _told(rule: Rule, solution: Solution, node: Document, local: Memory) -> bool:
    """Whether a step has the sentence, the backing and the conditions of its rule, as the facts it names meet them."""
    application = applied(Firing(rule, solution.premises, ()), local)
    return bool(
        node["says"] == sentence(rule, solution.bindings)
        and node["backing"] == [backing_document(backing) for backing in rule.backing]
        and node["conditions"] == conditions_document(application, local)
    )


def _weighed(rule: Rule, solution: Solution, local: Memory) -> set[tuple[str, str, str]]:
    """The facts that a step counts, with what each does to it."""
    found = slopes(rule, local.types, solution.bindings)
    return {
        (record_path(type, fact), *bearing_words(bearing(guard, fact, type, found[guard.variable])))
        for guard in rule.guards
        if isinstance(guard, Aggregate)
        for type in [local.types[guard.match.type]]
        for fact, _ in matching(guard.match, local, solution.bindings)
    }


def _complete(step: _Step, solution: Solution, local: Memory, model: Memory) -> bool:
    """Whether the negations and aggregates of this step meet as many facts in the whole model as in the warrant."""
    for guard in step.rule.guards:
        if isinstance(guard, Compare):
            continue
        found = [fact for fact, _ in matching(guard.match, model, solution.bindings)]
        if len(matching(guard.match, local, solution.bindings)) != len(found):
            return False
        if model.types[guard.match.type].inner:
            behind = told(guard.match, found, model)
            if not step.named.issuperset(record_path(model.types[fact.type], fact) for fact in behind):
                return False
    return True


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
