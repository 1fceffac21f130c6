"""What would turn among recorded decisions, single ones and those of batches, if another pack decided them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from averment.audit.batches import Batch, batches, meets, strays
from averment.audit.errors import LogError
from averment.audit.mask import is_masked
from averment.audit.record import DECISION, Record
from averment.audit.stats import last_runs
from averment.audit.store import Filter
from averment.batch.order import Against
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.outcome.outcome import Outcome
from averment.outcome.turns import Answer, Turns, rewritten_rules
from averment.pack import Pack
from averment.replaying.rerunning import decided_again, differences
from averment.replaying.rows import UNKNOWN, Decisions, Left, case_of, differing, recorded_case

_MASKED = Diagnostic("AV559", "facts of this case are masked")


@dataclass
class Turning:
    """Holds recorded decisions against ``other``, under its own parameters. ``left``: what was not, and why.

    Runs of one order decide the same cases: the last of them stands for all, and the rest are ``repeated``.
    """

    decisions: Decisions
    other: Pack
    engine: str = "reference"
    jobs: int = 0
    turns: Turns = field(default_factory=Turns)
    left: list[Left] = field(default_factory=list[Left])
    repeated: int = 0

    def all(self, where: Filter) -> None:
        """Every decision that meets ``where``."""
        self.left += [Left(part, part.body["cases"], UNKNOWN) for part in strays(self.decisions.log, where)]
        for record in self.decisions.log.records(replace(where, kind=DECISION)):
            self.single(record)
        found = [batch for batch in batches(self.decisions.log, where) if batch.number(where)]
        last = last_runs(found)
        self.repeated += len(found) - len(last)
        for batch in last:
            self.run(batch, where)

    def single(self, record: Record) -> None:
        """The decision of a record."""
        if is_masked(record.facts):
            self.left.append(Left(record, 1, _MASKED))
            return
        try:
            pack = self.decisions.finder.pack(record.digest)
            before = pack.decide(recorded_case(pack, record), record.parameters, self.engine)
            after = self.other.decide(recorded_case(self.other, record), {}, self.engine)
        except Refused as problem:
            self.left.append(Left(record, 1, problem.diagnostics[0]))
            return
        except LogError as problem:
            self.left.append(Left(record, 1, problem.diagnostic))
            return
        self._add(record, Answer(record.claim, record.presumed or ""), before, after)

    def row(self, batch: Batch, row: int) -> None:
        """The decision of a row of a run."""
        try:
            found = self.decisions.finder.find(batch)
            before = found.pack.decide(case_of(found, row), batch.record.parameters, self.engine)
            facts = before.document["facts"]
            after = self.other.decide(self.other.case(facts, before.case.name), {}, self.engine)
        except Refused as problem:
            self.left.append(Left(batch.record, 1, problem.diagnostics[0]))
            return
        self._add(batch.record, Answer.of(before), before, after, row)

    def run(self, batch: Batch, where: Filter) -> None:
        """The rows of a run that meet ``where``, set at a time."""
        if where.case:
            for named in self.decisions.rows(batch, where):
                self.row(batch, named.row)
            return
        against = Against(self.other.program(), self.other.model.types)
        try:
            found = self.decisions.finder.find(batch)
            with decided_again(found, self.jobs, against=against) as again:
                wrong = next(differences(found, again), "")
                told = again.summary.turns
        except Refused as problem:
            self.left.append(Left(batch.record, batch.cases, problem.diagnostics[0]))
            return
        if wrong:
            self.left.append(Left(batch.record, batch.cases, differing(wrong)))
        elif told is not None:
            self.turns.merge(_chosen(told, batch, where).document)

    def _add(self, record: Record, said: Answer, before: Outcome, after: Outcome, row: int = 0) -> None:
        if Answer.of(before) != said:
            self.left.append(Left(record, 1, differing(f"{said} is recorded, and it comes to {Answer.of(before)}")))
            return
        turned = Answer.of(after) != said  # only then does it matter which rules are written otherwise
        programs = before.evaluation.program, after.evaluation.program
        self.turns.add(before, after, rewritten_rules(*programs) if turned else frozenset(), row)


def _chosen(turns: Turns, batch: Batch, where: Filter) -> Turns:
    """What turns among the cases whose claims, before, are what ``where`` asks for."""
    if not where.claim and not where.status:
        return turns
    kinds = {ways: turn for ways, turn in turns.kinds.items() if _is(ways[0], where)}
    return Turns(batch.number(where), 0, kinds, [turned for turned in turns.first if _is(turned.before, where)])


def _is(answer: Answer, where: Filter) -> bool:
    apart = answer.claim in ("open", "gap", "conflict")
    return meets(where, answer.claim, "presumed" if answer.presumed else answer.claim if apart else "settled")
