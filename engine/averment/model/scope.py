"""Which variables the conditions of a rule bind, with which fields, and where each may be used.

A pattern that stands as a condition binds its variables, an aggregate binds its result; inside ``not``, an aggregate or
``known`` a variable that is bound nowhere else stands for anything. A variable is bound by ``any`` if each of its
alternatives binds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import NamedTuple

from averment.core.aggregates import AGGREGATES
from averment.core.node import Node, Span
from averment.core.program import FactType, Field
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.model.kinds import described, joins
from averment.model.model import Day, Parameter
from averment.model.names import variable_suggestion
from averment.model.vocabulary import Vocabulary
from averment.surface.readers import Readers

_VARIABLE = re.compile(r"\s*\$([a-z][a-z0-9_]*)\s*")


class Site(NamedTuple):
    """A place where a variable takes values from a field, or joins with it; no field where that is a mistake."""

    variable: str
    field: Field | None
    span: Span


NO_SITES: Mapping[str, Site] = {}


@dataclass(frozen=True, slots=True)
class Declared:
    """What a pack declares for its rules to name; ``broken`` are the parameters that were declared with a mistake."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Parameter]
    broken: frozenset[str]
    report: Report
    readers: Readers = field(default_factory=Readers)
    day: Day | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables of a rule: ``variables`` has the field of each, ``bound`` are those with a value where this scope
    stands, ``partly`` those with one only in some alternative of an ``any``; ``inner``: within ``not`` or an aggregate.
    ``sites``: where each variable was met first.
    """

    declared: Declared
    variables: Mapping[str, Field]
    bound: frozenset[str]
    partly: frozenset[str]
    inner: bool = False
    sites: Mapping[str, Site] = field(default_factory=dict[str, Site])

    @property
    def report(self) -> Report:
        return self.declared.report

    def within(self, alternative: Sequence[Node]) -> Scope:
        """The scope of the conditions of one alternative."""
        bound = self.bound | _bound(alternative, self.declared.vocabulary)
        return replace(self, bound=bound, partly=self.partly - bound)

    def denied(self, conditions: Sequence[Node]) -> Scope:
        """The scope of conditions that must not hold together: what they bind is bound within them alone."""
        outer = {name: site for name, site in self.sites.items() if name in self.bound | self.partly}
        inner = scope_of(conditions, self.declared, outer)
        return replace(inner, bound=inner.bound | self.bound, partly=(inner.partly | self.partly) - inner.bound)

    def field_of(self, variable: str, span: Span) -> Field | None:
        """The field of a variable used at ``span``; ``None`` after reporting that it is not bound there."""
        if variable in self.bound:
            return self.variables.get(variable)
        if variable in self.partly:
            message = f"`${variable}` is bound in only some of the alternatives"
            self.report.error(
                "AV318", message, span, "has no value in the others", "bind it in each alternative of `any`"
            )
            return None
        help = variable_suggestion(variable, self.bound)
        self.report.error("AV317", f"`${variable}` is not bound", span, "no condition gives it a value", *help)
        return None


def scope_of(conditions: Sequence[Node], declared: Declared, outer_sites: Mapping[str, Site] = NO_SITES) -> Scope:
    """The scope of a rule's own conditions, after checking that joined fields are of one kind, among each other and
    with those of ``outer_sites``.
    """
    vocabulary = declared.vocabulary
    outer = [site for condition in conditions for site in _sites(condition, vocabulary)]
    first = dict(outer_sites)
    for site in outer:
        _join(first, site, declared.report)
    for condition in conditions:
        for pattern in _inner_patterns(condition):
            local: dict[str, Site] = {}
            for site in _pattern_sites(pattern, vocabulary):
                _join(first if site.variable in first else local, site, declared.report)
            for name, site in local.items():
                first.setdefault(name, site)
    bound = _bound(conditions, vocabulary)
    partly = frozenset(site.variable for site in outer) - bound
    fields = {name: site.field for name, site in first.items() if site.field}
    return Scope(declared, fields, bound, partly, sites=first)


def variable_alone(node: Node) -> str | None:
    """The variable that a cell consists of, if it is one."""
    match = _VARIABLE.fullmatch(node.value) if isinstance(node.value, str) else None
    return match.group(1) if match else None


def only_item(node: Node) -> tuple[str, Node]:
    """The one key and value of a condition or pattern."""
    items = node.items()
    return items[0] if items else ("", node)


def alternatives(node: Node) -> list[list[Node]]:
    """The alternatives of an ``any``: each a condition, or a list of conditions."""
    return [element.elements() if isinstance(element.value, list) else [element] for element in node.elements()]


def pattern_of(node: Node | None) -> tuple[str, Node, Span] | None:
    """The type, the cells and the place of the type's name in a pattern written ``TYPE`` or ``{TYPE: {…}}``."""
    if node is None:
        return None
    if isinstance(node.value, str):
        return node.value, Node({}, node.span), node.span
    items = node.items()
    return (items[0][0], items[0][1], node.keys[items[0][0]]) if items else None


