"""Decided rows as text, one at a time, and how each of their parts is written.

Keys and columns: ``case``, ``row`` (its number in the input, from 1), ``claim``, ``status``, ``strength``, ``hangs_on``
(paths), ``fired`` (ids of rules), ``pack`` (the digest). In CSV ``|`` stands between paths and between ids.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from averment.batch.singles import strength_text
from averment.batch.unit import Format
from averment.ir.program import Kind, Program
from averment.ir.values import MOST_EXACT
from averment.outcome.outcome import Outcome

HEADINGS = ("case", "row", "claim", "status", "strength", "hangs_on", "fired", "pack")
HEADING = (",".join(HEADINGS) + "\n").encode()


def heading_of(format: Format) -> bytes:
    """What a text output begins with."""
    return HEADING if format is Format.CSV else b""


class TextRows:
    """Writes rows under one program, as JSON Lines or CSV."""

    def __init__(self, program: Program, format: Format) -> None:
        self._strengths = StrengthTexts(program)
        self._digest = program.digest
        self.write = self._csv if format is Format.CSV else self._json

    def _json(self, row: int, outcome: Outcome) -> str:
        strength = outcome.strength
        return json_text({
            "case": outcome.case.name,
            "row": row,
            "claim": outcome.claim,
            "status": outcome.status.value,
            "strength": None if strength is None else self._strengths.value(strength_text(strength)),
            "hangs_on": outcome.hangs_on,
            "fired": sorted(outcome.fired),
            "pack": self._digest,
        }) + "\n"  # fmt: skip

    def _csv(self, row: int, outcome: Outcome) -> str:
        strength = "" if outcome.strength is None else strength_text(outcome.strength)
        words = [outcome.case.name, str(row), outcome.claim, outcome.status.value, strength, paths(outcome.hangs_on)]
        return ",".join([*map(cell, words), "|".join(sorted(outcome.fired)), self._digest]) + "\n"


class StrengthTexts:
    """What JSON has for the strength of a claim, whose text the columns have."""

    def __init__(self, program: Program) -> None:
        kind = program.types.get(program.claim.strength_type)
        self._field = kind.fields[program.claim.strength_field] if kind else None

    def value(self, text: str) -> str | int | bool:
        """A number or a truth value where every reader of JSON keeps it, else the text."""
        assert self._field is not None
        if self._field.kind is Kind.BOOLEAN:
            return text == "true"
        exact = self._field.kind is Kind.INTEGER and abs(int(text)) <= MOST_EXACT
        return int(text) if exact else text


def json_text(value: Any) -> str:
    """JSON without blanks, and with letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def paths(found: Sequence[str]) -> str:
    """Paths with ``|`` between them; one in a key is written as JSON may."""
    return "|".join(path.replace("|", "\\u007c") for path in found)


def cell(text: str) -> str:
    """A cell of CSV, in quotes where it needs them."""
    if any(sign in text for sign in '",\r\n') or text != text.strip():
        stream = io.StringIO()
        csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="").writerow([text])
        return stream.getvalue()
    return text
