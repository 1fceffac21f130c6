"""Cases as tables of columns, each field in one of the forms that a column may have."""

from __future__ import annotations

import random
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from averment.core.optional import NONE
from averment.core.program import Field, Kind, Program


def table(program: Program, documents: list[Any], rng: random.Random) -> pa.Table:
    """Cases as a table, each field in one of the forms that a column may have."""
    columns: dict[str, Any] = {"case": pa.array(range(len(documents)))}
    for name, kind in program.types.items():
        if kind.derived:
            continue
        held = (facts[name] for facts in documents if name in facts)
        given = [record for each in held for record in ([each] if kind.one else each)]
        forms = {field.name: _form(field, [record.get(field.name) for record in given], rng) for field in kind.fields}
        struct = pa.struct(forms)
        if not kind.one:
            rows = [
                None if name not in facts else [_record(kind.fields, record, forms) for record in facts[name]]
                for facts in documents
            ]
            columns[name] = pa.array(rows, pa.list_(struct))
            continue
        records = [_record(kind.fields, facts.get(name, {}), forms) for facts in documents]
        if rng.random() < 0.5:
            columns[name] = pa.array(records, struct)
            continue
        for field in kind.fields:
            column = pa.array([record[field.name] for record in records], forms[field.name])
            coded = pa.types.is_string(column.type) and rng.random() < 0.5
            columns[f"{name}.{field.name}"] = column.dictionary_encode() if coded else column
    return pa.table(columns)


def _form(field: Field, values: list[Any], rng: random.Random) -> pa.DataType:
    """An Arrow type that can hold a field with these values."""
    if NONE in values:
        return pa.string()
    match field.kind:
        case Kind.BOOLEAN:
            return pa.bool_()
        case Kind.INTEGER:
            small = all(value is None or abs(value) < 2**7 for value in values)
            return rng.choice((pa.int8(), pa.int32(), pa.int64())) if small else pa.int64()
        case Kind.DECIMAL:
            return rng.choice((pa.decimal128(6, 1), pa.string()))
        case Kind.DATE:
            return rng.choice((pa.date32(), pa.string()))
        case Kind.TIME:
            return rng.choice((pa.time32("s"), pa.time64("us"), pa.string()))
        case Kind.DATETIME:
            return rng.choice((pa.timestamp("s"), pa.timestamp("us"), pa.string()))
        case Kind.SET:
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _record(fields: tuple[Field, ...], record: dict[str, Any], forms: dict[str, pa.DataType]) -> dict[str, Any]:
    return {field.name: _value(record.get(field.name), forms[field.name]) for field in fields}


def _value(value: Any, form: pa.DataType) -> Any:
    if value is not None and pa.types.is_string(form):
        return str(value)
    if value is not None and pa.types.is_decimal(form):
        return Decimal(value)
    if value is None:
        return None
    for is_form, kind in ((pa.types.is_date, date), (pa.types.is_time, time), (pa.types.is_timestamp, datetime)):
        if is_form(form):
            return kind.fromisoformat(value)
    return value
