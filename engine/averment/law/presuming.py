"""Presuming: a case with what is unknown, and has a presumption, filled in.

A presumption is rebuttable: it holds until somebody says otherwise (Toulmin's qualifier, *presumably*). It never enters
the evaluation of the case itself. Where a `many` type is not spoken of at all, nothing is presumed of it.
"""

from __future__ import annotations

from averment.core.naming import field_path
from averment.core.program import Fact, FactType, Program, Value
from averment.core.values import fact_order
from averment.law.evaluation import Given


def presume(program: Program, case: Given) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """The records of ``case`` with presumptions filled in, in canonical order, and the paths of the fields that took
    one, sorted; no paths where nothing is presumed.
    """
    if not program.presumes:
        return case.facts, ()
    held = {fact.type for fact in case.facts}
    blank = [Fact(name, (None,) * len(type.fields)) for name, type in program.types.items() if _blank(type, held)]
    facts: list[Fact] = []
    paths: list[str] = []
    for fact in (*case.facts, *blank):
        type = program.types[fact.type]
        values: list[Value | None] = list(fact.values)
        for index, field in enumerate(type.fields):
            if values[index] is None and field.presumption is not None:
                values[index] = field.presumption
                paths.append(field_path(type, fact, index))
        facts.append(Fact(fact.type, tuple(values)))
    whole = (fact for fact in facts if fact.type in held or any(value is not None for value in fact.values))
    return tuple(sorted(whole, key=fact_order)), tuple(sorted(paths))


def _blank(type: FactType, held: set[str]) -> bool:
    return type.one and not type.derived and type.name not in held
