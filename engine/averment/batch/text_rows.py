"""Decided rows as text, one at a time, and how each of their parts is written.

Keys and columns: ``case``, ``row`` (its number in the input, from 1), ``claim``, ``status``, ``strength``, ``hangs_on``
(paths), of a pack that presumes something ``presumed``, ``presumed_strength`` and ``presuming`` (paths), of each result
its value, ``NAME_status``, ``NAME_possible``, ``NAME_hangs_on`` and ``NAME_presumed``, ``fired`` (ids of rules) and
``pack`` (the digest). In CSV ``|`` stands between paths, between ids and between values.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from averment.batch.harmless import harmless
from averment.batch.singles import strength_text
from averment.batch.unit import PRESUMED, Format, columns_of
from averment.core.program import Kind, Program
from averment.core.values import MOST_EXACT
from averment.ir.digest import canonical
from averment.outcome.outcome import Outcome
from averment.outcome.presumption import Presumption


def names_of(program: Program) -> tuple[str, ...]:
    """The columns of an output."""
    return "case", "row", *columns_of(program), "pack"


def heading_of(format: Format, program: Program) -> bytes:
    """What a text output begins with."""
    return (",".join(names_of(program)) + "\n").encode() if format is Format.CSV else b""


class TextRows:
    """Writes rows under one program, as JSON Lines or CSV; ``exact``: for programs, to which no text is a formula."""

    def __init__(self, program: Program, format: Format, exact: bool = True) -> None:
        self._cell = cell if exact else safe_cell
        self._strengths = StrengthTexts(program)
        self._digest, self._presumes = program.digest, program.presumes
        self.write = self._csv if format in (Format.CSV, Format.XLSX) else self._json

    def _json(self, row: int, outcome: Outcome) -> str:
        return json_text({
            "case": outcome.case.name,
            "row": row,
            "claim": outcome.claim,
            "status": outcome.status.value,
            "strength": self._strength(outcome.strength),
            "hangs_on": outcome.hangs_on,
            **(self._presumed(outcome.presumed) if self._presumes else {}),
            **self._results(outcome),
            "fired": sorted(outcome.fired),
            "pack": self._digest,
        }) + "\n"  # fmt: skip

    def _presumed(self, presumption: Presumption | None) -> dict[str, Any]:
        return {
            "presumed": presumption.claim if presumption else None,
            "presumed_strength": self._strength(presumption.strength if presumption else None),
            "presuming": presumption.presuming if presumption else [],
        }

    def _results(self, outcome: Outcome) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for result in outcome.results.values():
            possible, presumed = result.possible_document, result.presumed
            told = (
                json_value(result.value),
                result.status.value,
                None if possible is None else json.loads(canonical(possible)),
                result.hangs_on,
                json_value(presumed.value) if presumed else None,
            )
            found |= zip(result.result.columns(self._presumes), told, strict=False)
        return found

    def _result_cells(self, outcome: Outcome) -> Iterator[str]:
        for result in outcome.results.values():
            possible = result.possible_document
            yield value_cell(result.value)
            yield result.status.value
            yield "" if possible is None else canonical(possible).decode()
            yield paths(result.hangs_on)
            if self._presumes:
                yield value_cell(result.presumed.value) if result.presumed else ""

    def _strength(self, strength: str | int | bool | None) -> str | int | bool | None:
        return None if strength is None else self._strengths.value(strength_text(strength))

    def _csv(self, row: int, outcome: Outcome) -> str:
        words = [outcome.case.name, str(row), outcome.claimed, outcome.status.value, _strength_cell(outcome.strength)]
        words.append(paths(outcome.hangs_on))
        if self._presumes:
            presumption = outcome.presumed
            words += (
                [presumption.claim, _strength_cell(presumption.strength), paths(presumption.presuming)]
                if presumption
                else [""] * len(PRESUMED)
            )
        words += self._result_cells(outcome)
        return ",".join([*map(self._cell, words), "|".join(sorted(outcome.fired)), self._digest]) + "\n"


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


def _strength_cell(strength: str | int | bool | None) -> str:
    return "" if strength is None else strength_text(strength)


def json_value(value: Any) -> Any:
    """The value of a result as JSON has it: an integer that not every reader keeps as text."""
    if isinstance(value, list):
        return [json_value(each) for each in cast("list[object]", value)]
    return str(value) if isinstance(value, int) and abs(value) > MOST_EXACT else value


def value_cell(value: Any) -> str:
    """The value of a result as a cell of CSV has it, many with ``|`` between them; none at all is ``[]``."""
    if isinstance(value, list):
        return paths([value_cell(each) for each in cast("list[object]", value)]) or "[]"
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


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


def safe_cell(text: str) -> str:
    """A cell of CSV that a spreadsheet takes for no formula."""
    return cell(harmless(text))
