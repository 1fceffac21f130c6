"""What an agent has before it: one pack under its parameters, pinned by digest, in the name of one principal.

Nothing that an agent sends chooses the pack or its parameters: whoever sets the connection up does. A call may name the
digest that it means, and must where the connection names none itself; any other is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from averment import __version__
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.pack import Pack
from averment_service.documents import Shelf
from averment_service.principals import Principal
from averment_service.service import Service

PINNED = "AV610"


@dataclass(frozen=True)
class Desk:
    """``pinned``: whether the connection itself names the digest; else each call must."""

    service: Service
    pack: Pack
    principal: Principal
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pinned: bool = True

    def check(self, named: str | None) -> None:
        """Raises: Refused (AV610) where a call means another pack than this, or does not say which."""
        if named == self.pack.digest or (named is None and self.pinned):
            return
        if named is None:
            message, help = "this call does not say which pack it means", "give its digest as `pack`"
        else:
            message = f"this call means the pack `{named[:80]}`, which is not the one that decides here"
            help = "list the tools again: they are those of the pack as it is now"
        raise Refused([Diagnostic(PINNED, message, help=(help, f"the pack here is `{self.pack.digest}`"))])

    @property
    def documents(self) -> Shelf:
        """What evidence may quote without its being handed in."""
        return self.service.documents.of(self.principal.name)

    @property
    def standing(self) -> dict[str, Any]:
        """What stands in every answer."""
        pack = self.pack
        return {
            "pack": {"name": pack.name, "version": pack.version, "digest": pack.digest},
            "averment": __version__,
        }
