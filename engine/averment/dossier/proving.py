"""Proving a dossier from itself alone: its files are those of its manifest, its pack and facts give its outcome to the
byte, its warrant holds step by step, and its record and anchor are of this decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import averment
from averment.audit.anchor import Anchor, check_own_signature, check_signature, read_anchor
from averment.audit.chain import FIELDS, packed, sealed
from averment.audit.errors import LogError
from averment.audit.mask import Mask, is_masked
from averment.audit.record import PART
from averment.backends import reference
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.dossier.making import (
    ANCHOR,
    FACTS,
    FORMAT,
    MANIFEST,
    OUTCOME,
    PACK,
    PAGE,
    RECORD,
    WARRANT,
    case_in,
    page_of,
)
from averment.ir.digest import canonical, digest_of
from averment.model.case import Case
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.recording import loaded_files
from averment.warrant.recheck import recheck

_NEEDED = (FACTS, OUTCOME, WARRANT, PAGE)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: ``found`` is what is wrong with it, ``said`` what was seen where nothing is."""

    what: str
    said: str
    found: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The manifest, and the checks in their order; those that rest on what failed are not made."""

    manifest: Mapping[str, Any]
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        return not any(check.found for check in self.checks)


def prove(files: Mapping[str, bytes], public_key: bytes = b"") -> Proof:
    """Check everything. ``public_key`` (PEM): the anchor must be signed with its key.

    Raises Refused (AV562) where there is no manifest to begin with.
    """
    manifest = _manifest(files)
    return Proof(manifest, tuple(_checks(files, manifest, public_key)))


def _checks(files: Mapping[str, bytes], manifest: Mapping[str, Any], public_key: bytes) -> Iterator[Check]:
    yield Check("files", f"{len(files)} files, each of its digest", tuple(_altered(files, manifest["files"])))
    missing = tuple(_wrong(f"`{path}` is missing") for path in _NEEDED if path not in files)
    if missing:
        yield Check("contents", "", missing)
        return
    try:
        pack = loaded_files({path.removeprefix(PACK): data for path, data in files.items() if path.startswith(PACK)})
        case = case_in(files[FACTS], pack)
        claimed = _object(files[OUTCOME], OUTCOME)
        parameters = claimed.get("parameters")
        taken = cast(dict[str, Any], parameters) if isinstance(parameters, dict) else {}
        outcome = pack.decide(case, taken, "reference")
    except Refused as problem:
        yield Check("decision", "", tuple(problem.diagnostics))
        return
    yield _pack(pack, manifest)
    yield _decision(files, outcome, manifest)
    yield _warrant(files, outcome, case)
    yield _page(files, outcome, pack, case, manifest)
    if RECORD in files or ANCHOR in files or public_key:
        yield _record(files, outcome, public_key, manifest.get("row"))


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    if MANIFEST not in files:
        raise Refused([_none(f"it has no `{MANIFEST}`")])
    manifest = _object(files[MANIFEST], MANIFEST)
    listed, pack = manifest.get("files"), manifest.get("pack")
    if manifest.get("dossier") != FORMAT or not isinstance(listed, dict) or not isinstance(pack, dict):
        raise Refused([_none(f"its `{MANIFEST}` is not of format {FORMAT}")])
    return manifest


def _altered(files: Mapping[str, bytes], listed: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for path in sorted({*files, *listed} - {MANIFEST}):
        if path not in files:
            yield Diagnostic("AV563", f"`{path}` is missing")
        elif path not in listed:
            yield Diagnostic("AV563", f"`{path}` is not in the manifest")
        elif digest_of(files[path]) != listed[path]:
            yield Diagnostic("AV563", f"`{path}` is not what the manifest says: it was altered")


def _pack(pack: Pack, manifest: Mapping[str, Any]) -> Check:
    stated = manifest["pack"].get("digest")
    found = () if stated == pack.digest else (_wrong(f"the pack's digest is {pack.digest}, not {stated}"),)
    return Check("pack", f"{pack.name} {pack.version}, {pack.digest}", found)


def _decision(files: Mapping[str, bytes], outcome: Outcome, manifest: Mapping[str, Any]) -> Check:
    found: list[Diagnostic] = []
    claimed = _object(files[OUTCOME], OUTCOME)
    if files[OUTCOME] != outcome.canonical:
        now = json.loads(outcome.canonical)
        differs = ", ".join(name for name in now if claimed.get(name) != now[name]) or "how it is written"
        found.append(_wrong(f"the pack and the facts do not give `{OUTCOME}`: {differs} would be otherwise"))
    for name, value in (("case", outcome.case.name), ("claim", outcome.claim), ("status", outcome.status.value)):
        if manifest.get(name) != value:
            found.append(_wrong(f"the manifest states another {name} than the pack and the facts give"))
    stands = ", ".join(filter(None, (outcome.claim, outcome.status.value)))
    said = f"decided again: {stands}, the same to the byte"
    return Check("decision", said, tuple(found))


def _warrant(files: Mapping[str, bytes], outcome: Outcome, case: Case) -> Check:
    if files[WARRANT] != canonical(outcome.warrant):
        return Check("warrant", "", (_wrong(f"`{WARRANT}` is not the warrant that the pack and the facts give"),))
    program = outcome.evaluation.program
    model = reference.evaluate(program, case).memory
    wrong = [*recheck(program, outcome.warrant, model)]
    if outcome.presumed:
        presumed = outcome.presumed.outcome
        wrong += recheck(program, presumed.warrant, reference.evaluate(program, presumed.case).memory)
    found = tuple(_wrong(f"the warrant does not hold: {said}") for said in wrong)
    return Check("warrant", f"{len(outcome.warrant['nodes'])} nodes, each step redone on the facts it names", found)


def _page(files: Mapping[str, bytes], outcome: Outcome, pack: Pack, case: Case, manifest: Mapping[str, Any]) -> Check:
    if manifest.get("averment") != averment.__version__:
        return Check("page", f"made by averment {manifest.get('averment')}, held to its digest only")
    same = files[PAGE] == page_of(outcome, pack, case)
    found = () if same else (_wrong(f"`{PAGE}` is not the page of this outcome"),)
    return Check("page", "the page of this outcome", found)


# --- the record and the anchor ------------------------------------------------------------------------------------


def _record(files: Mapping[str, bytes], outcome: Outcome, public_key: bytes, row: Any) -> Check:
    if RECORD not in files or ANCHOR not in files:
        return Check("record", "", (_unfit("there is no record and anchor of a log"),))
    try:
        record = _object(files[RECORD], RECORD)
        anchor = read_anchor(files[ANCHOR].decode("utf-8", "replace"))
        if public_key:
            check_signature(anchor, public_key)
        else:
            check_own_signature(anchor)
    except LogError as problem:
        return Check("record", "", (problem.diagnostic,))
    except Refused as problem:
        return Check("record", "", tuple(problem.diagnostics))
    found = tuple(_unfit(reason) for reason in _misfits(record, anchor, outcome, row))
    signed = ", signed by the key given" if public_key else ""
    last = f"the head that the anchor saw{signed}"
    among = f"before the head that the anchor saw{signed}; that it is one of those, the log itself must show"
    where = last if record.get("hash") == anchor.head else among
    which = str(record.get("id"))
    if record.get("kind") == PART:
        which = f"{which}, a part of a batch that has row {row} and counts such a claim,"
    return Check("record", f"{which} of log {anchor.log}: {where}", found)


def _misfits(record: dict[str, Any], anchor: Anchor, outcome: Outcome, row: Any) -> Iterator[str]:
    """What keeps the record from being one of this decision, in the log of this anchor."""
    try:
        sequence = record["sequence"]
        if type(sequence) is not int or not 0 < sequence < 2**63:
            raise ValueError
        hash = sealed(packed(bytes.fromhex(record["previous"]), sequence, _fields(record))).hex()
    except (KeyError, ValueError, TypeError, AttributeError):
        yield "it is not a record"
        return
    if hash != record.get("hash"):
        yield "its hash does not fit its content"
    if sequence > anchor.size or (sequence == anchor.size and hash != anchor.head):
        yield "it is not in the log of the anchor"
    program = outcome.evaluation.program
    if record["kind"] == PART:
        if not _is_in_part(record, outcome, row):
            yield "it is of a part of a batch that does not count this decision"
        return
    stated = (record["case"], record["claim"], record["status"], record["digest"], record.get("parameters"))
    if stated != (outcome.case.name, outcome.claim, outcome.status.value, program.digest, dict(program.parameters)):
        yield "it is of another decision"
    elif not is_masked(record["facts"]) and record.get("outcome") != Mask().digest(outcome.document, ()):
        yield "it is of another outcome"


def _is_in_part(record: dict[str, Any], outcome: Outcome, row: Any) -> bool:
    """Whether a part of a batch has the row, and counts a claim that stands like this one by this pack."""
    program = outcome.evaluation.program
    try:
        claimed = outcome.claim is None or record["claims"].get(outcome.claim, 0)
        counted = claimed and record["statuses"].get(outcome.status.value, 0)
        here = record["first"] <= row < record["first"] + record["rows"]
    except (KeyError, TypeError, AttributeError):
        return False
    same = (record["digest"], record.get("parameters")) == (program.digest, dict(program.parameters))
    return bool(counted) and here and same


def _fields(record: dict[str, Any]) -> tuple[bytes, ...]:
    """The record's fields as they were hashed: the body is what is left of the document, canonical."""
    outer = {"sequence", "id", "time", "kind", "key", "case", "pack", "digest", "claim", "status", "previous", "hash"}
    names = ("case" if name == "case_name" else name for name in FIELDS[:-1])
    body = canonical({name: value for name, value in record.items() if name not in outer})
    return (*(record[name].encode() for name in names), body)


def _object(data: bytes, path: str) -> dict[str, Any]:
    try:
        loaded: Any = json.loads(data)
    except (ValueError, RecursionError):
        loaded = None
    if not isinstance(loaded, dict):
        raise Refused([_none(f"its `{path}` is not a JSON object")])
    return loaded  # pyright: ignore[reportUnknownVariableType]


def _none(reason: str) -> Diagnostic:
    return Diagnostic("AV562", f"this is not a dossier: {reason}")


def _wrong(message: str) -> Diagnostic:
    return Diagnostic("AV564", message)


def _unfit(reason: str) -> Diagnostic:
    return Diagnostic("AV566", f"the record does not prove this decision: {reason}")
