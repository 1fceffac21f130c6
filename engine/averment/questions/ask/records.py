"""The records of a case while it is told: one more, one less, or none of a kind.

Fields are answered within records that stay; a record that comes or goes makes another situation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.core.mentions import reads
from averment.core.naming import record_path
from averment.core.program import Fact, FactType, Program, Value
from averment.core.suggest import did_you_mean
from averment.core.values import Misfit, fact_order, fit
from averment.diagnostics.diagnostic import Diagnostic, Refused, of_misfit
from averment.outcome.outcome import Decided
from averment.questions.judging.situation import Telling


def tellable(program: Program) -> tuple[FactType, ...]:
    """The types of which a case may have any number of records, in the order of the vocabulary."""
    return tuple(type for type in program.types.values() if not type.one and not type.derived)


def counted_as_none(program: Program, case: Decided) -> tuple[FactType, ...]:
    """The types that some rule looks at, of which the case has no record because nothing was said of them."""
    looked_at = {name for rule in program.rules for name in reads(rule)}
    return tuple(
        type
        for type in tellable(program)
        if type.name in looked_at and type.name not in case.mentioned and not type.absent_unknown
    )


def type_of(program: Program, name: str) -> FactType:
    """The type called this, in the singular or the plural. Raises: Refused."""
    types = {type.name: type for type in tellable(program)}
    word = "_".join(name.split()).replace("-", "_").casefold()
    for each in (word, word.removesuffix("s"), word.removesuffix("ies") + "y", word.removesuffix("es")):
        if each in types:
            return types[each]
    near = did_you_mean(word, types)
    help = f"did you mean `{near}`?" if near else f"there may be any number of {', '.join(types) or 'nothing'}"
    raise Refused(
        [Diagnostic("AV301", f"`{name}` is no type of which there may be several", help=(help,), near=near or "")]
    )


def record(type: FactType, written: Mapping[str, object]) -> Fact:
    """A record with these fields, as a fact file would write them; others hold their default or are unknown.

    Raises: Refused where a value is not one of its field, or a field of the key is not given.
    """
    values: list[Value | None] = [field.default for field in type.fields]
    for name, plain in written.items():
        index = type.position.get(name)
        if index is None:
            near = did_you_mean(name, type.position)
            help = f"did you mean `{near}`?" if near else f"its fields are {', '.join(type.position)}"
            raise Refused(
                [Diagnostic("AV301", f"`{name}` is not a field of `{type.name}`", help=(help,), near=near or "")]
            )
        value = fit(plain, type.fields[index], f"{type.name}.{name}")
        if isinstance(value, Misfit):
            raise Refused([of_misfit(value)])
        values[index] = value
    missing = [name for name in type.key if values[type.position[name]] is None]
    if missing:
        shown = ", ".join(f"`{name}`" for name in missing)
        raise Refused([Diagnostic("AV342", f"this `{type.name}` is given without {shown}", help=("which one is it?",))])
    return Fact(type.name, tuple(values))


def with_record(program: Program, case: Decided, fact: Fact, given: Iterable[str]) -> Telling:
    """The case with one more record, of which these fields were ``given``. Raises: Refused where it has it already."""
    type = program.types[fact.type]
    key = [type.position[name] for name in type.key]
    if any(held.type == fact.type and all(held.values[at] == fact.values[at] for at in key) for held in case.facts):
        raise Refused([Diagnostic("AV343", f"`{record_path(type, fact)}` is given twice")])
    path, told = record_path(type, fact), set(given)
    assumed = {f"{path}.{field.name}" for field in type.fields if field.default is not None and field.name not in told}
    return Telling(
        case.name,
        tuple(sorted((*case.facts, fact), key=fact_order)),
        case.mentioned | {fact.type},
        case.assumptions | assumed,
    )


def without_record(program: Program, case: Decided, fact: Fact) -> Telling:
    """The case without a record of it; its type stays spoken of."""
    path = record_path(program.types[fact.type], fact)
    kept = frozenset(each for each in case.assumptions if not each.startswith(f"{path}."))
    return Telling(case.name, tuple(held for held in case.facts if held != fact), case.mentioned, kept)


def without_any(case: Decided, type: str) -> Telling:
    """The case that says there is no record of a type."""
    return Telling(case.name, tuple(case.facts), case.mentioned | {type}, case.assumptions)
