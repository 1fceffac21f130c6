"""What the author of an example case expects of it, part by part: ``claim``, ``status``, …, ``results.NAME``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from averment.core.node import Node, Span, data_of

OF_RESULT = "results."  # what the parts begin with that are results

Expected = Mapping[str, Any]


def read_expected(node: Node | None) -> tuple[Expected | None, Mapping[str, Span]]:
    """Each part as written, and where it stands; nothing where nothing is expected."""
    if node is None:
        return None, {}
    parts = {key: child for key, child in node.items() if key != "results"}
    parts |= {OF_RESULT + name: child for name, child, _ in node.entries_of("results")}
    return {key: data_of(child) for key, child in parts.items()}, {key: child.span for key, child in parts.items()}


def of_result(expected: Any) -> Mapping[str, Any]:
    """What is expected of a result, by its parts: a mapping says them, and anything else is its settled value."""
    return (
        cast("Mapping[str, Any]", expected)
        if isinstance(expected, Mapping)
        else {"status": "settled", "value": expected}
    )


def values_of(expected: Any, many: bool) -> list[object]:
    """The values of what is expected of a result: of ``many`` those of a list."""
    return cast("list[object]", expected) if many and isinstance(expected, list) else [expected]
