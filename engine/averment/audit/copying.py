"""A log copied, whole: for a backup, to restore one, or to another kind of store.

The copy has the id, the records and the hashes of the log, so whatever anchor holds for one holds for the other.
"""

from __future__ import annotations

from averment.audit.chain import Head
from averment.audit.errors import LogDamaged
from averment.audit.log import DecisionLog
from averment.audit.record import PACK
from averment.audit.store import Filter
from averment.audit.verify import verify
from averment.diagnostics.diagnostic import Diagnostic

_EVERYTHING = Filter()


def copy_log(source: DecisionLog, target: DecisionLog) -> Head:
    """Copy what ``source`` holds by now to ``target``, which has no records; its head. Writers need not stop.

    Raises LogRefused where there are records in the target, and LogDamaged where what was copied is not whole: then it
    was not in the source.
    """
    last = source.head().size
    packs = [record.digest for record in source.records(Filter(kind=PACK))]
    archives = {digest: archive for digest in packs if (archive := source.store.archive(digest)) is not None}
    rows = source.store.rows(_EVERYTHING, after=0, newest_first=False, limit=last)
    target.store.adopt(source.id, rows, archives)
    found = verify(target)
    if not found.whole:
        first = found.diagnostics[0]
        message = f"the copy `{target.name}` is not whole, as its source is not: {first.message}"
        raise LogDamaged(Diagnostic(first.code, message, (), first.help))
    return target.head()
