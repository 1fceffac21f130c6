"""The chain of a decision log, format 1: what is hashed, so that any other tool can verify a log.

``text(x)`` is the UTF-8 bytes of x; ``lp(b)`` is the length of b as 4 bytes, big endian, and then b.

- The *genesis* of a log is ``SHA-256("averment audit log 1\\n" + lp(text(log id)))``.
- The *hash* of record n is ``SHA-256("averment audit record 1\\n" + lp(previous) + lp(sequence) + lp(time) + lp(kind)
  + lp(key) + lp(case) + lp(pack) + lp(digest) + lp(claim) + lp(status) + lp(body))`` where ``previous`` is the hash of
  record n - 1 (the genesis for record 1), 32 bytes; ``sequence`` is n as 8 bytes, big endian; all else is text, and
  ``body`` is canonical JSON (RFC 8785).
- Records are numbered from 1 without a gap. The *head* of a log of n records is the hash of record n, or the genesis.

A length before every field makes the bytes unambiguous; the first line keeps one kind of hash from passing for another.
The layout after ``lp(hash)`` is that of a row of PostgreSQL's binary COPY, so a row is hashed as it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

FORMAT = 1
FIELDS = ("time", "kind", "key", "case_name", "pack", "digest", "claim", "status", "body")

_LOG = b"averment audit log 1\n"
_RECORD = b"averment audit record 1\n"
_SEQUENCE = Struct(">Iq")
_SHORT = tuple(length.to_bytes(4, "big") for length in range(4096))


class Row(NamedTuple):
    """A record as stored. ``fields`` are the UTF-8 bytes of ``FIELDS``, in that order."""

    sequence: int
    previous: bytes
    hash: bytes
    fields: tuple[bytes, ...]


class Link(NamedTuple):
    """A record as verified: ``packed`` is everything its hash covers."""

    sequence: int
    previous: bytes
    hash: bytes
    packed: bytes


class Head(NamedTuple):
    """The end of a log: how many records, and the hash of the last (of none: the genesis)."""

    size: int
    hash: bytes


def genesis(log_id: str) -> bytes:
    """The hash that the first record of the log ``log_id`` follows."""
    return sha256(_LOG + prefixed(log_id.encode())).digest()


def packed(previous: bytes, sequence: int, fields: Sequence[bytes]) -> bytes:
    """The length-prefixed bytes of a record."""
    pieces = [b"\0\0\0\x20", previous, _SEQUENCE.pack(8, sequence)]
    for field in fields:
        pieces += (_SHORT[length] if (length := len(field)) < 4096 else length.to_bytes(4, "big")), field
    return b"".join(pieces)


def sealed(packed: bytes) -> bytes:
    """The hash of a record, from its packed bytes."""
    return sha256(_RECORD + packed).digest()


def link(row: Row) -> Link:
    """``row`` as it is verified."""
    return Link(row.sequence, row.previous, row.hash, packed(row.previous, row.sequence, row.fields))


def follow(head: Head, fields: tuple[bytes, ...]) -> Row:
    """The record of ``fields`` that follows ``head``."""
    sequence = head.size + 1
    return Row(sequence, head.hash, sealed(packed(head.hash, sequence, fields)), fields)


def prefixed(data: bytes) -> bytes:
    """``data`` after its length in 4 bytes."""
    return len(data).to_bytes(4, "big") + data
