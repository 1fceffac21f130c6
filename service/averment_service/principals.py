"""Who asks, and what they may: tokens, stored hashed, each with roles; a role is a set of permissions.

Deny by default: a route names the permission it needs, and nobody has one that no role of theirs gives. Without a file
of tokens only this machine is served, and whoever asks may do everything.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from averment_service.problems import DENIED, Problem, problem


class Permission(StrEnum):
    """What a route may need."""

    OPEN = "open"  # everybody's: health, the page to sign in
    READ = "read"  # packs, vocabulary, rules, schemas
    DECIDE = "decide"  # cases, questions, consultations, batches
    AUDIT = "audit"  # decisions of others
    ACT = "act"  # the tools of agents
    OPERATE = "operate"  # metrics, taking up versions


P = Permission
ROLES: Mapping[str, frozenset[Permission]] = {
    "viewer": frozenset({P.READ}),
    "evaluator": frozenset({P.READ, P.DECIDE}),
    "auditor": frozenset({P.READ, P.AUDIT}),
    "agent": frozenset({P.READ, P.DECIDE, P.ACT}),
    "admin": frozenset({P.READ, P.DECIDE, P.AUDIT, P.ACT, P.OPERATE}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks: a name, which goes into the log as the requester, and what they may."""

    name: str
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        return permission is Permission.OPEN or permission in self.permissions


NOBODY = Principal("", frozenset())
HERE = Principal("local", ROLES["admin"])  # whoever is at this machine, where no tokens are kept


Tokens = Mapping[str, Principal]
"""Who there is, by the SHA-256 of their tokens in hexadecimal."""


class Doorkeeper:
    """Knows who is who by their tokens. ``tokens``: those that there are; or what tells them as they are by now,
    another mapping where they have changed.
    """

    def __init__(self, tokens: Tokens | Callable[[], Tokens] | None) -> None:
        self._told = tokens if callable(tokens) else None
        self._tokens = tokens() if callable(tokens) else tokens
        self._seen: dict[bytes, Principal] = {}  # header values that were right, so that each is hashed once

    @property
    def asks_for_tokens(self) -> bool:
        return self._tokens is not None

    def principal(self, authorization: bytes | None) -> Principal:
        """Who sends this header. Raises: Problem (401) for a token that nobody has."""
        if self._now() is None:
            return HERE
        if authorization is None:
            return NOBODY
        found = self._seen.get(authorization)
        if found is None:
            scheme, _, token = authorization.partition(b" ")
            found = self.holder(token.strip()) if scheme.lower() == b"bearer" else None
            if found is None:
                raise unknown_token()
            if len(self._seen) < 10_000:
                self._seen[authorization] = found
        return found

    def known(self, digest: str) -> Principal | None:
        """Whose token has this hash."""
        return (self._now() or {}).get(digest)

    def holder(self, token: bytes) -> Principal | None:
        """Whose token this is."""
        tokens = self._now()
        if tokens is None:
            return HERE
        digest = hashed(token)
        for known, principal in tokens.items():
            if hmac.compare_digest(known, digest):
                return principal
        return None

    def _now(self) -> Tokens | None:
        if self._told is not None and (tokens := self._told()) is not self._tokens:
            self._tokens = tokens
            self._seen.clear()
        return self._tokens


def place_of(origin: str) -> str:
    """The host and port that an Origin header names; empty where it names none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:  # as of `http://[`
        return ""


def need(principal: Principal, permission: Permission) -> None:
    """Raises: Problem, 401 where nobody is known, 403 where it is not theirs."""
    if principal.may(permission):
        return
    if principal is NOBODY:
        raise problem_401("this needs a token")
    raise problem(403, DENIED, f"`{principal.name}` may not do this: it needs the permission `{permission}`")


def unknown_token() -> Problem:
    return problem_401("this token is not known here")


def problem_401(message: str) -> Problem:
    found = problem(401, DENIED, message, "send `Authorization: Bearer TOKEN`; `averment token add` makes one")
    found.headers["www-authenticate"] = 'Bearer realm="averment"'
    return found


def hashed(token: bytes) -> str:
    """What is stored of a token: it has 256 random bits, so no more than a hash is needed."""
    return hashlib.sha256(b"averment-token:" + token).hexdigest()
