"""What the columnar backend cannot run, said of each rule before any case is read."""

from __future__ import annotations

from collections.abc import Iterator

from averment.backends.columnar.vocabulary import MOST_ELEMENTS
from averment.core.mentions import patterns, reads, variables
from averment.core.program import Compare, Kind, Program, Rule
from averment.diagnostics.diagnostic import Diagnostic


def unsupported(program: Program) -> list[Diagnostic]:
    """A diagnostic for every rule that keeps a program from running on this backend."""
    found: list[Diagnostic] = []
    wide = [
        f"{kind.name}.{declared.name}"
        for kind in program.types.values()
        for declared in kind.fields
        if declared.kind is Kind.SET and len(declared.values) > MOST_ELEMENTS
    ]
    mixed = len({
        declared.values for kind in program.types.values() for declared in kind.fields if declared.kind is Kind.SET
    }) > 1  # fmt: skip
    for rule in dict.fromkeys(program.rules):
        reasons = [f"reads the set `{path}` of more than {MOST_ELEMENTS} values" for path in wide if _looks(rule, path)]
        if mixed and any(_compared_sets(program, rule)):
            reasons.append("compares sets, and the pack has sets of different values")
        for reason in reasons:
            help = "`batch` takes another engine for this pack; an answer is the same on all"
            found.append(
                Diagnostic("AV465", f"the columnar engine cannot run rule `{rule.id}`: it {reason}", (), (help,))
            )
    return list(dict.fromkeys(found))


def _looks(rule: Rule, path: str) -> bool:
    return path.partition(".")[0] in {*reads(rule), *(head.type for head in rule.heads)}


def _compared_sets(program: Program, rule: Rule) -> Iterator[bool]:
    """Whether a variable over a set is joined, or compared but for its size."""
    seen: set[str] = set()
    for pattern in patterns(rule):
        for place, name in pattern.binds:
            if program.types[pattern.type].fields[place].kind is Kind.SET:
                yield name in seen
                seen.add(name)
    for guard in rule.guards:
        if isinstance(guard, Compare) and guard.operator in ("=", "!="):
            yield any(name in seen for name in (*variables(guard.left), *variables(guard.right)))
    for head in rule.heads:
        for expression in head.values:
            yield any(name in seen for name in variables(expression))
