"""Decisions as text: a JSON object or a CSV record a row, as ``text_rows`` writes them. Each distinct value is written
once, and rows are joined in bulk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from averment.batch.arrow import Array, Table, masks_in, one_chunk, pa, pc
from averment.batch.fired import FiredTexts
from averment.batch.harmless import HARMFUL
from averment.batch.result_texts import written_values, written_words
from averment.batch.text_rows import StrengthTexts, cell, json_text, json_value, paths, safe_cell, value_cell
from averment.batch.unit import words_of
from averment.core.program import Program, Result

_ODD = r'^$|[",\r\n]|^\s|\s$'
_LISTS = ("hangs_on", "presuming")


class JsonWriter:
    """A line of JSON a row."""

    def __init__(self, program: Program, rules: Sequence[str]) -> None:
        self._strengths = StrengthTexts(program)
        self._fired = FiredTexts(rules, [json_text(rule) for rule in rules], ",")
        self._presumes, self._results = program.presumes, program.results
        self._end = f'],"pack":{json_text(program.digest)}}}\n'

    def write(self, table: Table) -> bytes:
        """The lines of some decisions."""
        names = _escaped(one_chunk(table.column("case")), r'["\\\x00-\x1f]', lambda name: json_text(name)[1:-1])
        return _joined(
            ['{"case":"', names, '","row":', _numbers(table), ',"claim":'],
            _written(table, "claim", _json_words, "null"),
            [',"status":'],
            _written(table, "status", _json_words),
            [',"strength":'],
            _written(table, "strength", self._shown, "null"),
            [',"hangs_on":'],
            _written(table, "hangs_on", list),
            *(self._presumed(table) if self._presumes else ()),
            *(part for result in self._results for part in self._result(table, result)),
            [',"fired":['],
            _fired(table, self._fired),
            [self._end],
        )

    def _presumed(self, table: Table) -> Iterator[list[Any]]:
        yield [',"presumed":']
        yield _written(table, "presumed", _json_words, "null")
        yield [',"presumed_strength":']
        yield _written(table, "presumed_strength", self._shown, "null")
        yield [',"presuming":']
        yield _written(table, "presuming", list, "[]")

    def _result(self, table: Table, result: Result) -> Iterator[list[Any]]:
        name, status, possible, hangs_on, *presumed = result.columns(self._presumes)
        yield [f',"{name}":']
        yield [written_values(table, name, _json_value, "null")]
        yield [f',"{status}":']
        yield _written(table, status, _json_words)
        yield [f',"{possible}":']
        yield _written(table, possible, list, "null")
        yield [f',"{hangs_on}":']
        yield _written(table, hangs_on, list)
        for each in presumed:
            yield [f',"{each}":']
            yield [written_values(table, each, _json_value, "null")]

    def _shown(self, words: list[str]) -> list[str]:
        return [json_text(self._strengths.value(word)) for word in words]


class CsvWriter:
    """A record of CSV a row; ``exact``: for programs, which take no text for a formula."""

    def __init__(self, program: Program, rules: Sequence[str], exact: bool = True) -> None:
        self._cell = cell if exact else safe_cell
        self._odd = _ODD if exact else f"{_ODD}|{HARMFUL}"
        self._words, self._presumes, self._results = words_of(program.presumes), program.presumes, program.results
        self._fired = FiredTexts(rules, rules, "|")
        self._end = f",{program.digest}\n"

    def write(self, table: Table) -> bytes:
        """The records of some decisions."""
        names = _escaped(one_chunk(table.column("case")), self._odd, self._cell)
        cells = [_written(table, name, self._path_cells if name in _LISTS else self._cells) for name in self._words]
        cells += [column for result in self._results for column in self._result(table, result)]
        parts = [part for column in cells for part in ([","], column)]
        fired = _fired(table, self._fired)
        return _joined([names, ",", _numbers(table)], *parts, [","], fired, [self._end])

    def _result(self, table: Table, result: Result) -> Iterator[list[Array]]:
        name, status, possible, hangs_on, *presumed = result.columns(self._presumes)
        yield [written_values(table, name, self._value_cell)]
        yield _written(table, status, self._cells)
        yield _written(table, possible, self._cells)
        yield _written(table, hangs_on, self._path_cells)
        yield from ([written_values(table, each, self._value_cell)] for each in presumed)

    def _value_cell(self, value: Any) -> str:
        return self._cell(value_cell(value))

    def _cells(self, words: list[str]) -> list[str]:
        return [self._cell(word) for word in words]

    def _path_cells(self, words: list[str]) -> list[str]:
        return [self._cell(paths(json.loads(word))) for word in words]


def _json_value(value: Any) -> str:
    return json_text(json_value(value))


def _json_words(words: list[str]) -> list[str]:
    return [json_text(word) for word in words]


def _escaped(names: Array, suspicious: str, escape: Callable[[str], str]) -> Array:
    """The names as they are written."""
    odd = pc.match_substring_regex(names, suspicious)
    if not pc.any(odd).as_py():
        return names
    pairs = zip(names.to_pylist(), odd.to_pylist(), strict=True)
    texts = [escape(name) if strange else name for name, strange in pairs]
    return pa.array(texts, pa.string())


def _numbers(table: Table) -> Array:
    return one_chunk(table.column("row")).cast(pa.string())


def _written(table: Table, name: str, write: Callable[[list[Any]], list[str]], null: str = "") -> list[Array]:
    return [written_words(table, name, write, null)]


def _fired(table: Table, texts: FiredTexts) -> list[Array]:
    """The masks as text, each that is different once."""
    column = one_chunk(table.column("fired")).dictionary_encode()
    return [texts.of(masks_in(column.dictionary)).take(column.indices)]


def _joined(*parts: list[Any]) -> bytes:
    columns = [column for part in parts for column in part]
    lines = one_chunk(pc.binary_join_element_wise(*columns, ""))
    if not len(lines):
        return b""
    offsets = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(lines.buffers()[2])[int(offsets[0]) : int(offsets[-1])])
