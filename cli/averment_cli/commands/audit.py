"""``averment audit``: whether the decision log is whole, what it says, and whether its decisions come out the same."""

from __future__ import annotations

from pathlib import Path

import click

from averment_cli.audit_reading import export_command, list_command, show_command, stats_command
from averment_cli.audit_replay import replay_command
from averment_cli.logs import FILE, log_option, now, reading
from averment_cli.options import format_option


@click.group("audit")
def command() -> None:
    """Verify, replay and read the decision log.

    \b
    averment audit verify --log sqlite:decisions.db --anchor anchor.json
    averment audit replay --log sqlite:decisions.db --all
    averment audit list --log sqlite:decisions.db --since 2026-11-01
    """


@command.command("verify")
@log_option
@click.option("--anchor", "anchor_file", type=FILE, metavar="FILE", help="An anchor, kept elsewhere, to hold it to.")
@click.option("--key", type=FILE, metavar="FILE", help="The Ed25519 public key (PEM) that signed the anchor.")
@format_option
def verify_command(log: str, anchor_file: str | None, key: str | None, format: str) -> int:
    """Is the log whole? Names the first bad record.

    Edits, removals and another order break the chain. A cut end, and a rewritten log, show against an anchor only.
    """
    from averment.audit.anchor import read_anchor
    from averment.audit.verify import verify
    from averment.diagnostics.render_json import all_to_json
    from averment_cli.audit_text import verified
    from averment_cli.terminal import data, json_line, style

    if key and not anchor_file:
        raise click.UsageError("--key is for --anchor")
    anchor = read_anchor(Path(anchor_file).read_text("utf-8", "replace")) if anchor_file else None
    with reading(log) as opened:
        report = verify(opened, anchor, Path(key).read_bytes() if key else b"")
        if format == "json":
            document = {
                name: getattr(report, name) for name in ("log", "records", "head", "anchored", "first_bad", "whole")
            }
            json_line({**document, "diagnostics": all_to_json(report.diagnostics)})
        else:
            data(verified(report, opened.name, anchor, bool(key), style()))
    return 0 if report.whole else 1


@command.command("anchor")
@log_option
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write it here. Keep it elsewhere."
)
@click.option("--key", type=FILE, metavar="FILE", help="An Ed25519 private key (PEM) to sign it with.")
def anchor_command(log: str, output: str | None, key: str | None) -> None:
    """Write down how long the log is, and its head: what a later verify holds it to."""
    from averment.audit.anchor import draw
    from averment.ownership import write_new
    from averment_cli.terminal import data, talk

    with reading(log) as opened:
        drawn = draw(opened, now, Path(key).read_bytes() if key else b"")
    if output is None:
        data(drawn.text())
    else:
        write_new(Path(output), drawn.text().encode())
        talk(f"{drawn.size:,} records anchored in {output}: keep it where who writes the log cannot reach")


@command.command("copy")
@log_option
@click.argument("to", metavar="TO")
def copy_command(log: str, to: str) -> None:
    """Copy the log, whole, to TO: sqlite:PATH or postgresql://…, where there is no log yet.

    A backup, and a restore: the copy has the same records under the same hashes, so that anchors of one hold for the
    other. Whoever writes the log need not stop. The copy is verified. A masking key beside the log goes along.

    \b
    averment audit copy --log sqlite:decisions.db sqlite:backup.db
    averment audit copy --log sqlite:backup.db postgresql://127.0.0.1/audit
    """
    from averment.audit.copying import copy_log
    from averment.audit.log import open_log
    from averment.ownership import new_file
    from averment_cli.terminal import talk

    with reading(log) as source, open_log(to, clock=now) as target:
        head = copy_log(source, target)
        key = _key_beside(log)
        if key is not None and to.startswith("sqlite:"):
            with new_file(_key_of(to), 0o600) as stream:
                stream.write(key)
        elif key is not None:
            talk(f"keep {_key_of(log)}: it masks what is sensitive, and is no part of the log")
        talk(f"{head.size:,} records copied to {target.name}, the last {head.hash.hex()[:12]}")


def _key_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:") + ".key")


def _key_beside(url: str) -> bytes | None:
    """The masking key that an SQLite log has beside it."""
    place = _key_of(url)
    return place.read_bytes() if url.startswith("sqlite:") and place.is_file() else None


for _command in (replay_command, show_command, list_command, export_command, stats_command):
    command.add_command(_command)
