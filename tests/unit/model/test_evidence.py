"""Evidence: what is quoted stands where it is said to, and does not speak against the value."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

import averment
from averment.core.program import Field, Kind
from averment.core.values import fit
from averment.model.evidence import document_digest
from averment.model.quotes import compared, whole_words

PACK = averment.load("pm_tpm")
TEXT = "Our product is of high technical complexity. We are 12 engineers; rework takes 12,5 % of their time. Café: Zoë."
DIGEST = document_digest(TEXT)
FACTS: dict[str, Any] = {
    "product": {"technical_complexity": "high"},
    "engineering": {"team_size": 12, "rework_share": "12.5"},
}


def quoted(field: str, quote: str, offset: int | None = None, document: str = DIGEST) -> dict[str, Any]:
    return {"field": field, "document": document, "quote": quote} | ({} if offset is None else {"offset": offset})


def decided(*evidence: dict[str, Any], text: str = TEXT, facts: dict[str, Any] = FACTS) -> averment.Outcome:
    return PACK.decide(facts, evidence=evidence, documents={document_digest(text): text})


_LEVEL = Field("f", Kind.LEVEL, ("low", "medium", "high", "very_high"))
_CHOICE = Field("f", Kind.CHOICE, ("idea", "in_market"))
_WHOLE, _SHARE = Field("f", Kind.INTEGER), Field("f", Kind.DECIMAL, places=2)
_YES, _DAY, _TEXT = Field("f", Kind.BOOLEAN), Field("f", Kind.DATE), Field("f", Kind.TEXT)
_SET = Field("f", Kind.SET, ("api", "web"))


@pytest.mark.parametrize(
    ("field", "value", "words", "verdict"),
    [
        (_LEVEL, "high", "of High complexity", "agrees"),
        (_LEVEL, "high", "complexity is low", "against"),
        (_LEVEL, "high", "complexity is very high", "against"),
        (_LEVEL, "very_high", "complexity is very-high", "agrees"),
        (_LEVEL, "high", "slow and highly strung", "not compared"),
        (_LEVEL, "high", "low at first, high by now", "agrees"),
        (_CHOICE, "in_market", "it is in  market", "agrees"),
        (_CHOICE, "in_market", "it is an idea", "against"),
        (_CHOICE, "in_market", "ideal", "not compared"),
        (_WHOLE, 12, "a team of 12", "agrees"),
        (_WHOLE, 12, "a team of twelve", "agrees"),
        (_WHOLE, 13, "a team of twelve", "not compared"),
        (_WHOLE, 12, "a team of 120", "against"),
        (_WHOLE, 12, "a team of many", "not compared"),
        (_WHOLE, 12000, "12,000 people", "agrees"),
        (_WHOLE, 12000, "12.000 Leute", "agrees"),
        (_WHOLE, 12000, "12 000 people", "agrees"),
        (_WHOLE, 12000, "12'000 people", "agrees"),
        (_WHOLE, 12000, "12k people", "agrees"),
        (_WHOLE, 1500000, "1.5 million people", "agrees"),
        (_WHOLE, 12, "10-12 people", "agrees"),
        (_WHOLE, -12, "it was −12 degrees", "agrees"),
        (_WHOLE, 12, "3 teams, 4 leads", "against"),
        (_SHARE, "12.5", "12,5 %", "agrees"),
        (_SHARE, "0.4", "40 percent", "agrees"),
        (_SHARE, "1234.56", "1.234,56 EUR", "agrees"),
        (_SHARE, "1234.56", "EUR 1,234.56", "agrees"),
        (_YES, True, "Has a product manager: yes", "agrees"),
        (_YES, False, "Has a product manager: yes.", "against"),
        (_YES, True, "There is no doubt that they have one", "not compared"),
        (_DAY, "2024-03-05", "on 5 March 2024", "agrees"),
        (_DAY, "2024-03-05", "on March 5th, 2024", "agrees"),
        (_DAY, "2024-03-05", "am 5.3.2024", "agrees"),
        (_DAY, "2024-03-05", "on 03/05/2024", "agrees"),
        (_DAY, "2024-03-05", "on 6 March 2024", "against"),
        (_DAY, "2024-03-05", "in spring", "not compared"),
        (_TEXT, "Core", "the core team", "agrees"),
        (_TEXT, "Core", "the team", "not compared"),
        (_SET, ["api"], "web", "not compared"),
    ],
)
def test_words_are_held_against_a_value_where_its_kind_allows(
    field: Field, value: object, words: str, verdict: str
) -> None:
    held = fit(value, field, "f")
    assert compared(held, field, words).value == verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quote", "whole"), [("12", "120"), ("team of 1", "team of 120."), ("of ", "of "), ("eam", "team")]
)
def test_a_word_is_read_whole_however_it_is_cut(quote: str, whole: str) -> None:
    text = "a team of 120."
    found = whole_words(text, text.index(quote), len(quote))
    assert found.rstrip(".") == whole.rstrip(".")


def test_what_stands_there_is_told_with_what_it_came_to() -> None:
    outcome = decided(
        quoted("product.technical_complexity", "high technical complexity"),
        quoted("engineering.team_size", "12 eng", 52),
    )
    evidence = outcome.answer["evidence"]
    assert [(each["field"], each["offset"], each["compared"]) for each in evidence["quotes"]] == [
        ("engineering.team_size", 52, "agrees"),
        ("product.technical_complexity", TEXT.index("high"), "agrees"),
    ]
    assert evidence["without"] == ["engineering.rework_share"]


def test_evidence_changes_no_claim_and_no_byte_where_there_is_none() -> None:
    plain, marked = PACK.decide(FACTS, engine="reference"), decided()
    assert "evidence" not in plain.document
    assert marked.answer["evidence"] == {"quotes": [], "without": sorted(marked.answer["evidence"]["without"])}
    without = {key: value for key, value in marked.document.items() if key not in ("evidence", "warrant", "presumed")}
    assert without == {key: plain.document[key] for key in without}
    assert marked.claim == plain.claim and marked.fired == plain.fired
    told = [node.get("without_evidence") for node in marked.warrant["nodes"] if node.get("origin") == "given"]
    assert ["technical_complexity"] in told


def test_text_is_compared_in_its_composed_form() -> None:
    apart = unicodedata.normalize("NFD", TEXT)
    facts = {"product": {"technical_complexity": "high"}}
    quote = quoted("product.technical_complexity", unicodedata.normalize("NFD", "Café"), TEXT.index("Café"))
    found = PACK.decide(facts, evidence=[quote], documents={DIGEST: apart})
    assert found.answer["evidence"]["quotes"][0]["compared"] == "not compared"


@pytest.mark.parametrize(
    ("evidence", "code", "told"),
    [
        (quoted("engineering.team_size", "12 engineers", 3), "AV613", "it stands at 52"),
        (quoted("engineering.team_size", "12"), "AV613", "give its offset: 52, 79"),
        (quoted("engineering.team_size", "13 engineers"), "AV613", "does not stand in the document"),
        (quoted("engineering.team_size", "12,5 %"), "", ""),
        (quoted("engineering.team_size", "5 %"), "", ""),
        (quoted("product.technical_complexity", "12"), "AV613", "more than once"),
        (quoted("product.stage", "high"), "AV615", "not given"),
        (quoted("product.technical_complexty", "high"), "AV615", "did you mean"),
        (quoted("engineering.team_size", "12", document="sha256:" + "0" * 64), "AV611", "not at hand"),
        (quoted("engineering.team_size", "12", document="sha256:12"), "AV205", "not a digest"),
        (quoted("engineering.team_size", ""), "AV206", "quote"),
        ({"field": "engineering.team_size"}, "AV202", "document"),
    ],
)
def test_what_does_not_hold_is_refused_and_says_why(evidence: dict[str, Any], code: str, told: str) -> None:
    if not code:
        facts = {"engineering": {"team_size": 12}}
        with pytest.raises(averment.Refused, match="AV614") as refused:
            decided(evidence, facts={"engineering": {"team_size": 13}})
        assert "13" in str(refused.value) and facts
        return
    with pytest.raises(averment.Refused) as refused:
        decided(evidence)
    assert refused.value.diagnostics[0].code == code and told in str(refused.value)


def test_a_document_has_the_digest_it_is_handed_in_under() -> None:
    with pytest.raises(averment.Refused, match="AV612"):
        PACK.decide(FACTS, evidence=[], documents={"sha256:" + "0" * 64: TEXT})


def test_text_and_page_tell_what_a_value_rests_on_and_what_has_nothing() -> None:
    text = "It has <b>high</b> complexity. <script>alert(1)</script>"
    quote = quoted("product.technical_complexity", "<b>high</b>", document=document_digest(text))
    facts = {"product": {"technical_complexity": "high", "technology_novelty": "cutting_edge"}}
    outcome = decided(quote, text=text, facts=facts)
    plain = " ".join(outcome.explain(True).split())
    assert "no evidence" in plain and "“<b>high</b>”" in plain
    assert "no evidence" in outcome.html() and "“&lt;b&gt;high&lt;/b&gt;”" in outcome.html()
    assert "<b>high" not in outcome.html() and "no evidence" not in PACK.decide(facts).explain(True)
