"""What can go wrong with a decision log, as exceptions of the edge. Each holds one diagnostic; its text is one line.

No text here ever quotes a fact: a store only sees what was masked before.
"""

from __future__ import annotations

from averment.diagnostics.diagnostic import Diagnostic

UNAVAILABLE = "AV550"
DAMAGED = "AV551"
ALTERED = "AV552"
MISSING = "AV553"
TRUNCATED = "AV554"
REWRITTEN = "AV555"
ANCHOR = "AV556"
PACK = "AV557"
CONFLICT = "AV558"
UNRECORDABLE = "AV559"


class LogError(Exception):
    """A decision log refused. Attributes: ``diagnostic``, the one finding."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(f"{diagnostic.code}: {diagnostic.message}")

    def again(self) -> LogError:
        """The same error as a new exception, for another thread to raise."""
        return type(self)(self.diagnostic)


class LogUnavailable(LogError):
    """The log cannot be reached or written now: nothing that was to be recorded counts as recorded."""


class LogDamaged(LogError):
    """What is there is not a whole decision log of a known format."""


class LogRefused(LogError):
    """The log works, but not for this: a key used for other content, an unknown pack, an anchor that does not hold."""


def unavailable(name: str, reason: str, *help: str) -> LogUnavailable:
    """``reason`` is one clause, such as ``the disk is full``."""
    return LogUnavailable(Diagnostic(UNAVAILABLE, f"the decision log `{name}` is not available: {reason}", help=help))


def damaged(name: str, reason: str, *help: str) -> LogDamaged:
    """``name`` is that of the log, or of a record in it."""
    return LogDamaged(Diagnostic(DAMAGED, f"`{name}` is damaged: {reason}", help=help))


def no_log(name: str) -> LogDamaged:
    """Of something else, which nobody should mend."""
    return LogDamaged(Diagnostic(DAMAGED, f"`{name}` is not a decision log, or its beginning is torn"))


def newer(name: str, format: int, known: int, version: str) -> LogRefused:
    """Of a log that is as it should be. ``version``: of the averment that wrote its last record, if it is told."""
    message = f"the decision log `{name}` is of format {format}, newer than format {known}, which this averment reads"
    writer = f"averment {version}, which wrote its last record, or later" if version else "the averment that writes it"
    return refused(UNAVAILABLE, message, f"read it with {writer}: there is nothing to repair")


def refused(code: str, message: str, *help: str) -> LogRefused:
    return LogRefused(Diagnostic(code, message, help=help))
