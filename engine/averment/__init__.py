"""averment: decision criteria as a knowledge pack, and claims with the whole of their warrant.

>>> pack = averment.load("pm_tpm")
>>> outcome = pack.decide({"product": {"technical_complexity": "high"}})
>>> outcome.claim, outcome.settled, outcome.hangs_on, outcome.warrant
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from averment.batch.frames import fired_names
    from averment.checking import check
    from averment.core.optional import NONE
    from averment.diagnostics.diagnostic import Diagnostic, Refused
    from averment.guarding import NotAllowed, guard
    from averment.outcome.claim import Status
    from averment.outcome.outcome import Outcome
    from averment.pack import Pack, load

__all__ = [
    "NONE",
    "Diagnostic",
    "NotAllowed",
    "Outcome",
    "Pack",
    "Refused",
    "Status",
    "check",
    "fired_names",
    "guard",
    "load",
]
__version__ = "0.1.0"


_PLACES = {
    "NONE": "core.optional",
    "Diagnostic": "diagnostics.diagnostic",
    "NotAllowed": "guarding",
    "Outcome": "outcome.outcome",
    "Pack": "pack",
    "Refused": "diagnostics.diagnostic",
    "Status": "outcome.claim",
    "check": "checking",
    "fired_names": "batch.frames",
    "guard": "guarding",
    "load": "pack",
}


def __getattr__(name: str) -> Any:
    """What is named above, imported when it is first asked for: nobody needs all of it."""
    if name not in _PLACES:
        raise AttributeError(f"module `averment` has no attribute `{name}`")
    found = globals()[name] = getattr(import_module(f"averment.{_PLACES[name]}"), name)
    return found
