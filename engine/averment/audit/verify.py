"""Whether a log is whole: every record hashes to its hash, follows the one before, and none is missing.

An edit, a removal, a change of order and an insertion break the chain at the first record concerned. A cut end, and a
log written anew with fitting hashes, show against an anchor only. The stored packs are held to their records, and the
database is asked for faults of its own structure (an index that hides a record alters no record, yet is a fault).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from averment.audit.anchor import Anchor, check_own_signature, check_signature
from averment.audit.breaks import broken
from averment.audit.chain import Head, Link, genesis, sealed
from averment.audit.errors import ALTERED, DAMAGED, MISSING, PACK, REWRITTEN, TRUNCATED, LogDamaged, LogRefused
from averment.audit.log import DecisionLog
from averment.diagnostics.diagnostic import Diagnostic

_KIND = slice(79, 87)  # in packed bytes: after the previous hash, the sequence number and the time
_PACK_KIND = b"\0\0\0\x04pack"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """``records`` were found whole, the last with hash ``head`` (hexadecimal).

    ``first_bad`` is the number of the first record that is altered, missing or out of place; ``None`` where the fault
    is not that of one record. ``anchored``: an anchor was given and looked at.
    """

    log: str
    records: int
    head: str
    anchored: bool
    first_bad: int | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def whole(self) -> bool:
        return not self.diagnostics


def verify(log: DecisionLog, anchor: Anchor | None = None, public_key: bytes = b"") -> VerifyReport:
    """Read the whole of ``log``, offline, and report. ``public_key`` (PEM): the anchor must be signed with its key.

    Raises LogUnavailable where the log cannot be reached, and LogRefused (AV556) for an anchor that does not hold.
    """
    if anchor and public_key:
        check_signature(anchor, public_key)
    elif anchor:
        check_own_signature(anchor)
    if anchor and anchor.log != log.id:
        other = Diagnostic(REWRITTEN, f"this is log `{log.id}`, and the anchor is of log `{anchor.log}`")
        return VerifyReport(log.id, 0, genesis(log.id).hex(), True, None, (other,))
    walk = _Walk(log, anchor)
    with ThreadPoolExecutor(1) as beside:
        structure = beside.submit(_structure, log)
        fault = walk.run()
    return VerifyReport(
        log=log.id,
        records=walk.head.size,
        head=walk.head.hash.hex(),
        anchored=anchor is not None,
        first_bad=walk.head.size + 1 if fault and fault.code in (ALTERED, MISSING, DAMAGED) else None,
        diagnostics=(fault,) if fault else (*_packs(log, walk.packs), *structure.result()),
    )


class _Walk:
    """One pass over the chain; ``head`` is how far it was whole, ``packs`` the records that store packs."""

    def __init__(self, log: DecisionLog, anchor: Anchor | None) -> None:
        self._log = log
        self._anchor = anchor
        self.head = Head(0, genesis(log.id))
        self.packs: list[int] = []

    def run(self) -> Diagnostic | None:
        """The first fault, if there is one."""
        anchor = self._anchor
        try:
            fault = self._chain(self._log.store.links())
        except LogDamaged as error:
            message = f"record {self.head.size + 1} cannot be read: {error.diagnostic.message}"
            return Diagnostic(DAMAGED, message, help=error.diagnostic.help)
        if fault is None and anchor and self.head.size < anchor.size:
            message = f"the log ends at record {self.head.size}, and the anchor saw {anchor.size} records"
            return Diagnostic(TRUNCATED, message, help=("the last records were removed: restore them from a copy",))
        return fault

    def _chain(self, links: Iterator[Link]) -> Diagnostic | None:
        size, head = self.head
        anchored = self._anchor.size if self._anchor else -1
        if anchored == 0 and (fault := self._against_anchor()):
            return fault
        try:
            for sequence, previous, hash_, packed in links:
                if sequence != size + 1 or previous != head or sealed(packed) != hash_:
                    return broken(Link(sequence, previous, hash_, packed), Head(size, head))
                size, head = sequence, hash_
                if packed[_KIND] == _PACK_KIND:
                    self.packs.append(size)
                if size == anchored:
                    self.head = Head(size, head)
                    if fault := self._against_anchor():
                        return fault
            return None
        finally:
            self.head = Head(size, head)

    def _against_anchor(self) -> Diagnostic | None:
        anchor = self._anchor
        if anchor is None or anchor.head == self.head.hash.hex():
            return None
        return Diagnostic(
            REWRITTEN,
            f"the log was rewritten: the hash of record {anchor.size} is not the one that the anchor saw",
            help=("compare with a copy of the log to find where they part",),
        )


def _packs(log: DecisionLog, numbers: list[int]) -> Iterator[Diagnostic]:
    for number in numbers:
        record = log.get(str(number))
        if record is None:
            continue
        try:
            log.get_pack(record.digest)
        except (LogRefused, LogDamaged) as error:
            yield Diagnostic(PACK, error.diagnostic.message, help=error.diagnostic.help)


def _structure(log: DecisionLog) -> list[Diagnostic]:
    try:
        faults = log.store.faults()
    except LogDamaged as error:
        return [error.diagnostic]
    return [Diagnostic(DAMAGED, f"every record is whole, but the database is not: {fault}") for fault in faults[:1]]
