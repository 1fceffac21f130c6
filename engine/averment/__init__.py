"""averment: decision criteria as a knowledge pack, and claims with the whole of their warrant.

>>> pack = averment.load("pm_tpm")
>>> outcome = pack.decide({"product": {"technical_complexity": "high"}})
>>> outcome.claim, outcome.settled, outcome.hangs_on, outcome.warrant
"""

from __future__ import annotations

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.pack import Pack, load

__all__ = ["Diagnostic", "Outcome", "Pack", "Refused", "Status", "load"]
__version__ = "0.1.0"
