"""A case as a fact file: YAML that reads back as the same case. What only a default holds is left to the default."""

from __future__ import annotations

from collections.abc import Iterator

from averment.core.naming import field_path
from averment.core.program import Fact, Field, Kind, Program, Value
from averment.core.values import decode
from averment.outcome.outcome import Decided
from averment.source.yaml_written import quoted, scalar


def fact_file(case: Decided, program: Program) -> str:
    """The text of the file, with the types and fields in the order of the vocabulary."""
    rows = [f"case: {quoted(case.name)}"]
    types = [row for name in program.types for row in _type(name, case, program)]
    rows += ["facts:", *types] if types else ["facts: {}"]
    return "\n".join(rows) + "\n"


def _type(name: str, case: Decided, program: Program) -> Iterator[str]:
    if name not in case.mentioned:
        return
    type = program.types[name]
    records = [_fields(fact, case, program) for fact in case.facts if fact.type == name]
    if type.one:
        fields = [row for record in records for row in record]
        yield f"  {name}:" if fields else f"  {name}: {{}}"
        yield from (f"    {row}" for row in fields)
        return
    yield f"  {name}:" if records else f"  {name}: []"
    for record in records:
        first, *others = record or ["{}"]
        yield f"    - {first}"
        yield from (f"      {row}" for row in others)


def _fields(fact: Fact, case: Decided, program: Program) -> list[str]:
    type = program.types[fact.type]
    return [
        f"{field.name}: {_value(value, field)}"
        for index, (field, value) in enumerate(zip(type.fields, fact.values, strict=True))
        if value is not None and field_path(type, fact, index) not in case.assumptions
    ]


def _value(value: Value, field: Field) -> str:
    shown = decode(value, field)
    match field.kind:
        case Kind.BOOLEAN:
            return "true" if value else "false"
        case Kind.SET:
            return f"[{', '.join(map(scalar, shown))}]"
        case Kind.CHOICE | Kind.LEVEL:
            return scalar(shown)
        case Kind.TEXT | Kind.TIME:  # which YAML 1.1 takes for a number to the base of sixty
            return quoted(shown)
        case _:
            return str(shown)
