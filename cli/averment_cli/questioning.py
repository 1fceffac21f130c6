"""What the commands that ask about outcomes share: the cases decided, and their answers printed one after another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

import click

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Diagnostic
    from averment.model.case import Case
    from averment.outcome.outcome import Outcome
    from averment.pack import Pack
    from averment.render.display import Style


class Answer(Protocol):
    """What a question gives."""

    def document(self) -> dict[str, Any]: ...


_A = TypeVar("_A", bound=Answer)


class Decided(NamedTuple):
    """A case and its outcome."""

    case: Case
    outcome: Outcome


@dataclass(frozen=True)
class Asked:
    """A pack under some parameters, and the cases it decided. ``failed``: there were others, which has been told."""

    pack: Pack
    parameters: Mapping[str, Any]
    cases: Sequence[Decided]
    failed: bool = False


def decide_files(
    facts: Sequence[str], pack: str, parameters: Sequence[str], engine: str = "", of: str | None = ""
) -> Asked:
    """The cases of the fact files in which nothing is wrong, decided; what is wrong with others is told.

    ``of``: the result that is asked of in place of the claim; of a pack without a claim it is the first where none is
    named. None: what is asked is of the claim and of all results.
    Where there is no case left, that ends the program.
    """
    from averment.case_files import cases_of
    from averment.diagnostics.diagnostic import Report
    from averment.pipeline import decide
    from averment_cli.reading import Texts, pack_of, stop_if_failed, tell
    from averment_cli.written import parameters_of

    report, texts = Report(), Texts()
    known = pack_of(pack)
    if of is not None and (of or not known.model.claim):
        known = known.asking(of or known.model.results[0].name)
    overrides = parameters_of(parameters, known.model, report, texts)
    stop_if_failed(report, texts)
    cases = cases_of(facts, report, texts.of, known.model.types)
    ready = known.engine(overrides, engine)
    decided = [(case, decide(ready, case, report)) for case in cases]
    found = [Decided(case, outcome) for case, outcome in decided if outcome]
    failed = tell(report, texts)
    if failed and not found:
        raise click.exceptions.Exit(3)
    return Asked(known, overrides, found, failed)


class Answers(Generic[_A]):
    """The answer of each case, one after another, as they are found; what is refused of others is kept."""

    def __init__(self, asked: Asked, answer: Callable[[Decided], _A]) -> None:
        self._asked, self._answer = asked, answer
        self._refused: list[Diagnostic] = []

    def __iter__(self) -> Iterator[tuple[Decided, _A]]:
        from averment.diagnostics.diagnostic import Refused

        for case in self._asked.cases:
            try:
                found = self._answer(case)
            except Refused as refusal:
                self._refused += [each for each in refusal.diagnostics if each not in self._refused]
            else:
                yield case, found

    def end(self) -> int:
        """Tell what was refused; the exit code."""
        from averment_cli.terminal import talk_findings

        if self._refused:
            talk_findings(self._refused, {})
        return 3 if self._refused or self._asked.failed else 0


def print_each(
    asked: Asked,
    answer: Callable[[Decided], _A],
    format: str,
    text: Callable[[_A, Style], str],
    shown: Callable[[_A], Outcome] | None = None,
) -> int:
    """The answer of each case as soon as it is found; then what was refused of others. The exit code.

    ``shown``: the outcome that an answer stands under, where it is not the one of its case.
    """
    answers = Answers(asked, answer)
    print_answers(((shown(found) if shown else case.outcome, found) for case, found in answers), format, text)
    return answers.end()


def print_answers(found: Iterable[tuple[Outcome, _A]], format: str, text: Callable[[_A, Style], str]) -> None:
    """Each answer: as a line of JSON; or, under the case and its claim, as ``text`` has it."""
    from averment.render.questions_text import heading
    from averment_cli.terminal import data, json_line, style

    for number, (outcome, answer) in enumerate(found):
        if format == "json":
            json_line(answer.document())
        else:
            look = style()
            data(("\n" if number else "") + heading(outcome, look) + "\n" + text(answer, look))


def path_of(type: str, key: Iterable[Any], field: str) -> str:
    """The path of a field, as outcomes name it."""
    keys = ",".join(json.dumps(part, ensure_ascii=False) for part in key)
    return f"{type}[{keys}].{field}" if keys else f"{type}.{field}"


def value_of(text: str, option: str) -> Any:
    """A value on the command line, read as a fact file would read it; a mistake in it ends the program."""
    from averment.diagnostics.diagnostic import Report
    from averment.model.encoding import plain_value
    from averment.source.yaml_reader import read_yaml
    from averment_cli.reading import Texts, stop_if_failed

    report = Report()
    documents = read_yaml(text.encode("utf-8", "surrogateescape"), option, report)
    stop_if_failed(report, Texts())
    if len(documents) != 1:
        raise click.UsageError(f"{option} wants a value")
    return plain_value(documents[0])
