"""The files of a dossier.

====================  ==========================================================================================
``facts.json``        the case as given, a fact file; the page's places are lines of it
``pack/…``            the files of the pack
``outcome.json``      the canonical outcome (RFC 8785)
``warrant.json``      the warrant in it, canonical
``explanation.html``  the page
``record.json``       where a log is given: the record of the decision, or of the part of a batch it is in
``anchor.json``       where a log is given: its anchor
``manifest.json``     what this is, and the SHA-256 of every other file
====================  ==========================================================================================

Without a log the same case, pack and parameters give the same bytes. Sensitive facts are in it as they were given: it
could not be proved otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import averment
from averment.audit.anchor import draw
from averment.audit.given import given_facts
from averment.audit.log import Clock, DecisionLog
from averment.audit.record import DECISION, Maker, Record, decision
from averment.audit.store import Filter
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.ir.digest import canonical, digest_of
from averment.model.case import Case, read_case
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.recording import pack_bytes
from averment.render.html import page
from averment.surface.pack_files import read_case_file

FORMAT = 1
FACTS, OUTCOME, WARRANT, PAGE = "facts.json", "outcome.json", "warrant.json", "explanation.html"
RECORD, ANCHOR, MANIFEST, PACK = "record.json", "anchor.json", "manifest.json", "pack/"


def make(
    pack: Pack,
    case: Case,
    parameters: Mapping[str, Any] | None = None,
    engine: str = "",
    *,
    log: DecisionLog | None = None,
    clock: Clock | None = None,
    key: bytes = b"",
    record: Record | None = None,
    row: int = 0,
) -> dict[str, bytes]:
    """The files by path. With a ``log``, which must hold the decision, ``clock`` dates its anchor and ``key`` signs it.

    ``record``: which record of it, where that is known; of a ``row`` of a batch, that of its part.
    Raises: Refused, where the case has no lawful outcome or the log has no record of it (AV565); LogError.
    """
    facts = _readable({"case": case.name, "facts": given_facts(case, pack.model.types)})
    read = case_in(facts, pack)
    outcome = pack.decide(read, parameters, engine)
    files = {
        FACTS: facts,
        OUTCOME: outcome.canonical,
        WARRANT: canonical(outcome.warrant),
        PAGE: page_of(outcome, pack, read),
        **{PACK + path: data for path, data in pack_bytes(pack).items()},
    }
    if log is not None:
        assert clock is not None
        files[RECORD] = _readable((record or _recorded(log, outcome, read, pack)).document())
        files[ANCHOR] = draw(log, clock, key).text().encode()
    files[MANIFEST] = _readable(
        {
            "dossier": FORMAT,
            "averment": averment.__version__,
            "case": case.name,
            "claim": outcome.claim,
            "status": outcome.status.value,
            "pack": outcome.document["pack"],
            **({"row": row} if row else {}),
            "files": {path: digest_of(files[path]) for path in sorted(files)},
        }
    )
    return dict(sorted(files.items()))


def case_in(facts: bytes, pack: Pack) -> Case:
    """The one case in ``facts.json``. Raises Refused."""
    report = Report()
    documents = read_case_file(facts, FACTS, report)
    read = read_case(documents[0], pack.model.types, report) if len(documents) == 1 and not report.failed else None
    if read is None or report.failed:
        raise Refused(report.diagnostics or [Diagnostic("AV562", f"`{FACTS}` does not hold one case")])
    return read


def page_of(outcome: Outcome, pack: Pack, case: Case) -> bytes:
    """The page of a dossier."""
    return page(explain(outcome), pack.model, case.places).encode()


def _recorded(log: DecisionLog, outcome: Outcome, case: Case, pack: Pack) -> Record:
    """The latest record of just this decision."""
    mask = log.mask(pack.model.types)
    entry = decision(outcome.document, given_facts(case, pack.model.types), mask=mask, maker=Maker("", "", ""))
    same = json.loads(entry.body)
    for record in log.records(Filter(kind=DECISION, case=entry.case, claim=entry.claim), newest_first=True):
        if record.digest == entry.digest and all(
            record.body.get(name) == same[name] for name in ("facts", "parameters", "outcome", "warrant")
        ):
            return record
    help = "record it first: `averment decide … --log …`, with the same facts, pack and parameters"
    message = f"the decision log `{log.name}` has no record of this decision of case `{case.name}`"
    raise Refused([Diagnostic("AV565", message, help=(help,))])


def _readable(document: Any) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
