"""What is said of results, in one form for all doors: values as a cell of CSV has them, what is possible as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from averment import Outcome
from averment.batch.result_texts import plain
from averment.batch.text_rows import value_cell

Told = tuple[tuple[str, str, str, str, tuple[str, ...], str], ...]
"""Of each result its name, value, status, what is possible as text, what it hangs on, and what it presumably is."""


def results_of(outcome: Outcome) -> Told:
    return tuple(
        (
            name,
            value_cell(each.value),
            each.status.value,
            _document(each.possible_document),
            tuple(each.hangs_on),
            value_cell(each.presumed.value) if each.presumed else "",
        )
        for name, each in outcome.results.items()
    )


def results_in(row: Mapping[str, Any]) -> Told:
    """The results that a row of an output tells, whatever its format."""
    return tuple(_results_in(row))


def _results_in(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, tuple[str, ...], str]]:
    for column in row:
        if not column.endswith("_possible"):
            continue
        name = column.removesuffix("_possible")
        possible, hangs_on = row[column], row[f"{name}_hangs_on"]
        if isinstance(possible, str):
            possible = json.loads(possible) if possible else None
        if isinstance(hangs_on, str):
            hangs_on = json.loads(hangs_on) if hangs_on.startswith("[") else filter(None, hangs_on.split("|"))
        presumed = row.get(f"{name}_presumed")
        yield (
            name,
            value_cell(plain(row[name])),
            row[f"{name}_status"],
            _document(possible),
            tuple(hangs_on),
            value_cell(plain(presumed)),
        )


def _document(possible: Any) -> str:
    return "" if possible is None else json.dumps(possible, sort_keys=True)
