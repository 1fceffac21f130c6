"""A small pack to try rules, tables and cases on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from averment.checks.check import run
from averment.checks.loading import LOADING
from averment.checks.registry import CHECKS
from averment.checks.subject import Subject
from averment.core.program import Program, Rule, Value
from averment.diagnostics.diagnostic import Diagnostic, Report
from averment.ir.lower import lower
from averment.model.build import build_model
from averment.model.case import Case, read_case
from averment.model.model import Model
from averment.surface.pack_files import read_case_file, read_pack_files

_SAMPLE = Path(__file__).parent / "sample"


@dataclass(frozen=True)
class Compiled:
    """What became of a pack."""

    model: Model | None
    program: Program | None
    findings: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]

    @property
    def checked(self) -> list[Diagnostic]:
        """What the checks find in a pack that can be loaded."""
        assert self.model is not None, self.findings
        assert self.program is not None, self.findings
        return run(CHECKS, Subject(self.model, self.program))

    def found(self, code: str) -> list[Diagnostic]:
        """What one check finds."""
        return [finding for finding in self.checked if finding.code == code]

    def rule(self, name: str) -> Rule:
        assert self.program is not None, self.findings
        return next(rule for rule in self.program.rules if rule.id == name)


Sample = Callable[..., Compiled]


@pytest.fixture
def sample() -> Sample:
    """Compile the sample pack with some of its files replaced or added, by their paths; ``None`` takes one away."""

    def compiled(changes: dict[str, str | None] | None = None, overrides: dict[str, Value] | None = None) -> Compiled:
        files = {path.relative_to(_SAMPLE).as_posix(): path.read_bytes() for path in sorted(_SAMPLE.rglob("*.yaml"))}
        for name, text in (changes or {}).items():
            files.pop(name, None)
            if text is not None:
                files[name] = text.encode()
        report = Report()
        read = read_pack_files(files, report)
        model = None if report.failed else build_model(read, report)
        program = None if model is None else lower(model, overrides or {}, report)
        if model is not None and program is not None:
            report.extend(run(LOADING, Subject(model, program)))
        return Compiled(model, program, tuple(report.diagnostics))

    return compiled


@pytest.fixture
def given(sample: Sample) -> Callable[[str], tuple[Case | None, tuple[Diagnostic, ...]]]:
    """Read a fact file of one case against the vocabulary of the sample pack."""

    def read(text: str) -> tuple[Case | None, tuple[Diagnostic, ...]]:
        model = sample().model
        assert model is not None
        report = Report()
        documents = read_case_file(text.encode(), "case.yaml", report)
        case = None if report.failed else read_case(documents[0], model.types, report)
        return case, tuple(report.diagnostics)

    return read
