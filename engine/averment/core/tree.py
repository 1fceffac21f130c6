"""What every tree of something written has in common."""

from __future__ import annotations

from typing import Any

_STAYS = {"text", "at", "end"}


class Tree:
    """A node. What can be found again, and where it stood in a text, is not copied and does not travel."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _STAYS}
