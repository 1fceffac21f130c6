"""Idempotency keys: what has one, a request or a line of a stream, is decided once, however often it is sent."""

from __future__ import annotations

import json
from urllib.parse import quote

from averment.audit.record import Entry, Record
from averment.ir.digest import canonical
from averment_service.asgi import Scope, header
from averment_service.principals import Principal
from averment_service.problems import REQUEST, REUSED, Problem, problem

_LONG = 200
SAYS = f"an idempotency key is 1 to {_LONG} characters of ASCII"


def header_key(scope: Scope, principal: Principal) -> str:
    """The key of a request, as the log knows it; empty where it has none. Raises: Problem (400)."""
    told = header(scope, b"idempotency-key")
    if not told:
        return ""
    text = told.decode("latin-1").strip('"')
    if not may_be(text):
        raise problem(400, REQUEST, SAYS)
    return key_of(text, principal)


def may_be(text: object) -> bool:
    """Whether this is a key."""
    return isinstance(text, str) and text.isascii() and text.isprintable() and 0 < len(text) <= _LONG


def key_of(text: str, principal: Principal) -> str:
    """A key as the log knows it: each principal has keys of its own, and ``/`` parts them, and places, from it."""
    return f"{quote(principal.name, safe='')}/{quote(text, safe='')}"


def asks_the_same(entry: Entry, record: Record) -> bool:
    """Whether what is to be recorded was asked as what is on record was."""
    body = json.loads(entry.body)
    mine = [entry.case, entry.digest, body["facts"], body.get("evidence"), body["parameters"]]
    theirs = [record.case, record.digest, record.facts, record.evidence, record.parameters]
    return canonical(mine) == canonical(theirs)


def reused() -> Problem:
    """That a key stands for something else."""
    help = "a key stands for one request: give the new one a key of its own"
    return problem(409, REUSED, "this idempotency key stands for another request", help)
