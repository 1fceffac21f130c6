"""``averment mcp``: a pack as the tools of an agent, over standard input and output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from averment_cli.logs import ADDRESS
from averment_cli.options import firings_option, pack_option, param_option, seconds_option

if TYPE_CHECKING:
    from averment_service.service import Service


@click.command("mcp")
@pack_option
@param_option
@click.option("--digest", metavar="SHA256", help="Serve only if this is the pack's digest, as sha256:….")
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False),
    metavar="FOLDER",
    help="Text files that evidence may quote, by their digest.",
)
@click.option("--log", metavar=ADDRESS, help="Record each decision in this log before the agent sees it.")
@click.option("--requester", metavar="NAME", default="agent", show_default=True, help="Who asks, for the log.")
@click.option("--audit", is_flag=True, help="Let the agent read the decisions of others in the log, too.")
@seconds_option(10.0)
@firings_option
def command(
    pack: str,
    parameters: Sequence[str],
    digest: str | None,
    documents: str | None,
    log: str | None,
    requester: str,
    audit: bool,
    seconds: float,
    firings: int,
) -> int:
    """Give an agent a pack as tools.

    Speaks the Model Context Protocol over standard input and output; the program that hosts the agent starts it. The
    tools decide, explain and ask by this pack, under these parameters, as long as the connection lasts: nothing that
    the agent sends can change them.

    \b
    averment mcp --log sqlite:decisions.db
    averment mcp --pack ./lending --digest sha256:4f2a… --log sqlite:decisions.db --requester loan-agent
    """
    from averment.extras import need

    need("mcp", "`averment mcp`")
    from averment.diagnostics.diagnostic import Report, refused
    from averment_cli.reading import Texts, pack_of, stop_if_failed
    from averment_cli.terminal import talk
    from averment_cli.written import parameters_of
    from averment_service.agents.desk import PINNED, Desk
    from averment_service.agents.protocol import serve_stdio
    from averment_service.principals import ROLES, Principal

    known, report, texts = pack_of(pack), Report(), Texts()
    overrides = parameters_of(parameters, known.model, report, texts)
    stop_if_failed(report, texts)
    if digest is not None and known.digest != digest:
        message = f"the pack `{known.name}` is not the one that is wanted: its digest is {known.digest}"
        raise refused(PINNED, message, "see what has changed before you give the new digest")
    permissions = ROLES["agent"] | ROLES["auditor"] if audit else ROLES["agent"]
    service = _service(log, documents, seconds, firings)
    try:
        desk = Desk(service, known, Principal(requester, permissions), overrides)
        known.engine(overrides, firings=firings)
        serve_stdio(desk, lambda: talk(f"averment {known.name} {known.version} {known.digest} for `{requester}`"))
    finally:
        service.close()
    return 0


def _service(log: str | None, documents: str | None, seconds: float, firings: int) -> Service:
    """What tools share, in this process."""
    from averment.audit.log import open_log
    from averment_cli.logs import now
    from averment_service.journal import Here, Off
    from averment_service.principals import Doorkeeper
    from averment_service.service import Service
    from averment_service.settings import OFF, Settings

    settings = Settings(packs=(), log=log or OFF, documents=documents or "", seconds=seconds, firings=firings)
    return Service(settings, Here(open_log(log, clock=now)) if log else Off(), Doorkeeper(None))
