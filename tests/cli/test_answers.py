"""How the answers read: in sentences, each thing once, with the units and the file and line a reader would look for."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parents[2] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
OFFICE, REPORTS, APP, BEGUN, LIBRARY, TOURS = (
    CASES / f"{name}.yaml"
    for name in (
        "ticket-office",
        "internal-reports",
        "consumer-loyalty-app",
        "first-conversation",
        "quantum-library",
        "museum-audio-tours",
    )
)
WEARABLE, FLEET = (CASES / f"{name}.yaml" for name in ("fitness-wearable", "fleet-telematics"))


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")


@pytest.mark.parametrize(
    ("asked", "says", "never"),
    [
        pytest.param(
            ("explain", OFFICE, "--why-not", "technical_product_manager"),
            (
                "but: Finding out what customers need is much of the role.",
                "rules/core_functions.yaml:16",
                "set of technologies at the heart of the product: web, needed: one that includes api",
            ),
            ('evidence["',),
            id="why not: what stands against it, in its own sentence and place",
        ),
        pytest.param(
            ("explain", BEGUN, "--why-not", "technical_product_manager"),
            ("but perhaps: Finding out what customers need", "but: 2 to 10 circumstances speak for"),
            (),
            id="why not: what only may stand against it",
        ),
        pytest.param(
            ("explain", OFFICE, "--why-not", "coordination-load"),
            (
                "number of cross team dependency facts: 0, needed: at least 3 (coordination threshold)",
                "team of component checkout: booking, needed: not the team of component seats (booking)",
            ),
            (),
            id="why not: two values that are called the same",
        ),
        pytest.param(
            ("whatif", OFFICE, "--set", "engineering.team_size=45", "--param", "shared_weight=2"),
            (
                "number of engineers: 24 → 45",
                "shared weight: 1 → 2",
                "The claim stays product manager, for the same reasons.",
            ),
            (),
            id="what if: nothing is otherwise",
        ),
        pytest.param(
            ("whatif", FLEET, "--unset", "company.role_emphasis"),
            ("for the role: market → not known", "The claim is presumably product manager then."),
            ("without strength",),
            id="what if: it is presumed then",
        ),
        pytest.param(
            ("whatif", TOURS, "--set", "company.role_emphasis=technical"),
            ("for the role: not known → technical", "The claim is open then."),
            ("without strength",),
            id="what if: it is open then",
        ),
        pytest.param(
            ("whatif", REPORTS, "--sweep", "engineering.team_size"),
            ("20 to 100,000 engineers  technical product manager",),
            ("100000",),
            id="along a range: numbers as people read them",
        ),
        pytest.param(
            ("matters", OFFICE),
            (
                "Decisive: another value of any one of these turns the claim to technical product manager",
                "number of third-party services: 2  ",
                "decision margin: 2, turns at 4  ",
            ),
            ("services: 2 third-party services", "no  to technical"),
            id="what matters: what is common to all is said once",
        ),
        pytest.param(
            ("matters", APP, "--seconds", "100"),
            ("No number, level, date or parameter turns the claim by moving alone.",),
            (),
            id="what matters: nothing moves it",
        ),
        pytest.param(
            ("missing", LIBRARY),
            (
                "decisions: no\n",  # settles it alone, and is not listed again
                "number of engineers: 2\n",
                "Some answers to these settle it too\n└─ the number of engineers\n\n",
            ),
            ("2 engineers",),
            id="what is missing: an example is not listed again",
        ),
    ],
)
def test_an_answer_reads_well(averment: Any, asked: Any, says: tuple[str, ...], never: tuple[str, ...]) -> None:
    ran = averment(*asked)
    assert (ran.code, ran.err) == (0, "")
    assert [text for text in says if text not in ran.out] == []
    assert [text for text in never if text in ran.out] == []


REASONS = """author: us
rules:
  - rule: quiet
    says: It is quiet.
    backing: judgement
    when: [thing: {loud: false}]
    then: [sign: {of: rest, weight: 1}]
  - rule: small
    says: It is small.
    backing: judgement
    when: [thing: {size: low}]
    then: [sign: {of: rest, weight: 3}]
  - rule: sharp
    says: It is sharp.
    backing: judgement
    when: [thing: {size: high}]
    then: [sign: {of: haste, weight: 1}]
  - rule: resting
    says: It rests, $r against $h.
    backing: judgement
    when:
      - sum: {of: {sign: {of: haste}}, field: weight, as: $h}
      - sum: {of: {sign: {of: rest}}, field: weight, as: $r}
      - any: [test: $h = 0, test: $r - $h >= 2]
    then: [pick: {what: rest}]
