"""Texts as YAML has them, plain where every reader takes them for a text."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z_][\w./() %-]*[\w)%]|[A-Za-z_]", re.ASCII)
_NOT_PLAIN = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}  # words that YAML readers differ on


def scalar(text: str) -> str:
    """A text: plain where it can only be a text."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN else quoted(text)


def quoted(text: str) -> str:
    """A text in quotes."""
    return json.dumps(text, ensure_ascii=False)
