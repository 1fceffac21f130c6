"""How what is found is told: by the pack's settings, and by comments that allow it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from averment.diagnostics.diagnostic import Diagnostic

_PACK = (Path(__file__).parents[1] / "sample" / "pack.yaml").read_text("utf-8")
Found = Callable[..., list[Diagnostic]]


def _rule(cell: str) -> str:
    return f"""
rules:
  - rule: example
    backing: judgement
    author: Me
    when:
{cell}
    then:
      - weight: {{points: 1}}
"""


@pytest.mark.parametrize(("level", "severities"), [("off", []), ("warning", ["warning"]), ("error", ["error"])])
def test_a_pack_says_how_a_check_is_told(level: str, severities: list[str], found: Found) -> None:
    changes = {
        "pack.yaml": _PACK.replace("checks: {", f"checks: {{AV405: {level}, "),
        "rules/example.yaml": _rule('      - engineering: {team_size: ">= 0"}'),
    }
    assert [finding.severity for finding in found("AV405", changes)] == severities


_CELL = '      - engineering: {team_size: ">= 0"}'
_ALLOWED = [
    (f"{_CELL}   # allow AV405: to wait until it is known", [0, 0, 0]),
    (f"      # allow AV405: to wait\n{_CELL}", [0, 0, 0]),
    (f"      # allow AV405: to wait\n\n      # until it is known\n{_CELL}", [0, 0, 0]),
    (f"{_CELL}   # allow AV405", [1, 1, 0]),
    (f"{_CELL}   # allow AV405:", [1, 1, 0]),
    (f"{_CELL}   # allow AV404: another", [1, 0, 1]),
    (f"{_CELL}\n      # allow AV405: too late", [1, 0, 1]),
    (f"      # allow AV405: too early\n      - product: {{regulated: true}}\n{_CELL}", [1, 0, 1]),
]


@pytest.mark.parametrize(("cells", "told"), _ALLOWED)
def test_a_comment_with_a_reason_allows_one_finding(cells: str, told: list[int], found: Found) -> None:
    changes = {"rules/example.yaml": _rule(cells)}
    assert [len(found(code, changes)) for code in ("AV405", "AV411", "AV412")] == told
