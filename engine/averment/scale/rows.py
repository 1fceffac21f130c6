"""What every host runs: a program, made ready once in each process, over record batches.

A row comes out for each row that went in, with the columns and values of ``decide_table``; but dictionaries are written
out, since the batches of a distributed table share none.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from averment.batch.arrow import Table, pa
from averment.batch.table import TableDecider
from averment.law.budget import FIRINGS
from averment.pack import Pack, Parameters, load


@dataclass(frozen=True)
class Deciding:
    """A pack on its way to workers: called with a table, it gives the decided one.

    It travels as the bytes of its program, some tens of KiB; a process makes each such program ready once.
    """

    packed: bytes

    def __call__(self, table: Table) -> Table:
        decided = _ready(self.packed).decide(table)
        plain = [pa.field(column.name, _plain(column.type)) for column in decided.schema]
        return decided.cast(pa.schema(plain, decided.schema.metadata))


def deciding(
    pack: Pack | str | Path, schema: Any, parameters: Parameters | None = None, firings: int = FIRINGS
) -> tuple[Deciding, Any]:
    """The pack for tables of an Arrow schema, and the schema of what it decides. ``firings``: the budget of a case.

    Raises: Refused for a pack or parameters with mistakes, and for columns that are no fields of the pack.
    """
    known = pack if isinstance(pack, Pack) else load(pack)
    work = Deciding(pickle.dumps((known.program(parameters), dict(known.model.types), firings)))
    return work, work(schema.empty_table()).schema


def metadata(decided: Any) -> Mapping[str, str]:
    """What a schema of decided rows says of them: the pack, and as a JSON list the rule of each bit of ``fired``."""
    return {key.decode(): value.decode() for key, value in decided.metadata.items()}


@lru_cache(maxsize=8)
def _ready(packed: bytes) -> TableDecider:
    return TableDecider(*pickle.loads(packed))


def _plain(type: Any) -> Any:
    return type.value_type if pa.types.is_dictionary(type) else type
