"""A pack checked: everything that is found wrong with it, its example cases too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.case_files import read_cases
from averment.checks.allowances import allowed
from averment.checks.check import run
from averment.checks.registry import CHECKS
from averment.checks.subject import Held, Subject
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Report
from averment.examples import example_files
from averment.model.case import Case, read_case
from averment.outcome.outcome import Outcome
from averment.pack import Pack


@dataclass(frozen=True)
class Checked:
    """What was found, and the texts of the files that it quotes from, by their names."""

    findings: tuple[Diagnostic, ...]
    texts: Mapping[str, str]


def check(pack: Pack) -> list[Diagnostic]:
    """Everything that is found wrong with a pack and its example cases, as ``averment check`` tells it.

    What is so wrong that it cannot be loaded is in what ``load`` raises.
    """
    return list(checked(pack).findings)


def checked(pack: Pack, held: Iterable[Held] = ()) -> Checked:
    """As ``check``, also held against the texts of its sources, with the texts that are quoted."""
    report, texts = Report(), dict(pack.texts)
    documents = read_cases(map(str, example_files(pack, report)), report, texts)
    cases = tuple(case for document in documents if (case := read_case(document, pack.model.types, report)))

    def decide(case: Case) -> Outcome:
        return pack.decide(case, engine="reference")

    subject = Subject(pack.model, pack.program(), cases, decide, tuple(held))
    report.extend(allowed(run(CHECKS, subject, pack.model.checks), texts))
    return Checked(tuple(report.diagnostics), texts)
