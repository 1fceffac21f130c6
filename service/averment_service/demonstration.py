"""A service to look at: the installed packs, with their example cases decided on record."""

from __future__ import annotations

from averment import __version__
from averment.audit.log import open_log
from averment.audit.record import Maker
from averment.diagnostics.diagnostic import Report
from averment.examples import examples_of
from averment.pack import Pack, load
from averment.recording import Recorder
from averment.shelf import installed_packs
from averment_service.service import now

REQUESTER = "the demonstration"


def demonstrated() -> tuple[str, ...]:
    """All packs that are installed, the one about product managers first, since the page opens with that."""
    return tuple(sorted(installed_packs(), key=lambda name: (name != "pm_tpm", name)))


def record_examples(packs: tuple[str, ...], log: str) -> int:
    """Decide the example cases of each pack on record, each once however often it is shown; how many."""
    with open_log(log, clock=now) as opened:
        return sum(
            _recorded(pack, Recorder(opened, pack, Maker("", __version__, REQUESTER))) for pack in map(load, packs)
        )


def _recorded(pack: Pack, recorder: Recorder) -> int:
    count = 0
    for case, outcome, _ in pack.decide_all(examples_of(pack, Report()), engine="reference"):
        if outcome is not None:
            recorder.record(outcome, case, key=f"example:{pack.digest}:{case.name}")
            count += 1
    return count
