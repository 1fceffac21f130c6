"""What of a program the engine cannot take, found before it is tried."""

from __future__ import annotations

from averment.backends.durable.compile import MAXIMUM_ATTRIBUTES, demand
from averment.backends.durable.native import installed
from averment.backends.durable.patterns import grouped
from averment.core.program import Program
from averment.diagnostics.diagnostic import Diagnostic

_MAXIMUM_PATTERNS = 16  # facts in one match
_INSTEAD = "decide with `--engine reference`: the same outcome, byte for byte"


def supports(program: Program) -> tuple[Diagnostic, ...]:
    """Why the durable backend cannot run ``program``; empty where it can."""
    if not installed():
        return (Diagnostic("AV451", "the durable engine is not installed", help=(_INSTEAD,)),)
    found: dict[str, Diagnostic] = {}
    for rule in program.rules:
        patterns = len(grouped(program, rule))
        if patterns > _MAXIMUM_PATTERNS:
            message = f"rule `{rule.id}` joins {patterns} facts; durable-rules can join {_MAXIMUM_PATTERNS}"
            found[rule.id] = Diagnostic("AV452", message, help=(_INSTEAD,))
        widest = max(demand(program, rule).values())
        if widest > MAXIMUM_ATTRIBUTES:
            message = (
                f"rule `{rule.id}` tests one fact in {widest} ways; durable-rules can test it in {MAXIMUM_ATTRIBUTES}"
            )
            found[rule.id] = Diagnostic("AV453", message, help=(_INSTEAD,))
    return tuple(found.values())
