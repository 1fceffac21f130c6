"""The stages in their order: text, source, surface, model, ir, evaluation, outcome.

Each stage reports all it can see; the next begins only where none before it failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from averment.core.program import Program
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.engines import Engine, loss_of
from averment.law.truth import CaseError
from averment.model.case import Case
from averment.model.model import Model
from averment.outcome.deciding import decided
from averment.outcome.outcome import Outcome
from averment.outcome.presumption import Rebuttals

if TYPE_CHECKING:
    from averment.surface.pack_files import PackFiles


def compile_pack(files: PackFiles, report: Report) -> tuple[Model, Program] | None:
    """The model of a pack and its program under its own parameters: checked for shape, names, types and strata."""
    from averment.ir.lower import lower  # here, since most packs were compiled before
    from averment.model.build import build_model

    model = None if report.failed else build_model(files, report)
    program = None if model is None or report.failed else lower(model, {}, report)
    if model is not None and program is not None:
        from averment.checks.check import run  # here, since most packs were compiled before
        from averment.checks.loading import LOADING
        from averment.checks.subject import Subject

        report.extend(run(LOADING, Subject(model, program)))
    return None if model is None or program is None or report.failed else (model, program)


def rebut(outcome: Outcome, presumed: Outcome) -> Rebuttals:
    """What would turn a presumed claim."""
    from averment.questions.rebuttals.rebuttals import rebuttals  # here, since it is seldom asked

    return rebuttals(outcome, presumed)


def decide(engine: Engine, case: Case, report: Report) -> Outcome | None:
    """The outcome of a case; nothing, and a diagnostic, where it has no lawful one."""
    try:
        outcome = decided(case, engine.evaluate, rebut)
        loss = outcome.loss
    except CaseError as error:
        labels = (Label(case.place, "this case"),) if case.place else ()
        report.add(Diagnostic(error.code, f"case `{case.name}` has no outcome: {error.message}", labels))
        outcome, loss = None, error.loss
    if loss:
        report.add(loss_of(case.name, loss))
    return outcome
