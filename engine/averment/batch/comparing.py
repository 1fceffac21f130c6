"""Whole units held against another decision: both tables side by side, and what turns counted over columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.batch.arrow import Table, masks_in, one_chunk, pa, pc
from averment.batch.deciding import Decider, Decisions
from averment.batch.job import Job
from averment.batch.reading import Reading
from averment.batch.result_texts import plain
from averment.batch.unit import Unit
from averment.outcome.turns import NAMED, Answer, Turned, Turns, rewritten_rules


class TableComparer:
    """Decides units once more, by what a job is held against, and counts what turns."""

    def __init__(self, job: Job) -> None:
        assert job.against is not None
        self._decider = Decider(job.against, answered=True)
        self._alike = job.types == job.against.types
        self._rewritten = rewritten_rules(job.program, job.against.program)
        self._before, self._after = job.rules, job.against.rules
        theirs = {result.name for result in job.against.program.results}
        self._results = [result for result in job.program.results if result.name in theirs]
        self._presumes = job.program.presumes and job.against.program.presumes

    def decide(self, unit: Unit, reading: Reading) -> Decisions:
        """The other decisions of a unit; ``reading``: as the job's own pack reads it."""
        reading = replace(reading) if self._alike else self._decider.read(unit)
        return self._decider.decide_reading(reading, unit.first, unit.file, counted=False, sides=unit.sides)

    def lost(self) -> Counter[str]:
        """As of ``Singles``."""
        return self._decider.lost()

    def turns(self, before: Decisions, after: Decisions) -> Mapping[str, Any]:
        """The document of what turns between two decisions of a unit."""
        found, old, new = Turns(), before.table, after.table
        rows, at, there = np.intersect1d(_rows(old), _rows(new), assume_unique=True, return_indices=True)
        found.cases, found.apart = len(rows), old.num_rows + new.num_rows - 2 * len(rows)
        for result in self._results:
            told = [name for name in result.columns(self._presumes) if name != f"{result.name}_hangs_on"]
            found.results[result.name] = _otherwise(
                old.select(told).take(pa.array(at)), new.select(told).take(pa.array(there))
            )
        answers: list[Answer] = []
        said, then = _answers(old, answers)[at], _answers(new, answers)[there]
        places = np.flatnonzero(said != then)
        at, there, said, then = at[places], there[places], said[places], then[places]
        fired, fires = _fired(old, at, self._before), _fired(new, there, self._after)
        kinds: list[int] = np.unique(said * len(answers) + then).tolist()
        for kind in kinds:
            one, other = divmod(kind, len(answers))
            chosen = np.flatnonzero((said == one) & (then == other))
            turn = found.of(answers[one], answers[other])
            turn.cases = len(chosen)
            never = np.zeros(len(chosen), np.bool_)
            for rule in dict.fromkeys((*self._before, *self._after)):
                once = fired[rule][chosen] if rule in fired else never
                now = fires[rule][chosen] if rule in fires else never
                turn.no_longer[rule] += int((once & ~now).sum())
                turn.now[rule] += int((now & ~once).sum())
                if rule in self._rewritten:
                    turn.otherwise[rule] += int((once & now).sum())
            for counts in turn.rules.values():
                for rule in [rule for rule, number in counts.items() if not number]:
                    del counts[rule]
        names = one_chunk(old.column("case")).take(pa.array(at[:NAMED])).to_pylist()
        numbers = _rows(old)[at[:NAMED]].tolist()
        found.name(
            Turned(name, answers[one], answers[other], row)
            for name, one, other, row in zip(names, said.tolist(), then.tolist(), numbers, strict=False)
        )
        return found.document

    def close(self) -> None:
        self._decider.close()


def _otherwise(old: Table, new: Table) -> int:
    """In how many rows some column differs."""
    differs = np.zeros(old.num_rows, np.bool_)
    for name in old.column_names:
        one, other = one_chunk(old.column(name)), one_chunk(new.column(name))
        if pa.types.is_dictionary(one.type) and pa.types.is_dictionary(other.type):
            one, other = one.cast(pa.string()), other.cast(pa.string())
        if one.type == other.type and not pa.types.is_list(one.type):
            same = pc.fill_null(pc.equal(one, other), False)
            differs |= ~np.asarray(pc.or_(same, pc.and_(one.is_null(), other.is_null())))
        else:
            pairs = zip(map(plain, one.to_pylist()), map(plain, other.to_pylist()), strict=True)
            differs |= np.array([before != after for before, after in pairs], np.bool_)
    return int(differs.sum())


def _rows(table: Table) -> Codes:
    found: Codes = np.asarray(table.column("row"))
    return found


def _answers(table: Table, answers: list[Answer]) -> Codes:
    """The answer of each row, as its place in ``answers``, to which those not met before are added."""
    claims, words = _words(table, "claim")
    presumed, others = _words(table, "presumed") if "presumed" in table.column_names else (np.zeros_like(claims), [""])
    met, codes = np.unique(claims * len(others) + presumed, return_inverse=True)
    places: list[int] = []
    for code in met.tolist():
        answer = Answer(words[code // len(others)], others[code % len(others)])
        if answer not in answers:
            answers.append(answer)
        places.append(answers.index(answer))
    found: Codes = np.array(places, np.int64)[codes]
    return found


def _words(table: Table, name: str) -> tuple[Codes, list[str]]:
    """A column of words as codes, and the words, of which the last is that of null: empty."""
    column = one_chunk(table.column(name))
    words = [*column.dictionary.to_pylist(), ""]
    codes: Codes = np.asarray(column.indices.fill_null(len(words) - 1)).astype(np.int64)
    return codes, words


def _fired(table: Table, rows: Codes, rules: Sequence[str]) -> dict[str, Codes]:
    """For each rule, in which of these rows it fired for the answer."""
    masks = masks_in(one_chunk(table.column("answered")))[rows]
    bits = np.unpackbits(masks, axis=1, bitorder="little").astype(np.bool_)
    return {rule: bits[:, place] for place, rule in enumerate(rules)}
