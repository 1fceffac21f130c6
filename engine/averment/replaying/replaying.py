"""Batches decided again: is each run, or a row of one, what the log has of it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from averment.audit.batches import Batch, batches, strays
from averment.audit.replay import State
from averment.audit.store import Filter
from averment.batch.explaining import Output, finding_of_row
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.outcome.outcome import Outcome
from averment.replaying.finding import Found
from averment.replaying.rerunning import damage, decided_again, differences
from averment.replaying.rows import UNKNOWN, Decisions, ReadCase, case_of, meets, numbered

_MASKED = "AV559"


@dataclass(frozen=True)
class BatchReplayed:
    """Decisions of a batch decided again, or why not. ``id``: of the run, a row of it, or a part without a run.

    ``outcome``: of a row, what it comes to now; ``losses``: how often, and why, the reference decided instead.
    """

    id: str
    input: str
    state: State
    cases: int
    differences: tuple[str, ...] = ()
    why: Diagnostic | None = None
    outcome: Outcome | None = None
    losses: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass
class BatchReplay:
    """Decides batches of a log again. ``engine``: row by row on this one, instead of as they were; ``read``: what reads
    the case of a single row.
    """

    decisions: Decisions
    jobs: int = 0
    engine: str = ""
    read: ReadCase = case_of

    def runs(self, where: Filter) -> Iterator[BatchReplayed]:
        """The runs with decisions that meet ``where``, each whole: one that differs anywhere differs."""
        for part in strays(self.decisions.log, where):
            yield BatchReplayed(part.id, "", State.LEFT, part.body["cases"], (), UNKNOWN)
        for batch in batches(self.decisions.log, where):
            if batch.number(where):
                yield self.run(batch, where)

    def run(self, batch: Batch, where: Filter | None = None) -> BatchReplayed:
        """A run; only the cases that meet ``where`` are counted."""
        name: str = batch.header["input"]
        try:
            found = self.decisions.finder.find(batch)
            with decided_again(found, self.jobs, self.engine) as again:
                wrong = (*differences(found, again), *damage(found))
                losses = again.summary.losses
                cases = batch.cases if where is None else _matching(found, again.output, where)
        except Refused as problem:
            return _left(batch.record.id, batch, batch.cases, problem)
        state = State.DIFFERS if wrong else State.SAME
        return BatchReplayed(batch.record.id, name, state, cases, wrong, losses=losses)

    def row(self, batch: Batch, row: int) -> BatchReplayed:
        """A row of a run, decided by itself and held to what the run says of it."""
        id = f"{batch.record.id}/{row}"
        try:
            found = self.decisions.finder.find(batch)
            outcome = found.pack.decide(
                self.read(found, row), batch.record.parameters, self.engine, found.header["firings"]
            )
            with self.decisions.output(batch) as path:
                if found.header["warrants"] == "full":
                    said = dict(numbered(path, batch)).get(row)
                    same = said == outcome.document
                    wrong = None if same else Diagnostic("AV538", "its outcome is another one")
                else:
                    program = found.pack.program(batch.record.parameters)
                    wrong = finding_of_row(Output(path, found.header), row, outcome, program)
        except Refused as problem:
            return _left(id, batch, 1, problem)
        told = (wrong.message,) if wrong else ()
        state = State.DIFFERS if wrong else State.SAME
        return BatchReplayed(id, batch.header["input"], state, 1, told, None, outcome)


def _left(id: str, batch: Batch, cases: int, problem: Refused) -> BatchReplayed:
    why = problem.diagnostics[0]
    return BatchReplayed(id, batch.header["input"], State.MASKED if why.code == _MASKED else State.LEFT, cases, (), why)


def _matching(found: Found, path: Path, where: Filter) -> int:
    if not (where.case or where.claim or where.status):
        return found.batch.cases
    return sum(meets(said, where) for _, said in numbered(path, found.batch))
