"""averment: decision criteria as a knowledge pack, and claims with the whole of their warrant.

>>> pack = averment.load("pm_tpm")
>>> outcome = pack.decide({"product": {"technical_complexity": "high"}})
>>> outcome.claim, outcome.settled, outcome.hangs_on, outcome.warrant
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.pack import Pack, load

if TYPE_CHECKING:
    from averment.batch.frames import fired_names
    from averment.checking import check
    from averment.guarding import NotAllowed, guard

__all__ = ["Diagnostic", "NotAllowed", "Outcome", "Pack", "Refused", "Status", "check", "fired_names", "guard", "load"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "fired_names":  # which takes Arrow, that nobody needs for a single case
        from averment.batch.frames import fired_names

        return fired_names
    if name in ("NotAllowed", "guard"):  # which take the log
        from averment import guarding

        return getattr(guarding, name)
    if name == "check":  # which nobody needs who decides
        from averment.checking import check

        return check
    raise AttributeError(f"module `averment` has no attribute `{name}`")
