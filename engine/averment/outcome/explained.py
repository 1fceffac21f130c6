"""What an explanation is about: the claim of an outcome, or any other facts of its working memory.

A fact is named as in a warrant, ``component["camera"]``, or by its type, which names all facts of the type; a field of
a given record names the record, and a result the facts that give it.
"""

from __future__ import annotations

from typing import Any

from averment.core.composed import composed
from averment.core.naming import record_path
from averment.core.program import Fact
from averment.core.suggest import did_you_mean
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.outcome.claim import Status
from averment.outcome.evidence import marked
from averment.outcome.outcome import Outcome
from averment.outcome.presumption import Presumption
from averment.warrant.derivation import Derivation, derive
from averment.warrant.document import warrant_document


@dataclass(frozen=True)
class Explained:
    """The derivation of ``about`` (of the claim, where ``named`` is empty) in the working memory of ``outcome``.

    A presumed claim is explained by the outcome of what is presumed; ``presumption`` says so.
    """

    outcome: Outcome
    derivation: Derivation
    named: str = ""
    presumption: Presumption | None = None

    @property
    def status(self) -> Status:
        """How the claim of the case stands."""
        return Status.PRESUMED if self.presumption else self.outcome.status

    @property
    def hangs_on(self) -> tuple[str, ...]:
        """The paths of the unknown fields that an open claim hangs on."""
        return self.presumption.open.hangs_on if self.presumption else self.outcome.hangs_on

    @property
    def about(self) -> tuple[Fact, ...]:
        """The facts explained."""
        return self.derivation.roots

    def document(self) -> dict[str, Any]:
        """The warrant with its claims and facts, as JSON-able data."""
        case = self.outcome.case
        warrant = warrant_document(self.derivation, case.assumptions, case.presumptions)
        return {
            **(marked(warrant, case.evidence) if case.evidence else warrant),
            "facts": [self.derivation.path(fact) for fact in self.about],
        }


def explain(outcome: Outcome, named: str = "") -> Explained:
    """The explanation of the claim, or of the facts called ``named``.

    Raises: Refused (AV560) where the working memory holds no such fact.
    """
    if not named:
        told = outcome.presumed.outcome if outcome.presumed else outcome
        return Explained(told, told.derivation, presumption=outcome.presumed)
    named = composed(named)
    memory = outcome.evaluation.told
    facts = (fact for fact in memory.truths if not memory.types[fact.type].inner)
    paths = {record_path(memory.types[fact.type], fact): fact for fact in facts}
    record = named if named in paths else named.rpartition(".")[0]
    found = [paths[record]] if record in paths else [fact for fact in paths.values() if fact.type == named]
    if not found and named in outcome.results:
        found = [fact for fact in memory.truths if fact in outcome.results[named].reading.roots]
    if found:
        return Explained(outcome, derive(outcome.evaluation, found), named)
    there = sorted({fact.type for fact in paths.values()})  # a whole path may hold what must not be repeated
    near = did_you_mean(named, there)
    if named in memory.types:
        help = "nothing gave one, and no rule derived one"
    else:
        help = f"did you mean `{near}`?" if near else f"the case has facts of {', '.join(there)}"
    message = f"case `{outcome.case.name}` has no fact `{named}`"
    raise Refused([Diagnostic("AV560", message, help=(help,))])
