"""A record of the decision log: what is written (an entry) and what is read (a record).

Kinds: ``decision`` (one case decided), ``pack`` (a pack's files, stored), and of a batch ``run``, ``part`` and ``done``
(see ``batches``). The body, canonical JSON, holds by kind:

- decision: ``engine version requester pack_version parameters facts``, the digests ``outcome`` and ``warrant`` or,
  where what was answered has no warrant, ``answer`` alone, ``evidence`` where any was given, and of an open case
  ``presumed``: what its claim presumably is, if that was found
- pack: ``files`` (how many) and ``archive`` (the SHA-256 of the packed files)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from averment.audit.chain import Row, prefixed
from averment.audit.errors import UNRECORDABLE, damaged, refused
from averment.audit.mask import Mask, Write, recordable
from averment.ir.digest import canonical, digest_of

DECISION, PACK, RUN, PART, DONE = "decision", "pack", "run", "part", "done"
_MAKER = ("engine", "version", "requester", "folder", "place")  # may differ when the same thing is recorded again


@dataclass(frozen=True, slots=True)
class Maker:
    """Who decided: the engine (the backend's name), averment's version, and who asked."""

    engine: str
    version: str
    requester: str


class Entry(NamedTuple):
    """What is to be recorded, already masked. ``key``: an entry with a key is recorded once, however often appended."""

    kind: str
    body: bytes
    key: str = ""
    case: str = ""
    pack: str = ""
    digest: str = ""
    claim: str = ""
    status: str = ""
    archive: bytes = b""

    def __repr__(self) -> str:
        return f"<Entry {self.kind} {self.key[:80]!r}>"  # of its body nothing

    def fields(self, time: str) -> tuple[bytes, ...]:
        """The bytes of ``chain.FIELDS``."""
        kind, body, key, case, pack, digest, claim, status, _ = self
        return (*map(str.encode, (time, kind, key, case, pack, digest, claim, status)), body)

    def agrees(self, record: Record) -> bool:
        """Whether ``record`` says the same, whoever made it and whenever.

        A pack's digest is that of its meaning: files that differ in comments or layout are the same pack.
        """
        if self.kind == PACK:
            return record.kind == PACK
        names = ("kind", "key", "case", "pack", "digest", "claim", "status")
        if any(getattr(self, name) != getattr(record, name) for name in names):
            return False
        mine, theirs = json.loads(self.body), record.body
        return all(mine.get(name) == theirs.get(name) for name in mine.keys() | theirs.keys() if name not in _MAKER)


@dataclass(frozen=True)
class Record:
    """A record as read. ``time`` is UTC, RFC 3339 with microseconds; texts that a kind lacks are empty."""

    sequence: int
    previous: str
    hash: str
    time: str
    kind: str
    key: str
    case: str
    pack: str
    digest: str
    claim: str
    status: str
    text: str = field(repr=False)

    @property
    def id(self) -> str:
        """The sequence number and the first twelve digits of the hash: unique, and wrong for altered content."""
        return id_of(self.sequence, self.hash)

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body's members, by the kind."""
        try:
            loaded: dict[str, Any] = json.loads(self.text)
        except ValueError:
            loaded = {}
        if not loaded:
            raise damaged(f"record {self.sequence}", "its body is not a JSON object", "run `averment audit verify`")
        return loaded

    @property
    def facts(self) -> dict[str, Any]:
        """The facts as recorded, masked."""
        return self._member("facts")

    @property
    def evidence(self) -> dict[str, Any] | None:
        """What the facts of the case rest on, as recorded; none where nothing was said of that."""
        found: dict[str, Any] | None = self.body.get("evidence")
        return found

    @property
    def parameters(self) -> dict[str, Any]:
        return self._member("parameters")

    @property
    def presumed(self) -> str | None:
        """What an open claim presumably is, where that was found."""
        claim: str | None = self.body.get("presumed")
        return claim

    def _member(self, name: str) -> dict[str, Any]:
        member: dict[str, Any] = self.body.get(name, {})
        return member

    def document(self) -> dict[str, Any]:
        """Everything, as one JSON object; ``body``'s members stand beside the rest."""
        names = ("sequence", "id", "time", "kind", "key", "case", "pack", "digest", "claim", "status")
        return {
            **{name: getattr(self, name) for name in names},
            **self.body,
            "previous": self.previous,
            "hash": self.hash,
        }


def id_of(sequence: int, hash: str) -> str:
    """The id of a record with this number and hash, in hexadecimal."""
    return f"{sequence}-{hash[:12]}"


def record_of(row: Row) -> Record:
    """The record a stored row holds. Raises LogDamaged where it is not text."""
    try:
        texts = [data.decode() for data in row.fields]
    except UnicodeDecodeError:
        texts = []
    if not texts:
        raise damaged(f"record {row.sequence}", "it is not text", "run `averment audit verify`")
    return Record(row.sequence, row.previous.hex(), row.hash.hex(), *texts)


def decision(
    outcome: Mapping[str, Any],
    facts: Mapping[str, Any],
    *,
    mask: Mask,
    maker: Maker,
    key: str = "",
    written: bytes = b"",
    write: Write = canonical,
) -> Entry:
    """The entry for one decided case: ``outcome`` is its outcome document, or the answer alone, ``facts`` the facts it
    was decided from. ``written``: the canonical bytes of an answer, where somebody has them; ``write``: gives those of
    a value, for whoever has a faster way than ``canonical``.

    ``key``, where given, makes it exact-once. Raises LogRefused (AV559) for a name that cannot be recorded.
    """
    masked, hidden = mask.facts(facts)
    evidence: dict[str, Any] = {}
    if "evidence" in outcome:
        evidence["evidence"], hidden = mask.evidence(outcome["evidence"], hidden)
    pack = outcome["pack"]
    body = {
        **made_by(maker),
        "pack_version": pack["version"],
        "parameters": outcome["parameters"],
        "facts": masked,
        **evidence,
        **mask.digests(outcome, hidden, written),
        **({"presumed": outcome["presumed"]["claim"]} if "presumed" in outcome else {}),
    }
    return Entry(
        kind=DECISION,
        body=recordable("the case", body, write),
        key=plain("the key", f"{DECISION}:{key}" if key else ""),
        case=plain("the case's name", outcome["case"] or ""),
        pack=plain("the pack's name", pack["name"]),
        digest=plain("the pack's digest", pack["digest"]),
        claim=plain("the claim", outcome["claim"] or ""),
        status=plain("the status", outcome["status"]),
    )


def stored_pack(digest: str, files: Mapping[str, bytes], name: str = "") -> Entry:
    """The entry that stores a pack's files under its digest."""
    archive = packed_files(files)
    body = {"files": len(files), "archive": digest_of(archive)}
    return Entry(
        PACK,
        recordable("the entry", body),
        pack_key(digest),
        pack=name,
        digest=plain("the digest", digest),
        archive=archive,
    )


def pack_key(digest: str) -> str:
    """The key of the record that stores the pack ``digest``."""
    return f"{PACK}:{digest}"


def packed_files(files: Mapping[str, bytes]) -> bytes:
    """Files as one run of bytes: path and content, each after its length, by path."""
    return b"".join(prefixed(path.encode()) + prefixed(files[path]) for path in sorted(files))


def unpacked_files(archive: bytes) -> dict[str, bytes]:
    """The files in an archive whose digest was checked."""
    pieces: list[bytes] = []
    at = 0
    while at < len(archive):
        end = at + 4 + int.from_bytes(archive[at : at + 4], "big")
        pieces.append(archive[at + 4 : end])
        at = end
    return {path.decode(): content for path, content in zip(pieces[::2], pieces[1::2], strict=True)}


def utc_text(time: datetime) -> str:
    """An aware time as it is recorded: ``2026-11-23T09:30:00.000000Z``."""
    if time.tzinfo is None:
        raise ValueError("a recorded time needs a time zone")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def time_of(text: str) -> datetime:
    """A time as people write it, as ``2026-11-23`` or ``2026-11-23T09:30Z``; in UTC else. Raises ValueError."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def made_by(maker: Maker) -> dict[str, str]:
    return {"engine": maker.engine, "version": maker.version, "requester": maker.requester}


def plain(what: str, text: str) -> str:
    """``text`` if every store can hold it as it is."""
    if "\0" in text or (not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)):
        raise refused(
            UNRECORDABLE, f"{what} holds a character that cannot be recorded", "leave out NUL and lone surrogates"
        )
    return text
