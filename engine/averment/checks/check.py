"""What a check is, and the diagnostic that is made of what it finds.

Each check is a module of this folder, named for what it finds, with a ``CHECK``: its code, its sentences with the words
of a finding in braces, and ``find``, which hands back findings as data. Its page is ``diagnostics/pages/CODE.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field

from averment.checks.subject import Subject
from averment.core.node import Span
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Edit, Label, Severity
from averment.model.model import Told

NO_SETTINGS: Mapping[str, Told] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """Where something was found, and the words that tell it from another: names, cells, numbers. ``labels`` are further
    places, each with its own text; ``edit`` is what mends it.
    """

    place: Span | None
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    labels: tuple[Label, ...] = ()
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """``says``, ``label`` (under the place), ``help`` and ``note`` are sentences with the words of a finding in braces;
    one that comes out empty is left out.
    """

    code: str
    find: Callable[[Subject], Iterable[Finding]]
    says: str
    label: str = ""
    help: str = ""
    note: str = ""
    severity: Severity = Severity.WARNING

    def diagnostic(self, finding: Finding, severity: Severity) -> Diagnostic:
        """What is said of a finding."""

        def told(sentence: str) -> str:
            return sentence.format_map(finding.words)

        first = (Label(finding.place, told(self.label)),) if finding.place else ()
        help, note = told(self.help), told(self.note)
        return Diagnostic(
            self.code,
            told(self.says),
            (*first, *finding.labels),
            (help,) if help else (),
            (note,) if note else (),
            severity,
            edit=finding.edit,
        )


def run(checks: Iterable[Check], subject: Subject, told: Mapping[str, Told] = NO_SETTINGS) -> list[Diagnostic]:
    """What the checks find, each thing once. ``told``: how, by code, where not as each check has it."""
    found: list[Diagnostic] = []
    for check in checks:
        level = told[check.code].level if check.code in told else check.severity.value
        if level != "off":
            found += [check.diagnostic(finding, Severity(level)) for finding in check.find(subject)]
    return list(dict.fromkeys(found))
