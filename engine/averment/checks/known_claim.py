"""A rule that asks what is known and that the claim or a result rests on: what is settled would be taken back by an
answer.

Found when a pack is loaded, since what is promised of a settled claim would not be true of such a pack.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.core.mentions import reads
from averment.core.program import Known, Rule, text_of
from averment.diagnostics.diagnostic import Label, Severity
from averment.model.model import Model


def find(subject: Subject) -> Iterator[Finding]:
    rules = sorted(subject.program.rules, key=lambda rule: (rule.id, rule.alternative))
    if not any(isinstance(guard, Known) for rule in rules for guard in rule.guards):
        return
    makers: dict[str, list[int]] = {}
    for index, rule in enumerate(rules):
        for name in dict.fromkeys(head.type for head in rule.heads):
            makers.setdefault(name, []).append(index)
    above: dict[int, tuple[str, int | None]] = {}
    queue: deque[int] = deque()
    wanted: list[tuple[str, int | None]] = [(name, None) for name in subject.program.answering]
    told: set[str] = set()
    reached: set[str] = set()
    while wanted or queue:
        for name, after in wanted:
            makes = () if name in reached else makers.get(name, ())
            reached.add(name)
            for maker in makes:
                if maker not in above:
                    above[maker] = (name, after)
                    queue.append(maker)
        wanted = []
        if queue:
            index = queue.popleft()
            rule = rules[index]
            guard = next((guard for guard in rule.guards if isinstance(guard, Known)), None)
            if guard and rule.id not in told:
                told.add(rule.id)
                yield _way(subject.model, rules, above, index, guard)
            wanted = [(name, index) for name in reads(rule)]


def _way(
    model: Model, rules: list[Rule], above: Mapping[int, tuple[str, int | None]], index: int, guard: Known
) -> Finding:
    """The rule, and each one on the way up to the claim."""
    labels: list[Label] = []
    step: int | None = index
    while step is not None:
        name, after = above[step]
        while rules[step].inner and after is not None:
            name, step, after = above[after][0], after, above[after][1]
        text = f"derives `{name}`" + ("" if after is not None else f", {_what(model, name)}")
        labels.append(Label(model.places[rules[step].id], text))
        step = after
    first, *rest = labels
    what = _what(model, _top(above, index))
    words = {"what": what, "rule": rules[index].id, "label": first.text, "condition": text_of(guard)}
    return Finding(first.span, words, tuple(rest))


def _top(above: Mapping[int, tuple[str, int | None]], index: int) -> str:
    """The answering type that a rule leads to."""
    name, after = above[index]
    return name if after is None else _top(above, after)


def _what(model: Model, name: str) -> str:
    """What the facts of a type are to the pack."""
    if name in (model.claim.type, model.claim.strength_type):
        return "the claim"
    return f"the result `{next(result.name for result in model.results if result.type == name)}`"


CHECK = Check(
    "AV403",
    find,
    says="{what} rests on `{rule}`, which asks what is known",
    label="{label}",
    note="`{condition}` tells what was said of the case, not what the case is",
    severity=Severity.ERROR,
)
