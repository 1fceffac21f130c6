"""The reasons of a recorded decision, found by deciding it again with the pack that the log holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from averment_cli.audit_text import indented, listed, shown
from averment_cli.terminal import data, json_line, style

if TYPE_CHECKING:
    from averment.audit.log import DecisionLog
    from averment.audit.record import Record
    from averment.model.model import Model
    from averment.outcome.outcome import Outcome
    from averment.replaying.rows import Decisions


def decision_shown(log: DecisionLog, record: Record, full: bool, format: str) -> int:
    """Show a decision and its reasons; exit code 1 where it does not come out as it was recorded."""
    from averment.audit.replay import State, StoredPack, replay
    from averment.recording import Redecider

    redecider = Redecider()
    found: list[tuple[Outcome, Model]] = []

    def decide(pack: StoredPack, parameters: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any]:
        outcome = redecider.outcome(pack, parameters, facts, record.case, record.evidence)
        found.append((outcome, redecider.pack(pack).model))
        return outcome.document

    one = next(replay(log, decide, ids=(record.id,)))
    if format == "json":
        told = {"state": one.state.value, "reason": one.reason}
        json_line({**record.document(), "again": {**told, **({"outcome": found[0][0].document} if found else {})}})
    else:
        data(shown(record, style()))
        data(_said(one.state.value, one.reason))
        for outcome, model in found:
            _tell(outcome, model, record.id, full)
    return 1 if one.state is State.DIFFERS else 0


def row_shown(decisions: Decisions, record: Record, row: int, full: bool, format: str) -> int:
    """Show the decision of a row of a batch, and its reasons."""
    from averment.audit.batches import batch_of
    from averment.audit.replay import State
    from averment.replaying.replaying import BatchReplay
    from averment.replaying.rows import RowRecord, part_with, said_of

    batch = batch_of(decisions.log, record)
    told = RowRecord(batch, part_with(batch, row), row, said_of(decisions, batch, row))
    again = BatchReplay(decisions).row(batch, row)
    outcome = again.outcome
    reason = again.why.message if again.why else "; ".join(again.differences)
    if format == "json":
        document: dict[str, Any] = {"state": again.state.value, "reason": reason}
        json_line({**told.document(), "again": {**document, **({"outcome": outcome.document} if outcome else {})}})
    else:
        data(listed([told], style()))
        rows = [["run", record.id], ["input", record.body["run"]["input"]], ["row", f"{row:,}"], ["part", told.part.id]]
        rows += [["pack", f"{record.pack} {record.body['pack_version']}"], ["digest", record.digest]]
        data("\n" + indented(rows, style()) + _said(again.state.value, reason))
        if outcome is not None:
            _tell(outcome, decisions.finder.pack(record.digest).model, told.id, full)
    return 0 if again.state is State.SAME else 1


def _said(state: str, reason: str) -> str:
    words = {
        "same": "decided again, it is the same, to the byte",
        "differs": "decided again, it differs from the record",
    }
    told = words.get(state, f"the reasons cannot be shown: {state}")
    return f"\n{told}{f': {reason}' if reason else ''}\n\n"


def _tell(outcome: Outcome, model: Model, id: str, full: bool) -> None:
    if full:
        from averment.render.text import explanation

        data(explanation(outcome, model, style(), {}))
    else:
        from averment.render.screen import screen

        data(screen(outcome, model, style(), {}, more=f"averment audit show {id} --full"))
