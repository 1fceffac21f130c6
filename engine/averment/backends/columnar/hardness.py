"""The rows that the set-at-a-time law does not cover, told once all is evaluated: they are decided alone."""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.columns import Plane, either
from averment.backends.columnar.evaluating import Evaluator
from averment.backends.columnar.values import Values
from averment.core.values import limits
from averment.law import network as net


def mark_hard(network: net.Network, evaluator: Evaluator, values: Values) -> None:
    """Mark the rows that the set-at-a-time law does not cover."""
    for check in network.checks:
        match check:
            case net.OutOfRange(truth, place, kept):
                column = values.columns[place]
                least, greatest = limits(kept)
                outside: Plane | None = None
                if least is not None and column.least < least:
                    outside = column.low < least
                if greatest is not None and column.greatest > greatest:
                    outside = either(outside, column.high > greatest)
                if outside is not None:
                    values.hard = either(values.hard, outside & values.possible[truth])
            case net.Coincide(left, right):
                both = values.possible[left.truth] & values.possible[right.truth]
                if both.any():
                    values.hard = either(values.hard, both & _equal(left, right, evaluator, values))
            case net.Unbounded():
                pass  # a count or sum that meets such a fact is an interval without an end


def _equal(left: net.Derivable, right: net.Derivable, evaluator: Evaluator, values: Values) -> Plane:
    """Where two facts of one type have the same values, unknown being equal to unknown."""
    same: Plane = np.ones(values.rows, np.bool_)
    for one, other in zip(left.values, right.values, strict=True):
        if one != other:
            first, second = evaluator.comparable(one, other, values)
            equal = first.low == second.low
            if first.unknown is not None or second.unknown is not None:
                nowhere = np.zeros(values.rows, np.bool_)
                a = nowhere if first.unknown is None else first.unknown
                b = nowhere if second.unknown is None else second.unknown
                equal = (equal & ~a & ~b) | (a & b)
            same = same & equal
    return same
