"""The book of a pack, to be read: what may be said of a case, the rules as sentences, what they rest on, examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from averment.core.program import FactType, Field, Program, Rule
from averment.core.times import SCALES
from averment.core.values import show
from averment.ir.eras import days_told, periods_told
from averment.model.kinds import described
from averment.model.model import ALWAYS, Model, Parameter, Source
from averment.pack import Pack
from averment.render.display import UNICODE
from averment.render.facts import answers
from averment.render.phrases import noun, words
from averment.render.places import backing_phrase, rule_place
from averment.render.rule_words import general_conclusions, general_conditions, general_sentence
from averment_service.pages.examples import examples

_PLAINLY = ("publisher", "author", "date", "url")


class FieldView(NamedTuple):
    path: str
    noun: str
    ask: str
    says: str
    answers: str
    notes: tuple[str, ...]


class TypeView(NamedTuple):
    name: str
    title: str
    says: str
    derived: bool
    one: bool
    fields: tuple[FieldView, ...]


class Example(NamedTuple):
    name: str
    expected: str
    note: str


class Way(NamedTuple):
    """One way in which a rule fires: what it asks for, what it derives."""

    conditions: tuple[str, ...]
    conclusions: tuple[str, ...]


class RuleView(NamedTuple):
    """``anchor``: its place on the page."""

    id: str
    anchor: str
    says: str
    ways: tuple[Way, ...]
    backing: str
    judgement: bool
    place: str


class Chapter(NamedTuple):
    """The rules of one file."""

    title: str
    file: str
    rules: tuple[RuleView, ...]


class ParameterView(NamedTuple):
    name: str
    value: str
    says: str
    range: str


class SourceView(NamedTuple):
    name: str
    title: str
    about: str
    url: str
    sections: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything of a pack that can be read."""

    given: tuple[TypeView, ...]
    derived: tuple[TypeView, ...]
    chapters: tuple[Chapter, ...]
    parameters: tuple[ParameterView, ...]
    sources: tuple[SourceView, ...]
    examples: tuple[Example, ...]
    rules: int


def book(pack: Pack) -> Book:
    """The book of a pack."""
    model, program = pack.model, pack.program()
    types = [_type(model, of) for of in model.own_types]
    return Book(
        tuple(each for each in types if not each.derived),
        tuple(each for each in types if each.derived),
        tuple(_chapters(model, program)),
        tuple(_parameter(each) for each in model.parameters.values()),
        tuple(_source(each) for each in model.sources.values()),
        tuple(Example(each.name, str((each.expect or {}).get("claim", "")), each.note) for each in examples(pack)),
        len({rule.id for rule in program.rules}),
    )


def anchor(rule: str) -> str:
    """Where a rule stands on the page."""
    return f"rule-{rule.replace('/', '-')}"


def _type(model: Model, of: FactType) -> TypeView:
    fields = tuple(_field(model, of, each) for each in of.fields)
    return TypeView(of.name, words(of.name), model.type_says.get(of.name, ""), of.derived, of.one, fields)


def _field(model: Model, of: FactType, each: Field) -> FieldView:
    path = f"{of.name}.{each.name}"
    told = {"boolean": "yes or no", "text": "a text"} | {kind: scale.article for kind, scale in SCALES.items()}
    allowed = told.get(each.kind) or words(answers(each)) or described(each)
    return FieldView(path, noun(each), each.ask, model.type_says.get(path, ""), allowed, tuple(_notes(of, each)))


def _notes(of: FactType, each: Field) -> Iterator[str]:
    if each.name in of.key and not of.one and not of.derived:
        yield "tells one from another"
    if each.default is not None:
        yield f"taken to be {show(each.default, each)} where nothing is said"
    if each.presumption is not None:
        yield f"presumed to be {show(each.presumption, each)}{': ' + each.presumed_for if each.presumed_for else ''}"
    if each.sensitive:
        yield "sensitive: masked wherever it is kept"


def _chapters(model: Model, program: Program) -> Iterator[Chapter]:
    ways: dict[str, list[Rule]] = {}
    for rule in program.rules:
        ways.setdefault(rule.id, []).append(rule)
    files: dict[str, list[str]] = {}
    for id in ways:
        files.setdefault(rule_place(model, id).partition(":")[0], []).append(id)
    for file, ids in sorted(files.items()):
        stem = file.rpartition("/")[2].rpartition(".")[0]
        ordered = sorted(ids, key=lambda id: model.places[id].line if id in model.places else 0)
        yield Chapter(words(stem), file, tuple(_rule(model, program, id, ways[id]) for id in ordered))


def _rule(model: Model, program: Program, id: str, ways: list[Rule]) -> RuleView:
    first = ways[0]
    told = (Way(tuple(general_conditions(each, program)), tuple(general_conclusions(each, program))) for each in ways)
    judgement = all(each.judgement for each in first.backing)
    backing = backing_phrase(first.backing, UNICODE)
    return RuleView(
        id, anchor(id), general_sentence(first), tuple(dict.fromkeys(told)), backing, judgement, rule_place(model, id)
    )


def _parameter(each: Parameter) -> ParameterView:
    value = periods_told(each.periods, each.field) if each.periods else show(each.value, each.field)
    return ParameterView(each.name, value, each.says, answers(each.field))


def _source(each: Source) -> SourceView:
    url = each.about.get("url", "")
    about = [f"{words(what)} {said}" if what not in _PLAINLY else said for what, said in each.about.items()]
    about += [f"in force {days_told(each.valid)}"] if each.valid != ALWAYS else []
    sections = tuple((section.name, len(section.paragraphs), section.omitted) for section in each.sections)
    return SourceView(
        each.name,
        each.title or each.name,
        " · ".join(said for said in about if said != url),
        url if url.startswith(("https://", "http://")) else "",
        sections,
    )
