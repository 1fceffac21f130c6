"""Deciding on the record: a pack's decisions go into a log, each with its pack, and come back to be decided again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from averment.audit.batches import BatchEntries
from averment.audit.errors import CONFLICT, LogRefused, refused
from averment.audit.given import given_facts
from averment.audit.log import DecisionLog, Receipt
from averment.audit.record import Entry, Maker, decision
from averment.audit.replay import StoredPack
from averment.diagnostics.diagnostic import Refused, Report
from averment.engines import Engine, warn_of_loss
from averment.ir.digest import canonical
from averment.model.case import Case
from averment.model.evidence import evidence_of
from averment.outcome.outcome import Outcome
from averment.pack import Pack, compile_files
from averment.pipeline import decide
from averment.surface.pack_files import read_pack_files


class Recorder:
    """Records the decisions of one pack in a log, masked as its vocabulary says. Safe in threads.

    Making one puts the pack into the log. Raises LogError where the log refuses, or is not available.
    """

    def __init__(self, log: DecisionLog, pack: Pack, maker: Maker) -> None:
        self._log, self._types, self._maker = log, pack.model.types, maker
        self._mask = log.mask(self._types)  # first: without a masking key nothing is written
        log.put_pack(pack.digest, pack_bytes(pack), pack.name)

    def record(self, outcome: Outcome, case: Case, *, key: str = "") -> Receipt:
        """Record a decision; return when it is on disk. ``key``, where given, makes it exact-once.

        Raises LogError: then it does not count as recorded.
        """
        maker = replace(self._maker, engine=outcome.evaluation.engine)  # not always the one that was asked first
        given = given_facts(case, self._types)
        return self._log.append(decision(outcome.document, given, mask=self._mask, maker=maker, key=key))


class BatchRecorder:
    """Records a batch in a log, by the lines of its manifest; a ``batch.run.Record``. ``receipts``: of each part.

    A part is known by its number and by the hash of its run's line in the manifest, which no other run has, and enters
    once, with the hash of its own line, which covers the digests of its files and every line before it. Rows without an
    outcome are no cases of it. ``place``: where the output is to be; ``folder``: what the paths of the run are from.
    """

    def __init__(
        self, log: DecisionLog, pack: Pack, version: str, requester: str, folder: str = "", place: str = ""
    ) -> None:
        self._log, self._pack, self._version, self._requester = log, pack, version, requester
        self._mask = log.mask(pack.model.types)
        self._folder, self._place, self._rejects = folder, place, ""
        self._run: BatchEntries | None = None
        self.receipts: list[Receipt] = []

    def __call__(self, line: Mapping[str, Any]) -> None:
        """Take a line of a manifest. Raises LogError: then it does not count as recorded."""
        if line["kind"] == "run":
            self._log.put_pack(self._pack.digest, pack_bytes(self._pack), self._pack.name)
            self._run, self._rejects = BatchEntries(line, self._mask, self._folder, self._place), ""
            self._log.append(self._run.run(self._maker(line["engine"])))
            return
        assert self._run is not None
        engine: str = self._run.header["engine"]
        if line["kind"] == "done":
            self._log.append(self._run.done(line, self._rejects, self._maker(engine)))
            return
        if _REJECTS in line["files"]:
            self._rejects = line["files"][_REJECTS][1]
        self.receipts.append(self._part(self._run.part(line, self._maker(_engines(engine, line))), line["part"]))

    def _part(self, entry: Entry, number: int) -> Receipt:
        try:
            return self._log.append(entry)
        except LogRefused as error:
            if error.diagnostic.code != CONFLICT:
                raise
        message = f"part {number} of this run is in the decision log `{self._log.name}` with other content"
        help = "it was lost and now comes out differently, or the masking key is another one: start over with --restart"
        raise refused(CONFLICT, message, help)

    def _maker(self, engine: str) -> Maker:
        return Maker(engine, self._version, self._requester)


_REJECTS = "rejects"  # as the manifest calls the file


def _engines(first: str, entry: Mapping[str, Any]) -> str:
    """The engines that decided the cases of a part, as ``durable, reference`` where one of them fell back."""
    names = {name.removeprefix("engine:") for name, _ in entry["counts"] if name.startswith("engine:")}
    columns = {first} if first == "columnar" or not names else set[str]()
    return ", ".join(sorted(columns | names))


class Redecider:
    """Decides again what a log holds, from the log alone; a ``replay.Decide``. Each pack is compiled once."""

    def __init__(self, engine: str = "reference") -> None:
        self._engine = engine
        self._packs: dict[str, Pack] = {}
        self._ready: dict[tuple[str, bytes], Engine] = {}

    def __call__(self, pack: StoredPack, parameters: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
        """The outcome document. Raises Refused where the stored pack no longer compiles or takes the facts."""
        return self.outcome(pack, parameters, facts).document

    def outcome(
        self,
        pack: StoredPack,
        parameters: Mapping[str, Any],
        facts: Mapping[str, Any],
        name: str = "",
        evidence: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """The outcome of a case of this name, with the ``evidence`` recorded of it; raises as a call."""
        known = self.pack(pack)
        key = pack.digest, canonical(dict(parameters))
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = known.engine(dict(parameters), self._engine)
        report = Report()
        case = known.case(facts, name or "case")
        outcome = decide(ready, replace(case, evidence=evidence_of(evidence)) if evidence else case, report)
        if outcome is None:
            raise Refused(report.diagnostics)
        warn_of_loss("replayed", outcome.loss)
        return outcome

    def pack(self, stored: StoredPack) -> Pack:
        """A stored pack, compiled. Raises Refused."""
        if stored.digest not in self._packs:
            self._packs[stored.digest] = loaded_files(stored.files)
        return self._packs[stored.digest]


def pack_bytes(pack: Pack) -> dict[str, bytes]:
    """The files of a pack as they were read, by path."""
    return {path: text.encode() for path, text in pack.texts.items()}


def loaded_files(files: Mapping[str, bytes]) -> Pack:
    """The pack that these files make. Raises Refused."""
    report = Report()
    pack = compile_files(read_pack_files(files, report), "", report)
    if pack is None or report.failed:
        raise Refused(report.diagnostics)
    return pack
