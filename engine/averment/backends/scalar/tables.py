"""Facts held by rows: where the code has them, and the indexes by which rules find them.

A fact is a tuple of its values, or its value where it has but one. Those of a given type are in a dictionary by what
tells them apart, those of a derived one in a set; of a type of which nobody asks more than whether there is a fact,
only that is held. Each index is made once, of facts that are all there; in a recursion it grows with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from averment.backends.scalar.nodes import Nodes
from averment.backends.scalar.reading import Reader, key_of
from averment.backends.scalar.source import Block, Names
from averment.backends.scalar.terms import Terms
from averment.core.program import Cell, Program
from averment.law import network as net
from averment.law.joining import Asked


@dataclass(frozen=True, slots=True)
class Index:
    """What is kept of the facts of a type that pass ``cells`` and ``same``, by the values of their ``keys``.

    ``kind``: ``any`` whether there is one, ``all`` the values of ``taken`` of each, or a function of the one field that
    is taken: ``count``, ``sum``, ``min``, ``max``.
    """

    kind: str
    type: str
    keys: tuple[int, ...]
    taken: tuple[int, ...]
    cells: tuple[tuple[int, Cell], ...]
    same: tuple[tuple[int, int], ...]


class Tables:
    """What holds facts by rows. ``before`` is where whatever is needed next is made.

    Of types that are not ``told`` only is held whether there is a fact.
    """

    def __init__(
        self, program: Program, network: net.Network, names: Names, terms: Terms, reader: Reader, told: set[str]
    ) -> None:
        self._program, self._network, self._names, self._terms = program, network, names, terms
        self._given, self._told = reader.rows, told
        self._held: dict[str, str] = {}  # by derived type what holds its facts
        self._counts: dict[str, str] = {}  # by derived type that is not told how many facts there are at most
        self._rows: dict[str, str] = {}  # by type what goes through its facts
        self._indexes: dict[Index, str] = {}
        self._growing: dict[str, tuple[str, Block]] = {}  # by type its new facts, and where indexes take them in
        self.before = Block()

    def begin(self, nodes: Nodes, block: Block) -> None:
        """Nothing is derived yet."""
        self._nodes = nodes
        for name in sorted(self._network.tables):
            if self._program.types[name].derived:
                held = self._held[name] = self._names.fresh("t")
                block.line(f"{held} = {'set()' if name in self._told else False}")
                if name not in self._told:
                    self._counts[name] = self._names.fresh("n")
                    single = sum(head.type == name for rule in self._program.rules for head in rule.heads)
                    block.line(f"{self._counts[name]} = {len(self._network.rows.get(name, [])) + single}")

    def add(self, type: str, values: Iterable[str], to: str = "") -> list[str]:
        """What holds one more fact, if facts of the type are held by rows; ``to``: a set of other facts of it."""
        if type not in self._held:
            return []
        held = to or self._held[type]
        return [f"{held} = True" if type in self._counts else f"{held}.add({key_of([*values])})"]

    def is_held(self, type: str) -> bool:
        """Whether facts of a derived type are told apart, as far as rules that join derive them."""
        return type in self._held and type not in self._counts

    def is_given(self, type: str) -> bool:
        return type in self._given

    def by_key(self, type: str) -> str:
        """A dictionary of the facts of a given type, as ``Reader.rows``."""
        return self._given[type]

    def rows(self, type: str) -> str:
        """What goes through the facts of a type; where it is not told, what is true if there is one."""
        if type not in self._rows:
            self._rows[type] = self._made(type)
        return self._rows[type]

    def count(self, type: str) -> str:
        """How many facts of a type there are, or more."""
        rows = self.rows(type)
        return self._counts.get(type) or f"len({rows})"

    def counts(self, types: Iterable[str]) -> list[str]:
        """What counts how many facts there are at most of those of these types that are not told."""
        return [self._counts[type] for type in dict.fromkeys(types) if type in self._counts]

    def _made(self, type: str) -> str:
        if type in self._given:
            rows = self._names.fresh("t")
            self.before.line(f"{rows} = {self._given[type]}.values()")
            return rows
        slots = (self._network.rows if type in self._held else self._network.slots).get(type, [])
        if type not in self._held:
            self._held[type] = self._names.fresh("t")
            self.before.line(f"{self._held[type]} = set()")
        for slot in slots:
            (added,) = self.add(type, (self._nodes[value].text for value in slot.values))
            self.before.line(f"if {self._nodes[slot.truth].text}: {added}")
        return self._held[type]

    # --- indexes --------------------------------------------------------------------------------------------------

    def index(self, kind: str, asked: Asked, taken: tuple[int, ...] = ()) -> str:
        """The name of an index: of a set (``any``), a dictionary, or without keys of the value itself."""
        wanted = Index(kind, asked.type, tuple(index for index, _ in asked.keys), taken, asked.cells, asked.same)
        if wanted not in self._indexes:
            name = self._indexes[wanted] = self._names.fresh("i")
            rows = self.rows(asked.type)
            if asked.type in self._growing:
                rows, block = self._growing[asked.type]
                self.before.line(f"{name} = {'set()' if kind == 'any' else '{}'}")
                self._fill(wanted, name, rows, block)
            elif not wanted.keys:
                self._whole(wanted, name, rows)
            else:
                if kind != "any":
                    self.before.line(f"{name} = {{}}")
                self._fill(wanted, name, rows, self.before)
        return self._indexes[wanted]

    def _fill(self, index: Index, name: str, rows: str, block: Block) -> None:
        """Take facts into an index by keys."""
        fields = {place: f"e{place}" for place in self._used(index)}
        key = key_of([fields[place] for place in index.keys])
        if index.kind == "any":
            text = f"{{{key} {self._each(index, fields, rows)}}}"
            growing = index.type in self._growing
            block.line(f"{name} |= {text}" if growing else f"{name} = {text}")
            return
        tests = self._tests(index, fields)
        body = block.block(f"for {self.target(index.type, fields)} in {rows}:")
        body = body.block(f"if {tests}:") if tests else body
        taken = [fields[place] for place in index.taken]
        match index.kind:
            case "all":
                body.line(f"x = {name}.get({key})", f"if x is None: {name}[{key}] = [{key_of(taken)}]")
                body.line(f"else: x.append({key_of(taken)})")
            case "count" | "sum":
                body.line(f"{name}[{key}] = {name}.get({key}, 0) + {taken[0] if taken else 1}")
            case function:
                sign = "<" if function == "min" else ">"
                body.line(f"x = {name}.get({key})")
                body.line(f"if x is None or {taken[0]} {sign} x: {name}[{key}] = {taken[0]}")

    def _whole(self, index: Index, name: str, rows: str) -> None:
        """An index without keys: one value."""
        fields = {place: f"e{place}" for place in self._used(index)}
        if index.kind == "count" and not fields:
            self.before.line(f"{name} = len({rows})")
            return
        taken = fields[index.taken[0]] if index.taken else "1"
        found = f"[{taken} {self._each(index, fields, rows)}]"
        text = {"any": found, "count": f"len({found})", "sum": f"sum({found})"}.get(
            index.kind, f"{index.kind}({found}, default=None)"
        )
        self.before.line(f"{name} = {text}")

    def _each(self, index: Index, fields: dict[int, str], rows: str) -> str:
        tests = self._tests(index, fields)
        return f"for {self.target(index.type, fields)} in {rows}" + (f" if {tests}" if tests else "")

    def target(self, type: str, fields: dict[int, str]) -> str:
        """What a fact of a type is unpacked to: the names of some fields."""
        width = len(self._program.types[type].fields)
        return key_of([fields.get(place, "_") for place in range(width)])

    def _tests(self, index: Index, fields: dict[int, str]) -> str:
        return " and ".join(self.tests(index.type, index.cells, index.same, fields.__getitem__))

    def tests(
        self,
        type: str,
        cells: tuple[tuple[int, Cell], ...],
        same: tuple[tuple[int, int], ...],
        field: Callable[[int], str],
    ) -> list[str]:
        """The conditions of cells and of equal fields, ``field`` giving the text of each."""
        kind = self._program.types[type]
        found = [self._terms.passes(field(place), cell, kind.fields[place]) for place, cell in cells]
        return found + [f"{field(one)} == {field(other)}" for one, other in same]

    @staticmethod
    def _used(index: Index) -> set[int]:
        return {
            *index.keys,
            *index.taken,
            *(place for place, _ in index.cells),
            *(p for pair in index.same for p in pair),
        }

    # --- recursion ------------------------------------------------------------------------------------------------

    def grow(self, type: str, new: str, block: Block) -> None:
        """From here on facts of a type are being found: indexes take them in from ``new``, in this block."""
        self._growing[type] = new, block

    def grown(self) -> None:
        """The types that grew are finished."""
        self._growing.clear()
