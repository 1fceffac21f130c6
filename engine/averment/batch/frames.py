"""Decided tables as people read them: rules by name, lists as lists, and as the kind of frame that was given."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from averment.batch.arrow import Table, one_chunk, pa

_RULES = b"averment.rules"
_LISTS = ("hangs_on", "presuming")


def fired_names(masks: Any, rules: Sequence[str] | Mapping[Any, Any] | None = None) -> Any:
    """The ids of the rules that each mask names, as lists in their order; null for null.

    ``masks``: a column ``fired``, or a table or file's table that has one and whose schema names the bits; of a column,
    ``rules`` are the ids by their bits, or the metadata that hold them. Raises: ValueError where nothing names them.
    """
    column: Any = masks
    told: Any = rules
    if isinstance(masks, pa.Table):
        column, told = masks.column("fired"), masks.schema.metadata if rules is None else rules
    if isinstance(told, Mapping):
        told = _rules_in(told)  # pyright: ignore[reportUnknownArgumentType]
    if told is None:
        raise ValueError("nothing says which rule each bit is of: give `rules`, or a table with the metadata of one")
    names = np.array([*told], dtype=object)
    whole = one_chunk(column) if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_decode()
    given = ~np.asarray(whole.is_null())
    held = np.frombuffer(b"".join(whole.drop_null().to_pylist()), np.uint8).reshape(int(given.sum()), -1)
    bits = np.unpackbits(held, axis=1, bitorder="little")[:, : len(names)].astype(np.bool_)
    order = np.argsort(names.astype(str), kind="stable")
    rows, places = np.nonzero(bits[:, order])
    lengths = np.zeros(len(given), np.int64)
    lengths[given] = np.bincount(rows, minlength=int(given.sum()))
    ends = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    texts = pa.array(names[order][places], pa.string())
    return pa.ListArray.from_arrays(pa.array(ends), texts, mask=pa.array(~given))


def _rules_in(metadata: Mapping[Any, Any]) -> Sequence[str] | None:
    held = metadata.get(_RULES, metadata.get(_RULES.decode()))
    return None if held is None else json.loads(held)


def named(table: Table) -> Table:
    """A decided table with ``fired`` as lists of names, and what is a JSON list as a list."""
    table = table.set_column(table.schema.get_field_index("fired"), "fired", fired_names(table))
    for name in _LISTS:
        if name in table.column_names:
            paths = [None if said is None else json.loads(said) for said in table.column(name).to_pylist()]
            table = table.set_column(table.schema.get_field_index(name), name, pa.array(paths, pa.list_(pa.string())))
    return table


def framed(table: Table, given: Any) -> Any:
    """A table as what was given is: a frame of Polars or pandas, a record batch, else a table."""
    library = type(given).__module__.partition(".")[0]
    if library == "polars":
        polars: Any = sys.modules["polars"]  # whoever gave such a frame has it
        return polars.from_arrow(table)
    if library == "pandas":
        frame = table.to_pandas()
        frame.index = given.index
        return frame
    if isinstance(given, pa.RecordBatch):
        empty = pa.RecordBatch.from_pylist([], table.schema)
        return next(iter(table.combine_chunks().to_batches()), empty)
    return table