"""


def test_how_says_nothing_twice(averment: Any, tmp_path: Path) -> None:
    folder = tmp_path / "resting"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: resting\nversion: 1.0.0\ntitle: Resting\nclaim: {fact: pick, field: what}\n", "utf-8"
    )
    (folder / "facts.yaml").write_text(
        "facts:\n"
        "  thing: {cardinality: one, fields: {loud: {type: boolean}, size: {type: level, of: [low, high]}}}\n"
        "  sign: {derived: true, fields: {of: {type: choice, of: [rest, haste]}, weight: {type: integer}}}\n"
        "  pick: {derived: true, fields: {what: {type: choice, of: [rest, haste]}}}\n",
        "utf-8",
    )
    (folder / "rules" / "reasons.yaml").write_text(REASONS, "utf-8")
    case = tmp_path / "case.yaml"
    case.write_text("case: calm\nfacts:\n  thing: {loud: false, size: low}\n", "utf-8")
    ran = averment("decide", "--pack", folder, case, "--full")
    assert (ran.code, ran.err) == (0, "")
    for said in ("for haste is 0", "also: another alternative of the same rule", "the same 2 reasons"):
        assert ran.out.count(said) == 1, ran.out
    for never in ("there is no sign where", "(needs no)", "(needs low)"):
        assert never not in ran.out


def test_no_reason_is_told_twice_of_a_change(averment: Any) -> None:
    out = averment("whatif", WEARABLE, "--set", "engineering.team_size=45").out
    assert out.count("The evidence is clear, 11 for a technical product manager and 7 for a product manager.") == 1


def test_a_set_is_swept_claim_by_claim(averment: Any) -> None:
    lines = averment("whatif", WEARABLE, "--sweep", "product.technologies").out.splitlines()
    claims = [line for line in lines if line.endswith("product manager") and "fitness-wearable" not in line]
    assert claims == ["├─ product manager", "└─ technical product manager"]


@pytest.mark.parametrize(
    ("claim", "help"),
    [("gap", "no rule claims anything"), ("conflict", "claim different things"), ("open", "`averment missing`")],
)
def test_what_no_rule_claims_is_explained(averment: Any, claim: str, help: str) -> None:
    ran = averment("explain", OFFICE, "--why-not", claim)
    assert ran.code == 3 and f"no rule derives `{claim}`" in ran.err and help in ran.err


def test_an_ascii_terminal_gets_no_other_glyph(averment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from averment.render import display
    from averment_cli import terminal

    monkeypatch.setattr(terminal, "style", lambda: display.Style(glyphs=display.ASCII))
    assert averment("explain", OFFICE, "--why-not", "technical_product_manager").out.isascii()


def test_table_rows_that_say_the_same_wait_together(
    averment: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = tmp_path / "case.yaml"
    text = OFFICE.read_text("utf-8").replace("has_product_manager: false", "has_product_manager: true")
    text = text.replace("technical_knowledge: solid", "technical_knowledge: deep")
    case.write_text(text.replace("audience: consumers, ", ""), "utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"why\n"), encoding="utf-8"))
    out = averment("ask", case).out
    assert out.count("The users of the product (an unknown kind of user) are of the kind") == 1
    assert [f"audience/{row} " in out for row in (1, 3)] == [True] * 2
