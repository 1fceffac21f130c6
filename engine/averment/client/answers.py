"""What the service answers, typed; and what is raised where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.diagnostics.render_json import diagnostic_of
from averment.ir.digest import canonical
from averment.outcome.claim import Status

Document = dict[str, Any]


class NotServed(Exception):
    """A request that was not served for another reason than what it asked: its HTTP ``status``, and the findings."""

    def __init__(self, status: int, diagnostics: Sequence[Diagnostic]) -> None:
        self.status, self.diagnostics = status, tuple(diagnostics)
        super().__init__("; ".join(found.message for found in self.diagnostics) or f"status {status}")


@dataclass(frozen=True, repr=False)
class Outcome:
    """The outcome of a case, as ``averment.Outcome`` has it, as far as it was asked for.

    ``decision`` is the number under which it is on record, ``engine`` who found it. ``document`` is the answer or,
    where the whole was asked for, the outcome. ``evidence``: what values rest on, where anything is said of that. Of
    what ended a consultation: ``provenance``, by the path of each field.
    """

    document: Mapping[str, Any]
    decision: str
    engine: str
    version: str
    warnings: tuple[Diagnostic, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    provenance: Mapping[str, str] = field(default_factory=dict[str, str])
    evidence: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return f"<Outcome of {str(self.document['case'])[:80]!r}: {self.claim[:80]}, {self.status.value}>"

    @property
    def claim(self) -> str:
        """A value the pack declares, or ``open``, ``gap`` or ``conflict``."""
        return str(self.document["claim"])

    @property
    def status(self) -> Status:
        return Status(self.document["status"])

    @property
    def settled(self) -> bool:
        """Whether no completion of the unknown fields can change the claim."""
        return self.status not in (Status.OPEN, Status.PRESUMED)

    @property
    def strength(self) -> str | int | bool | None:
        found: str | int | bool | None = self.document["strength"]
        return found

    @property
    def possible(self) -> tuple[str, ...]:
        return tuple(self.document["possible"])

    @property
    def hangs_on(self) -> tuple[str, ...]:
        """The paths of the unknown fields that an open claim hangs on."""
        return tuple(self.document["hangs_on"])

    @property
    def fired(self) -> tuple[str, ...]:
        return tuple(self.document["fired"])

    @property
    def presumed(self) -> str | None:
        """What an open claim presumably is."""
        found: Mapping[str, Any] | None = self.document.get("presumed")
        return str(found["claim"]) if found else None

    @property
    def pack(self) -> str:
        """The digest of the pack that decided."""
        return str(self.document["pack"]["digest"])

    @property
    def canonical(self) -> bytes:
        """The document's RFC 8785 bytes: of a whole outcome those of the library."""
        return canonical(dict(self.document))


class Decided(NamedTuple):
    """One of many cases: its outcome, or none and what was wrong with it."""

    case: str
    outcome: Outcome | None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a consultation stands."""

    document: Mapping[str, Any]

    @property
    def session(self) -> str:
        return str(self.document["session"])

    @property
    def step(self) -> int:
        return int(self.document["step"])

    @property
    def claim(self) -> str:
        return str(self.document["ask"]["claim"])

    @property
    def status(self) -> Status:
        return Status(self.document["ask"]["status"])

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to ask."""
        return bool(self.document["ask"]["finished"])

    @property
    def question(self) -> Mapping[str, Any] | None:
        """What is asked next: its field as the vocabulary has it, with its ``path`` and the words to ``ask`` it in."""
        found: Mapping[str, Any] | None = self.document["question"]
        return found

    @property
    def whether(self) -> str | None:
        """The type of which it is asked first whether there is any record."""
        found: str | None = self.document["whether"]
        return found

    @property
    def facts(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["facts"]
        return found

    @property
    def provenance(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.document["provenance"]
        return found

    @property
    def evidence(self) -> Mapping[str, Any] | None:
        """What values rest on, as an outcome has it; None where nothing is said of that."""
        found: Mapping[str, Any] | None = self.document["evidence"]
        return found


def outcome_of(document: Document) -> Outcome:
    """What a decision was answered with."""
    whole = document.get("outcome")
    return Outcome(
        document["answer"] if whole is None else whole,
        document["decision"],
        document["engine"]["name"],
        document["engine"]["version"],
        tuple(diagnostic_of(each) for each in document.get("warnings", ())),
        document.get("facts", {} if whole is None else whole["facts"]),
        document.get("provenance", {}),
        document.get("evidence", (document["answer"] if whole is None else whole).get("evidence")),
    )


def decided_of(case: str, document: Document) -> Decided:
    """What a line of many was answered with."""
    if "problem" in document:
        return Decided(case, None, tuple(map(diagnostic_of, document["problem"]["diagnostics"])))
    return Decided(case, outcome_of(document))


def error_of(status: int, document: Document | None) -> Refused | NotServed:
    """What is raised for an answer that is a problem; ``document`` is none where it is not one of averment's."""
    found = [diagnostic_of(each) for each in document.get("diagnostics", ())] if document else []
    return Refused(found) if status == 422 and found else NotServed(status, found)
