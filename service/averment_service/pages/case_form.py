"""A case as a form says it: the inputs of each field, what is written in them, and the facts that these make.

An input is called ``TYPE.FIELD``, or of the records of a `many` type ``TYPE.NUMBER.FIELD``. What is left blank is not
known. ``none`` names the types of which there are no records. What cannot be read is told beside its input, and left
out of the facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from averment.core.naming import record_path
from averment.core.program import Fact, FactType, Field, Kind, Value
from averment.core.values import Misfit, decode, fit
from averment.model.case import UNNAMED, Case
from averment.pack import Pack
from averment_service.pages.sessions import Form

NOTHING = "-"  # the value that stands for a set without elements
_MOST_RECORDS = 500
_NUMBERED = re.compile(r"([a-z][a-z0-9_]*)\.([0-9]{1,4})\.[a-z][a-z0-9_]*", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, whose field it is, what is written, and the value that this is, or why it is none."""

    name: str
    type: FactType
    field: Field
    written: tuple[str, ...] = ()
    value: Value | None = None
    error: str = ""

    @property
    def id(self) -> str:
        """Its name as an id."""
        return self.name.replace(".", "-")

    @property
    def given(self) -> bool:
        return bool(self.written)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a type. ``path`` is empty as long as it cannot be told from others."""

    number: str
    inputs: tuple[Input, ...]
    path: str = ""


@dataclass(frozen=True)
class CaseForm:
    """``ones``: the inputs of each `one` type; ``many``: the records of each other. ``none``: types without any."""

    pack: Pack
    name: str
    ones: dict[str, tuple[Input, ...]]
    many: dict[str, tuple[Record, ...]]
    none: frozenset[str] = frozenset()
    paths: dict[str, Input] = field(default_factory=dict[str, Input])  # the input of each field of the case by its path

    @property
    def inputs(self) -> Iterator[Input]:
        for inputs in self.ones.values():
            yield from inputs
        for records in self.many.values():
            for record in records:
                yield from record.inputs

    @property
    def errors(self) -> int:
        """How many inputs cannot be read."""
        return sum(bool(each.error) for each in self.inputs)

    @property
    def answered(self) -> int:
        return sum(each.given and not each.error for each in self.inputs)

    @property
    def facts(self) -> dict[str, Any]:
        """The facts, as a fact file has them."""
        found: dict[str, Any] = {name: [] for name in sorted(self.none)}
        for name, inputs in self.ones.items():
            if record := _record(inputs):
                found[name] = record
        for name, records in self.many.items():
            if complete := [_record(record.inputs) for record in records if record.path]:
                found[name] = complete
        return found

    @property
    def case(self) -> Case:
        """Raises: Refused."""
        return self.pack.case(self.facts, self.name)

    @property
    def link(self) -> str:
        """The address at which this form is filled in, but for what is sensitive."""
        pairs = [("pack", f"{self.pack.name}@{self.pack.digest[:19]}")]
        if self.name != UNNAMED:
            pairs.append(("case", self.name))
        pairs += [("none", name) for name in sorted(self.none)]
        pairs += [(each.name, text) for each in self.inputs if not each.field.sensitive for text in each.written]
        return f"/decide?{urlencode(pairs)}"


def read_form(pack: Pack, form: Form) -> CaseForm:
    """What a form says of a case of a pack. Names that are no inputs of it mean nothing."""
    name = next((text.strip() for text in form.get("case", ()) if text.strip()), UNNAMED)
    given = {kind: of for kind, of in pack.model.types.items() if not of.derived}
    ones = {kind: tuple(_inputs(of, f"{kind}.", form)) for kind, of in given.items() if of.one}
    many = {kind: _records(of, form) for kind, of in given.items() if not of.one}
    none = frozenset(form.get("none", ())) & {kind for kind, records in many.items() if not records}
    paths = {each.name: each for inputs in ones.values() for each in inputs}
    for records in many.values():
        for record in records:
            paths.update((f"{record.path}.{each.field.name}", each) for each in record.inputs if record.path)
    return CaseForm(pack, name[:200], ones, many, none, paths)


def form_of_facts(pack: Pack, facts: Case) -> Form:
    """The form that says what a case does."""
    form: dict[str, tuple[str, ...]] = {"case": (facts.name,)}
    numbers: dict[str, int] = {}
    for fact in facts.facts:
        of = pack.model.types[fact.type]
        prefix = f"{fact.type}."
        if not of.one:
            numbers[fact.type] = numbers.get(fact.type, 0) + 1
            prefix += f"{numbers[fact.type]}."
        for each, value in zip(of.fields, fact.values, strict=True):
            if value is not None:
                form[prefix + each.name] = _texts(value, each)
    spoken = [name for name in sorted(facts.mentioned) if not pack.model.types[name].one and name not in numbers]
    return {**form, **({"none": tuple(spoken)} if spoken else {})}


def with_record(form: Form, of: FactType, many: tuple[Record, ...]) -> Form:
    """The form with one more record of a type, still blank."""
    if len(many) >= _MOST_RECORDS:
        return form
    number = max((int(record.number) for record in many), default=0) + 1
    none = tuple(name for name in form.get("none", ()) if name != of.name)
    return {**form, "none": none, f"{of.name}.{number}.{of.key[0]}": ("",)}


def without_record(form: Form, prefix: str) -> Form:
    """The form without the record whose inputs begin so."""
    return {name: texts for name, texts in form.items() if not name.startswith(f"{prefix}.")}


def _inputs(of: FactType, prefix: str, form: Form) -> Iterator[Input]:
    for each in of.fields:
        name = prefix + each.name
        written = tuple(text.strip() for text in form.get(name, ()) if text.strip())
        if not written:
            yield Input(name, of, each)
            continue
        value = fit(_plain(written, each), each, each.label or each.name.replace("_", " "))
        if isinstance(value, Misfit):
            told = "; ".join((value.message, *value.help[:1])) if value.help else f"{value.message}: {value.label}"
            yield Input(name, of, each, written, None, told)
        else:
            yield Input(name, of, each, written, value)


def _records(of: FactType, form: Form) -> tuple[Record, ...]:
    numbered = (_NUMBERED.fullmatch(name) for name in form)
    numbers = {int(name[2]): name[2] for name in numbered if name and name[1] == of.name}
    found: list[Record] = []
    taken: set[str] = set()
    for _, number in sorted(numbers.items())[:_MOST_RECORDS]:
        inputs = tuple(_inputs(of, f"{of.name}.{number}.", form))
        by_name = {each.field.name: each for each in inputs}
        path = ""
        if all(by_name[name].value is not None for name in of.key):
            path = record_path(of, Fact(of.name, tuple(each.value for each in inputs)))
        if path in taken:
            path, inputs = "", tuple(_again(each, of) for each in inputs)
        taken |= {path} - {""}
        found.append(Record(number, inputs, path))
    return tuple(found)


def _again(each: Input, of: FactType) -> Input:
    """An input of a record that is given twice, which is told at the first field of its key."""
    if each.field.name != of.key[0]:
        return each
    return Input(each.name, each.type, each.field, each.written, each.value, "there is one like this already")


def _record(inputs: tuple[Input, ...]) -> dict[str, Any]:
    return {each.field.name: decode(each.value, each.field) for each in inputs if each.value is not None}


def _plain(written: tuple[str, ...], of: Field) -> object:
    """What is written as a document would have it."""
    text = written[-1]
    match of.kind:
        case Kind.BOOLEAN:
            return {"true": True, "false": False}.get(text, text)
        case Kind.INTEGER if _WHOLE.fullmatch(text):
            return int(text)
        case Kind.SET:
            return [] if written == (NOTHING,) else [each for each in written if each != NOTHING]
        case _:
            return text


def _texts(value: Value, of: Field) -> tuple[str, ...]:
    plain = decode(value, of)
    match of.kind:
        case Kind.BOOLEAN:
            return ("true" if value else "false",)
        case Kind.SET:
            return tuple(plain) or (NOTHING,)
        case _:
            return (str(plain),)
