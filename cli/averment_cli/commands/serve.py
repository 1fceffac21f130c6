"""``averment serve``: packs over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command("serve")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="A file of settings, in YAML.")
@click.option("--pack", "packs", multiple=True, metavar="PACK", help="A pack to serve, by name or folder.")
@click.option("--host", help="Where to listen (127.0.0.1).")
@click.option("--port", type=int, help="Which port (8321).")
@click.option("--workers", type=int, help="How many processes answer (1).")
@click.option("--log", metavar="URL", help="The decision log: sqlite:PATH or postgresql://…, or none.")
@click.option("--tokens", type=click.Path(), help="The file of tokens. Without one only this machine is served.")
@click.option("--demo", is_flag=True, default=None, help="Show the installed packs, with their examples decided.")
@click.option("--show-config", is_flag=True, help="Print the settings as they are, and end.")
def command(config: Path | None, packs: tuple[str, ...], show_config: bool, **flags: Any) -> int:
    """Serve packs over HTTP.

    \b
    averment serve --demo
    averment serve --log sqlite:decisions.db
    averment serve --pack pm_tpm --pack ./lending --log sqlite:decisions.db
    """
    from averment.extras import need

    need("serve", "`averment serve`")
    from averment_cli.terminal import talk
    from averment_service.settings import settings_of, shown
    from averment_service.supervisor import serve

    settings = settings_of(config, flags={**flags, "packs": packs or None})
    if show_config:
        click.echo(shown(settings), nl=False)
        return 0
    return serve(settings, talk)
