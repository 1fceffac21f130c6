"""What a request is answered where it cannot be served: RFC 9457 problems that carry our findings.

A ``Problem`` is raised by whoever finds it and written by the application. ``type`` names the code's page.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect

from averment.audit.errors import CONFLICT, LogError
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.diagnostics.render_json import all_to_json
from averment.ir.digest import canonical

MEDIA = "application/problem+json"
SETTING, REQUEST, UNKNOWN, DENIED, TOO_MUCH, BUSY, REUSED, GONE, MISTAKE = (
    "AV590", "AV591", "AV592", "AV593", "AV594", "AV595", "AV596", "AV597", "AV599",
)  # fmt: skip
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_TITLES = {
    400: "the request cannot be read",
    401: "nobody is known by this",
    403: "not allowed",
    404: "there is no such thing",
    405: "not the way to ask this",
    406: "not a kind of content that is answered here",
    408: "too slow to come",
    409: "in conflict with what is on record",
    410: "no longer there",
    413: "too large",
    415: "not a kind of content that is read here",
    422: "refused",
    429: "too many requests",
    503: "not now",
}


class Problem(Exception):
    """A request that is not served: the HTTP ``status``, the findings, and headers beside them."""

    def __init__(
        self, status: int, diagnostics: Iterable[Diagnostic], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.status, self.diagnostics, self.headers = status, tuple(diagnostics), dict(headers or {})

    def __str__(self) -> str:
        return "; ".join(found.message for found in self.diagnostics)

    @property
    def document(self) -> dict[str, Any]:
        """As RFC 9457 has it, with every finding."""
        first = self.diagnostics[0]
        return {
            "type": f"/codes/{first.code}",
            "title": _TITLES.get(self.status, "internal error"),
            "status": self.status,
            "detail": "; ".join(found.line for found in self.diagnostics[:3]),
            "diagnostics": all_to_json(self.diagnostics),
        }

    @property
    def body(self) -> bytes:
        return canonical(self.document)

    @property
    def part(self) -> bytes:
        """As it stands among the answers to many."""
        return canonical({"problem": self.document})


def problem(status: int, code: str, message: str, *help: str, retry: int = 0) -> Problem:
    """A problem of one finding. ``retry``: after so many seconds it may be asked again."""
    return Problem(status, [Diagnostic(code, message, (), help)], {"retry-after": str(retry)} if retry else None)


def problem_of(error: Exception) -> Problem:
    """What the library refused, as a problem; what is none of that is a mistake of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return Problem(422, error.diagnostics)
    if isinstance(error, LogError):
        if error.diagnostic.code == CONFLICT:
            return Problem(409, [error.diagnostic])
        return Problem(503, [error.diagnostic], {"retry-after": "1"})
    if isinstance(error, ClientDisconnect):  # nobody reads this
        return problem(400, REQUEST, "the request ended before its end")
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return problem(503, BUSY, "there is no room on the disk", retry=60)
    return Problem(500, [Diagnostic(MISTAKE, "a mistake in averment; nothing was decided")])
