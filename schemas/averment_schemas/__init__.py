"""The JSON Schemas (2020-12) of what people write and of what averment answers.

One set for all: editors complete from it, the reader checks shapes with it, tests hold the output to it. Each schema
stands alone; none refers to another, so none ever needs to be fetched.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

NAMES = (
    "pack", "facts", "rules", "table", "case", "outcome", "explanation", "questions", "mapping", "diagnostic",
    "request", "request_line", "request_explain", "request_whatif", "request_flip", "request_question", "request_ask",
    "request_reply", "request_next",
)  # fmt: skip


def text(name: str) -> str:
    """The schema ``name`` as JSON text. Raises ``KeyError`` for a name that is not in ``NAMES``."""
    if name not in NAMES:
        raise KeyError(name)
    return Path(__file__).with_name(f"{name}.schema.json").read_text(encoding="utf-8")


def load(name: str) -> dict[str, Any]:
    """The schema ``name`` as a fresh dictionary. Raises ``KeyError`` for a name that is not in ``NAMES``."""
    return cast(dict[str, Any], json.loads(text(name)))
