"""A program compiled for the kernel: its network, what runs it, and where its rules and claims stand in a decision."""

from __future__ import annotations

import json
from collections.abc import Mapping

from averment.backends.columnar.evaluating import Evaluator
from averment.backends.columnar.holding import Holder
from averment.backends.columnar.joining import Joiner
from averment.backends.columnar.vocabulary import Vocabulary
from averment.core.program import Program
from averment.law import network as net
from averment.law.grounding import ground
from averment.law.parted import parted
from averment.law.unfolding import unfolded


class Compiled:
    """``rules`` are the ids of the bits of a fired mask; ``firing`` gives for each the truths under which it fires, and
    ``joining`` the rules (indexes in ``Program.rules``) that fire it by a join. ``claims`` are the codes of a claim:
    its values, then ``open``, ``gap`` and ``conflict``. ``planes`` is how many planes evaluation holds at once,
    ``ways`` how many ways a case has at most to satisfy the patterns of rules that do not join.
    """

    def __init__(self, program: Program) -> None:
        self.program = program = parted(unfolded(program))
        self.network = ground(program)
        self.ways = sum(self.network.ways.values())
        shared = (net.Constant, net.Held)  # a constant has no plane, and what a loop holds that of its body
        self.planes = max(1, sum(not isinstance(node, shared) for node in self.network.nodes))
        vocabulary = Vocabulary()
        self.evaluator = Evaluator(program, self.network, vocabulary)
        self.joiner = Joiner(program, self.network, vocabulary)
        self.holder = Holder(program, self.network, vocabulary, self.joiner)
        self.values = program.claim.values
        self.claims = [*self.values, "open", "gap", "conflict"]
        self.rules = program.rule_ids
        self.places = {rule: place for place, rule in enumerate(self.rules)}
        self.firing: list[list[int]] = [[] for _ in self.rules]
        for number, truths in self.network.fired.items():
            if not program.rules[number].unsaid:
                self.firing[self.places[program.rules[number].id]] += truths
        self.joining: list[list[int]] = [[] for _ in self.rules]
        for step in self.network.joins:
            for number in step.rules:
                if not program.rules[number].unsaid:
                    self.joining[self.places[program.rules[number].id]].append(number)

    @property
    def bytes(self) -> int:
        """How many a fired mask takes."""
        return (len(self.rules) + 7) // 8

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the schema of every decided batch says of it."""
        return {
            "averment.pack": self.program.digest,
            "averment.name": self.program.name,
            "averment.version": self.program.version,
            "averment.rules": json.dumps(self.rules),
        }
