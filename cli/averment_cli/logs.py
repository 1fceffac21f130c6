"""The decision log on the command line: its address, its filters, its clock, and recording what is decided."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from averment.audit.log import DecisionLog, Receipt
    from averment.audit.store import Filter
    from averment.batch.run import Record
    from averment.model.case import Case
    from averment.outcome.outcome import Outcome
    from averment.pack import Pack

_Command = Callable[..., Any]
ADDRESS = "sqlite:PATH|postgresql://…"
FILE = click.Path(exists=True, dir_okay=False)


def record_options(command: _Command) -> _Command:
    """``--log``, ``--requester`` and ``--masking-key``, of a command that decides."""
    for option in (
        click.option(
            "--masking-key", type=FILE, metavar="FILE", help="The key for sensitive fields; SQLite keeps one."
        ),
        click.option("--requester", metavar="NAME", help="Who asks, for the log. Default: your login name."),
        click.option("--log", "log", metavar=ADDRESS, help="Record each decision in this log before it is shown."),
    ):
        command = option(command)
    return command


def log_option(command: _Command) -> _Command:
    """``--log``, of a command that reads one."""
    return click.option("--log", "log", required=True, metavar=ADDRESS, help="The decision log.")(command)


def filter_options(command: _Command) -> _Command:
    """Which decisions: ``--since``, ``--until``, ``--claim``, ``--status``, ``--case``, ``--of-pack``."""
    for option in (
        click.option("--of-pack", metavar="PACK", help="Those of this pack: its name, or how its digest begins."),
        click.option("--case", "case", metavar="NAME", help="Those of the case of this name."),
        click.option(
            "--status",
            type=click.Choice(["settled", "presumed", "open", "gap", "conflict"]),
            help="Those of this status.",
        ),
        click.option("--claim", metavar="CLAIM", help="Those that claim this."),
        click.option("--until", metavar="TIME", help="Those before this time, as 2026-12-01."),
        click.option("--since", metavar="TIME", help="Those from this time on, as 2026-11-23 or 2026-11-23T09:30Z."),
    ):
        command = option(command)
    return command


def batch_options(command: _Command) -> _Command:
    """``--input`` and ``--masking-key``, of a command that reads the decisions of batches."""
    for option in (
        click.option("--masking-key", type=FILE, metavar="FILE", help="Keys sensitive fields; SQLite keeps its own."),
        click.option("--input", "places", multiple=True, metavar="PATH",
                     help="Where tables of batches are, if not where they were. Repeatable."),
    ):  # fmt: skip
        command = option(command)
    return command


def filter_of(options: dict[str, Any], kind: str = "") -> Filter:
    """The filter that ``filter_options`` describe."""
    from averment.audit.store import Filter

    return Filter(
        since=_time(options["since"], "--since"),
        until=_time(options["until"], "--until"),
        kind=kind,
        claim=options["claim"] or "",
        status=options["status"] or "",
        pack=options["of_pack"] or "",
        case=options["case"] or "",
    )


@contextmanager
def reading(address: str, masking_key: str | None = None) -> Generator[DecisionLog]:
    """The log at this address, to read."""
    from averment.audit.log import open_log

    with open_log(address, key=Path(masking_key).read_bytes() if masking_key else b"") as log:
        yield log


@contextmanager
def recording(
    address: str | None, requester: str | None, masking_key: str | None, pack: Pack, engine: Callable[[], str]
) -> Generator[Callable[[Outcome, Case], None]]:
    """Something that records a decision, or nothing where no log is named; at the end it says what it has done."""
    with _writing(address, requester, masking_key) as opened:
        if opened is None:
            yield lambda outcome, case: None
            return
        from averment import __version__
        from averment.audit.record import Maker
        from averment.recording import Recorder

        log, who = opened
        recorder = Recorder(log, pack, Maker(engine(), __version__, who))
        receipts: list[Receipt] = []
        try:
            yield lambda outcome, case: receipts.append(recorder.record(outcome, case))
        finally:
            _tell("decision", receipts, log)


@contextmanager
def recording_parts(
    address: str | None, requester: str | None, masking_key: str | None, pack: Pack, output: str
) -> Generator[Record]:
    """As ``recording``, of a batch whose output is to be there; ``-`` is nowhere."""
    with _writing(address, requester, masking_key) as opened:
        if opened is None:
            yield lambda entry: None
            return
        from averment import __version__
        from averment.recording import BatchRecorder

        log, who = opened
        place = "" if output == "-" else str(Path(output).absolute())
        recorder = BatchRecorder(log, pack, __version__, who, str(Path.cwd()), place)
        try:
            yield recorder
        finally:
            _tell("part", recorder.receipts, log)


@contextmanager
def _writing(
    address: str | None, requester: str | None, masking_key: str | None
) -> Generator[tuple[DecisionLog, str] | None]:
    """The log at this address, to write, and who asks; or none."""
    if address is None:
        if requester or masking_key:
            raise click.UsageError("--requester and --masking-key are for --log")
        yield None
        return
    from averment.audit.log import open_log

    key = Path(masking_key).read_bytes() if masking_key else b""
    with open_log(address, clock=now, key=key) as log:
        yield log, _login() if requester is None else requester


def _tell(what: str, receipts: Sequence[Receipt], log: DecisionLog) -> None:
    from averment_cli.terminal import talk

    if receipts:
        first, last, count = receipts[0].id, receipts[-1].id, len(receipts)
        before = sum(not receipt.fresh for receipt in receipts)
        known = f", {before:,} of them before" if before else ""
        talk(
            f"{count:,} {what}s recorded in `{log.name}`{known}: {first} to {last}"
            if count > 1
            else f"1 {what} recorded in `{log.name}`{' before' if before else ''}: {first}"
        )


def now() -> datetime:
    """The clock of the command line."""
    return datetime.now(UTC)


def _time(text: str | None, option: str) -> datetime | None:
    from averment.audit.record import time_of

    if text is None:
        return None
    try:
        return time_of(text)
    except ValueError:
        raise click.UsageError(f"{option} wants a time, as 2026-11-23 or 2026-11-23T09:30Z, not `{text}`") from None


def _login() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError, ImportError):
        return ""
