"""Whether the columns of a table nest as what they are to hold: a value, a list of values, a record, a list of records.

What a single cell holds is looked at row by row; that a column can hold no case's value, and that a record in it has a
field that the pack does not know, is said once, before any row is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from averment.batch.arrow import pa
from averment.batch.columns import Target
from averment.core.program import FactType, Field, Kind
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Report
from averment.model.names import suggestion

Type = Any  # pyarrow.DataType


def check_nesting(
    schema: Any, columns: Mapping[int, Target], types: Mapping[str, FactType], file: str, report: Report
) -> None:
    """Report the columns of an Arrow schema that cannot hold what they are called after."""
    alone = {target.path for target in columns.values() if target.field}
    for place, target in columns.items():
        column = schema.field(place)
        if not target.type:
            if pa.types.is_nested(_plain(column.type)):
                _unfit(column.name, column.type, "the name of a case is one text or number", file, report)
        elif target.field:
            type = types[target.type]
            _check_field(column.name, column.type, type.fields[type.position[target.field]], file, report)
        else:
            _check_records(column, types[target.type], alone, file, report)


def _check_records(column: Any, of: FactType, alone: set[str], file: str, report: Report) -> None:
    found = column.type if of.one or pa.types.is_null(column.type) else _element(column.type)
    if found is None or not (pa.types.is_struct(found) or pa.types.is_null(found)):
        help = f"`{of.name}` has one record: a struct" if of.one else f"`{of.name}` has records: a list of structs"
        _unfit(column.name, column.type, help, file, report)
        return
    for part in _parts(found):
        path = f"{of.name}.{part.name}"
        if part.name not in of.position:
            what = f"`{part.name}`, in the column `{column.name}`, is not a field of `{of.name}`"
            report.error("AV301", what, start_of(file), "unknown field", *suggestion(part.name, of.position))
        elif path in alone:
            what = f"the columns `{column.name}` and `{path}` both hold `{path}`"
            report.error("AV123", what, start_of(file), "again", "leave one of them out")
        else:
            _check_field(path, part.type, of.fields[of.position[part.name]], file, report)


def _parts(found: Type) -> Iterator[Any]:
    return iter(()) if pa.types.is_null(found) else iter(found)


def _check_field(name: str, found: Type, field: Field, file: str, report: Report) -> None:
    inner = _plain(found)
    if field.kind is Kind.SET:
        inner = _plain(_element(inner) or inner)
    if pa.types.is_nested(inner) or isinstance(inner, pa.BaseExtensionType):
        help = "a set is a list of texts" if field.kind is Kind.SET else "a field has one value"
        _unfit(name, found, help, file, report)


def _unfit(name: str, found: Type, help: str, file: str, report: Report) -> None:
    shown = str(found)
    shown = shown if len(shown) <= 60 else shown[:60] + "…"
    report.error("AV123", f"the column `{name}` cannot hold this: it is of type `{shown}`", start_of(file), "", help)


def _plain(found: Type) -> Type:
    """The type of the values, however they are encoded."""
    if pa.types.is_dictionary(found) or pa.types.is_run_end_encoded(found):
        return found.value_type
    return found


def _element(found: Type) -> Type | None:
    """The type of the elements of a list, whichever its form; None for what is none."""
    kinds = pa.types
    lists = (kinds.is_list, kinds.is_large_list, kinds.is_fixed_size_list, kinds.is_list_view, kinds.is_large_list_view)
    return found.value_type if any(is_list(found) for is_list in lists) else None
