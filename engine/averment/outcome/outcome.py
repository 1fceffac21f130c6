"""The outcome of deciding one case: what ``decide`` hands back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol, Self

from averment.core.program import Fact, Program
from averment.core.values import decode
from averment.dataclass import dataclass
from averment.ir.digest import canonical
from averment.law.evaluation import Evaluation, Given
from averment.model.evidence import Evidence
from averment.outcome.claim import Reading, Status, read_claim
from averment.outcome.evidence import marked
from averment.outcome.hangs_on import hangs_on
from averment.outcome.presumption import Presumption
from averment.outcome.result import ResultOutcome
from averment.warrant.derivation import Derivation, derive
from averment.warrant.document import Document, warrant_document

FORMAT = 2  # of the document: raised where what a reader finds in it changes


class Decided(Given, Protocol):
    """What an outcome needs of the case: beside what a backend does, its name, the paths of the fields that hold a
    declared default or a presumption, and what the given ones rest on, where anything is said of that.
    """

    @property
    def name(self) -> str: ...
    @property
    def assumptions(self) -> frozenset[str]: ...
    @property
    def presumptions(self) -> frozenset[str]: ...
    @property
    def evidence(self) -> Evidence | None: ...


class Display(Protocol):
    """What shows outcomes of a pack; it knows how, and outcomes do not."""

    def text(self, outcome: Outcome, full: bool = False) -> str: ...
    def html(self, outcome: Outcome) -> str: ...
    def svg(self, outcome: Outcome) -> str: ...
    def framed(self, outcome: Outcome) -> str: ...


@dataclass(frozen=True, repr=False)
class Outcome:
    """A claim and everything it rests on. Whatever is costly is worked out when first asked for.

    ``lost`` says why the reference had to evaluate what is presumed, where it did so in place of another engine;
    ``supposed`` is the outcome of the case with presumptions filled in, where anything of it is open.

    ``document`` is valid against ``outcome.schema.json``; ``canonical`` are its RFC 8785 bytes, the same for the same
    pack digest, parameters and facts on every backend and platform.
    """

    case: Decided
    evaluation: Evaluation
    presumed: Presumption | None = None
    lost: str = ""
    supposed: Outcome | None = None

    def __repr__(self) -> str:
        told = f"{self.claim[:80]}, {self.status.value}" if self.claim else self.status.value
        return f"<Outcome of {self.name[:80]!r}: {told}>"

    @cached_property
    def reading(self) -> Reading:
        """What is read off the evaluation: the claim, its status, and what is possible. Without a claim the outcome
        stands as its first result does, which heads it.
        """
        if self._program.claim:
            return read_claim(self.evaluation)
        head = next(iter(self.results.values())).reading
        return Reading(None, head.status, (), None, head.roots)

    @cached_property
    def results(self) -> Mapping[str, ResultOutcome]:
        """What the pack answers besides the claim, by name, in the pack's order."""
        results = self._program.results
        return {each.name: ResultOutcome(each, self.evaluation, self.supposed) for each in results} if results else {}

    @property
    def evidence(self) -> Evidence | None:
        """What the given facts rest on; nothing where nothing is said of that."""
        return self.case.evidence

    @property
    def claim(self) -> str | None:
        """A value the pack declares, or ``open``, ``gap`` or ``conflict``; none where the pack has results only."""
        return self.reading.claim

    @property
    def claimed(self) -> str:
        """The claim; empty where the pack has results only."""
        return self.claim or ""

    @property
    def name(self) -> str:
        """The name of the case."""
        return self.case.name

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The paths of the fields that hold a declared default, and the types that the claim may rest on and of which
        there is taken to be no record, since the case does not speak of them; sorted.
        """
        return tuple(sorted(self.case.assumptions | self._program.silent.difference(self.case.mentioned)))

    @property
    def status(self) -> Status:
        """``settled``, ``presumed``, ``open``, ``gap`` or ``conflict``."""
        if not self._program.claim:
            return next(iter(self.results.values())).status
        return Status.PRESUMED if self.presumed else self.reading.status

    @property
    def settled(self) -> bool:
        """Whether no completion of the unknown fields can change the claim."""
        return self.reading.status is not Status.OPEN

    @property
    def wholly_settled(self) -> bool:
        """Whether that holds of every result as well."""
        return self.settled and all(result.settled for result in self.results.values())

    @property
    def strength(self) -> str | int | bool | None:
        """How clear a settled claim is, where the pack says so and it is certain."""
        return self.reading.strength

    @property
    def engine(self) -> str:
        """The backend that decided: ``reference`` too where it did so in place of another."""
        return self.evaluation.engine

    @property
    def loss(self) -> str:
        """Why the reference had to decide in place of another engine, the case itself or what is presumed of it."""
        return self.evaluation.loss or self.lost

    @property
    def possible(self) -> tuple[str, ...]:
        """The claims that three-valued logic does not rule out."""
        return self.reading.possible

    @cached_property
    def hangs_on(self) -> tuple[str, ...]:
        """The paths of the unknown fields an open claim hangs on, sorted; none for any other."""
        return () if self.settled else hangs_on(self.evaluation, self.reading.roots)

    @cached_property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that fired, sorted."""
        return tuple(sorted({firing.rule.id for firing in self.evaluation.firings if not firing.rule.unsaid}))

    @cached_property
    def derivation(self) -> Derivation:
        """The warrant as facts and firings, for renderers and questions."""
        return derive(self.evaluation, self.roots)

    @property
    def roots(self) -> tuple[Fact, ...]:
        """The facts that the warrant starts from: those of the claim and of every result."""
        if not self.results:
            return self.reading.roots
        resulting = (fact for result in self.results.values() for fact in result.reading.roots)
        return tuple(dict.fromkeys((*self.reading.roots, *resulting)))

    @cached_property
    def warrant(self) -> Document:
        """The warrant as nodes and edges."""
        warrant = warrant_document(self.derivation, self.case.assumptions, self.case.presumptions)
        return marked(warrant, self.evidence) if self.evidence else warrant

    @cached_property
    def answer(self) -> dict[str, Any]:
        """What is answered: the outcome without its facts and without warrants, which follow from the facts."""
        program = self._program
        return {
            "format": FORMAT,
            **({"presumed": without_warrant(self.presumed.document)} if self.presumed else {}),
            **({"evidence": self.evidence.document} if self.evidence else {}),
            "case": self.name,
            "claim": self.claim,
            "status": self.status.value,
            "strength": self.strength,
            "possible": list(self.possible),
            "hangs_on": list(self.hangs_on),
            **({"results": {name: each.document for name, each in self.results.items()}} if self.results else {}),
            "assumptions": list(self.assumptions),
            "fired": list(self.fired),
            "parameters": dict(program.parameters),
            "pack": {"name": program.name, "version": program.version, "digest": program.digest},
        }

    @cached_property
    def document(self) -> dict[str, Any]:
        """The whole outcome as JSON-able data."""
        facts = facts_document(self._program, self.case)
        presumed = {"presumed": self.presumed.document} if self.presumed else {}
        return {**self.answer, **presumed, "facts": facts, "warrant": self.warrant}

    @property
    def canonical(self) -> bytes:
        """The document as RFC 8785 JSON: the same bytes on every engine, platform and process."""
        return canonical(self.document)

    @property
    def _program(self) -> Program:
        return self.evaluation.program

    def shown_by(self, display: Display) -> Self:
        """The same outcome, which is shown so."""
        self.__dict__["_display"] = display  # no part of what it is
        return self

    def explain(self, full: bool = False) -> str:
        """Why, as text: the claim, the strongest reasons on each side, what would turn it; ``full``: every reason."""
        return self._shown.text(self, full)

    def html(self) -> str:
        """Why, as a page that stands alone, in light and dark."""
        return self._shown.html(self)

    def svg(self) -> str:
        """The warrant as a picture, in light and dark."""
        return self._shown.svg(self)

    def _repr_html_(self) -> str:
        return self._shown.framed(self)

    def _repr_svg_(self) -> str:
        return self._shown.svg(self)

    @property
    def _shown(self) -> Display:
        display: Display | None = self.__dict__.get("_display")
        if display is None:
            raise AttributeError("this outcome was not decided by a pack, so nothing says how it is shown")
        return display


def answer_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is answered, from the whole document of an outcome."""
    answer = {name: value for name, value in without_warrant(document).items() if name != "facts"}
    return {**answer, "presumed": without_warrant(answer["presumed"])} if "presumed" in answer else answer


def without_warrant(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "warrant"}


def facts_document(program: Program, case: Decided) -> dict[str, Any]:
    """The facts of a case as a fact file would give them, defaults filled in, unknown fields left out."""
    document: dict[str, Any] = {name: [] for name in sorted(case.mentioned) if not program.types[name].one}
    for fact in case.facts:
        type = program.types[fact.type]
        record = {
            field.name: decode(value, field)
            for field, value in zip(type.fields, fact.values, strict=True)
            if value is not None
        }
        if type.one:
            document[type.name] = record
        else:
            document[type.name].append(record)
    return document
