"""Strata: a rule that negates, aggregates or asks what is known comes after all that derives what it looks at.

The dependency graph has a node for each rule and each derived type: a type rests on the rules that derive it, a rule
on the types it looks at. An edge is *strict* if the rule needs the finished type. A strict edge within a cycle has no
least model; a value computed within a cycle may never come to an end: both are errors that print the cycle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from averment.core.program import Absent, Aggregate, Arithmetic, Compare, Expression, Known, Rule, Size, Variable
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.graph import components
from averment.model.model import Model

_STRICT = {Absent: "not", Aggregate: "an aggregate", Known: "known"}

_MOST_STEPS = 20  # of a cycle that are told

Looks = list[tuple[str, str]]  # the types a rule looks at, and in what way: "" for a plain pattern


def stratify(
    model: Model, rules: Sequence[Rule], report: Report
) -> tuple[tuple[tuple[Rule, ...], ...], frozenset[str]]:
    """The rules by strata, within one in the order of their dependencies and ids, and the recursive types."""
    looks = [_looks(rule) for rule in rules]
    makers: dict[str, list[int]] = {}
    for index, rule in enumerate(rules):
        for head in rule.heads:
            makers.setdefault(head.type, []).append(index)
    graph: dict[str | int, list[str | int]] = {name: list(indices) for name, indices in makers.items()}
    for index, seen in enumerate(looks):
        graph[index] = [name for name, _ in seen if name in makers]
    found = components(graph)
    of = {node: number for number, component in enumerate(found) for node in component}
    recursive = frozenset(
        node for component in found if len(component) > 1 for node in component if isinstance(node, str)
    )
    cyclic = _Cycles(model, rules, looks, makers, of, report)
    for index, rule in enumerate(rules):
        if any(head.type in recursive and of[head.type] == of[index] for head in rule.heads):
            cyclic.check(index, rule)
    level = _levels(found, of, looks, makers, len(rules))
    height = max((level[of[index]] for index in range(len(rules))), default=0)
    order = sorted(range(len(rules)), key=lambda index: (of[index], rules[index].id, rules[index].alternative))
    layered = [tuple(rules[index] for index in order if level[of[index]] == layer) for layer in range(height + 1)]
    return tuple(layer for layer in layered if layer), recursive


def _looks(rule: Rule) -> Looks:
    seen = [(match.type, "") for match in rule.matches]
    for guard in rule.guards:
        if not isinstance(guard, Compare):
            seen.append((guard.match.type, _STRICT[type(guard)]))
    return list(dict.fromkeys(seen))


def _levels(
    found: Sequence[Sequence[str | int]],
    of: Mapping[str | int, int],
    looks: Sequence[Looks],
    makers: Mapping[str, Sequence[int]],
    count: int,
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

    def __init__(
        self,
        model: Model,
        rules: Sequence[Rule],
        looks: Sequence[Looks],
        makers: Mapping[str, Sequence[int]],
        of: Mapping[str | int, int],
        report: Report,
    ) -> None:
        self._model, self._rules, self._looks = model, rules, looks
        self._makers, self._of, self._report = makers, of, report
        self._told: set[int] = set()
        self._inner = {head.type for rule in rules if rule.inner for head in rule.heads}

    def check(self, index: int, rule: Rule) -> None:
        """Report what is wrong with the cycles through a recursive rule, once for each component."""
        here = self._of[index]
        for name, strict in self._looks[index]:
            if strict and self._of.get(name) == here:
                self._tell(
                    "AV401",
                    index,
                    name,
                    f"`{rule.id}` looks by `{strict}` at `{self._seen(name)}`, facts of which rest on it",
                    strict,
                )
        computed = [
            head.type for head in rule.heads if self._of[head.type] == here and any(map(_invents(rule), head.values))
        ]
        if computed:
            message = f"`{rule.id}` computes a value that it rests on"
            plain = next(name for name, _ in self._looks[index] if self._of.get(name) == here)
            self._tell("AV402", index, plain, message, "")

    def _seen(self, name: str) -> str:
        """What an author has in the place of a type: of an inner one, what is denied there of the same component."""
        while name in self._inner:
            (maker,) = self._makers[name]
            name = next(other for other, _ in self._looks[maker] if self._of.get(other) == self._of[maker])
        return name

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
            label = f"needs `{needed}`" + (f" by `{way}`" if way else "")
            labels.append(Label(self._model.places[rule.id], label))
            steps.append(f"`{rule.id}` {label}")
            way = ""
        if len(steps) > _MOST_STEPS:
            left_out = len(steps) - _MOST_STEPS
            steps[_MOST_STEPS:] = [f"and so on through {left_out} more rule{'s' if left_out > 1 else ''} until"]
        steps.append(f"`{self._rules[index].id}` derives it")
        help = {
            "AV401": "derive what is looked at as a type of its own: layers go by fact type, whatever its values",
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
            made = {head.type for head in self._rules[after].heads}
            yield next(name for name, _ in self._looks[step] if name in made)


def _invents(rule: Rule) -> Callable[[Expression], bool]:
    """Whether an expression of the rule's heads makes a value that no fact had."""
    results = {guard.variable for guard in rule.guards if isinstance(guard, Aggregate)}

    def invents(expression: Expression) -> bool:
        if isinstance(expression, (Arithmetic, Size)):
            return True
        return isinstance(expression, Variable) and expression.name in results

    return invents
