"""The nodes of a network as source text: what a case that lacks nothing makes of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from averment.backends.scalar.source import Block, Names
from averment.backends.scalar.terms import COMPARISONS, Term, Terms, calculated, kept, of_field, size, total
from averment.core.program import Among, Field, Program
from averment.ir.ranges import admitted
from averment.law import network as net
from averment.law.truth import TRUE

MOST_HELD = 256  # facts of a loop, which goes through all its nodes each time


class Nodes:
    """Writes nodes in order. A node that is used once is written where it is used; any other has a name.

    ``fields``: by `one` type the names of its fields; ``fired``: by the number of a rule that joins whether it did.
    """

    def __init__(
        self, program: Program, network: net.Network, names: Names, terms: Terms, fields: dict[str, list[str]]
    ) -> None:
        self._program, self._network, self._names, self._terms, self._fields = program, network, names, terms, fields
        self._found: dict[int, Term] = {}
        self._uses = Counter(child for node in network.nodes for child in _children(node))
        self._uses.update(place for loop in network.loops for place in loop.bodies)
        for slots in (*network.slots.values(), *network.rows.values()):
            self._uses.update(place for slot in slots for place in (slot.truth, *slot.values))
        self._uses.update(place for truths in network.fired.values() for place in truths)

    def __getitem__(self, place: int) -> Term:
        return self._found[place]

    def write(self, start: int, end: int, block: Block) -> None:
        """Nodes ``start`` to before ``end``."""
        loops = {loop.start: loop for loop in self._network.loops}
        place = start
        while place < end:
            if place in loops:
                self._repeat(loops[place], block)
                place = loops[place].end
            else:
                self._node(place, block)
                place += 1

    def _repeat(self, loop: net.Loop, block: Block) -> None:
        """The least fixpoint of a loop: what holds is taken up at once, until nothing more does."""
        again = self._names.fresh("b")
        for place in loop.held:
            name = self._names.fresh("h")
            self._found[place] = Term(name)
            block.line(f"{name} = False")
        block.line(f"{again} = True")
        body = block.block(f"while {again}:")
        body.line(f"{again} = False")
        for place in range(loop.start, loop.end):
            if place not in self._found:
                self._node(place, body)
        for held, result in zip(loop.held, loop.bodies, strict=True):
            name = self._found[held].text
            body.line(f"if not {name} and {self._found[result].text}: {name} = {again} = True")

    def _node(self, place: int, block: Block) -> None:
        node = self._network.nodes[place]
        found = self._term(node)
        if not found.fits:
            found = kept(found, self._names.fresh("w"), block)
        elif self._uses[place] > 1 and not isinstance(node, net.Constant | net.Fixed | net.FieldOf | net.Joined):
            name = self._names.fresh("v")
            block.line(f"{name} = {found.text}")
            found = found._replace(text=name)
        self._found[place] = found

    def _term(self, node: net.Node) -> Term:
        found = self._found
        match node:
            case net.Constant(value):
                return self._terms.constant(value)
            case net.FieldOf(type, index):
                return of_field(self._fields[type][index], self._program.types[type].fields[index])
            case net.Coalesce(column, _) | net.Stored(column, _):  # in a complete case the first is always known
                return found[column]
            case net.SizeOf(column):
                return size(found[column])
            case net.Calculated(operator, left, right):
                return calculated(operator, found[left], found[right])
            case net.Counted(members):
                truths = (found[member].text for member in members)
                return Term(total(["0", *truths]), 0, len(members))  # from 0 on: one truth alone is no number
            case net.Summed(members, _):
                texts = [f"({found[value].text} if {found[truth].text} else 0)" for truth, value in members]
                low = sum(min(0, found[value].low) for _, value in members)
                return Term(total(texts), low, sum(max(0, found[value].high) for _, value in members))
            case net.Extreme(function, members, declared):
                return self._extreme(function, members, declared)
            case net.Joined(rule, _):
                return Term(fired(rule))
            case _:
                return Term(self._truth(node))

    def _extreme(self, function: str, members: tuple[tuple[int, int], ...], declared: Field) -> Term:
        """The least or greatest of what matches; where nothing does, the value is not looked at."""
        low, high = admitted(declared)
        nothing = high if function == "min" else low
        texts = [f"({self._found[value].text} if {self._found[truth].text} else {nothing})" for truth, value in members]
        return Term(f"{function}(({', '.join(texts)}, ))" if texts else f"({nothing})", low, high)

    def _truth(self, node: net.Node) -> str:
        found = self._found
        match node:
            case net.Fixed(truth):
                return str(truth is TRUE)
            case net.Passes(column, cell):
                return self._terms.passes(found[column].text, cell, self._declared(column))
            case net.Same(left, right):
                return f"({found[left].text} == {found[right].text})"
            case net.Compared(operator, left, right):
                return f"({found[left].text} {COMPARISONS[operator]} {found[right].text})"
            case net.All(parts):
                return "(" + " and ".join(found[part].text for part in parts) + ")"
            case net.AnyOf(parts):
                return "(" + " or ".join(found[part].text for part in parts) + ")"
            case net.Negated(part):
                return f"(not {found[part].text})"
            case _:
                assert isinstance(node, net.Given | net.IsKnown | net.Definite), node
                return "True"

    def _declared(self, column: int) -> Field | None:
        """The field of a column that a cell is asked of."""
        match self._network.nodes[column]:
            case net.FieldOf(type, index):
                return self._program.types[type].fields[index]
            case net.Stored(_, declared):
                return declared
            case _:
                return None

    def check(self, block: Block) -> None:
        """Give the case up where the law would not have it, or would not have it settled here."""
        for check in self._network.checks:
            match check:
                case net.OutOfRange(truth, column, declared):
                    least, greatest = admitted(declared)
                    _, low, high = self._found[column]
                    if low < least or high > greatest:
                        text = self._found[column].text
                        block.leave(f"{self._found[truth].text} and not {least} <= {text} <= {greatest}")
                case net.Coincide(left, right):
                    pairs = zip(left.values, right.values, strict=True)
                    equal = [f"{self._found[a].text} == {self._found[b].text}" for a, b in pairs if a != b]
                    block.leave(" and ".join([self._found[left.truth].text, self._found[right.truth].text, *equal]))
                case net.Unbounded():
                    pass


def fired(rule: int) -> str:
    """What tells whether a rule that joins has fired, by its number."""
    return f"j{rule}"


def _children(node: net.Node) -> Iterator[int]:
    """The nodes that a node names, once for each time its code does."""
    match node:
        case net.Passes(column, cell):
            yield from [column] * (1 if isinstance(cell, Among) else max(len(cell.ranges), 1))
        case net.Coalesce(first, _):
            yield first
        case net.Given() | net.IsKnown() | net.Definite():
            return
        case _:
            yield from net.reach_of(node)
