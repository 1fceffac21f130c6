"""A case: the facts given about one situation, checked against the vocabulary, with declared defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Protocol

from averment.core.naming import record_path
from averment.core.node import Node, Span
from averment.core.program import Fact, FactType, Value
from averment.core.values import fact_order
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.model.encoding import encode
from averment.model.evidence import Documents, Evidence, holdings, read_evidence, unsupported
from averment.model.expecting import read_expected
from averment.model.names import unknown_field, unknown_type

UNNAMED = "case"


@dataclass(frozen=True)
class Case:
    """``facts`` are in canonical order; a `one` type not mentioned has none, unless a field of it has a default.

    ``mentioned``: the given types the case speaks of, if only with an empty list. ``assumptions``: the paths of fields
    that hold a declared default; ``presumptions``: of those that hold what is presumed of them, none as a case is read.
    ``evidence``: what the values rest on, where anything is said of that.
    ``places``: where each record and field was given, by path. ``expect``: the answer the case's author expects, part
    by part (``model.expecting``), and ``expect_places`` where each part of it stands.
    """

    name: str
    facts: tuple[Fact, ...]
    mentioned: frozenset[str] = frozenset()
    assumptions: frozenset[str] = frozenset()
    places: Mapping[str, Span] = field(default_factory=dict[str, Span], compare=False)
    expect: Mapping[str, Any] | None = None
    note: str = ""
    place: Span | None = field(default=None, compare=False)
    presumptions: frozenset[str] = frozenset()
    evidence: Evidence | None = None
    expect_places: Mapping[str, Span] = field(default_factory=dict[str, Span], compare=False)


def read_case(node: Node, types: Mapping[str, FactType], report: Report, kept: Documents | None = None) -> Case | None:
    """The case that a document gives; ``None`` after reporting every mistake in it.

    ``kept``: gives documents that evidence quotes and that are not handed in.
    """
    before = len(report.diagnostics)
    reading = _Reading(types, report)
    for name, records, span in node.entries_of("facts"):
        reading.read(name, records, span)
    reading.assume_absent()
    named, note = node.get("case"), node.get("note")
    if named is not None and (not isinstance(named.value, str) or not named.value.strip()):
        blank = isinstance(named.value, str)
        label, help = ("blank", "give it a name") if blank else ("not a text", "put it in quotes")
        report.error("AV346", "the name of a case is a text", named.span, label, help)
    if len(report.diagnostics) > before:
        return None
    facts = tuple(sorted(reading.facts, key=fact_order))
    evidence = None
    if node.get("evidence") is not None:
        held = list(holdings(facts, types, frozenset(reading.assumptions)))
        evidence = read_evidence(node, held, report, kept)
        if len(report.diagnostics) > before:
            return None
    expect, expect_places = read_expected(node.get("expect"))
    return Case(
        name=str(named.value) if named else UNNAMED,
        facts=facts,
        mentioned=frozenset(name for name, records, _ in node.entries_of("facts") if records.value is not None),
        assumptions=frozenset(reading.assumptions),
        places=reading.places,
        expect=expect,
        note=note.value if note and isinstance(note.value, str) else "",
        place=named.span if named else node.span,
        evidence=evidence,
        expect_places=expect_places,
    )


class Supported(Protocol):
    """A case as far as its evidence goes."""

    @property
    def name(self) -> str: ...
    @property
    def facts(self) -> tuple[Fact, ...]: ...
    @property
    def assumptions(self) -> frozenset[str]: ...
    @property
    def evidence(self) -> Evidence | None: ...


def refuse_unsupported(case: Case, types: Mapping[str, FactType], report: Report) -> bool:
    """Whether the case gives what the vocabulary takes only with evidence without any; reported (AV616)."""
    found = unsupported_of(case, types, case.place)
    report.extend(found)
    return bool(found)


def unsupported_of(case: Supported, types: Mapping[str, FactType], place: Span | None = None) -> list[Diagnostic]:
    """What a case gives without the evidence that the vocabulary requires (AV616)."""
    if not any(field.evidence for type in types.values() for field in type.fields):
        return []
    held = list(holdings(case.facts, types, case.assumptions))
    return unsupported(held, case.evidence, case.name, place)


def blank_case(types: Mapping[str, FactType], name: str) -> Case:
    """The case of which nothing is known but what the vocabulary assumes: where a consultation begins."""
    reading = _Reading(types, Report())
    reading.assume_absent()
    return Case(name, tuple(sorted(reading.facts, key=fact_order)), assumptions=frozenset(reading.assumptions))


class _Reading:
    """The records of one case, as far as they are read."""

    def __init__(self, types: Mapping[str, FactType], report: Report) -> None:
        self._types = types
        self._report = report
        self.facts: list[Fact] = []
        self.assumptions: set[str] = set()
        self.places: dict[str, Span] = {}
        self._seen: set[str] = set()

    def read(self, name: str, records: Node, span: Span) -> None:
        """Read what is given of the type called ``name``."""
        of = self._types.get(name)
        if of is None:
            given = [key for key, declared in self._types.items() if not declared.derived]
            unknown_type(name, given, self._report, span)
        elif of.data:
            help = "its facts are those in the pack's `data`"
            self._report.error("AV344", f"`{name}` belongs to the pack", span, "cannot be given", help)
        elif of.derived:
            help = "give the facts it rests on instead"
            self._report.error("AV344", f"`{name}` is derived by rules", span, "cannot be given", help)
        elif records.value is None:
            return  # as if it were not spoken of
        elif of.one:
            self._one(of, records, span)
        else:
            self._many(of, records)

    def assume_absent(self) -> None:
        """The records of the `one` types that are not mentioned and whose fields have defaults."""
        for name, of in self._types.items():
            if of.one and not of.derived and name not in self._seen:
                values = tuple(field.default for field in of.fields)
                if any(value is not None for value in values):
                    fact = Fact(name, values)
                    self.facts.append(fact)
                    self._assume(of, fact, (field.name for field in of.fields if field.default is not None))

    def _one(self, of: FactType, record: Node, span: Span) -> None:
        self._seen.add(of.name)
        if isinstance(record.value, dict):
            self._record(of, record, span)
        else:
            help = f"write `{of.name}: {{…}}`"
            self._report.error("AV345", f"`{of.name}` has one record", record.span, "not one record", help)

    def _many(self, of: FactType, records: Node) -> None:
        if not isinstance(records.value, list):
            help = f"write `{of.name}: [{{…}}]`, or `- ` before each record"
            self._report.error("AV345", f"`{of.name}` has a list of records", records.span, "not a list", help)
            return
        first: dict[tuple[Value | None, ...], Span] = {}
        for record in records.value:
            if not isinstance(record.value, dict):
                help = f"a record of `{of.name}` is `{{FIELD: VALUE, …}}`"
                self._report.error("AV345", f"this is not a record of `{of.name}`", record.span, "not a mapping", help)
                continue
            fact = self._record(of, record, record.span)
            if fact is None:
                continue
            key = tuple(fact.values[of.position[name]] for name in of.key)
            if key in first:
                path = record_path(of, fact)
                labels = (Label(_key_place(record, of), "again"), Label(first[key], "first given here"))
                self._report.add(Diagnostic("AV343", f"`{path}` is given twice", labels, (_twice_help(of),)))
            else:
                first[key] = _key_place(record, of)

    def _record(self, of: FactType, record: Node, span: Span) -> Fact | None:
        before = len(self._report.diagnostics)
        values: list[Value | None] = [field.default for field in of.fields]
        for name, node in record.items():
            index = of.position.get(name)
            if index is None:
                unknown_field(name, of.name, of.position, self._report, record.keys[name])
                continue
            if node.value is not None:  # else it is not known
                values[index] = encode(node, of.fields[index], f"{of.name}.{name}", self._report)
        self._check_key(of, record, values, span)
        if len(self._report.diagnostics) > before:
            return None
        fact = Fact(of.name, tuple(values))
        self.facts.append(fact)
        path = record_path(of, fact)
        self.places[path] = span
        given = {name: node.span for name, node in record.items() if node.value is not None}
        self.places.update((f"{path}.{name}", span) for name, span in given.items())
        self._assume(
            of, fact, (field.name for field in of.fields if field.default is not None and field.name not in given)
        )
        return fact

    def _check_key(self, of: FactType, record: Node, values: list[Value | None], span: Span) -> None:
        wanting = [name for name in of.key if values[of.position[name]] is None]
        missing = [name for name in wanting if (node := record.get(name)) is None or node.value is None]
        if not missing:
            return
        shown = ", ".join(f"`{name}`" for name in missing)
        what = f"this `{of.name}` is given without {shown}"
        help = "every field of this type belongs to its key; only a type with a `key` may leave others out"
        self._report.error("AV342", what, span, "which one is it?", *([help] if len(of.key) == len(of.fields) else []))

    def _assume(self, of: FactType, fact: Fact, names: Iterable[str]) -> None:
        path = record_path(of, fact)
        self.assumptions.update(f"{path}.{name}" for name in names)


def _key_place(record: Node, of: FactType) -> Span:
    """Where a record says which it is: its key, if that is one field that is given; else the whole record."""
    node = record.get(of.key[0]) if len(of.key) == 1 else None
    return node.span if node else record.span


def _twice_help(of: FactType) -> str:
    return f"a `{of.name}` is told from the others by {', '.join(f'`{name}`' for name in of.key)}"
