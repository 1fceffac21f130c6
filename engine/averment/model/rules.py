"""The rules of a pack, from its rule files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from averment.core.node import Node, Span
from averment.core.program import Field
from averment.core.written import Sentence
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.model.conclusions import read_conclusions
from averment.model.conditions import read_conditions, read_denied
from averment.model.fields import words
from averment.model.model import ModelRule, Source
from averment.model.names import report_mention, variable_suggestion
from averment.model.scope import Declared, Scope, scope_of
from averment.model.sources import read_backing
from averment.model.validity import in_force, read_validity
from averment.surface.says import parse_sentence


def read_rules(files: Sequence[Node], declared: Declared, sources: dict[str, Source]) -> list[ModelRule]:
    """Every rule that could be read, in the order of files; what could not is reported."""
    found: list[ModelRule] = []
    places: dict[str, Span] = {}
    before = len(declared.report.diagnostics)
    for file in files:
        author, shared = words(file, "author"), file.list_of("when")
        for node in file.list_of("rules"):
            name = words(node, "rule")
            span = place_of(node, "rule")
            if name in places:
                twice(f"the rule `{name}`", span, places[name], declared.report)
            places.setdefault(name, span)
            rule = _read_rule(name, node, span, author, shared, declared, sources)
            if rule:
                found.append(rule)
    of_rules = declared.report.diagnostics[before:]
    declared.report.diagnostics[before:] = dict.fromkeys(of_rules)  # of conditions that rules share each spoke
    return found


def place_of(node: Node, key: str) -> Span:
    """The line that names a rule or a table: from the key to the end of its name."""
    if key not in node.keys:
        return node.span
    start, end = node.keys[key], node.at([key])[0].span
    return Span(start.file, start.line, start.column, end.end_line, end.end_column)


def twice(what: str, span: Span, first: Span, report: Report) -> None:
    """Report that ``what`` was declared before."""
    labels = (Label(span, "again"), Label(first, "first here"))
    report.add(Diagnostic("AV306", f"{what} is declared twice", labels, ("give one of them another name",)))


def check_says(node: Node, scope: Scope) -> Sentence:
    """The ``says`` of a rule, after checking that it mentions only variables that are bound."""
    says = parse_sentence(words(node, "says"))
    for name in says.mentions:
        if name not in scope.bound:
            help = variable_suggestion(name, scope.bound)
            if name in scope.declared.parameters:
                help = (f"`{name}` is a parameter, and a sentence names variables only: write its value in words",)
            report_mention(node, name, "is not bound", scope.report, help)
    return says


def _read_rule(
    name: str,
    node: Node,
    span: Span,
    author: str,
    shared: Sequence[Node],
    declared: Declared,
    sources: dict[str, Source],
) -> ModelRule | None:
    """A rule; ``shared`` are conditions that stand before its own."""
    before = len(declared.report.diagnostics)
    conditions = [*shared, *node.list_of("when")]
    scope = scope_of(conditions, declared)
    when = read_conditions(conditions, scope)
    if exceptions := node.list_of("unless"):
        denied = read_denied(exceptions, scope, unless=True)
        when += (denied,) if denied else ()
    valid = read_validity(node, declared.report)
    when += in_force(valid, declared.day, node.keys.get("valid", span), declared.report)
    then = read_conclusions(node.list_of("then"), scope, name)
    says = check_says(node, scope)
    backing = read_backing(node, sources, author, declared.report, span)
    if len(declared.report.diagnostics) > before:
        return None
    variables: Mapping[str, Field] = scope.variables
    return ModelRule(name, says, backing, when, then, variables, span, valid=valid)
