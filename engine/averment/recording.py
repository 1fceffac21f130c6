"""Deciding on the record: a pack's decisions go into a log, each with its pack, and come back to be decided again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from averment.audit.errors import CONFLICT, LogRefused, refused
from averment.audit.given import given_facts
from averment.audit.log import DecisionLog, Receipt
from averment.audit.record import Entry, Maker, decision, part
from averment.audit.replay import StoredPack
from averment.diagnostics.diagnostic import Refused, Report
from averment.engines import Engine, warn_of_loss
from averment.ir.digest import canonical
from averment.model.case import Case
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
        given = given_facts(case, self._types)
        maker = replace(self._maker, engine=outcome.evaluation.engine)  # not always the one that was asked first
        return self._log.append(decision(outcome.document, given, mask=self._mask, maker=maker, key=key))


class PartRecorder:
    """Records the parts of a batch in a log; a ``batch.run.Record``. ``receipts``: of each part it was told of.

    A part is known by its number and by the hash of its run's entry in the manifest, which no other run has, and enters
    once. It enters with the hash of its own entry, which covers the digests of its files and every entry before it, and
    with the digest of the file that its rows are of. Rows without an outcome are no cases of it.
    """

    def __init__(self, log: DecisionLog, pack: Pack, version: str, requester: str) -> None:
        self._log, self._pack, self._version, self._requester = log, pack, version, requester
        self._mask = log.mask(pack.model.types)
        self._run: Mapping[str, Any] = {}
        self.receipts: list[Receipt] = []

    def __call__(self, entry: Mapping[str, Any]) -> None:
        """Take an entry of a manifest. Raises LogError: then its part does not count as recorded."""
        if entry["kind"] == "run":
            self._run = entry
            self._log.put_pack(self._pack.digest, pack_bytes(self._pack), self._pack.name)
        else:
            self.receipts.append(self._part(entry))

    def _part(self, entry: Mapping[str, Any]) -> Receipt:
        try:
            return self._log.append(self._entry(entry))
        except LogRefused as error:
            if error.diagnostic.code != CONFLICT:
                raise
        message = f"part {entry['part']} of this run is in the decision log `{self._log.name}` with other content"
        help = "it was lost and decided again otherwise, or the masking key is another one: begin anew with --restart"
        raise refused(CONFLICT, message, help)

    def _entry(self, entry: Mapping[str, Any]) -> Entry:
        run = self._run
        return part(
            entry["hash"],
            key=f"{run['hash']}/{entry['part']}",
            cases=entry["decided"],
            claims={name.removeprefix("claim:"): rows for name, rows in entry["counts"] if name.startswith("claim:")},
            pack=run["pack"],
            parameters=run["parameters"],
            maker=Maker(_engines(run["engine"], entry), self._version, self._requester),
            mask=self._mask,
            inputs=run["files"][entry["file"]]["digest"],
        )


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
        known = self._packs.get(pack.digest)
        if known is None:
            known = self._packs[pack.digest] = loaded_files(pack.files)
        key = pack.digest, canonical(dict(parameters))
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = known.engine(dict(parameters), self._engine)
        report = Report()
        outcome = decide(ready, known.case(facts), report)
        if outcome is None:
            raise Refused(report.diagnostics)
        warn_of_loss("replayed", outcome.loss)
        return outcome.document

    def under_its_own_parameters(
        self, pack: StoredPack, parameters: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> dict[str, Any]:
        """As a call, but under the pack's own parameters: of another pack than the one that decided."""
        return self(pack, {}, facts)


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
