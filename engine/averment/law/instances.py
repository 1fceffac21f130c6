"""Instances of a rule while they are grounded: which facts its patterns meet, and what that binds."""

from __future__ import annotations

from dataclasses import dataclass, field

from averment.law import network as net

Bindings = dict[str, int]
"""Variables to columns of a network."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that a pattern may meet: its truth (nothing for a ``one`` record, which is always there) and values."""

    values: tuple[int, ...]
    slot: net.Slot | None


@dataclass(frozen=True, slots=True)
class Matched:
    """A candidate under a pattern: the truth of the match, the new bindings, and the fields it leaves unknown."""

    truth: int
    bindings: Bindings
    fields: tuple[int, ...]


@dataclass
class State:
    """What is found so far of the instances of one rule."""

    bindings: Bindings = field(default_factory=dict[str, int])
    parts: tuple[int, ...] = ()
    doubts: tuple[net.Doubt, ...] = ()
    aggregates: dict[str, int] = field(default_factory=dict[str, int])
