"""The columnar kernel: a program compiled once, then record batches in, decisions out.

Rules over one record per case are evaluated as planes over all rows at once, the others as joins of tables; both carry
what is unknown. A row that the set-at-a-time law does not cover (a calculation that nears the ends of 64 bits, two
possible facts that may turn out to be one, more ways to satisfy its rules than it may have firings) is decided alone,
by the engine the caller gives, and counted; so every answer is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from averment.backends.columnar import arrow
from averment.backends.columnar.chunk import Chunk, Coded, Run
from averment.backends.columnar.compiled import Compiled
from averment.backends.columnar.deciding import decide_chunk
from averment.backends.columnar.indexes import TooMany
from averment.backends.columnar.reading import Reject, find_columns, read_batch
from averment.backends.columnar.records import Sides, read_records, sort_sides
from averment.backends.columnar.single import Alone
from averment.backends.columnar.writing import assemble
from averment.core.program import Program
from averment.law.budget import FIRINGS

ROWS = 131072  # of a chunk at most: fewer calls, and its planes stay in a processor's last cache
LEAST_ROWS = 4096  # of a chunk, however many planes there are
PLANES = 2**26  # bytes that the planes of a chunk may take, a byte for each row and plane
JOINED_ROWS = 4096  # of a chunk whose cases have many records

_Places = dict[tuple[str, int], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions, one row for each row given that is no reject, in order.

    ``batch`` has the columns ``case`` (where given), ``claim``, ``status``, ``strength``, ``hangs_on`` (a JSON list of
    paths, sorted) and ``fired`` (a bit for each rule); all but the first and last are dictionaries. Its
    schema's metadata hold ``averment.pack`` (the digest) and ``averment.rules`` (a JSON list: the id of each bit of
    ``fired``, the least bit of the first byte first). ``alone`` counts the rows that were decided by themselves.
    ``derived``, if asked for, has for each derived type that is held by rows its true facts: ``row`` (of what was
    given) and its fields; rows that were decided alone have none there.
    """

    batch: arrow.Batch
    rejects: tuple[Reject, ...]
    alone: int
    derived: Mapping[str, arrow.Batch]


class Kernel:
    """A program ready to decide batches. It holds nothing of any batch, so threads may share it.

    ``firings``: the budget of a case. One that may be past it is decided alone, by an engine that has the same budget.
    """

    def __init__(self, program: Program, firings: int = FIRINGS) -> None:
        self._compiled = Compiled(program)
        self._room = firings - self._compiled.ways

    @property
    def program(self) -> Program:
        return self._compiled.program

    @property
    def rules(self) -> tuple[str, ...]:
        """The id of each bit of ``fired``."""
        return self._compiled.rules

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the schema of every decided batch says of it."""
        return self._compiled.metadata

    def decide(
        self,
        table: arrow.Table,
        alone: Alone,
        sides: Mapping[str, arrow.Table] | None = None,
        explain: bool = True,
        bindings: bool = False,
        answered: bool = False,
    ) -> Decided:
        """The decisions of the rows of a table or record batch (see ``reading`` for its columns).

        ``sides`` are tables of the records of `many` types, keyed by the column ``case`` that the main table then has.
        Without ``explain`` the columns ``hangs_on`` and ``fired`` are left out; with ``bindings`` the derived facts
        that joins made are given too: they say with what each rule fired. With ``answered`` the column of that name has
        the rules that fired for the answer: for what the case is presumed to be, where it is presumed.
        """
        places = find_columns(self.program, table.schema)
        sorted_sides = sort_sides(self.program, table, sides or {})
        run = Run(alone, self._room, explain, bindings, [*sorted_sides.strays], answered=answered)
        chunks: list[Coded] = []
        first = 0
        rows = min(ROWS, max(LEAST_ROWS, PLANES // self._compiled.planes))
        for batch in arrow.to_batches(table, JOINED_ROWS if self._compiled.network.joins else rows):
            chunks += self._chunks(batch, places, sorted_sides, first, run)
            first += batch.num_rows
        derived = {
            name: arrow.one_batch([chunk.derived[name] for chunk in chunks])
            for name in (chunks[0].derived if chunks else ())
        }
        return Decided(assemble(self._compiled, table, chunks, run), tuple(run.rejects), run.singles, derived)

    def _chunks(self, batch: arrow.Batch, places: _Places, sides: Sides, first: int, run: Run) -> list[Coded]:
        """The decisions of a batch: by halves, and halves of these, where what may match is too much to hold; a row of
        which that is true is decided alone.
        """
        reading = read_batch(self.program, batch, places, first)
        chunk = Chunk(reading, read_records(self.program, batch, sides, reading, first), first, run)
        rejects, singles = [*run.rejects], run.singles
        try:
            return [decide_chunk(self._compiled, chunk)]
        except TooMany:
            run.rejects, run.singles = rejects, singles
            if batch.num_rows == 1:
                return [decide_chunk(self._compiled, chunk, alone=True)]
            half = batch.num_rows // 2
            parts = (batch.slice(0, half), first), (batch.slice(half), first + half)
            return [done for part, start in parts for done in self._chunks(part, places, sides, start, run)]
