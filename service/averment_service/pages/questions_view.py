"""The questions of a pack as a form asks them: in groups, the next best first, each with what may be answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from averment.core.program import FactType, Kind
from averment.ir.digest import canonical, digest_of
from averment.model.model import Model
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import consult
from averment.recent import Recent
from averment.render.facts import answers
from averment.render.phrases import words
from averment_service.pages.case_form import NOTHING, CaseForm, Input, Record

_FEW = 6  # values that are shown side by side
_SECONDS = 1.5  # to find the order of the questions


class Option(NamedTuple):
    value: str
    shown: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """``control``: radio, select, checks, number, text or a kind of ``core.times``. ``place`` in the order to ask in, 0
    for none.
    """

    input: Input
    text: str
    hint: str
    control: str
    options: tuple[Option, ...]
    place: int


class Records(NamedTuple):
    """One record of a type, with its questions."""

    record: Record
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of a type: of its one record, or of each of its ``records``."""

    type: FactType
    title: str
    says: str
    questions: tuple[Question, ...]
    records: tuple[Records, ...]
    none: bool
    answered: int

    @property
    def place(self) -> int:
        """That of its first question to ask; those with none come last."""
        places = [each.place for each in self.questions if each.place]
        return min(places, default=10_000 if self.type.one else 20_000)


@dataclass(frozen=True, slots=True)
class Asking:
    """The form of a case. ``next``: the question to ask now, which is not in its group; ``ready``: nothing is left."""

    groups: tuple[Group, ...]
    next: Question | None
    left: int
    ready: bool
    whether: str = ""


class Ranked(NamedTuple):
    """A question in the order to ask in: the path of its field, and how many of the answers tried settle the claim."""

    path: str
    settling: int
    tried: int


class Order(NamedTuple):
    """What to ask in which order. ``whether``: a type of which it has to be known first whether there is any."""

    questions: tuple[Ranked, ...]
    finished: bool
    whether: str


_orders: Recent[tuple[str, str], Order] = Recent(256)  # one and the same case is asked for in several parts of a page


def order_of(form: CaseForm, outcome: Outcome) -> Order:
    """What to ask next about a case, and then."""
    return _orders.get((form.pack.digest, digest_of(canonical(form.facts))), lambda: _order(outcome))


def _order(outcome: Outcome) -> Order:
    if outcome.claim is None:  # what the results hang on, in their order
        paths = dict.fromkeys(path for result in outcome.results.values() for path in result.hangs_on)
        return Order(tuple(Ranked(path, 0, 0) for path in paths), not paths, "")
    consultation = consult(outcome, seconds=_SECONDS)
    ranked = tuple(Ranked(each.slot.path, each.settling, each.tried) for each in consultation.questions)
    return Order(ranked, consultation.finished, consultation.whether)


def asking(form: CaseForm, order: Order | None, skipped: Iterable[str] = ()) -> Asking:
    """The questions of a form. ``skipped``: inputs that are not to be asked for now."""
    left = [found for ranked in (order.questions if order else ()) if (found := form.paths.get(ranked.path))]
    places = {each.name: number for number, each in enumerate(left, 1)}
    put_off = {*skipped}
    first = next((each for each in left if each.name not in put_off), None)
    asked = _question(first, places) if first else None
    groups = [_group(form, of, places, first) for of in form.pack.model.types.values() if not of.derived]
    ready, whether = (order.finished, order.whether) if order else (False, "")
    return Asking(tuple(sorted(groups, key=lambda group: group.place)), asked, len(left), ready, whether)


def question_text(each: Input) -> str:
    """The question for an input as the pack words it."""
    return each.field.ask or f"What is the {each.field.label or words(each.field.name)}?"


def _group(form: CaseForm, of: FactType, places: Mapping[str, int], first: Input | None) -> Group:
    model: Model = form.pack.model
    inputs = form.ones.get(of.name, ())
    questions = _ordered([_question(each, places) for each in inputs if each is not first], places)
    records = tuple(
        Records(
            record,
            f"{words(of.name)} {number}",
            tuple(_question(each, places) for each in _key_first(record.inputs, of) if each is not first),
        )
        for number, record in enumerate(form.many.get(of.name, ()), 1)
    )
    answered = sum(each.given for each in inputs) if of.one else len(records)
    return Group(
        of, words(of.name), model.type_says.get(of.name, ""), questions, records, of.name in form.none, answered
    )


def _ordered(questions: list[Question], places: Mapping[str, int]) -> tuple[Question, ...]:
    return tuple(sorted(questions, key=lambda each: places.get(each.input.name, 10_000)))


def _key_first(inputs: tuple[Input, ...], of: FactType) -> list[Input]:
    return sorted(inputs, key=lambda each: of.key.index(each.field.name) if each.field.name in of.key else len(of.key))


def _question(each: Input, places: Mapping[str, int]) -> Question:
    of = each.field
    values: tuple[tuple[str, str], ...] = tuple((value, words(value)) for value in of.values)
    match of.kind:
        case Kind.BOOLEAN:
            control, values = "radio", (("true", "yes"), ("false", "no"))
        case Kind.CHOICE | Kind.LEVEL:
            control = "radio" if len(of.values) <= _FEW else "select"
        case Kind.SET:
            control, values = "checks", (*values, (NOTHING, "none of these"))
        case Kind.INTEGER | Kind.DECIMAL:
            control = "number"
        case Kind.DATE | Kind.TIME | Kind.DATETIME | Kind.DURATION:
            control = of.kind.value
        case Kind.TEXT:
            control = "text"
    if of.optional and control in ("number", "date", "time", "datetime", "duration"):
        control = "text"  # where `none` can be written
    options = tuple(Option(value, shown, value in each.written) for value, shown in values)
    hint = answers(of) if control in ("number", "duration") or (of.optional and control == "text") else ""
    return Question(each, question_text(each), hint, control, options, places.get(each.name, 0))
