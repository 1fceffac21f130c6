"""Strata: a rule that negates, aggregates or asks what is known comes after all that derives what it looks at.

The dependency graph has a node for each rule and each derived type: a type rests on the rules that derive it, a rule
on the types it looks at. An edge is *strict* if the rule needs the finished type. A strict edge within a cycle has no
least model; a value computed within a cycle may never come to an end: both are errors that print the cycle.

Where types alone make such a cycle, a type is parted by a choice that each rule that derives it gives as a literal: a
pattern then rests on the parts that its cell on the choice lets pass, so deny-unless-allowed on one type is no cycle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, product
from typing import NamedTuple

from averment.core.program import (
    Absent,
    Aggregate,
    Among,
    Arithmetic,
    Cell,
    Compare,
    Expression,
    FactType,
    Head,
    Kind,
    Known,
    Literal,
    Match,
    Rule,
    Size,
    Variable,
)
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.graph import components
from averment.model.model import Model

_STRICT = {Absent: "not", Aggregate: "an aggregate", Known: "known"}

_MOST_PARTINGS = 64  # that are tried
_MOST_STEPS = 20  # of a cycle that are told

Looks = list[tuple[str, str]]  # the types a rule looks at, and in what way: "" for a plain pattern


class Strata(NamedTuple):
    """The rules by strata, within one in the order of their dependencies and ids; the recursive types; and the types
    whose layers go by the value of a choice, each with the place of that field.
    """

    rules: tuple[tuple[Rule, ...], ...]
    recursive: frozenset[str]
    parts: Mapping[str, int]


def stratify(model: Model, rules: Sequence[Rule], report: Report) -> Strata:
    """The strata of rules. Layers go by fact type, and only where that is a cycle by the values of a choice."""
    graph = _Graph(rules, {})
    for parts in _partings(rules, model.types, graph.circular):
        finer = _Graph(rules, parts)
        if len(finer.circular) < len(graph.circular):
            graph = finer
        if not graph.circular:
            break
    _Cycles(model, rules, graph, report).check()
    return Strata(graph.strata(), graph.recursive, graph.parts)


def _partings(
    rules: Sequence[Rule], types: Mapping[str, FactType], circular: frozenset[str]
) -> Iterator[Mapping[str, int]]:
    """Ways to part these types by a choice that each rule that derives one gives as a literal."""
    heads = [head for rule in rules for head in rule.heads]
    fields: dict[str, list[int]] = {}
    for name in sorted(circular & types.keys()):
        values = [head.values for head in heads if head.type == name]
        for index, field in enumerate(types[name].fields):
            if field.kind is Kind.CHOICE and all(isinstance(each[index], Literal) for each in values):
                fields.setdefault(name, []).append(index)
    for chosen in islice(product(*fields.values()), _MOST_PARTINGS if fields else 0):
        yield dict(zip(fields, chosen, strict=True))


class _Graph:
    """What rests on what: rules by their index, and types, or parts of one, by name."""

    def __init__(self, rules: Sequence[Rule], parts: Mapping[str, int]) -> None:
        self.parts, self._rules = parts, rules
        self.makers: dict[str, list[int]] = {}
        for index, rule in enumerate(rules):
            for head in rule.heads:
                self.makers.setdefault(self.made(head), []).append(index)
        self.looks = [self._looks(rule) for rule in rules]
        graph: dict[str | int, list[str | int]] = {name: list(indices) for name, indices in self.makers.items()}
        for index, seen in enumerate(self.looks):
            graph[index] = [name for name, _ in seen if name in self.makers]
        self._found = components(graph)
        self.of = {node: number for number, component in enumerate(self._found) for node in component}
        self.within = frozenset(
            node for component in self._found if len(component) > 1 for node in component if isinstance(node, str)
        )

    @property
    def recursive(self) -> frozenset[str]:
        """The types that depend on themselves."""
        return frozenset(name.partition("=")[0] for name in self.within)

    @cached_property
    def circular(self) -> frozenset[str]:
        """The types that rest on each other where one of them, or a part of one, has to be finished before itself."""
        found = {
            self.of[index]
            for index, seen in enumerate(self.looks)
            for name, strict in seen
            if strict and self.of.get(name) == self.of[index]
        }
        return frozenset(name.partition("=")[0] for name in self.within if self.of[name] in found)

    def made(self, head: Head) -> str:
        """What a rule derives a fact of."""
        if head.type not in self.parts:
            return head.type
        value = head.values[self.parts[head.type]]
        assert isinstance(value, Literal)
        return f"{head.type}={value.value}"

    def _looks(self, rule: Rule) -> Looks:
        seen = [(name, "") for match in rule.matches for name in self._seen(match)]
        for guard in rule.guards:
            if not isinstance(guard, Compare):
                seen += [(name, _STRICT[type(guard)]) for name in self._seen(guard.match)]
        return list(dict.fromkeys(seen))

    def _seen(self, match: Match) -> list[str]:
        """What a pattern looks at."""
        if match.type not in self.parts:
            return [match.type]
        names = [name for name in self.makers if name.startswith(f"{match.type}=")]
        cell = dict(match.cells).get(self.parts[match.type])
        if cell is None:
            return names
        return [name for name in names if _passes(cell, name.partition("=")[2])]

    def strata(self) -> tuple[tuple[Rule, ...], ...]:
        """The rules by strata, within one in the order of their dependencies and ids."""
        rules, of = self._rules, self.of
        level = _levels(self._found, of, self.looks, self.makers)
        height = max((level[of[index]] for index in range(len(rules))), default=0)
        order = sorted(range(len(rules)), key=lambda index: (of[index], rules[index].id, rules[index].alternative))
        layered = [tuple(rules[index] for index in order if level[of[index]] == layer) for layer in range(height + 1)]
        return tuple(layer for layer in layered if layer)


def _levels(
    found: Sequence[Sequence[str | int]],
    of: Mapping[str | int, int],
    looks: Sequence[Looks],
    makers: Mapping[str, Sequence[int]],
) -> list[int]:
    """The stratum of each component; components come after all they rest on."""
    level = [0] * len(found)
    for number, component in enumerate(found):
        for node in component:
            if isinstance(node, str):
                below = [level[of[maker]] for maker in makers[node]]
            else:
                below = [
                    level[of[name]] + bool(strict)
                    for name, strict in looks[node]
                    if name in makers and of[name] != number
                ]
            level[number] = max([level[number], *below])
    return level


class _Cycles:
    """The cycles of the dependency graph, and what is wrong with some."""

    def __init__(self, model: Model, rules: Sequence[Rule], graph: _Graph, report: Report) -> None:
        self._model, self._rules, self._graph, self._report = model, rules, graph, report
        self._looks, self._makers, self._of = graph.looks, graph.makers, graph.of
        self._told: set[int] = set()
        self._inner = {head.type for rule in rules if rule.inner for head in rule.heads}

    def check(self) -> None:
        """Report what is wrong with the cycles through each recursive rule."""
        for index, rule in enumerate(self._rules):
            made = [(self._graph.made(head), head) for head in rule.heads]
            here = [head for name, head in made if name in self._graph.within and self._of[name] == self._of[index]]
            if here:
                self._check(index, rule, here)

    def _check(self, index: int, rule: Rule, heads: Sequence[Head]) -> None:
        """``heads``: those by which the rule is recursive. A component is told once."""
        here = self._of[index]
        for name, strict in self._looks[index]:
            if strict and self._of.get(name) == here:
                message = f"`{rule.id}` looks by `{strict}` at `{self._seen(name)}`, facts of which rest on it"
                self._tell("AV401", index, name, message, strict)
        if any(any(map(_invents(rule), head.values)) for head in heads):
            message = f"`{rule.id}` computes a value that it rests on"
            plain = next(name for name, _ in self._looks[index] if self._of.get(name) == here)
            self._tell("AV402", index, plain, message, "")

    def _seen(self, name: str) -> str:
        """What an author has in the place of a type: of an inner one, what is denied there of the same component."""
        while name in self._inner:
            (maker,) = self._makers[name]
            name = next(other for other, _ in self._looks[maker] if self._of.get(other) == self._of[maker])
        return name.partition("=")[0]

    def _tell(self, code: str, index: int, name: str, message: str, strict: str) -> None:
        if self._of[index] in self._told:
            return
        self._told.add(self._of[index])
        path = self._path(index, name)
        labels: list[Label] = []
        steps: list[str] = []
        way = ""
        for step, needed in zip([index, *path], [name, *self._between(path, index)], strict=True):
            rule = self._rules[step]
            way = way or (strict if step == index else dict(self._looks[step])[needed])
            if needed in self._inner:
                continue  # what derives that is a part of the same rule
            label = f"needs `{needed.partition('=')[0]}`" + (f" by `{way}`" if way else "")
            labels.append(Label(self._model.places[rule.id], label))
            steps.append(f"`{rule.id}` {label}")
            way = ""
        if len(steps) > _MOST_STEPS:
            left_out = len(steps) - _MOST_STEPS
            steps[_MOST_STEPS:] = [f"and so on through {left_out} more rule{'s' if left_out > 1 else ''} until"]
        steps.append(f"`{self._rules[index].id}` derives it")
        help = {
            "AV401": "derive what is looked at as a type of its own, or tell it apart by the value of a choice",
            "AV402": "derive the value outside of the cycle, or count it with an aggregate over finished facts",
        }[code]
        self._report.add(Diagnostic(code, message, tuple(labels[:_MOST_STEPS]), (help,), (", ".join(steps),)))

    def _path(self, index: int, name: str) -> list[int]:
        """The rules on a shortest way from the type ``name`` back to the rule ``index``, without it."""
        came: dict[int, int | None] = {}
        queue: deque[int] = deque()
        for maker in self._makers[name]:
            if self._of[maker] == self._of[index]:
                came[maker] = None
                queue.append(maker)
        while queue and index not in came:
            step = queue.popleft()
            for needed, _ in self._looks[step]:
                for maker in self._makers.get(needed, ()):
                    if maker not in came and self._of[maker] == self._of[index]:
                        came[maker] = step
                        queue.append(maker)
        path: list[int] = []
        back = came[index]
        while back is not None:
            path.append(back)
            back = came[back]
        return path[::-1]

    def _between(self, path: Sequence[int], index: int) -> Iterator[str]:
        """For each rule of the path the type through which it rests on the next."""
        for step, after in zip(path, [*path, index][1:], strict=True):
            made = {self._graph.made(head) for head in self._rules[after].heads}
            yield next(name for name, _ in self._looks[step] if name in made)


def _passes(cell: Cell, name: str) -> bool:
    return not isinstance(cell, Among) or (name in cell.values) is not cell.negated


def _invents(rule: Rule) -> Callable[[Expression], bool]:
    """Whether an expression of the rule's heads makes a value that no fact had."""
    results = {guard.variable for guard in rule.guards if isinstance(guard, Aggregate)}

    def invents(expression: Expression) -> bool:
        if isinstance(expression, (Arithmetic, Size)):
            return True
        return isinstance(expression, Variable) and expression.name in results

    return invents
