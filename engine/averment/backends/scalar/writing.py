"""Writing the code of one program: reading the case, its nodes and joins in order, the rules that fired, the claim."""

from __future__ import annotations

from collections import Counter
from typing import Any

from averment.backends.scalar.joins import write_step
from averment.backends.scalar.nodes import MOST_HELD, Nodes, fired
from averment.backends.scalar.reading import Reader
from averment.backends.scalar.rules import BEGUN, WAYS, Tools, past
from averment.backends.scalar.source import Block, Names
from averment.backends.scalar.tables import Tables
from averment.backends.scalar.terms import Terms
from averment.core.mentions import patterns
from averment.core.program import Program
from averment.core.values import decode
from averment.law import network as net
from averment.law.joining import told


class Writer:
    """The source of a function ``decide`` and the constants that it names."""

    def __init__(self, program: Program, network: net.Network, firings: int) -> None:
        self._program, self._network, self._firings = program, network, firings
        self._names = Names(
            Lookup=(KeyError, TypeError), type=type, len=len, round=round, float=float, int=int, str=str,
            dict=dict, list=list, set=set, tuple=tuple, sum=sum, min=min, max=max,
        )  # fmt: skip
        self._terms = Terms(program, self._names)
        self._reader = Reader(program, self._names, self._terms)
        self._tables = Tables(program, network, self._names, self._terms, self._reader, self._told())
        self._tools = Tools(program, self._names, self._terms, self._reader, self._tables, firings)

    @property
    def constants(self) -> dict[str, Any]:
        return self._names.constants

    def _told(self) -> set[str]:
        """The types of which more is asked than whether there is a fact."""
        rules = self._program.rules
        joining = [rules[number] for step in self._network.joins for number in step.rules]
        recursive = {name for step in self._network.joins for name in step.recursive}
        return told(joining) | recursive | {*self._program.answering}

    def write(self) -> str | None:
        """The source; None where what this code may hold is too little for the program."""
        ways = sum(self._network.ways.values())
        if ways > self._firings or any(len(loop.held) > MOST_HELD for loop in self._network.loops):
            return None
        whole = Block()
        body = whole.block("def decide(facts):")
        self._reader.write(body)
        nodes = self._nodes = Nodes(self._program, self._network, self._names, self._terms, self._reader.fields)
        self._tables.begin(nodes, body)
        if self._network.joins:
            body.line(f"{WAYS} = {ways}", f"{BEGUN} = 0")
        start = 0
        for step in self._network.joins:
            nodes.write(start, step.ready, body)
            write_step(self._tools, step, body)
            start = step.ready
        nodes.write(start, len(self._network.nodes), body)
        nodes.check(body)
        if self._network.joins:
            self._looks(body)
            body.leave(past(self._firings))
        self._fired(body)
        self._claim(body)
        return "\n".join(whole.lines) + "\n"

    def _looks(self, body: Block) -> None:
        """Leave to an engine a case in which patterns look at so much that it may be past its budget."""
        rules = [self._program.rules[number] for step in self._network.joins for number in step.rules]
        looks = Counter(pattern.type for rule in rules for pattern in patterns(rule))
        self._tables.before = body
        counts = [
            f"{many} * {self._tables.count(type)}"
            for type, many in sorted(looks.items())
            if not self._program.types[type].one
        ]
        if counts:
            body.leave(f"{' + '.join(counts)} > {2 * self._firings}")

    def _fired(self, body: Block) -> None:
        truths: dict[str, list[str]] = {}
        rules = self._program.rules
        for number, places in self._network.fired.items():
            if rules[number].unsaid:
                continue
            truths.setdefault(rules[number].id, []).extend(self._nodes[place].text for place in places)
        for step in self._network.joins:
            for number in step.rules:
                if not rules[number].unsaid:
                    truths.setdefault(rules[number].id, []).append(fired(number))
        body.line("fired = []", "a = fired.append")
        for id, texts in sorted(truths.items()):
            if texts:
                body.line(f"if {' or '.join(texts)}: a({self._names.constant(id)})")
        body.line("ids = tuple(fired)")

    def _claim(self, body: Block) -> None:
        """The claim by the values that its facts have."""
        claim, settled, gap, conflict = self._program.claim, *map(self._names.constant, ("settled", "gap", "conflict"))
        slots = self._network.slots.get(claim.type, [])
        if claim.type in self._network.tables or not all(self._is_constant(slot.values[claim.field]) for slot in slots):
            self._values(body, "c", claim.type, claim.field)
            body.line("n = len(c)")
            value = "c.pop()"
        else:
            truths: dict[str, list[str]] = {}
            for slot in slots:
                truths.setdefault(self._nodes[slot.values[claim.field]].text, []).append(self._nodes[slot.truth].text)
            body.line("n = 0")
            for text, texts in truths.items():
                body.block(f"if {' or '.join(texts)}:").line("n += 1", f"c = {text}")
            value = "c"
        rest = f"ids, {self._reader.values}, {self._results(body)}"
        strength = self._strength(body)
        body.line(f"if n == 1: return new(Quick, ({value}, {settled}, {strength}, {rest}))")
        body.line(f"if n: return new(Quick, ({conflict}, {conflict}, None, {rest}))")
        body.line(f"return new(Quick, ({gap}, {gap}, None, {rest}))")

    def _results(self, body: Block) -> str:
        """An expression for the values of the facts that give each result."""
        held: list[str] = []
        for result in self._program.results:
            held.append(self._names.fresh("answers"))
            self._values(body, held[-1], result.type, result.field)
        return f"({''.join(f'{name}, ' for name in held)})"

    def _is_constant(self, place: int) -> bool:
        return isinstance(self._network.nodes[place], net.Constant)

    def _strength(self, body: Block) -> str:
        """An expression for the one value of the strength, or None."""
        claim = self._program.claim
        if not claim.strength_type:
            return "None"
        declared = self._program.types[claim.strength_type].fields[claim.strength_field]

        def shown(held: set[Any]) -> object:
            return decode(held.pop(), declared) if len(held) == 1 else None

        self._values(body, "h", claim.strength_type, claim.strength_field)
        return f"{self._names.constant(shown)}(h)"

    def _values(self, body: Block, name: str, type: str, index: int) -> None:
        """The set of the values that the facts of a type have in a field."""
        if type in self._network.tables:
            self._tables.before = body
            target = self._tables.target(type, {index: "e"})
            body_rows = self._tables.rows(type)
            body.line(f"{name} = {{e for {target} in {body_rows}}}")
            return
        body.line(f"{name} = set()")
        for slot in self._network.slots.get(type, []):
            body.line(f"if {self._nodes[slot.truth].text}: {name}.add({self._nodes[slot.values[index]].text})")
