"""The sentences that people meet are those that were read aloud: ``sentences.txt``."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.render.sentences import written

_KEPT = Path(__file__).with_name("sentences.txt")
_STUMBLES = {
    "a boolean told as a value": r"\b(?:presence of|need to) [^:]* is (?:no|yes)\b|^whether [^:]* is (?:no|yes)$",
    "a unit twice": r"\b(\w+) is [\d.]+ \1\b|\bkm km\b",
    "a name with an underscore": r"^(?!.* or \w+$).*(?<![\w.])[a-z]+_[a-z]+",  # what to write down has its own
    "a denial of a denial": r"\bnot no\b",
    "a path where a sentence begins": r"^(?:\w+: )?\w+\.\w+ is\b",
}


def test_every_sentence_is_one_that_was_read() -> None:
    found = written()
    if os.environ.get("REWRITE_GOLDEN"):
        _KEPT.write_text(found, "utf-8")
    assert found == _KEPT.read_text("utf-8")


def test_no_sentence_stumbles_as_one_did() -> None:
    lines = [line.partition("   ")[0] for line in _KEPT.read_text("utf-8").splitlines() if not line.startswith("#")]
    found = [(why, line) for line in lines for why, pattern in _STUMBLES.items() if re.search(pattern, line)]
    assert not found
