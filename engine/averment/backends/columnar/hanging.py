"""What the open rows of a batch hang on: the doubts of the network followed down from the claim, all rows at once."""

from __future__ import annotations

from collections.abc import Iterable

from averment.backends.columnar.columns import Array, Plane
from averment.backends.columnar.values import Values
from averment.law import network as net


class Hanging:
    """The unknown fields under some junctions, in the ``rows`` (indexes) of a batch.

    ``fields`` gives for each column of a field where the claim hangs on it; ``joins`` where the doubts lead into what a
    rule that joins concludes: by rule and head.
    """

    def __init__(self, network: net.Network, values: Values, rows: Array) -> None:
        self._network, self._values, self._rows = network, values, rows
        self.fields: dict[int, Plane] = {}
        self.joins: dict[tuple[int, int], Plane] = {}
        self._reached: dict[int, Plane] = {}
        self._unknown: dict[int, Plane | None] = {}
        self._seen: dict[int, Plane] = {}

    def follow(self, roots: Iterable[tuple[int, Plane]]) -> None:
        """Follow the doubts of these junctions, each in the rows of its plane (over the whole batch)."""
        for junction, plane in roots:
            self._reach(junction, plane[self._rows])
        while self._reached:
            junction = max(self._reached)
            plane = self._reached.pop(junction)
            for doubt in self._network.junctions[junction]:
                self._follow(doubt, plane, junction)

    def _reach(self, junction: int, plane: Plane) -> None:
        held = self._reached.get(junction)
        self._reached[junction] = plane if held is None else held | plane

    def _follow(self, doubt: net.Doubt, plane: Plane, junction: int) -> None:
        for gate in doubt.gates:
            unknown = self._gate(gate)
            if unknown is None:
                return
            plane = plane & unknown
        if not plane.any():
            return
        if doubt.where is not None:
            plane = plane & self._values.possible[doubt.where][self._rows]
        for column in doubt.fields:
            unknown = self._values.columns[column].unknown
            if unknown is not None:
                self.fields[column] = self.fields.get(column, False) | (plane & unknown[self._rows])
        if doubt.to is not None:
            if doubt.to >= junction:  # a recursive fact: only where it was not reached before
                before = self._seen.get(doubt.to)
                if before is not None:
                    plane = plane & ~before
                    if not plane.any():
                        return
                self._seen[doubt.to] = plane if before is None else before | plane
            self._reach(doubt.to, plane)
        elif not doubt.fields:
            joined = self._network.nodes[doubt.gates[0]]
            assert isinstance(joined, net.Joined)
            key = joined.rule, joined.head
            self.joins[key] = plane | self.joins[key] if key in self.joins else plane

    def _gate(self, gate: int) -> Plane | None:
        if gate not in self._unknown:
            if gate in self._values.true:
                found = self._values.unknown(gate)
            else:
                column = self._values.columns[gate]
                found = None if column.definite else column.low != column.high
            self._unknown[gate] = None if found is None else found[self._rows]
        return self._unknown[gate]
