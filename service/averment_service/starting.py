"""What a process of a service is given by the one that starts it."""

from __future__ import annotations

import json
import os
from typing import Any

from averment_service.settings import Settings


def started() -> tuple[Settings, int, str]:
    """What the supervisor gave along: the settings, the socket that is listened at, and where the keeper is."""
    settings, listening, path = json.loads(os.environ.pop("AVERMENT_PROCESS"))
    told: dict[str, Any] = json.loads(settings)
    told["packs"] = tuple(told["packs"])
    return Settings(**told), listening, path


def shared_secret() -> bytes:
    """What the processes of a service sign with; empty where none was given along."""
    return bytes.fromhex(os.environ.pop("AVERMENT_SECRET", ""))
