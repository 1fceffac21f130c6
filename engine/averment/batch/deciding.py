"""Deciding a unit: what fits a table by the columnar kernel, all else case by case, together in the order of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from averment.backends.columnar import Kernel
from averment.backends.columnar.claims import statuses_of
from averment.backends.columnar.columns import Array as Codes
from averment.backends.columnar.result_columns import columns_of_outcomes, listed
from averment.batch.arrow import Table, masks_in, one_chunk, pa
from averment.batch.csv_rows import CsvReader
from averment.batch.job import Job
from averment.batch.json_rows import JsonReader
from averment.batch.reading import Reading, all_singles
from averment.batch.shape import Shape
from averment.batch.side_records import with_sides
from averment.batch.singles import Singles, counts_of, engines_of, first_error, side_of, strength_text
from averment.batch.table_rows import TableReader
from averment.batch.unit import Format, Joined, Reject, Unit, columns_of, mask_width
from averment.core.node import Node
from averment.diagnostics.diagnostic import Diagnostic, Report
from averment.law.evaluation import Given
from averment.model.case import Case, read_case
from averment.outcome.outcome import Outcome
from averment.outcome.turns import fired_of

Reader = JsonReader | CsvReader | TableReader
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")  # of each byte


@dataclass
class Decisions:
    """The rows of a unit that have an outcome: ``table`` with the columns ``row``, ``case``, the ``WORDS`` as
    dictionaries and ``fired`` as masks of one width; or whole ``documents``. And those that have none; ``alone``: how
    many were read singly.
    """

    table: Table
    documents: list[bytes]
    rejects: list[Reject]
    counts: Counter[str] = field(default_factory=Counter[str])
    alone: int = 0


class Decider:
    """A program ready to decide units of some files.

    ``answered``: the tables have a column of that name, too, with the rules that fired for what is presumed."""

    def __init__(self, job: Job, answered: bool = False) -> None:
        self._job, self._answered = job, answered
        self._single = Singles(job)
        self.kernel = Kernel(job.program, job.firings) if job.columnar and not job.whole else None
        self.rules = job.rules
        self._bit = {rule: place for place, rule in enumerate(self.rules)}
        self._readers: dict[int, Reader] = {}
        claim = job.program.claim
        self._claims = [*claim.values, "open", "gap", "conflict"]
        self._presumes = job.program.presumes
        self._columns = (*columns_of(job.program), *(["answered"] if answered else []))

    def decide(self, unit: Unit) -> Decisions:
        """The decisions of a unit."""
        return self.decide_reading(self.read(unit), unit.first, unit.file, sides=unit.sides)

    def read(self, unit: Unit) -> Reading:
        """The rows of a unit, as they are written."""
        return self._reader(unit).read(unit)

    def decide_reading(
        self, reading: Reading, first: int, file: int, counted: bool = True, sides: Sequence[Joined] = ()
    ) -> Decisions:
        """The decisions of rows read from ``file``, the first of which is number ``first`` of the run, with what side
        tables have of them.
        """
        reading = with_sides(reading, sides, self._job.types)
        rejects: list[Reject] = []
        tables: list[Table] = []
        if self.kernel is None:
            reading = all_singles(reading)
        elif reading.table is not None:
            tables.append(self._columnar(self.kernel, reading, first, file, rejects, sides))
        singles, refused = self._single.decide(
            reading.singles, reading.document, reading.offset, first, file, sides, reading.text
        )
        rejects += refused
        alone = len(reading.singles)
        if self._job.whole:
            documents = [outcome.canonical for _, outcome in singles]
            counts = counts_of(outcome for _, outcome in singles) + engines_of(outcome for _, outcome in singles)
            table = self._rows(singles, first) if self._answered else None
            return Decisions(table, documents, rejects, counts, alone)
        if singles or not tables:
            tables.append(self._rows(singles, first))
        table = _in_order(tables)
        rejects.sort(key=lambda reject: reject.row)
        counts = self._counts(table) + engines_of(outcome for _, outcome in singles) if counted else Counter[str]()
        return Decisions(table, [], rejects, counts, alone)

    def _reader(self, unit: Unit) -> Reader:
        if unit.file not in self._readers:
            self._readers[unit.file] = reader_of(unit, self._job.shapes[unit.file])
        return self._readers[unit.file]

    # --- many at once ---------------------------------------------------------------------------------------------

    def _columnar(
        self,
        kernel: Kernel,
        reading: Reading,
        first: int,
        file: int,
        rejects: list[Reject],
        sides: Sequence[Joined],
    ) -> Table:
        decided = kernel.decide(reading.table, self._alone, answered=self._answered)
        assert reading.names is not None and reading.table is not None
        names, places = reading.names, reading.places
        if decided.rejects:
            refused = sorted({reject.row for reject in decided.rejects})
            keep: Codes = np.delete(np.arange(len(places)), refused)
            names, places = names.take(pa.array(keep)), places[keep]
            if reading.final:
                for reject in decided.rejects:
                    row, name = int(reading.places[reject.row]), reading.names[reject.row].as_py()
                    problem, node = self._problem(reading, row)
                    side = side_of(problem, sides) if problem else None
                    if problem is None:  # what only the rules find
                        problem = Diagnostic(reject.code, reject.message)
                    said = self._single.discretion.told(problem, node)
                    place = first + row, file, reading.offset(row)
                    rejects.append(Reject(*place, name, problem.code, said.message, side, said.about))
            else:
                reading.singles = sorted([*reading.singles, *reading.places[refused].tolist()])
        batch = decided.batch
        columns = [pa.array(places + first), names]
        columns += [batch.column(batch.schema.get_field_index(name)) for name in self._columns]
        return pa.table(columns, names=["row", "case", *self._columns])

    def _alone(self, given: Given) -> Outcome:
        """The outcome of a row as the kernel read it; only what needs no name is asked of it."""
        return Outcome(cast(Case, given), self._single.engine.evaluate(given))

    def _problem(self, reading: Reading, row: int) -> tuple[Diagnostic | None, Node | None]:
        """What the careful reader finds wrong with a row, and its document."""
        report = Report()
        node = reading.document(row, report)
        if node is not None:
            read_case(node, self._job.types, report)
        return (first_error(report) if report.failed else None), node

    # --- one at a time --------------------------------------------------------------------------------------------

    def _rows(self, singles: list[tuple[int, Outcome]], first: int) -> Table:
        outcomes = [outcome for _, outcome in singles]
        columns = {
            "row": pa.array([row + first for row, _ in singles], pa.int64()),
            "case": pa.array([outcome.case.name for outcome in outcomes], pa.string()),
            "claim": _words([outcome.claim for outcome in outcomes], self._claims),
            "status": _words([outcome.status.value for outcome in outcomes], statuses_of(self._presumes)),
            "strength": _strengths([outcome.strength for outcome in outcomes]),
            **(self._presumed(outcomes) if self._presumes else {}),
            "hangs_on": pa.array([listed(outcome.hangs_on) for outcome in outcomes], pa.string()).dictionary_encode(),
            **self._results(outcomes),
            "fired": self._masks(outcome.fired for outcome in outcomes),
            **({"answered": self._masks(map(fired_of, outcomes))} if self._answered else {}),
        }
        return pa.table(columns).select(["row", "case", *self._columns])

    def _results(self, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for result in self._job.program.results:
            told = [outcome.results[result.name] for outcome in outcomes]
            found |= columns_of_outcomes(self._job.program, result, told)
        return found

    def _masks(self, fired: Iterable[Sequence[str]]) -> Any:
        width = mask_width(self.rules)
        masks = [sum(1 << self._bit[rule] for rule in rules).to_bytes(width, "little") for rules in fired]
        return pa.array(masks, pa.binary(width))

    def _presumed(self, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        found = [outcome.presumed for outcome in outcomes]
        presuming = [listed(each.presuming) if each else None for each in found]
        return {
            "presumed": _words([each.claim if each else None for each in found], self._claims),
            "presumed_strength": _strengths([each.strength if each else None for each in found]),
            "presuming": pa.array(presuming, pa.string()).dictionary_encode(),
        }

    # --- counting -------------------------------------------------------------------------------------------------

    def _counts(self, table: Table) -> Counter[str]:
        counts: Counter[str] = Counter()
        for name in (
            *(["claim"] if self._job.program.claim else []),
            "status",
            *(["presumed"] if self._presumes else []),
        ):
            for value, number in _frequencies(table.column(name)):
                counts[f"{name}:{value}"] += number
        numbers = [number for column in masks_in(one_chunk(table.column("fired"))).T for number in _bits_in(column)]
        counts.update({f"rule:{rule}": number for rule, number in zip(self.rules, numbers, strict=False) if number})
        return counts

    def lost(self) -> Counter[str]:
        """As of ``Singles``."""
        return self._single.lost()

    def close(self) -> None:
        self._single.close()


def reader_of(unit: Unit, shape: Shape) -> Reader:
    """What reads units of this format."""
    match unit.format:
        case Format.JSONL:
            return JsonReader(shape)
        case Format.CSV:
            return CsvReader(shape)
        case _:
            return TableReader(shape)


def _words(found: Sequence[str | None], words: list[str]) -> Any:
    """Words as a dictionary of all that there may be, as the kernel has them."""
    places = {word: place for place, word in enumerate(words)}
    codes = [None if word is None else places[word] for word in found]
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(words))


def _strengths(found: Sequence[str | int | bool | None]) -> Any:
    texts = [None if strength is None else strength_text(strength) for strength in found]
    return pa.array(texts, pa.string()).dictionary_encode()


def _bits_in(column: Codes) -> list[int]:
    """In how many bytes of a column each bit is set."""
    found: list[int] = (np.bincount(column, minlength=256) @ _BITS).tolist()
    return found


def _frequencies(column: Any) -> list[tuple[Any, int]]:
    array = one_chunk(column)
    if not len(array):
        return []
    numbers = np.bincount(np.asarray(array.indices.drop_null()), minlength=len(array.dictionary)).tolist()
    return [(value, number) for value, number in zip(array.dictionary.to_pylist(), numbers, strict=True) if number]


def _in_order(tables: list[Table]) -> Table:
    if len(tables) == 1:
        return tables[0]
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return table.take(pa.array(np.argsort(np.asarray(table.column("row")), kind="stable")))