def aggregate_field(function: str, of: FactType | None, node: Node) -> Field | None:
    """The field that the result of an aggregate is shown as; ``None`` where the aggregate has no meaning."""
    aggregation = AGGREGATES[function]
    if aggregation.of_facts:
        return aggregation.result(None)
    named = node.get("field")
    if of is None or named is None or str(named.value) not in of.position:
        return None
    field = of.fields[of.position[str(named.value)]]
    return aggregation.result(field) if aggregation.admits(field) else None


def _sites(condition: Node, vocabulary: Vocabulary) -> Iterator[Site]:
    key, child = only_item(condition)
    if key == "any":
        for alternative in alternatives(child):
            for inner in alternative:
                yield from _sites(inner, vocabulary)
    elif key in AGGREGATES:
        name, pattern = child.get("as"), pattern_of(child.get("of"))
        variable = variable_alone(name) if name else None
        field = aggregate_field(key, vocabulary.types.get(pattern[0]) if pattern else None, child)
        if variable and name:
            yield Site(variable, field, name.span)
    elif key not in ("not", "test", "known", "unknown"):
        yield from _pattern_sites(condition, vocabulary)


def _pattern_sites(pattern: Node, vocabulary: Vocabulary) -> Iterator[Site]:
    key, cells = only_item(pattern)
    of = vocabulary.types.get(key)
    for name, cell in cells.items():
        variable = variable_alone(cell)
        if variable:
            index = of.position.get(name) if of else None
            yield Site(variable, of.fields[index] if of and index is not None else None, cell.span)


def _inner_patterns(condition: Node) -> Iterator[Node]:
    key, child = only_item(condition)
    if key == "any":
        for alternative in alternatives(child):
            for inner in alternative:
                yield from _inner_patterns(inner)
    elif key == "not":
        if not isinstance(child.value, list):
            yield child
    elif key in (*AGGREGATES, "known", "unknown"):
        inner_pattern = child.get("of")
        if inner_pattern:
            yield inner_pattern


def _bound(conditions: Sequence[Node], vocabulary: Vocabulary) -> frozenset[str]:
    found: set[str] = set()
    for condition in conditions:
        key, child = only_item(condition)
        if key == "any":
            each = [_bound(alternative, vocabulary) for alternative in alternatives(child)]
            found |= each[0].intersection(*each[1:]) if each else frozenset[str]()
        else:
            found |= {site.variable for site in _sites(condition, vocabulary)}
    return frozenset(found)


def _join(first: dict[str, Site], site: Site, report: Report) -> None:
    if site.field is None:
        return
    known = first.setdefault(site.variable, site)
    if known is not site and known.field and not joins(known.field, site.field):
        report.add(
            Diagnostic(
                "AV316",
                f"`${site.variable}` cannot be both {described(known.field)} and {described(site.field)}",
                (Label(site.span, described(site.field)), Label(known.span, f"here {described(known.field)}")),
                ("use two variables and compare them in a `test:`",),
            )
        )
