"""The columnar kernel: a program compiled once, then record batches in, decisions out.

Rules over one record per case are evaluated as planes over all rows at once, the others as joins of tables; both carry
what is unknown. A row that the set-at-a-time law does not cover (a calculation that nears the ends of 64 bits, two
possible facts that may turn out to be one) is decided alone, by the engine the caller gives, and counted; so every
answer is exact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from averment.backends.columnar import arrow
from averment.backends.columnar.arrow import Reading, Reject
from averment.backends.columnar.claims import OPEN, SETTLED, STATUSES, read_claims, read_strength
from averment.backends.columnar.columns import Array, Plane, either
from averment.backends.columnar.evaluating import Evaluator
from averment.backends.columnar.hardness import mark_hard
from averment.backends.columnar.holding import Holder, Source
from averment.backends.columnar.joining import Joiner
from averment.backends.columnar.records import Records, Sides, read_records, sort_sides
from averment.backends.columnar.rows import read_single
from averment.backends.columnar.single import Alone, Answer, decoded
from averment.backends.columnar.solving import Facts
from averment.backends.columnar.tables import Table, TooMany
from averment.backends.columnar.tracing import Tracer
from averment.backends.columnar.values import Values
from averment.backends.columnar.vocabulary import Vocabulary
from averment.ir.program import Field, Program
from averment.ir.values import decode
from averment.law import network as net
from averment.law.grounding import ground
from averment.law.truth import CaseError

ROWS = 131072  # of a chunk at most: fewer calls, and its planes stay in a processor's last cache
LEAST_ROWS = 4096  # of a chunk, however many planes there are
PLANES = 2**26  # bytes that the planes of a chunk may take, a byte for each row and plane
JOINED_ROWS = 4096  # of a chunk whose cases have many records
MOST_PAIRS, SHARE = 2**20, 4  # of solutions and facts that may match, in a chunk: so many, and for each record so many


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


@dataclass
class _Chunk:
    """The decisions of some rows, as codes."""

    claim: Array
    status: Array
    strength: Array
    hangs_on: Array
    fired: Array
    keep: Plane | None
    derived: dict[str, arrow.Batch] = field(default_factory=dict[str, arrow.Batch])


class Words:
    """Values that turn up while deciding, each with a code."""

    def __init__(self) -> None:
        self.values: list[tuple[str, ...]] = [()]
        self._codes: dict[tuple[str, ...], int] = {(): 0}

    def code(self, value: tuple[str, ...]) -> int:
        found = self._codes.get(value)
        if found is None:
            found = self._codes[value] = len(self.values)
            self.values.append(value)
        return found


@dataclass
class _Run:
    """What one call of ``decide`` gathers."""

    alone: Alone
    hangs: Words = field(default_factory=Words)
    strengths: Words = field(default_factory=Words)
    rejects: list[Reject] = field(default_factory=list[Reject])
    singles: int = 0


class Kernel:
    """A program ready to decide batches. It holds nothing of any batch, so threads may share it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.rules = tuple(dict.fromkeys(rule.id for rule in program.rules))
        self._network = ground(program)
        shared = (net.Constant, net.Held)  # a constant has no plane, and what a loop holds that of its body
        self._planes = max(1, sum(not isinstance(node, shared) for node in self._network.nodes))
        self._vocabulary = Vocabulary()
        self._evaluator = Evaluator(program, self._network, self._vocabulary)
        self._claim_field = program.types[program.claim.type].fields[program.claim.field]
        self._claims = [*self._claim_field.values, "open", "gap", "conflict"]
        self._places = {rule: place for place, rule in enumerate(self.rules)}
        self._firing: list[list[int]] = [[] for _ in self.rules]
        for number, truths in self._network.fired.items():
            self._firing[self._places[program.rules[number].id]] += truths
        self._joining: list[list[int]] = [[] for _ in self.rules]
        for step in self._network.joins:
            for number in step.rules:
                self._joining[self._places[program.rules[number].id]].append(number)
        self._joiner = Joiner(program, self._network, self._vocabulary)
        self._holder = Holder(program, self._network, self._vocabulary, self._joiner)

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the schema of every decided batch says of it."""
        return {
            "averment.pack": self.program.digest,
            "averment.name": self.program.name,
            "averment.version": self.program.version,
            "averment.rules": json.dumps(self.rules),
        }

    def decide(
        self,
        table: arrow.Table,
        alone: Alone,
        sides: Mapping[str, arrow.Table] | None = None,
        explain: bool = True,
        bindings: bool = False,
    ) -> Decided:
        """The decisions of the rows of a table or record batch (see ``arrow`` for its columns).

        ``sides`` are tables of the records of `many` types, keyed by the column ``case`` that the main table then has.
        Without ``explain`` the columns ``hangs_on`` and ``fired`` are left out; with ``bindings`` the derived facts
        that joins made are given too: they say with what each rule fired.
        """
        places = arrow.find_columns(self.program, table.schema)
        sorted_sides = sort_sides(self.program, table, sides or {})
        run = _Run(alone, rejects=[*sorted_sides.strays])
        chunks: list[_Chunk] = []
        first = 0
        rows = min(ROWS, max(LEAST_ROWS, PLANES // self._planes))
        for batch in arrow.to_batches(table, JOINED_ROWS if self._network.joins else rows):
            chunks += self._chunks(batch, places, sorted_sides, first, run, explain, bindings)
            first += batch.num_rows
        derived = {
            name: arrow.one_batch([chunk.derived[name] for chunk in chunks])
            for name in (chunks[0].derived if chunks else ())
        }
        return Decided(self._assemble(table, chunks, run, explain), tuple(run.rejects), run.singles, derived)

    # --- one chunk ------------------------------------------------------------------------------------------------

    def _chunks(
        self, batch: arrow.Batch, places: _Places, sides: Sides, first: int, run: _Run, explain: bool, bindings: bool
    ) -> list[_Chunk]:
        """The decisions of a batch: by halves, and halves of these, where what may match is too much to hold."""
        reading = arrow.read_batch(self.program, batch, places, first)
        records = read_records(self.program, batch, sides, reading, first)
        try:
            return [self._decide(reading, records, first, run, explain, bindings)]
        except TooMany:
            half = batch.num_rows // 2
            parts = (batch.slice(0, half), first), (batch.slice(half), first + half)
            return [
                chunk
                for part, start in parts
                for chunk in self._chunks(part, places, sides, start, run, explain, bindings)
            ]

    def _decide(
        self, reading: Reading, records: dict[str, Records], first: int, run: _Run, explain: bool, bindings: bool
    ) -> _Chunk:
        values = Values(reading.rows, reading.symbols, reading.given)
        facts = self._evaluate(values, records)
        mark_hard(self._network, self._evaluator, values)
        claim = self.program.claim
        roots, held = self._holder.find(claim.type, claim.field, values, facts)
        read = read_claims(held, values.rows)
        codes = np.where(read.status == SETTLED, read.value, len(self._claim_field.values) - 1 + read.status)
        strength = self._strength(read.status, values, facts, run)
        chunk = _Chunk(codes, read.status, strength, np.zeros(0, np.int32), np.zeros((0, 0), np.uint8), None)
        bad = reading.bad
        if bindings:
            chunk.derived = self._derived(reading, first, values, facts)
        if explain:
            chunk.fired = self._fired(values, facts)
            chunk.hangs_on = np.zeros(values.rows, np.int32)
            is_open: Plane = read.status == OPEN
            if values.hard is not None:
                is_open &= ~values.hard
            if is_open.any():
                rows = np.flatnonzero(is_open if bad is None else is_open & ~bad)
                reached = [(root, adds) for root, adds in zip(roots, read.adds, strict=True) if adds is not None]
                self._hang(rows, reached, chunk, values, facts, run)
        if bad is not None:
            run.rejects += [reject for _, reject in sorted(reading.rejects.items())]
            chunk.keep = ~bad
        if values.hard is not None:
            hard = np.flatnonzero(np.broadcast_to(values.hard, values.rows))
            self._alone(hard, reading, records, first, chunk, run)
        return chunk

    def _evaluate(self, values: Values, records: dict[str, Records]) -> Facts:
        """Every node and every join, in order."""
        size = sum(len(each.case) for each in records.values())
        facts = Facts(values.rows, None if values.rows == 1 else MOST_PAIRS + SHARE * size)
        if self._network.joins:
            for name, held in records.items():
                facts.tables[name] = held.table(values.symbols, values.rows)
        start = 0
        for step in self._network.joins:
            self._evaluator.run(values, start, step.ready)
            self._joiner.run(step, values, facts)
            start = step.ready
        self._evaluator.run(values, start, len(self._network.nodes))
        return facts

    def _derived(self, reading: Reading, first: int, values: Values, facts: Facts) -> dict[str, arrow.Batch]:
        """The true derived facts of the tables, each with the row it belongs to among all that were given."""
        found: dict[str, arrow.Batch] = {}
        for name in sorted(self._network.tables):
            if self.program.types[name].derived:
                table = self._joiner.table(name, values, facts)
                keep = table.true
                left_out = either(values.hard, reading.bad)
                if left_out is not None:
                    outside = ~left_out[table.case]
                    keep = outside if keep is None else keep & outside
                table = table if keep is None else table.take(keep)
                held = Table(table.case + first, table.values)
                found[name] = arrow.fact_batch(self.program.types[name], held, values.symbols)
        return found

    def _strength(self, status: Array, values: Values, facts: Facts, run: _Run) -> Array:
        """Codes of the strength; 0 where there is none."""
        claim = self.program.claim
        if not claim.strength_type:
            return np.zeros(0, np.int32)
        declared = self.program.types[claim.strength_type].fields[claim.strength_field]
        _, facts_held = self._holder.find(claim.strength_type, claim.strength_field, values, facts)
        found, single = read_strength(facts_held, values.rows)
        single = single & (status == SETTLED)
        distinct, inverse = np.unique(np.where(single, found, 0), return_inverse=True)
        codes = [
            run.strengths.code((shown(decoded(int(value), declared, values.symbols), declared),)) for value in distinct
        ]
        return np.where(single, np.array(codes, np.int32)[inverse], 0)

    def _fired(self, values: Values, facts: Facts) -> Array:
        """For each row the rules that fired, as bits: rows × bytes."""
        packed = np.empty((values.rows, (len(self.rules) + 7) // 8), np.uint8)
        for byte in range(packed.shape[1]):
            bits = np.zeros(values.rows, np.uint8)
            for place in reversed(range(8 * byte, min(8 * byte + 8, len(self.rules)))):
                np.add(bits, bits, out=bits)
                for truth in self._firing[place]:
                    np.bitwise_or(bits, values.true[truth].view(np.uint8), out=bits)
                for number in self._joining[place]:
                    np.bitwise_or(bits, facts.fired[number].view(np.uint8), out=bits)
            packed[:, byte] = bits
        return packed

    def _hang(
        self, rows: Array, roots: list[tuple[Source, Plane]], chunk: _Chunk, values: Values, facts: Facts, run: _Run
    ) -> None:
        """What the open rows hang on: their claim facts that may add a value, and all that keeps these undecided."""
        tracer = Tracer(self.program, self._network, self._joiner, values, facts, rows)
        junctions: list[tuple[int, Plane]] = []
        asked: list[tuple[str, Plane]] = []
        for source, adds in roots:
            if isinstance(source, int):
                junctions.append((source, adds))
            else:
                table = facts.tables[self.program.claim.type]
                open_row = np.zeros(values.rows, np.bool_)
                open_row[rows] = True
                asked.append((self.program.claim.type, source & (adds & open_row)[table.case]))
        tracer.follow(junctions, asked)
        paths = {
            f"{type}.{self.program.types[type].fields[place].name}": plane[rows]
            for (type, place), plane in tracer.fields.items()
        }
        names = sorted(paths)
        packed = np.packbits(np.stack([paths[name] for name in names]), axis=0, bitorder="little").T if names else None
        nothing = np.zeros((len(rows), 1), np.uint8)
        distinct, inverse = np.unique(
            nothing if packed is None else np.ascontiguousarray(packed), axis=0, return_inverse=True
        )
        inverse = inverse.reshape(-1)
        shared = [
            tuple(name for place, name in enumerate(names) if row[place // 8] >> place % 8 & 1)
            for row in distinct.tolist()
        ]
        codes = [run.hangs.code(words) for words in shared]
        chunk.hangs_on[rows] = np.array(codes, np.int32)[inverse]
        place_of = dict(zip(rows.tolist(), inverse.tolist(), strict=True))
        for row, own in tracer.paths().items():
            if row in place_of:
                chunk.hangs_on[row] = run.hangs.code(tuple(sorted({*shared[place_of[row]], *own})))

    # --- rows alone -----------------------------------------------------------------------------------------------

    def _alone(
        self, rows: Array, reading: Reading, records: dict[str, Records], first: int, chunk: _Chunk, run: _Run
    ) -> None:
        for row in rows.tolist():
            if row in reading.rejects:
                continue
            run.singles += 1
            try:
                answer: Answer = run.alone(read_single(self.program, reading, records, row))
            except CaseError as error:
                run.rejects.append(Reject(first + row, error.code, error.message))
                if chunk.keep is None:
                    chunk.keep = np.ones(reading.rows, np.bool_)
                chunk.keep[row] = False
            else:
                self._write(answer, row, chunk, run)
        run.rejects.sort(key=lambda reject: reject.row)

    def _write(self, answer: Answer, row: int, chunk: _Chunk, run: _Run) -> None:
        chunk.claim[row] = self._claims.index(answer.claim)
        chunk.status[row] = STATUSES.index(answer.status)
        if len(chunk.strength):
            strength = answer.strength
            chunk.strength[row] = 0 if strength is None else run.strengths.code((as_text(strength),))
        if len(chunk.hangs_on):
            chunk.hangs_on[row] = run.hangs.code(tuple(answer.hangs_on))
            bits = np.zeros(chunk.fired.shape[1], np.uint8)
            for rule in answer.fired:
                place = self._places[rule]
                bits[place // 8] |= 1 << place % 8
            chunk.fired[row] = bits

    # --- the result -----------------------------------------------------------------------------------------------

    def _assemble(self, table: arrow.Table, chunks: list[_Chunk], run: _Run, explain: bool) -> arrow.Batch:
        def gather(name: str) -> Array:
            parts: list[Array] = []
            for chunk in chunks:
                part: Array = getattr(chunk, name)
                parts.append(part if chunk.keep is None or not len(part) else part[chunk.keep])
            return parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else np.zeros(0, np.int32)

        claim = gather("claim")
        columns = {
            **arrow.case_column(table, [chunk.keep for chunk in chunks], [len(chunk.claim) for chunk in chunks]),
            "claim": arrow.words(claim, self._claims),
            "status": arrow.words(gather("status"), STATUSES),
        }
        strength = gather("strength")
        if not len(strength):
            strength = np.zeros(len(claim), np.int32)
        texts = [value[0] if value else "" for value in run.strengths.values]
        columns["strength"] = arrow.words(strength, texts, strength == 0)
        if explain:
            paths = [json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in run.hangs.values]
            columns["hangs_on"] = arrow.words(gather("hangs_on"), paths)
            packed = gather("fired")
            columns["fired"] = arrow.masks(packed.reshape(len(claim), (len(self.rules) + 7) // 8))
        return arrow.record_batch(columns, self.metadata)


def shown(value: object, declared: Field) -> str:
    """A value of a field as the strength column has it."""
    return as_text(decode(value, declared))  # type: ignore[arg-type]


def as_text(value: object) -> str:
    """A plain value as text: a string itself, else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
